//! The PostgreSQL frontend protocol as a state machine: bytes in, bytes and events out.
//!
//! Nothing here opens a socket, reads a clock, an environment variable or a file, or starts a
//! thread. A driver, blocking or asynchronous, moves bytes between a connection and a [`Startup`],
//! then between the same connection and the [`Session`] that the startup becomes:
//!
//! 1. read into [`Startup::room`] / [`Session::room`] and say how much with `filled`;
//! 2. take events with `next_event` until there is none;
//! 3. write what `output` holds and say how much was written with `written`.
//!
//! Rows stay in the buffer that they were read into ([`DataRow`] is a reference-counted slice, and
//! [`Session::take_rows`] lends a row after the other), so that whoever decodes them does so once, in place. Messages are encoded and parsed by the
//! `postgres-protocol` crate; this crate adds the order in which they may come, the limits on their
//! length, and the policy of authentication. Reference: PostgreSQL documentation, chapter
//! "Frontend/Backend Protocol".

mod authentication;
mod cancel;
mod columns;
mod error;
mod foreign;
mod input;
mod negotiation;
mod row;
mod server_error;
mod session;
mod startup;
mod statement;
mod status;

pub use authentication::{AuthenticationMethod, Channel, ChannelBindingMode, RequiredMethods};
pub use cancel::CancelKey;
pub use columns::{Column, Columns, Format};
pub use error::{AuthenticationError, ProtocolError, StartupError};
pub use foreign::ForeignServer;
pub use negotiation::{TLS_REQUEST, TlsAnswer, tls_answer};
pub use row::{BorrowedRow, DataRow, ValueRange, ValueRanges};
pub use server_error::ServerError;
pub use session::{CopyFormat, Event, Session};
pub use startup::{ProtocolVersion, Startup, StartupEvent, StartupOptions};
pub use statement::Execution;
pub use status::{ServerParameters, TransactionStatus, server_version_number};

/// The identifier of an object in PostgreSQL's catalog, such as a type.
pub type Oid = u32;
