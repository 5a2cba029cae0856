//! Opening a session with one address: the socket, TLS as `sslmode` says, authentication.

use super::{CancelToken, Client};
use crate::config::{Config, Host, SslMode, SslNegotiation};
use crate::error::{AuthenticationFailure, Error, OPENING, Place};
use crate::transport::{Machine, Stream, Transport, Trouble};
use hyperdj_protocol::{
    Channel, ProtocolError, ServerError, Session, Startup, StartupError, StartupEvent,
    StartupOptions, TLS_REQUEST, TlsAnswer, tls_answer,
};
use std::cell::Cell;
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
    let encrypted = Cell::new(false);
    let once = |encryption| open_once(config, host, place, encryption, &encrypted);
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
            // A server that has no TLS was asked without it already.
            Err(first) if refused_this_way(&first) && (encrypted.get() || !from_server(&first)) => {
                once(Encryption::None).map_err(|second| match first {
                    // An answer that could not be believed: the second says what it was.
                    Error::Protocol { .. } => second,
                    // Without TLS the server may merely say that it wants TLS.
                    first => first,
                })
            }
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
        Error::Tls { .. }
        | Error::Protocol {
            error: ProtocolError::ErrorInTlsNegotiation,
            ..
        } => true,
        Error::Authentication {
            reason: AuthenticationFailure::Refused(error),
            ..
        } => error.code == "28000",
        _ => false,
    }
}

/// Whether the server itself refused, which it would do again if asked in the same way.
fn from_server(error: &Error) -> bool {
    matches!(error, Error::Authentication { .. })
}

fn open_once(
    config: &Config,
    host: usize,
    place: &Place,
    encryption: Encryption,
    encrypted: &Cell<bool>,
) -> Result<Client, Error> {
    let deadline = config
        .connect_timeout
        .map(|timeout| Instant::now() + timeout);
    let context = Context {
        config,
        place,
        user: config.effective_user()?,
    };
    let mut transport = Transport::new(connect(config, place, deadline)?, None);
    if encryption != Encryption::None {
        context.encrypt(&mut transport, encryption, deadline)?;
    }
    encrypted.set(transport.is_encrypted());
    let channel = context.channel(&transport);
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
    let mut transport = Transport::new(connect(config, place, deadline)?, None);
    if encrypted {
        let context = Context {
            config,
            place,
            user: String::new(),
        };
        context.encrypt(&mut transport, Encryption::Required, deadline)?;
    }
    Ok(transport)
}

fn connect(config: &Config, place: &Place, deadline: Option<Instant>) -> Result<Stream, Error> {
    Stream::connect(place, config, deadline).map_err(|reason| {
        match (reason.kind(), config.connect_timeout) {
            (io::ErrorKind::TimedOut, Some(after)) => Error::Timeout {
                place: Box::new(place.clone()),
                waiting_for: OPENING,
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
    /// Agrees with the server on TLS, or finds out that it has none.
    fn encrypt(
        &self,
        transport: &mut Transport,
        encryption: Encryption,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        if self.config.tls.negotiation == SslNegotiation::Postgres
            && self.ask_for_tls(transport, deadline)? == TlsAnswer::Refused
        {
            if encryption == Encryption::IfOffered {
                return Ok(());
            }
            return Err(Error::Tls {
                place: Box::new(self.place.clone()),
                reason: "the server has TLS switched off, and sslmode asks for it".to_owned(),
                hint: Some(
                    "Switch it on in the server (ssl = on, with a certificate), or use sslmode=prefer.".to_owned(),
                ),
            });
        }
        // Files are read only for a server that has TLS: what is wrong with them must not matter otherwise.
        let connection = crate::tls::prepare(self.config, self.place)?;
        transport
            .start_tls(connection, deadline)
            .map_err(|trouble| match trouble {
                Trouble::Io(reason) => Error::Tls {
                    place: Box::new(self.place.clone()),
                    reason: format!("the connection ended during the handshake ({reason})"),
                    hint: None,
                },
                trouble => self.trouble(trouble),
            })?;
        match transport.tls() {
            Some(connection) => crate::tls::check(connection, self.config, self.place),
            None => Ok(()),
        }
    }

    /// Sends the request for TLS and waits for its one-byte answer.
    fn ask_for_tls(
        &self,
        transport: &mut Transport,
        deadline: Option<Instant>,
    ) -> Result<TlsAnswer, Error> {
        let mut request = TlsRequest {
            unsent: &TLS_REQUEST,
            answer: [0; 64],
            received: 0,
        };
        loop {
            transport
                .turn(&mut request, deadline)
                .map_err(|trouble| self.trouble(trouble))?;
            match tls_answer(&request.answer[..request.received]) {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {}
                Err(error) => return Err(self.startup_error(error.into())),
            }
        }
    }

    /// What the connection runs over, as the server's questions are judged by.
    fn channel(&self, transport: &Transport) -> Channel {
        match (transport.tls(), &self.place.host) {
            (Some(connection), _) => Channel::Tls {
                end_point: connection
                    .peer_certificates()
                    .and_then(|chain| chain.first())
                    .and_then(|certificate| crate::tls::end_point_hash(certificate.as_ref())),
            },
            (None, Host::Unix { .. }) => Channel::Local,
            (None, Host::Tcp { .. }) => Channel::Unencrypted,
        }
    }

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
                waiting_for: OPENING,
                after: self.config.connect_timeout.unwrap_or_default(),
            },
            Trouble::Io(reason) => Error::Closed { place, reason },
            Trouble::Tls(reason) => {
                let (reason, hint) = crate::tls::describe(&reason);
                Error::Tls {
                    place,
                    reason,
                    hint,
                }
            }
        }
    }
}

/// The request for TLS, sent before anything else.
struct TlsRequest {
    unsent: &'static [u8],
    answer: [u8; 64],
    received: usize,
}

impl Machine for TlsRequest {
    fn room(&mut self, _: usize) -> &mut [u8] {
        &mut self.answer[self.received..]
    }

    fn filled(&mut self, count: usize) {
        self.received = (self.received + count).min(self.answer.len());
    }

    fn output(&self) -> &[u8] {
        self.unsent
    }

    fn written(&mut self, count: usize) {
        self.unsent = &self.unsent[count.min(self.unsent.len())..];
    }
}
