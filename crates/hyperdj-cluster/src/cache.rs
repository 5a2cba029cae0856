//! Data directories as `initdb` makes them, kept between starts: a start is then a copy.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::folder::{self, Extent};
use crate::identity::{self, Identity, hand_over};
use crate::locate::Installation;
use crate::places;

/// What `initdb` is told besides the folder (PostgreSQL documentation, "initdb"): nothing here must survive a power cut,
/// so it doesn't wait for the disk; small segments of the write-ahead log make a small directory to copy. Who may connect
/// is written into `pg_hba.conf` at each start.
const ARGUMENTS: &[&str] = &[
    "--no-sync",
    "--encoding=UTF8",
    "--auth=trust",
    "--username=postgres",
    "--wal-segsize=1",
];

/// The locales to try, best first: not every system has the first.
const LOCALES: &[&str] = &["--locale=C.UTF-8", "--locale=C"];

/// Makes the data directory `to`, owned by `identity`: from the cache in `cache` if there is one, which is filled first.
///
/// # Errors
/// [`Error::Initdb`] if `initdb` fails, [`Error::File`] if the copy does.
pub(crate) fn data_directory(
    installation: &Installation,
    identity: Option<&Identity>,
    cache: Option<&Path>,
    base: &Path,
    to: &Path,
) -> Result<(), Error> {
    if let Some(cache) = cache {
        let entry = cache.join("initdb").join(key(installation, identity));
        if copy_from(&entry, to, identity) {
            return Ok(());
        }
        if fill(&entry, installation, identity, base)? && copy_from(&entry, to, identity) {
            return Ok(());
        }
    }
    let made = initialise(installation, identity, base)?;
    let copied = folder::copy(&made.join("data"), to, identity)
        .map_err(Error::file("copy the data directory to", to));
    let removed = folder::remove(&made).map_err(Error::file("remove", &made));
    copied.and(removed)
}

/// The entry's name: everything on which the content depends. A changed Rust release may hash otherwise; then the entry
/// is made anew.
fn key(installation: &Installation, identity: Option<&Identity>) -> String {
    let mut hasher = DefaultHasher::new();
    installation.bin_dir().hash(&mut hasher);
    installation.version().to_string().hash(&mut hasher);
    identity::describe(identity).hash(&mut hasher);
    (ARGUMENTS, LOCALES).hash(&mut hasher);
    format!("{}-{:016x}", installation.version(), hasher.finish())
}

/// Copies the entry, if it is there and whole; leaves nothing behind if it isn't.
fn copy_from(entry: &Path, to: &Path, identity: Option<&Identity>) -> bool {
    let expected = fs::read(entry.join("extent.json"))
        .ok()
        .and_then(|content| serde_json::from_slice::<Extent>(&content).ok());
    let whole =
        expected.is_some() && folder::copy(&entry.join("data"), to, identity).ok() == expected;
    if !whole {
        let _ = folder::remove(to);
    }
    whole
}

/// Makes the entry, one process at a time; false if the cache can't be written, which is no reason not to start.
fn fill(
    entry: &Path,
    installation: &Installation,
    identity: Option<&Identity>,
    base: &Path,
) -> Result<bool, Error> {
    let Some(parent) = entry.parent() else {
        return Ok(false);
    };
    let lock = fs::create_dir_all(parent)
        .and_then(|()| File::create(beside(entry)))
        .and_then(|lock| lock.lock().map(|()| lock));
    let Ok(_lock) = lock else { return Ok(false) };
    if is_whole(entry) {
        return Ok(true);
    }
    let made = initialise(installation, identity, base)?;
    let stored = store(entry, parent, &made).is_ok();
    folder::remove(&made).map_err(Error::file("remove", &made))?;
    Ok(stored)
}

/// The entry's lock. The name of an entry has dots of its own.
fn beside(entry: &Path) -> PathBuf {
    let mut name = entry.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Whether another process has filled the entry while this one waited for the lock.
fn is_whole(entry: &Path) -> bool {
    let measured = measure(&entry.join("data")).ok();
    fs::read(entry.join("extent.json"))
        .ok()
        .and_then(|content| serde_json::from_slice::<Extent>(&content).ok())
        .is_some_and(|expected| Some(expected) == measured)
}

fn measure(folder: &Path) -> std::io::Result<Extent> {
    let mut extent = Extent {
        entries: 1,
        bytes: 0,
    };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let inner = if metadata.is_dir() {
            measure(&entry.path())?
        } else {
            Extent {
                entries: 1,
                bytes: metadata.len(),
            }
        };
        extent.entries += inner.entries;
        extent.bytes += inner.bytes;
    }
    Ok(extent)
}

/// Puts a fresh data directory into the cache under a name of its own, and then under its real one in a single step.
fn store(entry: &Path, parent: &Path, made: &Path) -> Result<(), Error> {
    let unnamed = places::new_folder(parent)?;
    let filled = folder::copy(&made.join("data"), &unnamed.join("data"), None)
        .map_err(Error::file("copy the data directory to", &unnamed))
        .and_then(|extent| {
            let content = serde_json::to_vec(&extent).unwrap_or_default();
            folder::write_new(&unnamed.join("extent.json"), &content, None)
        })
        .and_then(|()| folder::remove(entry).map_err(Error::file("remove", entry)))
        .and_then(|()| fs::rename(&unnamed, entry).map_err(Error::file("make", entry)));
    if filled.is_err() {
        let _ = folder::remove(&unnamed);
    }
    filled
}

/// Runs `initdb` in a folder of its own; the data directory is its `data`.
fn initialise(
    installation: &Installation,
    identity: Option<&Identity>,
    base: &Path,
) -> Result<PathBuf, Error> {
    let made = places::new_folder(base)?;
    // Marks the folder as one that the next sweep may take if this process is killed.
    let lock = folder::create_locked(&made.join(places::LOCK))?;
    hand_over(&made, identity).map_err(Error::file("give away", &made))?;
    let program = installation.program("initdb");
    let mut failure = None;
    for locale in LOCALES {
        let data = made.join("data");
        let output = identity::command(&program, identity)
            .args(ARGUMENTS)
            .arg(locale)
            .arg("-D")
            .arg(&data)
            .output()
            .map_err(|source| Error::Spawn {
                program: program.clone(),
                source,
            });
        match output {
            Ok(output) if output.status.success() => {
                drop(lock);
                return Ok(made);
            }
            Ok(output) => {
                // The first failure is the one to tell: the second locale is only a way round a missing one.
                failure.get_or_insert(Error::Initdb {
                    program: program.clone(),
                    status: output.status.to_string(),
                    output: last_lines(&output.stderr),
                });
            }
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
        let _ = folder::remove(&data);
    }
    let _ = folder::remove(&made);
    Err(failure.unwrap_or(Error::Initdb {
        program,
        status: "not run".to_owned(),
        output: String::new(),
    }))
}

fn last_lines(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
