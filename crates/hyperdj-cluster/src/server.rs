//! A running throwaway server: where it is, and a few statements for setting it up.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::connection::Connection;
use crate::locate::Installation;
use crate::{Error, Version, urls};

/// A running server, as [`Cluster`](crate::Cluster) and [`Kept`](crate::Kept) both give it.
#[derive(Clone)]
pub struct Server {
    pub(crate) installation: Installation,
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) password: String,
}

impl Server {
    /// The URL of a database, for psql, psycopg and our client alike: [`socket_url`](Self::socket_url).
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.socket_url(database)
    }

    /// The URL of a database through the private socket. It carries no password and may be shown; only the user who
    /// started the cluster can use it.
    #[must_use]
    pub fn socket_url(&self, database: &str) -> String {
        urls::socket(&self.folder, self.port, database)
    }

    /// The URL of a database on 127.0.0.1. It carries the random password of this cluster: not for output.
    #[must_use]
    pub fn tcp_url(&self, database: &str) -> String {
        urls::tcp(&self.password, self.port, database)
    }

    /// The port, on 127.0.0.1 and in the socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The cluster's own folder, which goes away with it: the socket is in it, and the data directory `data`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        log(&self.folder)
    }

    /// The folder of the server's programs, in which `psql` and `pg_dump` mostly are too.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        self.installation.bin_dir()
    }

    /// The server's version.
    #[must_use]
    pub fn version(&self) -> &Version {
        self.installation.version()
    }

    /// The process number of the postmaster, as its `postmaster.pid` tells it; `None` if it has ended.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data_dir().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Creates an empty database of this name.
    ///
    /// # Errors
    /// [`Error::Server`] if there is one already or the name isn't possible, [`Error::Connection`] if the server is gone.
    pub fn create_database(&self, name: &str) -> Result<(), Error> {
        self.batch_execute(
            "postgres",
            &format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\"")),
        )
    }

    /// Runs one or more statements, separated by semicolons, in a database.
    ///
    /// # Errors
    /// [`Error::Server`] for the first statement that fails, [`Error::Connection`] if the server is gone.
    pub fn batch_execute(&self, database: &str, statements: &str) -> Result<(), Error> {
        self.query(database, statements).map(|_| ())
    }

    /// Runs one or more statements in a database and returns the rows of all of them: each value in PostgreSQL's text
    /// form, `None` for NULL.
    ///
    /// # Errors
    /// As [`batch_execute`](Self::batch_execute).
    pub fn query(
        &self,
        database: &str,
        statements: &str,
    ) -> Result<Vec<Vec<Option<String>>>, Error> {
        Connection::open(&socket(&self.folder, self.port), database, None)?.query(statements)
    }
}

// By hand, for the password's sake.
impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("version", &self.version().to_string())
            .field("folder", &self.folder)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

pub(crate) fn socket(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

pub(crate) fn log(folder: &Path) -> PathBuf {
    folder.join("server.log")
}
