//! The blocking client: one session, statements sent in pipelines, rows handed on as they stream in.

mod cancel;
mod connect;
mod copy;
mod driven;
mod open;
mod row;
mod run;

pub use cancel::CancelToken;
pub use driven::Driven;
pub use row::Row;

use crate::config::Config;
use crate::error::{Error, Place};
use crate::transport::{Transport, Trouble};
use hyperdj_protocol::{Event, ServerError, Session, TransactionStatus, server_version_number};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

/// One statement of a pipeline: its text, and its parameters `$1`, `$2` … in PostgreSQL's text form, `None` for NULL.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The text.
    pub sql: &'a str,
    /// The parameters.
    pub parameters: &'a [Option<&'a str>],
}

/// A notification that another session sent with NOTIFY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The server process of the session that sent it.
    pub process_id: i32,
    /// The channel.
    pub channel: String,
    /// What was sent along.
    pub payload: String,
}

/// How many notices, and how many notifications, are kept for the caller; the oldest go first.
const KEPT: usize = 1000;

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// A session with a server.
///
/// Dropping it says goodbye to the server. After an [`Error::Closed`], [`Error::Timeout`] or [`Error::Protocol`] the
/// session is over, and every further call gives [`Error::Closed`].
pub struct Client {
    transport: Transport,
    session: Session,
    place: Box<Place>,
    cancel: Option<CancelToken>,
    read_timeout: Option<Duration>,
    notices: VecDeque<ServerError>,
    notifications: VecDeque<Notification>,
    over: bool,
}

impl Client {
    /// Opens a session with the first of the configuration's hosts that has a server to use.
    ///
    /// # Errors
    /// The reason; [`Error::AllFailed`] with the reason of each place when there are several.
    pub fn connect(config: &Config) -> Result<Self, Error> {
        connect::connect(config)
    }

    /// The server's version as `server_version_num` gives it, such as 150018; 0 if the server did not say.
    pub fn server_version(&self) -> u32 {
        self.parameter("server_version")
            .and_then(server_version_number)
            .unwrap_or(0)
    }

    /// The last value of a setting that the server reports, such as `server_version` or `TimeZone`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.session.parameters().get(name)
    }

    /// Where the server was found.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The server process of this session, if the server said.
    pub fn process_id(&self) -> Option<i32> {
        self.session
            .cancel_key()
            .map(hyperdj_protocol::CancelKey::process_id)
    }

    /// Whether a transaction is open.
    pub fn transaction(&self) -> TransactionStatus {
        self.session.transaction()
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.transport.is_encrypted()
    }

    /// Sets how long the server may stay silent while an answer is awaited; `None` for ever.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) {
        self.read_timeout = timeout;
    }

    /// What cancels the statement that this client is running, from another thread; `None` if the server gave no key.
    pub fn cancel_token(&self) -> Option<CancelToken> {
        self.cancel.clone()
    }

    /// Takes the notices that have come, the oldest first; at most the last thousand are kept.
    pub fn take_notices(&mut self) -> Vec<ServerError> {
        self.notices.drain(..).collect()
    }

    /// Takes the notifications that have come, the oldest first; at most the last thousand are kept.
    pub fn take_notifications(&mut self) -> Vec<Notification> {
        self.notifications.drain(..).collect()
    }

    /// The next event, waiting for it if need be. Notices and notifications are put aside.
    fn next_event(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.pending_event()? {
                return Ok(event);
            }
            let deadline = self.read_timeout.map(|timeout| Instant::now() + timeout);
            if let Err(trouble) = self.transport.turn(&mut self.session, deadline) {
                self.over = true;
                return Err(self.error(trouble));
            }
        }
    }

    /// The next event, if it is there already.
    fn pending_event(&mut self) -> Result<Option<Event>, Error> {
        loop {
            match self.session.next_event() {
                Ok(Some(Event::Notice(notice))) => keep(&mut self.notices, *notice),
                Ok(Some(Event::Notification {
                    process_id,
                    channel,
                    payload,
                })) => {
                    keep(
                        &mut self.notifications,
                        Notification {
                            process_id,
                            channel,
                            payload,
                        },
                    );
                }
                Ok(Some(Event::Parameter { .. })) => {}
                Ok(event) => return Ok(event),
                Err(error) => {
                    self.over = true;
                    return Err(Error::Protocol {
                        place: self.place.clone(),
                        error,
                    });
                }
            }
        }
    }

    fn error(&self, trouble: Trouble) -> Error {
        let place = self.place.clone();
        match trouble {
            Trouble::Timeout => Error::Timeout {
                place,
                waiting_for: "running a statement",
                after: self.read_timeout.unwrap_or_default(),
            },
            Trouble::Io(reason) => Error::Closed { place, reason },
            Trouble::Tls(reason) => Error::Closed {
                place,
                reason: io::Error::new(io::ErrorKind::InvalidData, reason),
            },
        }
    }

    /// Fails if the session is over already.
    fn check(&self) -> Result<(), Error> {
        if self.over {
            let reason = io::Error::new(
                io::ErrorKind::NotConnected,
                "it ended with an earlier error",
            );
            return Err(Error::Closed {
                place: self.place.clone(),
                reason,
            });
        }
        Ok(())
    }
}

fn keep<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

impl Drop for Client {
    fn drop(&mut self) {
        if !self.over {
            self.session.terminate();
            // A server that is gone needs no goodbye.
            let _ = self
                .transport
                .flush(&mut self.session, Some(Instant::now() + GOODBYE));
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
