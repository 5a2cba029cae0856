//! Writing a file whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Failure;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is there now, with this content.
    Written,
    /// It had this content already and was not touched.
    Unchanged,
}

/// Writes a file by way of another in the same folder, so that it is never half there.
///
/// A file that exists with another content is replaced only with `force`; its permissions stay. A link is followed.
/// What is no regular file (`/dev/stdout`, a pipe) is written straight.
pub(crate) fn write(path: &Path, content: &str, force: bool) -> Result<Written, Failure> {
    let target = resolved(path);
    let metadata = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(path, &error)),
    };
    match &metadata {
        Some(found) if found.is_dir() => {
            return Err(Failure::new(format!("`{}` is a folder", path.display()))
                .with_hint("Give --output the name of a file, such as models.py; a package of models is asked for with a slash at the end, models/."));
        }
        Some(found) if !found.is_file() => {
            let mut file = fs::OpenOptions::new()
                .write(true)
                .open(&target)
                .map_err(|error| failed(path, &error))?;
            file.write_all(content.as_bytes())
                .map_err(|error| failed(path, &error))?;
            return Ok(Written::Written);
        }
        Some(_) => {
            let existing = fs::read(&target).map_err(|error| failed(path, &error))?;
            if existing == content.as_bytes() {
                return Ok(Written::Unchanged);
            }
            if !force {
                return Err(Failure::new(format!(
                    "`{}` exists and would change; nothing was written",
                    path.display()
                ))
                .with_hint(
                    "Add --force to replace it, or write to another file and compare the two.",
                ));
            }
        }
        None => {}
    }
    replace(&target, content, metadata.as_ref()).map_err(|error| failed(path, &error))?;
    Ok(Written::Written)
}

fn replace(target: &Path, content: &str, metadata: Option<&fs::Metadata>) -> io::Result<()> {
    let (stand_in, mut file) = create_beside(target)?;
    let written = file
        .write_all(content.as_bytes())
        .and_then(|()| match metadata {
            Some(metadata) => file.set_permissions(metadata.permissions()),
            None => Ok(()),
        })
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&stand_in, target));
    if written.is_err() {
        // The error to report is the one above.
        let _ = fs::remove_file(&stand_in);
    }
    written
}

/// A new file in the folder of another, under a name that nothing has.
fn create_beside(target: &Path) -> io::Result<(PathBuf, fs::File)> {
    let mut number = 0_u32;
    loop {
        let name = format!(".hyper-{}-{number}", std::process::id());
        let path = target.with_file_name(name);
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
        {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
            Ok(file) => return Ok((path, file)),
        }
    }
}

/// Where a link leads, or a chain of them, even to a file that is not there yet.
fn resolved(path: &Path) -> PathBuf {
    let mut target = path.to_path_buf();
    // As many as Linux follows itself.
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => {
                target = match target.parent() {
                    Some(folder) => folder.join(next),
                    None => next,
                }
            }
            Err(_) => break,
        }
    }
    target
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!(
        "`{}` could not be written: {error}",
        path.display()
    ));
    match error.kind() {
        io::ErrorKind::NotFound => failure.with_hint("Make its folder first, or name another one."),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            failure.with_hint("Choose a folder that you may write to.")
        }
        io::ErrorKind::NotADirectory => {
            failure.with_hint("A part of the path is a file; name a folder there.")
        }
        io::ErrorKind::StorageFull => failure.with_hint(
            "Free some space and run the command again; what was there before is still whole.",
        ),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("models.py");
        assert_eq!(write(&path, "a\n", false).unwrap(), Written::Written);
        assert_eq!(write(&path, "a\n", false).unwrap(), Written::Unchanged);
        assert!(write(&path, "b\n", false).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\n");
        assert_eq!(write(&path, "b\n", true).unwrap(), Written::Written);
        assert_eq!(fs::read_to_string(&path).unwrap(), "b\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.py");
        std::os::unix::fs::symlink("models.py", &link).unwrap();
        write(&link, "a\n", false).unwrap();
        write(&link, "b\n", true).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read_to_string(folder.path().join("models.py")).unwrap(),
            "b\n"
        );
    }
}
