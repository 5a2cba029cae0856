//! Who proves what to whom: the policy of authentication, and the SCRAM exchange.

use crate::{AuthenticationError, ProtocolError, StartupError};
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::{backend::AuthenticationSaslBody, frontend};
use std::fmt;

/// A way for the server to find out who the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationMethod {
    /// The password in clear text.
    Password,
    /// A salted MD5 hash of the password.
    Md5,
    /// SCRAM-SHA-256, with or without channel binding.
    ScramSha256,
    /// GSSAPI.
    Gss,
    /// SSPI, Windows' form of GSSAPI.
    Sspi,
    /// Kerberos 5, of servers before 9.4.
    Kerberos,
    /// Credentials passed over a local socket, of servers before 9.1.
    ScmCredential,
    /// A code that no documented method has.
    Unknown(i32),
}

impl AuthenticationMethod {
    /// The method of a code in an authentication request; `None` for the codes that are not requests for a method.
    pub(crate) fn unsupported(code: i32) -> Option<Self> {
        match code {
            0 | 3 | 5 | 10 | 11 | 12 => None,
            2 => Some(Self::Kerberos),
            6 => Some(Self::ScmCredential),
            7 | 8 => Some(Self::Gss),
            9 => Some(Self::Sspi),
            code => Some(Self::Unknown(code)),
        }
    }
}

impl fmt::Display for AuthenticationMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password => formatter.write_str("clear-text password"),
            Self::Md5 => formatter.write_str("MD5"),
            Self::ScramSha256 => formatter.write_str("SCRAM-SHA-256"),
            Self::Gss => formatter.write_str("GSSAPI"),
            Self::Sspi => formatter.write_str("SSPI"),
            Self::Kerberos => formatter.write_str("Kerberos 5"),
            Self::ScmCredential => formatter.write_str("SCM credential"),
            Self::Unknown(code) => write!(formatter, "an unknown method (code {code}) of"),
        }
    }
}

/// The methods that the user lets the server ask for: libpq's `require_auth`.
///
/// By default every method is let through, except that a clear-text password is never sent over an unencrypted
/// network connection unless `password` is named here. Nothing else loosens that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequiredMethods {
    /// Each name that was listed, and whether all of them were negated.
    listed: Option<(Vec<&'static str>, bool)>,
}

impl RequiredMethods {
    const NAMES: [&'static str; 7] = [
        "password",
        "md5",
        "gss",
        "sspi",
        "scram-sha-256",
        "oauth",
        "none",
    ];

    /// Reads a list such as `scram-sha-256,md5` or `!password,!none`; an empty text lets everything through.
    ///
    /// # Errors
    /// A sentence for the user, when a name is unknown or repeated, or when negated and plain names are mixed.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let negated = text.starts_with('!');
        let mut listed = Vec::new();
        for item in text.split(',') {
            let name = item.strip_prefix('!').unwrap_or(item);
            if item.starts_with('!') != negated {
                return Err(format!(
                    "{item:?} can't be combined with the other methods: negate all of them or none"
                ));
            }
            let Some(known) = Self::NAMES.iter().find(|known| **known == name) else {
                return Err(format!(
                    "{name:?} is no method; the methods are {}",
                    Self::NAMES.join(", ")
                ));
            };
            if listed.contains(known) {
                return Err(format!("{name:?} is listed twice"));
            }
            listed.push(*known);
        }
        Ok(Self {
            listed: Some((listed, negated)),
        })
    }

    fn allows(&self, name: &str) -> bool {
        match &self.listed {
            None => true,
            Some((listed, negated)) => listed.contains(&name) != *negated,
        }
    }

    fn names_password(&self) -> bool {
        matches!(&self.listed, Some((listed, false)) if listed.contains(&"password"))
    }
}

/// What the connection runs over, which decides what may be sent over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A network connection that others may read.
    Unencrypted,
    /// A socket of the local machine.
    Local,
    /// TLS.
    Tls {
        /// The hash of the server's certificate for the channel binding `tls-server-end-point` (RFC 5929), `None`
        /// when its signature algorithm defines none.
        end_point: Option<Vec<u8>>,
    },
}

