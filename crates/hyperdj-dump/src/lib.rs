//! Reads a dump, SQL as text, into a [`Schema`](hyperdj_schema::Schema) with no server.
//!
//! What comes out is what a server would hold after loading the text, read from its catalog. What can't be told
//! without a server is an [`Error`] with its place, never a gap and never a guess.
//!
//! Invariants: no I/O, no Python; no text makes it panic.

mod cursor;
mod error;
mod expression;
mod facts;
mod place;
mod purpose;
mod reader;
mod split;
mod types;

pub use error::Error;
pub use place::Place;
pub use purpose::{Purpose, statements};
pub use reader::{Description, Options, read};
pub use split::{MetaCommand, Piece, Pieces, Statement};
