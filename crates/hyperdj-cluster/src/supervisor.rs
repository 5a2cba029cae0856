//! The process that starts a server, watches over it, and removes its folder at the end.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::folder;
use crate::identity::{self, Identity};

/// How long the server gets to obey, before the next, harsher signal.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a supervisor is told on its command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    /// Whether the end of standard input is the owner's end.
    pub(crate) has_owner: bool,
    pub(crate) postgres: PathBuf,
    pub(crate) folder: PathBuf,
    /// The user and group to drop to.
    pub(crate) identity: Option<(u32, u32)>,
}

impl Orders {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let identity = self
            .identity
            .map_or_else(|| "same".to_owned(), |(uid, gid)| format!("{uid}:{gid}"));
        vec![
            if self.has_owner { "owned" } else { "kept" }.into(),
            self.postgres.clone().into(),
            self.folder.clone().into(),
            identity.into(),
        ]
    }

    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let arguments: [OsString; 4] = arguments.into_iter().collect::<Vec<_>>().try_into().ok()?;
        let [mode, postgres, folder, identity] = arguments;
        let has_owner = match mode.to_str()? {
            "owned" => true,
            "kept" => false,
            _ => return None,
        };
        let identity = match identity.to_str()? {
            "same" => None,
            pair => {
                let (uid, gid) = pair.split_once(':')?;
                Some((uid.parse().ok()?, gid.parse().ok()?))
            }
        };
        Some(Self {
            has_owner,
            postgres: postgres.into(),
            folder: folder.into(),
            identity,
        })
    }
}

/// Does the work of a supervisor, in a process of its own: runs the server, stops it when the owner is gone or a SIGTERM
/// comes, and removes the cluster's folder.
///
/// This is for the hidden subcommand that [`Supervisor::Exec`](crate::Supervisor::Exec) names: `arguments` are all that
/// followed that option's own. Nothing else may read standard input or write to standard output.
///
/// Returns the status for the process to exit with: 0 if it was asked to stop, 1 if the server ended by itself or could
/// not be run, 2 if the arguments are not those of this version.
#[must_use]
pub fn supervise(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let Some(orders) = Orders::parse(arguments) else {
        complain("hyperdj-supervise is started by hyperdjango itself, and not by hand");
        return 2;
    };
    let outcome = run(&orders);
    if let Err(error) = &outcome {
        complain(&format!(
            "could not run {}: {error}",
            orders.postgres.display()
        ));
    }
    let removed = folder::remove(&orders.folder);
    if let Err(error) = &removed {
        complain(&format!(
            "could not remove {}: {error}",
            orders.folder.display()
        ));
    }
    u8::from(!matches!(outcome, Ok(Ending::Asked)) || removed.is_err())
}

/// Standard error is the server's log.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

enum Event {
    /// A process of ours may have ended.
    Child,
    /// The owner is gone or has said the word, or somebody sent SIGTERM.
    Stop,
}

enum Ending {
    Asked,
    ByItself,
}

fn run(orders: &Orders) -> io::Result<Ending> {
    let (sender, events) = mpsc::channel();
    // Before the server starts, so that its end is never missed.
    watch_signals(sender.clone())?;
    let identity = orders.identity.map(|(uid, gid)| Identity {
        name: String::new(),
        uid,
        gid,
    });
    let mut server = identity::command(&orders.postgres, identity.as_ref())
        .arg("-D")
        .arg(orders.folder.join("data"))
        .stdin(Stdio::null())
        // Not the locked file: the lock is for as long as this process lives.
        .stdout(Stdio::null())
        .spawn()?;
    if orders.has_owner {
        watch_owner(sender);
    }
    loop {
        match events.recv() {
            Ok(Event::Child) => {
                if server.try_wait()?.is_some() {
                    return Ok(Ending::ByItself);
                }
            }
            // No sender is left only if nothing can tell us any more when to stop.
            Ok(Event::Stop) | Err(_) => return stop(&mut server, &events).map(|()| Ending::Asked),
        }
    }
}

/// SIGINT and SIGHUP come from a terminal and are meant for the owner; they are taken note of and no more.
fn watch_signals(sender: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGCHLD, SIGTERM, SIGINT, SIGHUP])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = match signal {
                SIGCHLD => Event::Child,
                SIGTERM => Event::Stop,
                _ => continue,
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn watch_owner(sender: Sender<Event>) {
    thread::spawn(move || {
        // A word, the end and an error all mean the same.
        let _ = io::stdin().lock().read(&mut [0]);
        let _ = sender.send(Event::Stop);
    });
}

/// PostgreSQL documentation, "Shutting Down the Server": fast, then immediate, then by force.
fn stop(server: &mut Child, events: &Receiver<Event>) -> io::Result<()> {
    for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
        if server.try_wait()?.is_some() {
            return Ok(());
        }
        // Not reaped yet, so the number is still the server's.
        if let Some(process) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
            kill_process(process, signal)?;
        }
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            match events.recv_timeout(left) {
                Ok(_) => {
                    if server.try_wait()?.is_some() {
                        return Ok(());
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => thread::sleep(left),
            }
        }
    }
    server.wait().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_survive_the_command_line_and_others_are_refused() {
        for identity in [None, Some((101, 104))] {
            for has_owner in [true, false] {
                let orders = Orders {
                    has_owner,
                    postgres: "/b/postgres".into(),
                    folder: "/t/x y".into(),
                    identity,
                };
                assert_eq!(Orders::parse(orders.arguments()), Some(orders));
            }
        }
        assert_eq!(supervise([]), 2);
        assert_eq!(
            supervise(["owned", "/b", "/f", "root"].map(OsString::from)),
            2
        );
    }
}
