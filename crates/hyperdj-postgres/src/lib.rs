//! A PostgreSQL client: where to connect, how to secure it, and a blocking driver.
//!
//! Three layers, each usable without the next: [`Config`] says where and how to connect, read the way libpq reads
//! it ([`Config::parse`], [`discover`]) out of an [`Environment`] that tests can make up; the connection moves bytes
//! over TCP, a local socket or TLS; [`Client`] drives the state machines of `hyperdj-protocol` over it.
//! A password is a [`Secret`], which no output ever shows.
//!
//! ```no_run
//! use hyperdj_postgres::{Client, Environment, Error, Statement, discover};
//!
//! let (config, origin) = discover(None, &Environment::process(), std::path::Path::new("."))?;
//! println!("{config}, from {origin}");
//! let mut client = Client::connect(&config)?;
//! let statements = [
//!     Statement { sql: "SELECT nspname FROM pg_catalog.pg_namespace", parameters: &[] },
//!     Statement { sql: "SELECT $1::integer + 1", parameters: &[Some("41")] },
//! ];
//! client.pipeline::<Error>(&statements, &mut |statement, row| {
//!     println!("{statement}: {:?}", row.get(0)?);
//!     Ok(())
//! })?;
//! # Ok::<(), Error>(())
//! ```

mod client;
pub mod config;
mod error;
mod secret;
mod tls;
mod transport;

pub use client::{CancelToken, Client, Driven, Notification, Row, Statement};
pub use config::{Config, ConfigError, Environment, Host, Origin, discover};
pub use error::{Attempt, AuthenticationFailure, Error, Place};
pub use hyperdj_protocol::{
    AuthenticationError, Column, ProtocolError, ServerError, TransactionStatus,
};
pub use secret::Secret;