/// libpq's `channel_binding`: whether SCRAM is tied to the TLS connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelBindingMode {
    /// Never.
    Disable,
    /// When both ends can.
    #[default]
    Prefer,
    /// Always: a server that can't, or asks for another method than SCRAM, is refused.
    Require,
}

/// Where the exchange stands.
enum State {
    /// No request has come, or one that one answer settles.
    Start,
    /// The first SCRAM message is sent.
    ScramFirst(Box<ScramSha256>),
    /// The client's proof is sent; the server's is awaited.
    ScramFinal(Box<ScramSha256>),
    /// The server has proved that it knows the password.
    ScramProven,
}

/// The client's side of authentication.
pub(crate) struct Authentication {
    pub(crate) user: String,
    pub(crate) password: Option<Vec<u8>>,
    pub(crate) channel: Channel,
    pub(crate) binding: ChannelBindingMode,
    pub(crate) required: RequiredMethods,
    state: State,
    bound: bool,
    answered: bool,
}

impl Authentication {
    pub(crate) fn new(
        user: String,
        password: Option<Vec<u8>>,
        channel: Channel,
        binding: ChannelBindingMode,
        required: RequiredMethods,
    ) -> Self {
        Self {
            user,
            password,
            channel,
            binding,
            required,
            state: State::Start,
            bound: false,
            answered: false,
        }
    }

    /// The password, if the method is let through and a password is there.
    fn password(
        &self,
        method: AuthenticationMethod,
        name: &str,
    ) -> Result<&[u8], AuthenticationError> {
        if !self.required.allows(name) {
            return Err(AuthenticationError::Excluded(method));
        }
        match &self.password {
            Some(password) if !password.is_empty() => Ok(password),
            _ => Err(AuthenticationError::PasswordMissing(method)),
        }
    }

    /// Methods other than SCRAM can't be bound to the channel.
    fn refuse_if_binding_is_required(&self) -> Result<(), AuthenticationError> {
        if self.binding == ChannelBindingMode::Require {
            return Err(AuthenticationError::ChannelBindingMissing(
                "the server asks for another method than SCRAM",
            ));
        }
        Ok(())
    }

    /// Answers AuthenticationCleartextPassword.
    pub(crate) fn cleartext(&mut self, output: &mut BytesMut) -> Result<(), StartupError> {
        self.begin(b'R')?;
        self.refuse_if_binding_is_required()?;
        let password = self.password(AuthenticationMethod::Password, "password")?;
        if self.channel == Channel::Unencrypted && !self.required.names_password() {
            return Err(AuthenticationError::CleartextRefused.into());
        }
        frontend::password_message(password, output).map_err(ProtocolError::unencodable)?;
        Ok(())
    }

    /// Answers AuthenticationMD5Password.
    pub(crate) fn md5(&mut self, salt: [u8; 4], output: &mut BytesMut) -> Result<(), StartupError> {
        self.begin(b'R')?;
        self.refuse_if_binding_is_required()?;
        let password = self.password(AuthenticationMethod::Md5, "md5")?;
        let hash =
            postgres_protocol::authentication::md5_hash(self.user.as_bytes(), password, salt);
        frontend::password_message(hash.as_bytes(), output).map_err(ProtocolError::unencodable)?;
        Ok(())
    }

