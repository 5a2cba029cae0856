//! A cluster that outlives the command that started it, until it is stopped by name.

use std::fs::{self, File};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::launch::{self, Launched};
use crate::locate::Installation;
use crate::{Error, Options, Server, Version, folder, places};

/// How long a kept cluster may take to stop: its supervisor gives the server three times five seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running cluster that stays when this value, or the process, is gone. It derefs to [`Server`].
#[derive(Debug)]
pub struct Kept {
    server: Server,
    is_new: bool,
}

impl Kept {
    /// Whether this call started it, so that it has no data yet; otherwise it was found running.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }
}

impl Deref for Kept {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// What is remembered about a kept cluster, in a file that only its user may read.
#[derive(Serialize, Deserialize)]
struct State {
    supervisor: u32,
    folder: PathBuf,
    port: u16,
    password: String,
    bin_dir: PathBuf,
    version: String,
}

/// Finds the cluster kept under `name`, or starts one. `options` count only if it is started.
///
/// # Errors
/// Those of [`Cluster::start`](crate::Cluster::start), and [`Error::NoRuntimeFolder`].
pub fn keep(name: &str, options: &Options) -> Result<Kept, Error> {
    let place = Place::new(name)?;
    let _lock = place.lock()?;
    if let Some((_, server)) = place.running()? {
        return Ok(Kept {
            server,
            is_new: false,
        });
    }
    let Launched {
        server,
        mut supervisor,
    } = launch::launch(options, false)?;
    if let Err(error) = place.remember(&server, supervisor.id()) {
        // One that nobody can find again must not stay.
        let _ = launch::end(&mut supervisor, server.folder());
        return Err(error);
    }
    Ok(Kept {
        server,
        is_new: true,
    })
}

/// Finds the cluster kept under `name`, if it is running.
///
/// # Errors
/// [`Error::NoRuntimeFolder`], and [`Error::File`] if what is remembered can't be read.
pub fn find_kept(name: &str) -> Result<Option<Kept>, Error> {
    let place = Place::new(name)?;
    let _lock = place.lock()?;
    Ok(place.running()?.map(|(_, server)| Kept {
        server,
        is_new: false,
    }))
}

/// Stops the cluster kept under `name` and removes its folder; false if there was none.
///
/// # Errors
/// [`Error::StillRunning`] if it doesn't end, and those of [`find_kept`].
pub fn stop_kept(name: &str) -> Result<bool, Error> {
    let place = Place::new(name)?;
    let _lock = place.lock()?;
    let Some((process, server)) = place.running()? else {
        return Ok(false);
    };
    launch::terminate(process);
    let deadline = Instant::now() + PATIENCE;
    while is_watched(server.folder()) {
        if Instant::now() > deadline {
            let folder = server.folder().to_path_buf();
            return Err(Error::StillRunning {
                folder,
                process,
                seconds: PATIENCE.as_secs(),
            });
        }
        thread::sleep(Duration::from_millis(5));
    }
    folder::remove(server.folder()).map_err(Error::file("remove", server.folder()))?;
    place.forget()?;
    Ok(true)
}

/// Whether a supervisor holds the lock of a cluster's folder. As long as it does, the number remembered is its own.
fn is_watched(folder: &Path) -> bool {
    File::open(folder.join(places::LOCK)).is_ok_and(|lock| lock.try_lock().is_err())
}

/// Where a kept cluster is remembered.
struct Place {
    state: PathBuf,
    lock: PathBuf,
}

impl Place {
    fn new(name: &str) -> Result<Self, Error> {
        let is_plain = !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
        if !is_plain {
            return Err(Error::Option {
                what: "the name",
                value: name.to_owned(),
                reason: "it must be letters, digits, hyphens and underscores, as `demo`",
            });
        }
        let folder = places::runtime()?;
        Ok(Self {
            state: folder.join(format!("{name}.json")),
            lock: folder.join(format!("{name}.lock")),
        })
    }

    /// One command at a time.
    fn lock(&self) -> Result<File, Error> {
        File::create(&self.lock)
            .and_then(|lock| lock.lock().map(|()| lock))
            .map_err(Error::file("lock", &self.lock))
    }

    /// The supervisor and the server, if they are running; what is remembered of one that isn't is forgotten.
    fn running(&self) -> Result<Option<(u32, Server)>, Error> {
        let content = match fs::read(&self.state) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file("read", &self.state)(error)),
        };
        let state = serde_json::from_slice::<State>(&content)
            .ok()
            .filter(|state| is_watched(&state.folder));
        let version = state
            .as_ref()
            .and_then(|state| Version::parse(&format!("(PostgreSQL) {}", state.version)));
        let (Some(state), Some(version)) = (state, version) else {
            self.forget()?;
            return Ok(None);
        };
        let installation = Installation::known(state.bin_dir, version);
        let server = Server {
            installation,
            folder: state.folder,
            port: state.port,
            password: state.password,
        };
        Ok(Some((state.supervisor, server)))
    }

    fn remember(&self, server: &Server, supervisor: u32) -> Result<(), Error> {
        let state = State {
            supervisor,
            folder: server.folder().to_path_buf(),
            port: server.port(),
            password: server.password.clone(),
            bin_dir: server.bin_dir().to_path_buf(),
            version: server.version().to_string(),
        };
        let content = serde_json::to_vec(&state)
            .map_err(|error| Error::file("write", &self.state)(error.into()))?;
        folder::write_new(&self.state, &content, None)
    }

    fn forget(&self) -> Result<(), Error> {
        fs::remove_file(&self.state).map_err(Error::file("remove", &self.state))
    }
}
