//! What can go wrong between the bytes and the events, as values.

use crate::{AuthenticationMethod, ForeignServer, ServerError};

/// The server sent something that the protocol does not allow, or a statement can't be encoded.
///
/// After any of these on the receiving side the connection is out of step and must be closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A message whose content does not fit its kind.
    #[error("the server sent a malformed message ({0})")]
    Malformed(String),
    /// A message that is longer than any PostgreSQL sends.
    #[error(
        "the server announced a message of kind {kind:?} with {length} bytes, more than the {limit} that are accepted"
    )]
    TooLong {
        /// The message's kind, the first byte on the wire.
        kind: char,
        /// The length that was announced, in bytes.
        length: u64,
        /// The longest length that is accepted for this kind, in bytes.
        limit: u64,
    },
    /// A message that exists, at a moment at which it can't come.
    #[error("the server sent a message of kind {kind:?} {moment}")]
    Unexpected {
        /// The message's kind, the first byte on the wire.
        kind: char,
        /// The moment, as the end of a sentence: "while no statement was running".
        moment: &'static str,
    },
    /// The other end speaks, but not PostgreSQL's protocol.
    #[error("the other end is not a PostgreSQL server: {0}")]
    NotPostgres(ForeignServer),
    /// Bytes arrived in clear text together with the answer to the request for TLS.
    ///
    /// They could have been put there by somebody in between (CVE-2021-23222), so the connection is refused.
    #[error(
        "unencrypted bytes arrived behind the answer to the request for TLS; somebody may be between this program and the server"
    )]
    BytesBehindTlsAnswer,
    /// The server answered the request for TLS with an error.
    ///
    /// Its text is not shown: nothing proves yet who wrote it (CVE-2024-10977).
    #[error(
        "the server answered the request for TLS with an error (too many connections, perhaps, or a server that is starting)"
    )]
    ErrorInTlsNegotiation,
    /// A statement, a parameter or a name can't be put into a message.
    #[error("the statement can't be sent: {0}")]
    Unencodable(String),
}

impl ProtocolError {
    /// Wraps what the message parser says, whose words are about the bytes.
    pub(crate) fn malformed(reason: impl std::fmt::Display) -> Self {
        Self::Malformed(reason.to_string())
    }

    /// Wraps what the message encoder says.
    pub(crate) fn unencodable(reason: impl std::fmt::Display) -> Self {
        Self::Unencodable(reason.to_string())
    }
}

/// The server asks for a way of authentication that can't be, or must not be, followed.
///
/// A password that the server refuses is no such error but a [`ServerError`] (SQLSTATE class 28).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// A password is needed and none was given.
    #[error("the server asks for a password ({0}) and none was given")]
    PasswordMissing(AuthenticationMethod),
    /// The server asks for the password in clear text over a connection that others can read.
    #[error(
        "the server asks for the password in clear text over an unencrypted connection; it was not sent"
    )]
    CleartextRefused,
    /// The server asks for a method that this client does not speak.
    #[error("the server asks for {0} authentication, which this client does not support")]
    Unsupported(AuthenticationMethod),
    /// The server asks for a method that the connection's settings exclude.
    #[error("the server asks for {0} authentication, which require_auth excludes")]
    Excluded(AuthenticationMethod),
    /// The server let the client in without the method that the settings require.
    #[error("the server let this client in without authentication, which require_auth excludes")]
    NoneExcluded,
    /// `channel_binding=require`, and the server does not offer it.
    #[error("channel_binding=require, but {0}")]
    ChannelBindingMissing(&'static str),
    /// The server offers none of the SASL mechanisms that this client speaks.
    #[error("the server offers the SASL mechanisms {0:?}, none of which this client supports")]
    NoMechanism(Vec<String>),
    /// The SCRAM exchange failed on the client's side.
    ///
    /// Above all: the server could not prove that it knows the password.
    #[error("the SCRAM exchange failed: {0}")]
    Scram(String),
    /// The server declared the client authenticated before it proved that it knows the password.
    #[error("the server ended the SCRAM exchange without proving that it knows the password")]
    ServerUnproven,
}

/// Why a connection did not become ready for queries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartupError {
    /// The bytes are not what the protocol allows.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The authentication asked for can't or must not be followed.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The server refused the connection.
    #[error(transparent)]
    Server(#[from] Box<ServerError>),
}
