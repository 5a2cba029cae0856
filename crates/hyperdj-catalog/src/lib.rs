//! Reads a live PostgreSQL catalog into a [`Schema`](hyperdj_schema::Schema).
//!
//! One REPEATABLE READ READ ONLY transaction with an empty `search_path`, and a fixed number of set-based statements
//! however many tables there are: [`STATEMENTS`], and a few more where [`Options::definitions`] are asked for. They are
//! sent in one flight, and rows are put in their places as they arrive. Nothing is written and no lock beyond a reader's
//! is taken. What stands in the way of a change is asked apart from that, by
//! [`dependents()`], and whose the objects are, by [`owners()`].
//!
//! ```no_run
//! use hyperdj_catalog::{Options, inspect};
//! use hyperdj_postgres::{Client, Config};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = Client::connect(&Config::parse("postgres://reader@localhost/shop")?)?;
//! let found = inspect(&mut client, &Options::default())?;
//! for relation in &found.schema.relations {
//!     println!("{}: {} columns", relation.name, relation.columns.len());
//! }
//! # Ok(())
//! # }
//! ```

mod assemble;
mod definitions;
mod dependents;
mod error;
mod index_definition;
mod inspect;
mod owners;
mod query;
mod record;
mod sequences;
mod statistics;

pub use dependents::{Dependent, DependentKind, Subject, dependents};
pub use error::Error;
pub use inspect::{
    Inspection, NamespaceSummary, Options, STATEMENTS, STATEMENTS_WITH_DEFINITIONS,
    STATEMENTS_WITH_STATISTICS, inspect, inspect_with, inspect_with_statistics,
};
pub use owners::{Owned, OwnedKind, Owners, owners};
