//! From the first byte to the first ReadyForQuery.

use crate::authentication::{
    Authentication, AuthenticationMethod, Channel, ChannelBindingMode, RequiredMethods,
};
use crate::input::{Incoming, Input};
use crate::{
    AuthenticationError, CancelKey, ProtocolError, ServerError, ServerParameters, Session,
    StartupError, foreign,
};
use bytes::{Buf, BytesMut};
use postgres_protocol::message::{backend::Message, frontend};
use std::fmt;

/// A version of the protocol that the client can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ProtocolVersion {
    /// Version 3.0: every server since PostgreSQL 7.4.
    #[default]
    V3_0,
    /// Version 3.2, of PostgreSQL 18: longer keys for cancellation. Older servers negotiate down to 3.0, some poolers refuse it.
    V3_2,
}

impl ProtocolVersion {
    fn minor(self) -> i32 {
        match self {
            Self::V3_0 => 0,
            Self::V3_2 => 2,
        }
    }
}

/// How to introduce the client to the server.
#[derive(Clone)]
pub struct StartupOptions {
    /// The role to connect as.
    pub user: String,
    /// The database; the server takes the one with the user's name if there is none.
    pub database: Option<String>,
    /// Further settings of the session, such as `application_name`, `options`. `client_encoding` is always UTF8.
    pub parameters: Vec<(String, String)>,
    /// The password, if there is one.
    pub password: Option<Vec<u8>>,
    /// What the connection runs over.
    pub channel: Channel,
    /// Whether SCRAM is tied to the TLS connection.
    pub channel_binding: ChannelBindingMode,
    /// The methods that the server may ask for.
    pub required_methods: RequiredMethods,
    /// The newest version of the protocol to ask for.
    pub newest_version: ProtocolVersion,
    /// The oldest version of the protocol to accept.
    pub oldest_version: ProtocolVersion,
}

impl fmt::Debug for StartupOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StartupOptions")
            .field("user", &self.user)
            .field("database", &self.database)
            .field("parameters", &self.parameters)
            .field("channel", &self.channel)
            .field("channel_binding", &self.channel_binding)
            .finish_non_exhaustive()
    }
}

/// What a driver gets to know on the way.
#[derive(Debug)]
pub enum StartupEvent {
    /// A notice, such as that the password is about to expire.
    Notice(Box<ServerError>),
    /// The session is ready; the startup is spent.
    Ready(Box<Session>),
}

/// The state machine that opens a session.
pub struct Startup {
    input: Input,
    output: BytesMut,
    authentication: Authentication,
    newest_version: ProtocolVersion,
    oldest_version: ProtocolVersion,
    parameters: ServerParameters,
    key: Option<CancelKey>,
    heard: bool,
    authenticated: bool,
}

impl Startup {
    /// The longest StartupMessage that PostgreSQL reads, in bytes.
    const LONGEST: usize = 10_000;

    /// Begins a session: [`Startup::output`] then holds the StartupMessage.
    ///
    /// # Errors
    /// [`ProtocolError::Unencodable`] for a zero byte in a name or value, or when all of them together are longer
    /// than a server accepts (10,000 bytes).
    pub fn new(options: StartupOptions) -> Result<Self, ProtocolError> {
        let mut parameters = vec![("user", options.user.as_str())];
        if let Some(database) = &options.database {
            parameters.push(("database", database));
        }
        parameters.push(("client_encoding", "UTF8"));
        parameters.extend(
            options
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let mut output = BytesMut::new();
        frontend::startup_message(parameters, &mut output).map_err(ProtocolError::unencodable)?;
        if output.len() > Self::LONGEST {
            return Err(ProtocolError::Unencodable(format!(
                "the settings of the session take {} bytes, and a server reads {} at most",
                output.len(),
                Self::LONGEST
            )));
        }
        // The library writes version 3.0: four bytes of length, two of the major version, two of the minor.
        let [high, low] = (options.newest_version.minor() as u16).to_be_bytes();
        output[6] = high;
        output[7] = low;
        Ok(Self {
            input: Input::default(),
            output,
            authentication: Authentication::new(
                options.user,
                options.password,
                options.channel,
                options.channel_binding,
                options.required_methods,
            ),
            newest_version: options.newest_version,
            oldest_version: options.oldest_version,
            parameters: ServerParameters::default(),
            key: None,
            heard: false,
            authenticated: false,
        })
    }

    /// At least `size` bytes to read into from the connection; then say how many with [`Startup::filled`].
    pub fn room(&mut self, size: usize) -> &mut [u8] {
        self.input.room(size)
    }

    /// Says how many bytes were read into [`Startup::room`].
    pub fn filled(&mut self, count: usize) {
        self.input.filled(count);
    }

    /// Takes a copy of bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.feed(bytes);
    }

    /// What is to be written to the connection.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Says how many bytes of [`Startup::output`] were written.
    pub fn written(&mut self, count: usize) {
        self.output.advance(count.min(self.output.len()));
    }

    /// Whether the server has sent anything that could be PostgreSQL's.
    pub fn heard(&self) -> bool {
        self.heard
    }

