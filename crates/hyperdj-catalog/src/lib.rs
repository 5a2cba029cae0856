//! Reads a live PostgreSQL catalog into a [`Schema`](hyperdj_schema::Schema).
//!
//! One REPEATABLE READ READ ONLY transaction with an empty `search_path`, and a fixed number of set-based statements
//! however many tables there are: [`STATEMENTS`]. They are sent in one flight, and rows are put in their places as
//! they arrive. Nothing is written and no lock beyond a reader's is taken.
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
mod error;
mod index_definition;
mod inspect;
mod query;
mod record;
mod sequences;
mod statistics;

pub use error::Error;
pub use inspect::{
    Inspection, NamespaceSummary, Options, STATEMENTS, STATEMENTS_WITH_STATISTICS, inspect,
    inspect_with, inspect_with_statistics,
};
