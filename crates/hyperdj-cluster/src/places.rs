//! The folders outside a cluster: where clusters live, what is cached, where a kept one is remembered.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::identity::Identity;

/// How every cluster's folder begins.
pub(crate) const PREFIX: &str = "hyperdj-";

/// The file in a cluster's folder that is locked as long as anyone watches over it.
pub(crate) const LOCK: &str = "lock";

/// A socket's address holds 104 bytes on macOS and 108 on Linux, the closing zero included. The rest of the path is
/// `/hyperdj-`, 16 digits and `/.s.PGSQL.65535`.
const LONGEST_BASE: usize = 103 - 9 - 16 - 15;

/// The folder in which clusters are made: the temporary directory, unless a socket's path there would be too long or the
/// server's user could not enter it.
pub(crate) fn temporary(identity: Option<&Identity>) -> PathBuf {
    let wanted = env::temp_dir();
    // A symbolic link on the way would hide who may enter the folders behind it.
    let wanted = wanted.canonicalize().unwrap_or(wanted);
    if wanted.as_os_str().len() <= LONGEST_BASE && can_enter(&wanted, identity) {
        wanted
    } else {
        PathBuf::from("/tmp")
    }
}

/// Whether every folder on the way may be entered by the server's user. Only root drops to another user, so for anyone
/// else the answer is the system's, later.
fn can_enter(path: &Path, identity: Option<&Identity>) -> bool {
    let Some(identity) = identity else {
        return true;
    };
    path.ancestors().all(|folder| {
        fs::metadata(folder).is_ok_and(|metadata| {
            let mode = metadata.mode();
            let bit = if metadata.uid() == identity.uid {
                0o100
            } else if metadata.gid() == identity.gid {
                0o010
            } else {
                0o001
            };
            mode & bit != 0
        })
    })
}

/// A new folder with a random name in `base`, for the owner alone.
///
/// # Errors
/// [`Error::File`] if it can't be made, [`Error::Random`] if there are no random bytes.
pub(crate) fn new_folder(base: &Path) -> Result<PathBuf, Error> {
    let folder = base.join(format!("{PREFIX}{}", random_hex(8)?));
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(Error::file("make the folder", &folder))?;
    Ok(folder)
}

/// `bytes` random bytes from the operating system, as hexadecimal digits.
///
/// # Errors
/// [`Error::Random`].
pub(crate) fn random_hex(bytes: usize) -> Result<String, Error> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).map_err(Error::Random)?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Removes what clusters have left behind whose supervisor was itself killed, or the machine switched off. A server that
/// is still running there ends by itself within a minute, as it looks for its `postmaster.pid`.
pub(crate) fn sweep(base: &Path, identity: Option<&Identity>) {
    let own = [
        Some(rustix::process::geteuid().as_raw()),
        identity.map(|identity| identity.uid),
    ];
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes())
            && fs::symlink_metadata(entry.path())
                .is_ok_and(|metadata| metadata.is_dir() && own.contains(&Some(metadata.uid())));
        if !ours {
            continue;
        }
        // A folder without its lock is just being made, or just being removed: not ours to judge.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            // Somebody else's sweep may be at the same folder; what can't be removed now goes the next time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The folder for prepared data directories, made if need be; `None` if there is none that belongs to this user, in which
/// case nothing is cached.
pub(crate) fn cache(wanted: Option<&Path>) -> Option<PathBuf> {
    let folder = match wanted {
        Some(folder) => folder.to_path_buf(),
        None => absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))?
            .join("hyperdjango"),
    };
    own_folder(&folder)
}

/// The folder in which kept clusters are remembered, made if need be.
///
/// # Errors
/// [`Error::NoRuntimeFolder`] if none belongs to this user.
pub(crate) fn runtime() -> Result<PathBuf, Error> {
    absolute("XDG_RUNTIME_DIR")
        .and_then(|folder| own_folder(&folder.join("hyperdjango")))
        .or_else(|| cache(None).and_then(|folder| own_folder(&folder.join("run"))))
        .ok_or(Error::NoRuntimeFolder)
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// The folder, made for this user alone if it wasn't there; `None` if it can't be, or if the folder it goes in is another
/// user's (root under `sudo` must leave nothing of its own in a user's home).
fn own_folder(folder: &Path) -> Option<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    if !folder.is_dir() {
        let parent = folder
            .ancestors()
            .skip(1)
            .find(|ancestor| ancestor.is_dir())?;
        if fs::metadata(parent).ok()?.uid() != user {
            return None;
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .ok()?;
    }
    (fs::metadata(folder).ok()?.uid() == user).then(|| folder.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_base_leaves_room_for_a_socket() {
        let path = format!(
            "{}/{PREFIX}{}/.s.PGSQL.65535",
            "b".repeat(LONGEST_BASE),
            random_hex(8).unwrap()
        );
        assert_eq!(path.len(), 103);
    }

    #[test]
    fn a_sweep_takes_what_nobody_watches_and_leaves_the_rest() {
        let base = tempfile::tempdir().unwrap();
        let [abandoned, watched, being_made] = [(); 3].map(|()| new_folder(base.path()).unwrap());
        let other = base.path().join("other");
        fs::create_dir(&other).unwrap();
        File::create(other.join(LOCK)).unwrap();
        File::create(abandoned.join(LOCK)).unwrap();
        let lock = File::create(watched.join(LOCK)).unwrap();
        lock.lock().unwrap();
        sweep(base.path(), None);
        assert_eq!(
            [abandoned, watched, being_made, other].map(|folder| folder.exists()),
            [false, true, true, true]
        );
    }

    #[test]
    fn a_cache_is_for_its_user_alone() {
        let base = tempfile::tempdir().unwrap();
        let folder = cache(Some(&base.path().join("a/b"))).unwrap();
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
    }
}
