//! Where to connect and how: every setting that a connection has.
//!
//! The settings are libpq's, with libpq's names and meanings (PostgreSQL documentation, "Parameter Key Words").

mod conninfo;
mod discovery;
mod display;
mod dotenv;
mod environment;
mod error;
mod keywords;
mod parameters;
mod passfile;
mod resolve;
mod service;
mod url;
mod values;

pub use discovery::{Origin, discover};
pub use environment::Environment;
pub use error::ConfigError;
pub use values::{RootCertificates, SslMode, SslNegotiation, TargetSession, TlsVersion};

use crate::Secret;
use hyperdj_protocol::{ChannelBindingMode, ProtocolVersion, RequiredMethods};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The port that PostgreSQL listens on unless it is told otherwise.
pub const DEFAULT_PORT: u16 = 5432;

/// One place where a server may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A network address.
    Tcp {
        /// The name or address as the user gave it, against which a certificate is checked; empty if only an address was given.
        name: String,
        /// The address to connect to, which spares looking up the name.
        address: Option<IpAddr>,
        /// The port.
        port: u16,
    },
    /// A socket of the local machine.
    Unix {
        /// The folder of the socket; an abstract one starts with `@`.
        directory: PathBuf,
        /// The port, which is part of the socket's name.
        port: u16,
    },
}

/// How and when a silent connection is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keepalives {
    /// Whether the operating system tests the connection at all.
    pub enabled: bool,
    /// How long a connection is silent before it is tested; the system's own value if `None`.
    pub idle: Option<Duration>,
    /// How long to wait between tests; the system's own value if `None`.
    pub interval: Option<Duration>,
    /// How many tests may fail; the system's own value if `None`.
    pub count: Option<u32>,
    /// How long sent data may stay unacknowledged; the system's own value if `None`.
    pub user_timeout: Option<Duration>,
}

/// The settings of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Whether to use TLS, and what to verify.
    pub mode: SslMode,
    /// How TLS begins.
    pub negotiation: SslNegotiation,
    /// Who may sign the server's certificate; `None` if no file was named and the usual one does not exist.
    pub root_certificates: Option<RootCertificates>,
    /// Where the usual file of root certificates would be, for error messages.
    pub usual_root_certificates: Option<PathBuf>,
    /// A file of revoked certificates.
    pub revocation_list: Option<PathBuf>,
    /// The client's certificate.
    pub certificate: Option<PathBuf>,
    /// The key of the client's certificate.
    pub key: Option<PathBuf>,
    /// Whether to tell the server in clear text which name it is wanted under.
    pub server_name_indication: bool,
    /// The oldest version of TLS to accept.
    pub oldest_version: TlsVersion,
    /// The newest version of TLS to offer, if limited.
    pub newest_version: Option<TlsVersion>,
}

/// Everything that opening a session needs to know.
///
/// `Display` gives `postgres://user@host:5432/db`; neither it nor `Debug` shows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The places to try, in order.
    pub hosts: Vec<Host>,
    /// The password of each place, if one was found in the password file.
    pub(crate) host_passwords: Vec<Option<Secret>>,
    /// The role to connect as; the operating system's user if `None`.
    pub user: Option<String>,
    /// The password, for all places.
    pub password: Option<Secret>,
    /// The database; the one with the user's name if `None`.
    pub database: Option<String>,
    /// TLS.
    pub tls: Tls,
    /// Whether SCRAM is tied to the TLS connection.
    pub channel_binding: ChannelBindingMode,
    /// The methods of authentication that the server may ask for.
    pub required_methods: RequiredMethods,
    /// How long opening a session may take with each address; for ever if `None`.
    pub connect_timeout: Option<Duration>,
    /// How long the server may stay silent while an answer is awaited; for ever if `None`. Not a setting of libpq's.
    pub read_timeout: Option<Duration>,
    /// What the server shows in `pg_stat_activity`.
    pub application_name: Option<String>,
    /// Command-line options for the server, such as `-c statement_timeout=5min`.
    pub options: Option<String>,
    /// Further settings of the session, from the environment: PGTZ, PGDATESTYLE, PGGEQO.
    pub session_settings: Vec<(String, String)>,
    /// Keep-alive.
    pub keepalives: Keepalives,
    /// Which kind of server is wanted.
    pub target_session: TargetSession,
    /// Whether to try the places in random order.
    pub shuffle_hosts: bool,
    /// The newest version of the protocol to ask for.
    pub newest_protocol: ProtocolVersion,
    /// The oldest version of the protocol to accept.
    pub oldest_protocol: ProtocolVersion,
    /// What the user should be told about files that were not used.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads a URL (`postgres://…`) or a list of settings (`host=… dbname=…`), and nothing else: no variable, no file.
    ///
    /// PostgreSQL documentation, "Connection Strings". What the text does not say has its default.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the setting; none shows a password.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_in(text, &Environment::empty())
    }

    /// Reads a URL or a list of settings; what it does not say comes from the service file, the variables PGHOST and
    /// so on, and the password file.
    ///
    /// # Errors
    /// As [`Config::parse`], and for a service file that can't be used.
    pub fn parse_in(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        resolve::resolve(parameters::Parameters::parse(text)?, environment)
    }

    /// Reads the variables PGHOST and so on alone.
    ///
    /// # Errors
    /// As [`Config::parse_in`].
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        resolve::resolve(parameters::Parameters::default(), environment)
    }

    /// The role to connect as.
    ///
    /// # Errors
    /// [`ConfigError::NoUser`] when none is set and the operating system names none.
    pub fn effective_user(&self) -> Result<String, ConfigError> {
        match &self.user {
            Some(user) => Ok(user.clone()),
            None => environment::operating_system_user().ok_or(ConfigError::NoUser),
        }
    }

    /// The database to connect to, if the user is known.
    pub fn effective_database(&self) -> Option<String> {
        self.database.clone().or_else(|| self.effective_user().ok())
    }

    /// The password for the place with this index in [`Config::hosts`]: the one that is set, or the password file's.
    pub fn password_for(&self, host: usize) -> Option<&Secret> {
        self.password
            .as_ref()
            .filter(|password| !password.is_empty())
            .or_else(|| self.host_passwords.get(host)?.as_ref())
    }
}
