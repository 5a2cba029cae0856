//! Whom the server runs as: the caller or, when that is root, an unprivileged user who exists already.

use std::fs;
use std::io;
use std::os::unix::fs::lchown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::Error;

/// The unprivileged user to whom root drops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Identity {
    /// The user to drop to, or `None` if the caller isn't root and runs the server itself.
    ///
    /// # Errors
    /// [`Error::NoUnprivilegedUser`] if root has nobody to drop to.
    pub(crate) fn to_drop_to() -> Result<Option<Self>, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let path = Path::new("/etc/passwd");
        let accounts = fs::read_to_string(path).map_err(Error::file("read", path))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::find(&accounts, name))
            .map(Some)
            .ok_or(Error::NoUnprivilegedUser)
    }

    /// The account `name` in the text of `/etc/passwd`, unless it is root under another name.
    fn find(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            match fields[..] {
                [account, _, uid, gid, ..] if account == name => Some(Self {
                    name: name.to_owned(),
                    uid: uid.parse().ok()?,
                    gid: gid.parse().ok()?,
                }),
                _ => None,
            }
            .filter(|identity| identity.uid != 0)
        })
    }
}

/// The name for messages, and for the key of the cache.
pub(crate) fn describe(identity: Option<&Identity>) -> String {
    match identity {
        Some(identity) => format!("{} ({}:{})", identity.name, identity.uid, identity.gid),
        None => rustix::process::geteuid().as_raw().to_string(),
    }
}

/// A command that runs as the server's user, away from the caller's folder (which that user might not be able to enter)
/// and without the caller's `PG…` variables. The standard library clears root's supplementary groups on the way.
pub(crate) fn command(program: &Path, identity: Option<&Identity>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    // On macOS a server without a locale in its environment becomes multithreaded and refuses to start.
    command.env("LC_ALL", "C");
    if let Some(identity) = identity {
        command.uid(identity.uid).gid(identity.gid);
    }
    command
}

/// Gives a file, folder or symbolic link to the server's user, if that is another one.
pub(crate) fn hand_over(path: &Path, identity: Option<&Identity>) -> io::Result<()> {
    match identity {
        Some(identity) => lchown(path, Some(identity.uid), Some(identity.gid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_by_name_and_never_root() {
        let accounts = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/var:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbad:x:y:z\n";
        assert_eq!(
            Identity::find(accounts, "postgres"),
            Some(Identity {
                name: "postgres".into(),
                uid: 101,
                gid: 104
            })
        );
        assert_eq!(Identity::find(accounts, "toor"), None);
        assert_eq!(Identity::find(accounts, "bad"), None);
        assert_eq!(Identity::find(accounts, "nobody"), None);
    }
}
