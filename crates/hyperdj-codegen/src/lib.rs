//! Writes a [`Schema`] as Python models: pure text from pure data.
//!
//! The output is laid out as the pinned ruff lays it out, passes ruff's default rules, and is the same byte for byte
//! for the same schema. Nothing out of a database can become code: every name is checked to be an identifier, and all
//! else is a string literal.
//!
//! [`Schema`]: hyperdj_schema::Schema

mod class;
mod class_name;
mod constraints;
mod default_value;
mod differences;
mod enumeration;
mod field;
mod field_name;
mod header;
mod identifier;
mod imports;
mod indexes;
mod layout;
mod literal;
mod module;
mod natural;
mod order;
mod package;
mod reserved;
mod rich;
mod singular;
mod types;
mod written;

pub use class_name::class_names;
pub use differences::{Difference, Part, differences};
pub use header::{counted_objects, summary};
pub use imports::import_statement;
pub use layout::{Argument, Expression, assignment, assignment_before, one_line};
pub use literal::{printable, string as string_literal};
pub use module::{Body, Form, Request, Suggestions, Wanted, models};
pub use natural::{export_order, natural};
pub use package::{PackageFile, module_name, package};
pub use reserved::{RESERVED_CLASS_NAMES, RESERVED_FIELD_NAMES};
pub use singular::prepare;
pub use written::{Naming, Written, WrittenClass, WrittenEnum, WrittenField, written};
