//! A PostgreSQL client: where to connect, how to secure it, and a blocking driver.
//!
//! Three layers, each usable without the next: [`Config`] says where and how to connect, read the way libpq reads
//! it ([`Config::parse`], [`discover`]) out of an [`Environment`] that tests can make up; the connection moves bytes
//! over TCP, a local socket or TLS; [`Client`] drives the state machines of `hyperdj-protocol` over it.
//! A password is a [`Secret`], which no output ever shows.

mod client;
pub mod config;
mod error;
mod secret;
mod tls;
mod transport;

pub use client::{CancelToken, Client, Row, Statement};
pub use config::{Config, ConfigError, Environment, Host, Origin, discover};
pub use error::{Attempt, AuthenticationFailure, Error, Place};
pub use hyperdj_protocol::{
    AuthenticationError, Column, ProtocolError, ServerError, TransactionStatus,
};
pub use secret::Secret;
