//! Starting a server: its folder, its supervisor, and the wait for its first answer.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::identity::{self, Identity, hand_over};
use crate::locate::{self, Installation, Search};
use crate::server::{self, Server};
use crate::supervisor::Orders;
use crate::{Error, Options, Supervisor, cache, configuration, folder, places};

/// How often another port is tried, when some other program was quicker to take the one that was free.
const ATTEMPTS: u32 = 5;

/// A server that answers, and the process that watches over it.
pub(crate) struct Launched {
    pub(crate) server: Server,
    pub(crate) supervisor: Child,
}

/// Starts a server. One with an owner stops at the end of the supervisor's standard input, a kept one at SIGTERM.
///
/// # Errors
/// Every one that there is, but for those of stopping.
pub(crate) fn launch(options: &Options, has_owner: bool) -> Result<Launched, Error> {
    launch_on(&free_port, options, has_owner)
}

fn launch_on(
    ports: &dyn Fn() -> Result<u16, Error>,
    options: &Options,
    has_owner: bool,
) -> Result<Launched, Error> {
    let identity = Identity::to_drop_to()?;
    let launch = Launch {
        options,
        installation: locate::find(&Search::from_environment(options), identity.as_ref())?,
        cache: places::cache(options.cache_dir.as_deref()),
        base: places::temporary(identity.as_ref()),
        identity,
        has_owner,
    };
    places::sweep(&launch.base, launch.identity.as_ref());
    let mut attempt = 1;
    loop {
        match launch.attempt(ports()?) {
            Err(Error::Start { log, .. }) if attempt < ATTEMPTS && is_port_taken(&log) => {
                attempt += 1
            }
            outcome => return outcome,
        }
    }
}

/// The log is in English: our commands have the locale C.
fn is_port_taken(log: &str) -> bool {
    log.contains("could not bind") && log.contains("Address already in use")
}

struct Launch<'a> {
    options: &'a Options,
    installation: Installation,
    identity: Option<Identity>,
    cache: Option<PathBuf>,
    base: PathBuf,
    has_owner: bool,
}