    /// The next event; `None` when more bytes are needed.
    ///
    /// # Errors
    /// Any [`StartupError`]; the connection is then to be closed.
    pub fn next_event(&mut self) -> Result<Option<StartupEvent>, StartupError> {
        loop {
            if !self.heard {
                self.check_first_message()?;
            }
            self.check_authentication_code()?;
            let Some(incoming) = self.input.next(self.authenticated)? else {
                return Ok(None);
            };
            self.heard = true;
            match incoming {
                Incoming::Negotiate {
                    minor,
                    unrecognised,
                } => self.negotiate(minor, &unrecognised)?,
                Incoming::KeyData { process_id, secret } if self.authenticated => {
                    self.key = Some(CancelKey::new(process_id, secret));
                }
                Incoming::KeyData { .. } => return Err(unexpected('K').into()),
                Incoming::CopyBoth => return Err(unexpected('W').into()),
                Incoming::Message(message) => {
                    if let Some(event) = self.message(message)? {
                        return Ok(Some(event));
                    }
                }
            }
        }
    }

    fn message(&mut self, message: Message) -> Result<Option<StartupEvent>, StartupError> {
        match message {
            Message::ErrorResponse(body) => {
                return Err(StartupError::Server(Box::new(ServerError::read(
                    body.fields(),
                )?)));
            }
            Message::NoticeResponse(body) => {
                return Ok(Some(StartupEvent::Notice(Box::new(ServerError::read(
                    body.fields(),
                )?))));
            }
            Message::AuthenticationCleartextPassword if !self.authenticated => {
                self.authentication.cleartext(&mut self.output)?;
            }
            Message::AuthenticationMd5Password(body) if !self.authenticated => {
                self.authentication.md5(body.salt(), &mut self.output)?;
            }
            Message::AuthenticationSasl(body) if !self.authenticated => {
                self.authentication.sasl(&body, &mut self.output)?;
            }
            Message::AuthenticationSaslContinue(body) if !self.authenticated => {
                self.authentication
                    .sasl_continue(body.data(), &mut self.output)?;
            }
            Message::AuthenticationSaslFinal(body) if !self.authenticated => {
                self.authentication.sasl_final(body.data())?;
            }
            Message::AuthenticationOk if !self.authenticated => {
                self.authentication.done()?;
                self.authenticated = true;
            }
            Message::ParameterStatus(body) if self.authenticated => {
                let name = body.name().map_err(ProtocolError::malformed)?;
                let value = body.value().map_err(ProtocolError::malformed)?;
                self.parameters.set(name, value);
            }
            Message::ReadyForQuery(_) if self.authenticated => {
                return Ok(Some(StartupEvent::Ready(Box::new(Session::new(
                    std::mem::take(&mut self.input),
                    std::mem::take(&mut self.parameters),
                    self.key.take(),
                )))));
            }
            _ => {
                return Err(ProtocolError::Unexpected {
                    kind: '?',
                    moment: "before the session was ready",
                }
                .into());
            }
        }
        Ok(None)
    }

    /// Tells a PostgreSQL server from others by the first bytes.
    fn check_first_message(&mut self) -> Result<(), StartupError> {
        let received = self.input.received();
        let Some(first) = received.first() else {
            return Ok(());
        };
        if let Some(found) = foreign::recognise(received) {
            return Err(ProtocolError::NotPostgres(found).into());
        }
        // A server that can't even start a process for the connection sends 'E', bare text, and a zero byte
        // or the end of the connection.
        if let (b'E', Some(length)) = (first, received.get(1..5))
            && length.is_ascii()
            && length[0] >= b' '
        {
            let text = received[1..]
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or_default();
            return Err(StartupError::Server(Box::new(ServerError::from_bare_text(
                text,
            ))));
        }
        let plausible = match received.get(1..5) {
            // A web server's first byte is not acceptable; wait for more of it all the same, to name it.
            None => true,
            Some(length) => matches!(first, b'R' | b'E' | b'N' | b'v') && length[..2] == [0, 0],
        };
        if plausible {
            Ok(())
        } else {
            Err(ProtocolError::NotPostgres(foreign::recognise_or_unknown(received)).into())
        }
    }

    /// Catches requests for methods that this client does not speak, some of which the message parser does not know.
    fn check_authentication_code(&self) -> Result<(), StartupError> {
        if let Some(&[b'R', _, _, _, _, a, b, c, d]) = self.input.received().first_chunk::<9>()
            && let Some(method) =
                AuthenticationMethod::unsupported(i32::from_be_bytes([a, b, c, d]))
        {
            return Err(AuthenticationError::Unsupported(method).into());
        }
        Ok(())
    }

    fn negotiate(&self, minor: i32, unrecognised: &[String]) -> Result<(), ProtocolError> {
        if let Some(option) = unrecognised.first() {
            return Err(ProtocolError::Malformed(format!(
                "it does not recognise the protocol option {option:?}, which was not sent"
            )));
        }
        if minor >= self.newest_version.minor() {
            return Err(ProtocolError::Malformed(format!(
                "it negotiates protocol 3.{minor}, which was not asked for"
            )));
        }
        if minor < self.oldest_version.minor() {
            return Err(ProtocolError::Malformed(format!(
                "it speaks protocol 3.{minor}, and the settings ask for 3.{} at least",
                self.oldest_version.minor()
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for Startup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Startup")
            .field("authenticated", &self.authenticated)
            .finish_non_exhaustive()
    }
}

fn unexpected(kind: char) -> ProtocolError {
    ProtocolError::Unexpected {
        kind,
        moment: "before the session was ready",
    }
}
