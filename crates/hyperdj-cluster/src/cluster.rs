//! A cluster that goes away with its owner.

use std::ops::Deref;
use std::process::{self, Child};

use crate::launch::{self, Launched};
use crate::{Error, Options, Server};

/// A running cluster. It stops, and its folder goes, when this value is dropped, when the process ends, and when the
/// process is killed. It derefs to [`Server`], which tells its URLs.
///
/// A copy of this process made by `fork` without `exec` shares the cluster and never stops it; but a cluster whose owner
/// was killed lives as long as such copies do.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    supervisor: Option<Child>,
    owner: u32,
}

impl Cluster {
    /// Starts a cluster and returns when it has answered its first query.
    ///
    /// # Errors
    /// [`Error::NoBinaries`] and [`Error::WrongBinaries`] if there is no PostgreSQL, [`Error::Start`] with the end of the
    /// server's log if it doesn't start, and so on.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let Launched { server, supervisor } = launch::launch(options, true)?;
        Ok(Self {
            server,
            supervisor: Some(supervisor),
            owner: process::id(),
        })
    }

    /// Stops the server, whoever is still connected, and removes the folder. Dropping does the same, without a word.
    ///
    /// # Errors
    /// [`Error::StillRunning`] and [`Error::File`] if something is left.
    pub fn stop(mut self) -> Result<(), Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Error> {
        match self.supervisor.take() {
            Some(mut supervisor) if self.owner == process::id() => {
                launch::end(&mut supervisor, self.server.folder())
            }
            _ => Ok(()),
        }
    }
}

impl Deref for Cluster {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
