//! What can go wrong with a connection: what, where, and what to do next.

use crate::config::{ConfigError, Host};
use hyperdj_protocol::{AuthenticationError, ProtocolError, ServerError};
use std::fmt;
use std::io;
use std::time::Duration;

/// What is waited for while a session is opened.
pub(crate) const OPENING: &str = "opening a session";

/// Where a server was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host as it was asked for.
    pub host: Host,
    /// The address that its name stands for, if it was looked up.
    pub address: Option<std::net::SocketAddr>,
}

impl Place {
    /// The port.
    pub fn port(&self) -> u16 {
        match &self.host {
            Host::Tcp { port, .. } | Host::Unix { port, .. } => *port,
        }
    }
}

impl fmt::Display for Place {
    /// `db.example:5432 (192.0.2.7)`, or the path of the local socket.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.host)?;
        match (&self.host, &self.address) {
            (Host::Tcp { name, .. }, Some(address))
                if !name.is_empty() && *name != address.ip().to_string() =>
            {
                write!(formatter, " ({})", address.ip())
            }
            _ => Ok(()),
        }
    }
}

/// Why the client could not prove who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthenticationFailure {
    /// The server refused: wrong password, no such role, no line in `pg_hba.conf`.
    Refused(Box<ServerError>),
    /// The client refused, or could not follow.
    Policy(AuthenticationError),
}

/// One place that was tried in vain.
#[derive(Debug)]
pub struct Attempt {
    /// The place.
    pub place: Place,
    /// Why.
    pub error: Error,
}

/// An error of a connection. `Display` says what and where in one paragraph; [`Error::hint`] says what to do next.
/// Neither shows a password.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The settings can't be used.
    Config(ConfigError),
    /// No server could be reached.
    Unreachable {
        /// Where.
        place: Box<Place>,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// The server did not answer in time.
    Timeout {
        /// Where.
        place: Box<Place>,
        /// What was waited for, as in "opening a session".
        waiting_for: &'static str,
        /// How long.
        after: Duration,
    },
    /// TLS could not be agreed on.
    Tls {
        /// Where.
        place: Box<Place>,
        /// Why.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The client could not prove who it is.
    Authentication {
        /// Where.
        place: Box<Place>,
        /// The role that it asked for.
        user: String,
        /// Why.
        reason: AuthenticationFailure,
    },
    /// The server has no such database.
    NoSuchDatabase {
        /// Where.
        place: Box<Place>,
        /// The database that was asked for.
        database: String,
        /// What the server says.
        error: Box<ServerError>,
    },
    /// Something else than PostgreSQL is listening there.
    NotPostgres {
        /// Where.
        place: Box<Place>,
        /// What it looks like.
        found: ProtocolError,
    },
    /// The server is of another kind than `target_session_attrs` asks for.
    WrongSession {
        /// Where.
        place: Box<Place>,
        /// What was asked for.
        wanted: &'static str,
    },
    /// None of several places had a server to use.
    AllFailed(Vec<Attempt>),
    /// The server reports an error.
    Server {
        /// The statement that failed, counted from 0, of a pipeline.
        statement: Option<usize>,
        /// What the server says.
        error: Box<ServerError>,
    },
    /// The connection ended in the middle.
    Closed {
        /// Where.
        place: Box<Place>,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// The server broke the protocol, or a statement can't be sent.
    Protocol {
        /// Where.
        place: Box<Place>,
        /// How.
        error: ProtocolError,
    },
    /// A value that is not what was asked for.
    Value {
        /// The column's name, or its number where there is none of that number.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// What was to be copied into a table can't be read.
    Source(io::Error),
    /// Something that a caller asked for and this client does not do in this way.
    Unsupported(&'static str),
}

impl Error {
    /// What the server says, if it is the server who says something.
    pub fn server_error(&self) -> Option<&ServerError> {
        match self {
            Self::Server { error, .. }
            | Self::NoSuchDatabase { error, .. }
            | Self::Authentication {
                reason: AuthenticationFailure::Refused(error),
                ..
            } => Some(error),
            _ => None,
        }
    }

    /// The SQLSTATE code of the server's error.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server_error()
            .map(|error| error.code.as_str())
            .filter(|code| !code.is_empty())
    }

    /// What the user can do next, in one or two sentences.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreachable { place, reason } => return unreachable_hint(place, reason),
            Self::Timeout { waiting_for: OPENING, .. } => {
                "Check host and port, and that no firewall drops the packets; connect_timeout sets how long to wait.".to_owned()
            }
            Self::Timeout { .. } => {
                "The server or the network may be down, or the statement waits for a lock (see pg_stat_activity).".to_owned()
            }
            Self::Tls { hint, .. } => return hint.clone(),
            Self::Authentication { reason, user, .. } => return authentication_hint(reason, user),
            Self::NoSuchDatabase { .. } => {
                "List the databases with: psql -l (same host and user). The name is what stands behind the last / of the URL.".to_owned()
            }
            Self::NotPostgres { .. } => {
                "Check host and port: PostgreSQL listens on 5432 unless it was told otherwise.".to_owned()
            }
            Self::WrongSession { .. } => {
                "List all servers of the cluster in the URL (host1,host2), or drop target_session_attrs.".to_owned()
            }
            Self::Closed { .. } => {
                "The server may have been stopped or have crashed; its log says more.".to_owned()
            }
            Self::Server { error, .. } => return error.hint.clone().or_else(|| server_hint(&error.code)),
            Self::AllFailed(attempts) => return attempts.iter().find_map(|attempt| attempt.error.hint()),
            _ => return None,
        })
    }
}