    /// Answers AuthenticationSASL: picks the mechanism and sends the first message.
    pub(crate) fn sasl(
        &mut self,
        body: &AuthenticationSaslBody,
        output: &mut BytesMut,
    ) -> Result<(), StartupError> {
        self.begin(b'R')?;
        let mechanisms: Vec<String> = body
            .mechanisms()
            .map(|name| Ok(name.to_owned()))
            .collect()
            .map_err(ProtocolError::malformed)?;
        let plain = mechanisms.iter().any(|name| name == SCRAM_SHA_256);
        let plus = mechanisms.iter().any(|name| name == SCRAM_SHA_256_PLUS);
        if !plain && !plus {
            return Err(AuthenticationError::NoMechanism(mechanisms).into());
        }
        let end_point = match &self.channel {
            Channel::Tls { end_point } => end_point.clone(),
            _ if plus => {
                return Err(AuthenticationError::Scram(
                    "the server offers channel binding although the connection is not encrypted"
                        .to_owned(),
                )
                .into());
            }
            _ => None,
        };
        let (mechanism, binding) = match (end_point, self.binding) {
            (_, ChannelBindingMode::Disable) if plain => {
                (SCRAM_SHA_256, ChannelBinding::unsupported())
            }
            (Some(hash), _) if plus && self.binding != ChannelBindingMode::Disable => {
                self.bound = true;
                (
                    SCRAM_SHA_256_PLUS,
                    ChannelBinding::tls_server_end_point(hash),
                )
            }
            (_, ChannelBindingMode::Require) => {
                return Err(AuthenticationError::ChannelBindingMissing(if plus {
                    "the server's certificate is signed in a way for which none is defined"
                } else if self.channel == Channel::Unencrypted || self.channel == Channel::Local {
                    "the connection is not encrypted"
                } else {
                    "the server does not offer it"
                })
                .into());
            }
            // Says "I could have": a server that could as well then knows that its offer was removed on the way.
            (Some(_), ChannelBindingMode::Prefer) if plain => {
                (SCRAM_SHA_256, ChannelBinding::unrequested())
            }
            (None, _) if plain => (SCRAM_SHA_256, ChannelBinding::unsupported()),
            _ => return Err(AuthenticationError::NoMechanism(mechanisms).into()),
        };
        let scram = {
            let password = self.password(AuthenticationMethod::ScramSha256, "scram-sha-256")?;
            Box::new(ScramSha256::new(password, binding))
        };
        frontend::sasl_initial_response(mechanism, scram.message(), output)
            .map_err(ProtocolError::unencodable)?;
        self.state = State::ScramFirst(scram);
        Ok(())
    }

    /// Answers AuthenticationSASLContinue with the client's proof.
    pub(crate) fn sasl_continue(
        &mut self,
        data: &[u8],
        output: &mut BytesMut,
    ) -> Result<(), StartupError> {
        match std::mem::replace(&mut self.state, State::Start) {
            State::ScramFirst(mut scram) => {
                scram
                    .update(data)
                    .map_err(|error| AuthenticationError::Scram(error.to_string()))?;
                frontend::sasl_response(scram.message(), output)
                    .map_err(ProtocolError::unencodable)?;
                self.state = State::ScramFinal(scram);
                Ok(())
            }
            _ => Err(out_of_order()),
        }
    }

    /// Checks the server's proof in AuthenticationSASLFinal.
    pub(crate) fn sasl_final(&mut self, data: &[u8]) -> Result<(), StartupError> {
        match std::mem::replace(&mut self.state, State::Start) {
            State::ScramFinal(mut scram) => {
                scram
                    .finish(data)
                    .map_err(|error| AuthenticationError::Scram(error.to_string()))?;
                self.state = State::ScramProven;
                Ok(())
            }
            _ => Err(out_of_order()),
        }
    }

    /// AuthenticationOk: checks that everything that the settings require has happened.
    pub(crate) fn done(&mut self) -> Result<(), AuthenticationError> {
        if matches!(self.state, State::ScramFirst(_) | State::ScramFinal(_)) {
            return Err(AuthenticationError::ServerUnproven);
        }
        if self.binding == ChannelBindingMode::Require
            && !(self.bound && matches!(self.state, State::ScramProven))
        {
            return Err(AuthenticationError::ChannelBindingMissing(
                "the server let this client in without SCRAM",
            ));
        }
        if !self.answered && !self.required.allows("none") {
            return Err(AuthenticationError::NoneExcluded);
        }
        // Nothing needs it any more.
        self.password = None;
        Ok(())
    }

    /// A server asks for a method once.
    fn begin(&mut self, kind: u8) -> Result<(), StartupError> {
        if std::mem::replace(&mut self.answered, true) {
            return Err(ProtocolError::Unexpected {
                kind: char::from(kind),
                moment: "after another request for authentication was answered",
            }
            .into());
        }
        Ok(())
    }
}

fn out_of_order() -> StartupError {
    ProtocolError::Unexpected {
        kind: 'R',
        moment: "at another step of the SCRAM exchange",
    }
    .into()
}
