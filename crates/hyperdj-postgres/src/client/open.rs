//! Opening a session with one address: the socket, TLS as `sslmode` says, authentication.

use super::{CancelToken, Client};
use crate::config::{Config, Host, SslMode};
use crate::error::{AuthenticationFailure, Error, Place};
use crate::transport::{Stream, Transport, Trouble};
use hyperdj_protocol::{
    Channel, ProtocolError, ServerError, Session, Startup, StartupError, StartupEvent,
    StartupOptions,
};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Instant;

/// How the connection is to be encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// Not at all.
    None,
    /// If the server has TLS.
    IfOffered,
    /// In any case.
    Required,
}

/// Opens a session, falling back from and to TLS as libpq does.
pub(super) fn open(config: &Config, host: usize, place: &Place) -> Result<Client, Error> {
    let once = |encryption| open_once(config, host, place, encryption);
    if matches!(place.host, Host::Unix { .. }) {
        return once(Encryption::None);
    }
    match config.tls.mode {
        SslMode::Disable => once(Encryption::None),
        SslMode::Allow => match once(Encryption::None) {
            Err(error) if refused_this_way(&error) => once(Encryption::Required),
            result => result,
        },
        SslMode::Prefer => match once(Encryption::IfOffered) {
            // The first error says more: without TLS the server may merely say that it wants TLS.
            Err(error) if refused_this_way(&error) => once(Encryption::None).map_err(|_| error),
            result => result,
        },
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => once(Encryption::Required),
    }
}

/// Whether the other way, with TLS or without, may get further: `pg_hba.conf` can ask for either.
///
/// libpq tries the other way after a wrong password as well, which then travels unencrypted; we do not.
fn refused_this_way(error: &Error) -> bool {
    match error {
        Error::Tls { .. } => true,
        Error::Authentication {
            reason: AuthenticationFailure::Refused(error),
            ..
        } => error.code == "28000",
        _ => false,
    }
}

fn open_once(
    config: &Config,
    host: usize,
    place: &Place,
    encryption: Encryption,
) -> Result<Client, Error> {
    let deadline = config
        .connect_timeout
        .map(|timeout| Instant::now() + timeout);
    let context = Context {
        config,
        place,
        user: config.effective_user()?,
    };
    let (mut transport, channel) = match encryption {
        Encryption::None | Encryption::IfOffered => {
            let stream = connect(config, place, deadline)?;
            let channel = match place.host {
                Host::Unix { .. } => Channel::Local,
                Host::Tcp { .. } => Channel::Unencrypted,
            };
            (Transport::new(stream, None), channel)
        }
        Encryption::Required => {
            return Err(Error::Unsupported("TLS is not there yet"));
        }
    };
    let (session, notices) = context.start(&mut transport, channel, host, deadline)?;
    let cancel = session.cancel_key().map(|key| CancelToken {
        config: Arc::new(config.clone()),
        place: place.clone(),
        encrypted: transport.is_encrypted(),
        key: key.clone(),
    });
    Ok(Client {
        transport,
        session,
        place: Box::new(place.clone()),
        cancel,
        read_timeout: config.read_timeout,
        notices,
        notifications: VecDeque::new(),
        over: false,
    })
}

/// A connection over which nothing has been said yet, for a request to cancel.
pub(super) fn transport(
    config: &Config,
    place: &Place,
    encrypted: bool,
    deadline: Option<Instant>,
) -> Result<Transport, Error> {
    let stream = connect(config, place, deadline)?;
    if encrypted {
        return Err(Error::Unsupported("TLS is not there yet"));
    }
    Ok(Transport::new(stream, None))
}

fn connect(config: &Config, place: &Place, deadline: Option<Instant>) -> Result<Stream, Error> {
    Stream::connect(place, config, deadline).map_err(|reason| {
        match (reason.kind(), config.connect_timeout) {
            (io::ErrorKind::TimedOut, Some(after)) => Error::Timeout {
                place: Box::new(place.clone()),
                waiting_for: "opening a session",
                after,
            },
            _ => Error::Unreachable {
                place: Box::new(place.clone()),
                reason,
            },
        }
    })
}

/// What the steps of opening a session share.
struct Context<'a> {
    config: &'a Config,
    place: &'a Place,
    user: String,
}

impl Context<'_> {
    /// Introduces and authenticates the client.
    fn start(
        &self,
        transport: &mut Transport,
        channel: Channel,
        host: usize,
        deadline: Option<Instant>,
    ) -> Result<(Session, VecDeque<ServerError>), Error> {
        let config = self.config;
        let mut parameters = config.session_settings.clone();
        for (name, value) in [
            ("application_name", &config.application_name),
            ("options", &config.options),
        ] {
            if let Some(value) = value {
                parameters.push((name.to_owned(), value.clone()));
            }
        }
        let mut startup = Startup::new(StartupOptions {
            user: self.user.clone(),
            database: config.database.clone(),
            parameters,
            password: config
                .password_for(host)
                .map(|password| password.reveal().as_bytes().to_vec()),
            channel,
            channel_binding: config.channel_binding,
            required_methods: config.required_methods.clone(),
            newest_version: config.newest_protocol,
            oldest_version: config.oldest_protocol,
        })
        .map_err(|error| self.startup_error(error.into()))?;
        let mut notices = VecDeque::new();
        loop {
            match startup.next_event() {
                Ok(Some(StartupEvent::Notice(notice))) => super::keep(&mut notices, *notice),
                Ok(Some(StartupEvent::Ready(session))) => return Ok((*session, notices)),
                Ok(None) => {
                    if let Err(trouble) = transport.turn(&mut startup, deadline) {
                        return Err(self.trouble(trouble));
                    }
                }
                Err(error) => return Err(self.startup_error(error)),
            }
        }
    }

    fn startup_error(&self, error: StartupError) -> Error {
        let place = Box::new(self.place.clone());
        match error {
            StartupError::Server(error) if error.code == "3D000" => Error::NoSuchDatabase {
                place,
                database: self
                    .config
                    .database
                    .clone()
                    .unwrap_or_else(|| self.user.clone()),
                error,
            },
            StartupError::Server(error) if error.class() == "28" => Error::Authentication {
                place,
                user: self.user.clone(),
                reason: AuthenticationFailure::Refused(error),
            },
            StartupError::Server(error) => Error::Server {
                statement: None,
                error,
            },
            StartupError::Authentication(error) => Error::Authentication {
                place,
                user: self.user.clone(),
                reason: AuthenticationFailure::Policy(error),
            },
            StartupError::Protocol(found @ ProtocolError::NotPostgres(_)) => {
                Error::NotPostgres { place, found }
            }
            StartupError::Protocol(error) => Error::Protocol { place, error },
        }
    }

    fn trouble(&self, trouble: Trouble) -> Error {
        let place = Box::new(self.place.clone());
        match trouble {
            Trouble::Timeout => Error::Timeout {
                place,
                waiting_for: "opening a session",
                after: self.config.connect_timeout.unwrap_or_default(),
            },
            Trouble::Io(reason) => Error::Closed { place, reason },
            Trouble::Tls(reason) => Error::Tls {
                place,
                reason: reason.to_string(),
                hint: None,
            },
        }
    }
}