/// What to do about errors that the server itself gives no hint for.
fn server_hint(code: &str) -> Option<String> {
    Some(match code {
        "42501" => "The role lacks a right; the object's owner or the database's administrator can grant it.".to_owned(),
        "53300" => "The server takes no more sessions just now; try again, or close some.".to_owned(),
        "57014" => "The statement ran into a time limit, or somebody cancelled it.".to_owned(),
        "57P01" | "57P02" | "57P03" => {
            "The server is being stopped or started, or an administrator ended the session: try again.".to_owned()
        }
        _ => return None,
    })
}

fn unreachable_hint(place: &Place, reason: &io::Error) -> Option<String> {
    Some(match (&place.host, reason.kind()) {
        (Host::Unix { .. }, io::ErrorKind::NotFound) => {
            "No server has its socket there. Start it, or name its host: postgres://localhost:5432/name.".to_owned()
        }
        (Host::Unix { .. }, io::ErrorKind::PermissionDenied) => {
            "This user may not enter the socket's folder.".to_owned()
        }
        (_, io::ErrorKind::ConnectionRefused) => format!(
            "Nothing listens there. Check that the server runs, that its listen_addresses includes this address, and that its port is {}.",
            place.port()
        ),
        (Host::Tcp { .. }, _) => "Check the host's name and the network.".to_owned(),
        _ => return None,
    })
}