impl Launch<'_> {
    fn attempt(&self, port: u16) -> Result<Launched, Error> {
        let folder = places::new_folder(&self.base)?;
        let files = self.prepare(&folder, port).inspect_err(|_| {
            let _ = folder::remove(&folder);
        })?;
        let Files { lock, mut log } = files;
        let mut supervisor = self.supervise(&folder, lock, &log).inspect_err(|_| {
            let _ = folder::remove(&folder);
        })?;
        let outcome = self
            .wait(&folder, port, &mut supervisor, &mut log)
            .and_then(|mut connection| {
                let password = places::random_hex(24)?;
                // The server, and with `log_statement` its log, see only what can't be turned back into the password.
                let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
                connection.query(&format!("ALTER ROLE postgres PASSWORD '{verifier}'"))?;
                Ok(Server {
                    installation: self.installation.clone(),
                    folder: folder.clone(),
                    port,
                    password,
                })
            });
        match outcome {
            Ok(server) => Ok(Launched { server, supervisor }),
            Err(error) => {
                // The first error is the one to tell.
                let _ = end(&mut supervisor, &folder);
                Err(error)
            }
        }
    }

    /// Fills the folder. It belongs to the caller until all is in it: root writes nothing into another user's folder.
    fn prepare(&self, folder: &Path, port: u16) -> Result<Files, Error> {
        let identity = self.identity.as_ref();
        let lock = folder::create_locked(&folder.join(places::LOCK))?;
        let data = folder.join("data");
        cache::data_directory(
            &self.installation,
            identity,
            self.cache.as_deref(),
            &self.base,
            &data,
        )?;
        let settings = configuration::settings(self.options, folder, port)?;
        folder::replace(&data.join("postgresql.conf"), settings.as_bytes(), identity)?;
        folder::replace(
            &data.join("pg_hba.conf"),
            configuration::hba(self.options)?.as_bytes(),
            identity,
        )?;
        for (name, content) in &self.options.files {
            if name.is_empty() || name.starts_with('.') || name.contains('/') {
                return Err(Error::Option {
                    what: "the file name",
                    value: name.clone(),
                    reason: "it must be a plain name, as `server.crt`",
                });
            }
            folder::replace(&data.join(name), content, identity)?;
        }
        let path = server::log(folder);
        let log = OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|log| hand_over(&path, identity).map(|()| log))
            .map_err(Error::file("make", &path))?;
        hand_over(folder, identity).map_err(Error::file("give away", folder))?;
        Ok(Files { lock, log })
    }

    /// Starts the supervisor, which starts the server. Its standard output is the locked file, only so that the lock
    /// lasts as long as the supervisor; its standard error is the server's log.
    fn supervise(&self, folder: &Path, lock: File, log: &File) -> Result<Child, Error> {
        let orders = Orders {
            has_owner: self.has_owner,
            postgres: self.installation.program("postgres"),
            folder: folder.to_path_buf(),
            identity: self
                .identity
                .as_ref()
                .map(|identity| (identity.uid, identity.gid)),
        };
        let (program, mut command) = match &self.options.supervisor {
            Supervisor::Shell => {
                let program = PathBuf::from("/bin/sh");
                let mut command = identity::command(&program, self.identity.as_ref());
                command.args(["-c", include_str!("supervisor.sh"), "hyperdj-supervise"]);
                (program, command)
            }
            // Runs as the caller, who alone may be able to enter the program's folder; it drops root for the server.
            Supervisor::Exec { program, arguments } => {
                let mut command = Command::new(program);
                command.current_dir("/").args(arguments);
                (program.clone(), command)
            }
        };
        let log = log
            .try_clone()
            .map_err(Error::file("share", &server::log(folder)))?;
        command
            .args(orders.arguments())
            .stdin(if self.has_owner {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(lock)
            .stderr(log)
            // Out of the reach of the terminal's Ctrl-C, which is for the owner.
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Spawn { program, source })
    }

    fn wait(
        &self,
        folder: &Path,
        port: u16,
        supervisor: &mut Child,
        log: &mut File,
    ) -> Result<Connection, Error> {
        let program = self.installation.program("postgres");
        let deadline = Instant::now() + self.options.start_timeout;
        let socket = server::socket(folder, port);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match Connection::open(
                &socket,
                "postgres",
                Some(left.max(Duration::from_millis(1))),
            ) {
                Ok(connection) => return Ok(connection),
                // Starting up, or not yet there.
                Err(Error::Connection { .. }) => {}
                Err(Error::Server { code, .. }) if code == "57P03" => {}
                Err(error) => return Err(error),
            }
            if let Some(status) = supervisor
                .try_wait()
                .map_err(Error::file("watch over", folder))?
            {
                return Err(Error::Start {
                    program,
                    status: describe(status),
                    log: folder::tail(log),
                });
            }
            if left.is_zero() {
                let seconds = self.options.start_timeout.as_secs();
                return Err(Error::StartTimeout {
                    program,
                    seconds,
                    log: folder::tail(log),
                });
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

struct Files {
    lock: File,
    log: File,
}

fn describe(status: ExitStatus) -> String {
    format!("supervisor's {status}")
}

/// A port of 127.0.0.1 that was free a moment ago.
fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::file("find a free port on", Path::new("127.0.0.1")))
}

/// How long a supervisor may take: it gives the server three times five seconds itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stops a server through its supervisor, and waits until its folder is gone.
///
/// # Errors
/// [`Error::StillRunning`] if the supervisor does not end, [`Error::File`] if the folder stays.
pub(crate) fn end(supervisor: &mut Child, folder: &Path) -> Result<(), Error> {
    let has_ended = supervisor
        .try_wait()
        .map_err(Error::file("watch over", folder))?
        .is_some();
    match supervisor.stdin.take() {
        // A word rather than only the end of the pipe: a forked copy of this process may hold that open. If the pipe has
        // no reader any more, the supervisor is at its end.
        Some(mut pipe) => drop(pipe.write_all(b"stop\n")),
        None if has_ended => {}
        None => terminate(supervisor.id()),
    }
    let deadline = Instant::now() + PATIENCE;
    while supervisor
        .try_wait()
        .map_err(Error::file("watch over", folder))?
        .is_none()
    {
        if Instant::now() > deadline {
            let (folder, process) = (folder.to_path_buf(), supervisor.id());
            return Err(Error::StillRunning {
                folder,
                process,
                seconds: PATIENCE.as_secs(),
            });
        }
        thread::sleep(Duration::from_millis(2));
    }
    // There is something left only if the supervisor was killed.
    folder::remove(folder).map_err(Error::file("remove", folder))
}

/// Asks a process to end.
pub(crate) fn terminate(process: u32) {
    if let Some(process) = process
        .try_into()
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // It may have ended already.
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_port_that_another_program_took_first() {
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = other.local_addr().unwrap().port();
        let asked = Cell::new(0);
        let ports = || {
            asked.set(asked.get() + 1);
            if asked.get() == 1 {
                Ok(taken)
            } else {
                free_port()
            }
        };
        let mut launched = launch_on(&ports, &Options::default(), true).unwrap();
        assert_eq!(asked.get(), 2);
        assert_ne!(launched.server.port, taken);
        end(&mut launched.supervisor, launched.server.folder()).unwrap();

        let asked = Cell::new(0);
        let always = || {
            asked.set(asked.get() + 1);
            Ok(taken)
        };
        let error = launch_on(&always, &Options::default(), true).err().unwrap();
        assert!(
            error.to_string().contains("Address already in use"),
            "{error}"
        );
        assert_eq!(asked.get(), ATTEMPTS);
    }
}
