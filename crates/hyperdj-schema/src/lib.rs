//! The description of a PostgreSQL database that every part of the project shares.
//!
//! A [`Schema`] is plain data: ordered, comparable, serialisable, with no connection behind it. Every source (a live
//! catalog, models, later a dump) yields one and every use (models, DDL, a diff) takes one. Names and words are those
//! of PostgreSQL's catalogs; expressions and types are kept as PostgreSQL's own deparser prints them with an empty
//! `search_path`, so that every user-defined name in them is qualified.
//!
//! Invariants: no I/O, no Python, no names stored in quoted form.

mod column;
mod columns_read;
mod constraint;
mod data_type;
mod default_name;
mod definition;
mod index;
mod keywords;
pub mod lexer;
mod name;
mod objects;
mod privilege;
mod relation;
mod same_expression;
mod saved;
mod schema;
mod settings;
pub mod sql;
pub mod statistics;
mod visible;

pub use column::{Column, Generated, Identity, IdentityKind, Serial};
pub use columns_read::{columns_read, exclusion_columns, relations_named};
pub use constraint::{
    Check, Deferrable, Exclusion, ForeignKey, MatchType, PrimaryKey, ReferentialAction, Unique,
};
pub use data_type::{BaseType, without_modifiers};
pub use default_name::{
    check_name, columns_addition, exclusion_name, expression_name, foreign_key_name, index_name,
    object_name, primary_key_name, sequence_name, unique_name,
};
pub use definition::{Comment, Definition, Dependency, SecurityLabel};
pub use index::{Index, IndexKey, KeyTarget, NullsOrder};
pub use name::QualifiedName;
pub use objects::{
    Composite, Domain, Enum, Extension, Namespace, Sequence, SequenceOptions, Unmodelled,
};
pub use privilege::{DefaultPrivilege, Grant, Grantee, Owner};
pub use relation::{ForeignServer, PartitionOf, Relation, RelationKind, View};
pub use same_expression::{same_expression, settled};
pub use saved::{FORMAT, FormatError, Saved, VERSION, from_json, to_json};
pub use schema::Schema;
pub use settings::{ColumnSettings, NotNull, RelationSettings, ReplicaIdentity};
pub use visible::{visible, visible_sql};