fn authentication_hint(reason: &AuthenticationFailure, user: &str) -> Option<String> {
    Some(match reason {
        AuthenticationFailure::Refused(error) if error.code == "28P01" => {
            format!("Check the password of {user:?}: in the URL, in PGPASSWORD, or in the password file ~/.pgpass.")
        }
        AuthenticationFailure::Refused(error) if error.message.contains("pg_hba.conf") => {
            "The server's pg_hba.conf has no line that lets this user in from here; its administrator can add one.".to_owned()
        }
        AuthenticationFailure::Refused(error) => {
            return error.hint.clone().or_else(|| Some("Check the user's name, and that the role may log in.".to_owned()));
        }
        AuthenticationFailure::Policy(AuthenticationError::PasswordMissing(_)) => {
            "Give it in the URL (postgres://user:password@host/name), in PGPASSWORD, or in the password file ~/.pgpass.".to_owned()
        }
        AuthenticationFailure::Policy(AuthenticationError::CleartextRefused) => {
            "Use TLS (sslmode=require), have the server ask for scram-sha-256, or allow it with require_auth=password.".to_owned()
        }
        AuthenticationFailure::Policy(AuthenticationError::ChannelBindingMissing(_)) => {
            "Use TLS and a scram-sha-256 password, or drop channel_binding=require.".to_owned()
        }
        AuthenticationFailure::Policy(AuthenticationError::Scram(_) | AuthenticationError::ServerUnproven) => {
            "The server may not be the one that it claims to be; nothing was sent from which the password could be told.".to_owned()
        }
        AuthenticationFailure::Policy(AuthenticationError::Unsupported(_)) => {
            "Have the server's pg_hba.conf ask this user for scram-sha-256.".to_owned()
        }
        AuthenticationFailure::Policy(_) => return None,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(formatter, "{error}"),
            Self::Unreachable { place, reason } => {
                write!(
                    formatter,
                    "can't reach a server at {place}: {}",
                    words(reason)
                )
            }
            Self::Timeout {
                place,
                waiting_for,
                after,
            } => {
                write!(
                    formatter,
                    "the server at {place} did not answer within {after:?} while {waiting_for}"
                )
            }
            Self::Tls { place, reason, .. } => {
                write!(formatter, "no TLS with the server at {place}: {reason}")
            }
            Self::Authentication {
                place,
                user,
                reason,
            } => match reason {
                AuthenticationFailure::Refused(error) => {
                    write!(
                        formatter,
                        "the server at {place} refused the user {user:?}: {}",
                        without_hint(error)
                    )
                }
                AuthenticationFailure::Policy(error) => {
                    write!(formatter, "can't log in at {place} as {user:?}: {error}")
                }
            },
            Self::NoSuchDatabase {
                place, database, ..
            } => {
                write!(
                    formatter,
                    "the server at {place} has no database {database:?}"
                )
            }
            Self::NotPostgres { place, found } => write!(formatter, "{place}: {found}"),
            Self::WrongSession { place, wanted } => {
                write!(
                    formatter,
                    "the server at {place} is not what target_session_attrs={wanted} asks for"
                )
            }
            Self::AllFailed(attempts) => {
                write!(
                    formatter,
                    "none of the {} places has a server to use",
                    attempts.len()
                )?;
                for attempt in attempts {
                    write!(formatter, "\n- {}", attempt.error)?;
                }
                Ok(())
            }
            Self::Server { error, .. } => write!(formatter, "{}", without_hint(error)),
            Self::Closed { place, reason } => {
                write!(
                    formatter,
                    "the connection to {place} was lost: {}",
                    words(reason)
                )
            }
            Self::Protocol {
                place,
                error: error @ ProtocolError::Unencodable(_),
            } => {
                write!(formatter, "{error} (connection to {place})")
            }
            Self::Protocol { place, error } => {
                write!(
                    formatter,
                    "the server at {place} does not keep to PostgreSQL's protocol: {error}"
                )
            }
            Self::Value { column, reason } => write!(formatter, "column {column}: {reason}"),
            Self::Source(reason) => write!(
                formatter,
                "the data to copy can't be read: {}",
                words(reason)
            ),
            Self::Unsupported(what) => formatter.write_str(what),
        }
    }
}

/// The server's error without its hint, which [`Error::hint`] gives.
fn without_hint(error: &ServerError) -> ServerError {
    let mut error = error.clone();
    error.hint = None;
    error
}

/// The operating system's reason in words, without the number that Rust appends.
fn words(reason: &io::Error) -> String {
    let text = reason.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(error) => Some(error),
            Self::Unreachable { reason, .. }
            | Self::Closed { reason, .. }
            | Self::Source(reason) => Some(reason),
            Self::Server { error, .. } | Self::NoSuchDatabase { error, .. } => Some(error.as_ref()),
            Self::Protocol { error, .. } | Self::NotPostgres { found: error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
