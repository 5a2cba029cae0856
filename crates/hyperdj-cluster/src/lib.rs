//! Starts a throwaway PostgreSQL cluster that goes away with its owner.
//!
//! [`Cluster::start`] finds the server's programs, copies a data directory that an earlier start prepared, and returns
//! once the server has answered a query. The cluster is a folder of its own under the temporary directory: data, log and
//! socket. A supervisor process, which notices the end of its owner by the end of a pipe, stops the server and removes
//! the folder, even when the owner was killed with SIGKILL.
//!
//! ```no_run
//! use hyperdj_cluster::{Cluster, Options};
//!
//! let cluster = Cluster::start(&Options::default())?;
//! cluster.create_database("shop")?;
//! cluster.batch_execute("shop", "CREATE TABLE users (id serial PRIMARY KEY)")?;
//! println!("psql '{}'", cluster.url("shop"));
//! # Ok::<(), hyperdj_cluster::Error>(())
//! ```
//!
//! A cluster that outlives the command is [`keep`]'s; [`stop_kept`] ends it.
//!
//! The server runs as the user who asks for it. PostgreSQL refuses to run as root, so root's server runs as `postgres`
//! or, where there is no such user, as `nobody`. No user is ever created.

mod cache;
mod cluster;
mod configuration;
mod connection;
mod error;
mod folder;
mod identity;
mod kept;
mod launch;
mod locate;
mod options;
mod places;
mod server;
mod supervisor;
mod urls;
mod version;

pub use cluster::Cluster;
pub use error::Error;
pub use kept::{Kept, find_kept, keep, stop_kept};
pub use locate::{Installation, Search, find_installation};
pub use options::{Options, Supervisor};
pub use server::Server;
pub use supervisor::supervise;
pub use version::Version;
