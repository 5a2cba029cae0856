//! Copying a data directory, file by file, and the files of a cluster's own folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::Error;
use crate::identity::{Identity, hand_over};

/// How much there is in a folder: enough to notice that a cache was tidied away in part.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Extent {
    /// Number of files and folders.
    pub(crate) entries: u64,
    /// Sum of the files' sizes, in bytes.
    pub(crate) bytes: u64,
}

/// Copies the folder `from` to `to`, which must not exist, and gives every copy to `identity`. Files are copied by the
/// kernel where it can, without moving data where the file system shares blocks. Symbolic links are refused: a fresh data
/// directory has none, and root must not follow one.
///
/// # Errors
/// The system's, for the first file that can't be copied.
pub(crate) fn copy(from: &Path, to: &Path, identity: Option<&Identity>) -> io::Result<Extent> {
    let mut extent = Extent {
        entries: 1,
        bytes: 0,
    };
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let inner = copy(&entry.path(), &target, identity)?;
            extent.entries += inner.entries;
            extent.bytes += inner.bytes;
        } else if kind.is_file() {
            let mut source = OpenOptions::new()
                .read(true)
                .custom_flags(no_follow())
                .open(entry.path())?;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&target)?;
            extent.entries += 1;
            extent.bytes += io::copy(&mut source, &mut file)?;
            hand_over(&target, identity)?;
        } else {
            return Err(io::Error::other(format!(
                "{} is neither a file nor a folder",
                entry.path().display()
            )));
        }
    }
    hand_over(to, identity)?;
    Ok(extent)
}

fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

/// Writes a new file that only the server's user may read.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn write_new(
    path: &Path,
    content: &[u8],
    identity: Option<&Identity>,
) -> Result<(), Error> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| hand_over(path, identity))
        .map_err(Error::file("write", path))
}

/// Replaces a file of the data directory.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn replace(
    path: &Path,
    content: &[u8],
    identity: Option<&Identity>,
) -> Result<(), Error> {
    if path.exists() {
        fs::remove_file(path).map_err(Error::file("replace", path))?;
    }
    write_new(path, content, identity)
}

/// Creates a file that is locked from the moment it has its name.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn create_locked(path: &Path) -> Result<File, Error> {
    let unnamed = path.with_extension("new");
    let create = || {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unnamed)?;
        file.lock()?;
        fs::rename(&unnamed, path)?;
        Ok(file)
    };
    create().map_err(Error::file("make and lock", path))
}

/// The last lines of a log, as text; it may have lost its name meanwhile.
pub(crate) fn tail(log: &mut File) -> String {
    const LONGEST: u64 = 4096;
    let mut bytes = Vec::new();
    let read = log
        .seek(SeekFrom::End(0))
        .and_then(|length| log.seek(SeekFrom::Start(length.saturating_sub(LONGEST))))
        .and_then(|_| log.read_to_end(&mut bytes));
    if read.is_err() || bytes.is_empty() {
        return "(the log is empty)".to_owned();
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// Removes a folder and what is in it, again if a process that is just ending wrote into it meanwhile.
///
/// # Errors
/// The system's, after a second.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    let mut attempts = 0;
    loop {
        match fs::remove_dir_all(folder) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if attempts == 20 => return Err(error),
            Err(_) => {
                attempts += 1;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_and_refuses_links() {
        let base = tempfile::tempdir().unwrap();
        let from = base.path().join("from");
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("inner/file"), b"12345").unwrap();
        let extent = copy(&from, &base.path().join("to"), None).unwrap();
        assert_eq!(
            extent,
            Extent {
                entries: 3,
                bytes: 5
            }
        );
        assert_eq!(
            fs::read(base.path().join("to/inner/file")).unwrap(),
            b"12345"
        );
        std::os::unix::fs::symlink("/etc/passwd", from.join("link")).unwrap();
        assert!(copy(&from, &base.path().join("again"), None).is_err());
    }

    #[test]
    fn the_tail_is_short_and_survives_removal() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("log");
        let mut log = create_locked(&path).unwrap();
        assert_eq!(tail(&mut log), "(the log is empty)");
        for line in 0..1000 {
            writeln!(log, "line {line}").unwrap();
        }
        fs::remove_file(path).unwrap();
        let tail = tail(&mut log);
        assert_eq!(tail.lines().count(), 15);
        assert!(tail.ends_with("line 999"));
    }
}
