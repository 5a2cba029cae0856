//! Reads what Python models say of themselves into a [`Schema`](hyperdj_schema::Schema).
//!
//! `python -m hyperdjango._state MODULE` prints what the models say, unresolved, as JSON; [`schema`] fills in what the
//! canonical form leaves unsaid: types of annotations, names of constraints, serial keys, targets of relations. The
//! result is the same `Schema` that reading the database gives, so that the two can be compared. No I/O, no Python.

mod default_expression;
mod document;
mod error;
mod indexes;
mod inherited;
mod keys;
mod parts;
mod relation;
mod resolve;
mod types;
mod unsaid;

pub use document::{Document, FieldPlace, ModelPlace};
pub use error::Error;
pub use parts::Parts;
pub use resolve::{There, Whole, schema, schema_over};
