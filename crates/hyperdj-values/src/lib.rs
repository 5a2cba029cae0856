//! PostgreSQL's values on the wire: bytes to values and back, without I/O and without Python.
//!
//! [`Type::of`] says whether values of a type are read here, and so in which format to ask for them. [`decode`] turns
//! the bytes of one value into a [`Value`], which borrows from them and allocates nothing; whoever builds objects or
//! writes text matches on it. [`encode`] holds the way back. The bytes are those of each type's send and receive
//! functions; times are microseconds, and a date or moment that a calendar of the years 1 to 9999 does not have
//! (infinity, before Christ, beyond) says so by its `civil` method and has a text form, PostgreSQL's own.

mod array;
mod calendar;
pub mod encode;
mod error;
mod interval;
mod kind;
mod numeric;
mod range;
mod short;
mod value;

pub use array::{Array, Elements};
pub use calendar::{Civil, Clock, Date, Time, TimeTz, Timestamp, TimestampTz};
pub use error::ValueError;
pub use interval::Interval;
pub use kind::{Kind, Type};
pub use numeric::Numeric;
pub use range::RangeValue;
pub use short::{LONGEST_SCALE, Short};
pub use value::{Value, decode};

/// The identifier of a type, `pg_type.oid`.
pub type Oid = u32;
