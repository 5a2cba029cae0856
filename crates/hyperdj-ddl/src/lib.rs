//! Writes a [`Schema`](hyperdj_schema::Schema) as the SQL that builds it, whole or object by object.
//!
//! [`create`] gives the statements for an empty database in an order that works: namespaces, extensions, sequences, then
//! types, functions, tables and views by what they need, then indexes, then foreign keys, so that circles among tables do
//! no harm, then triggers, policies and their like, and privileges at the end.
//! Every constraint, index and sequence is named; names are quoted where PostgreSQL would quote them; expressions and
//! types go out as the schema has them.
//!
//! Functions, operators, collations, servers and their like are written where the schema was read with its
//! [definitions](hyperdj_schema::Schema::definitions). Where it was not, what needs one of them (a default that calls a
//! function, a foreign table) is written all the same, and works where the object is there already.
//!
//! Invariants: no I/O, no Python; the text depends on the schema alone.
//!
//! ```
//! use hyperdj_schema::{Column, QualifiedName, Relation, RelationKind, Schema};
//!
//! let mut users = Relation::new(QualifiedName::new("public", "order"), RelationKind::Table);
//! users.columns.push(Column { nullable: false, ..Column::new("id", "integer") });
//! let schema = Schema { relations: vec![users], ..Schema::default() };
//! let text: String = hyperdj_ddl::create(&schema, hyperdj_ddl::Parts::default()).iter().map(|statement| format!("{statement}\n")).collect();
//! assert_eq!(text, "CREATE TABLE public.\"order\" (\n    id integer NOT NULL\n);\n");
//! ```

pub mod column;
pub mod comment;
pub mod constraint;
mod create;
pub mod definition;
mod faithful;
pub mod index;
pub mod namespace;
pub mod order;
mod parameters;
pub mod privilege;
pub mod relation;
pub mod sequence;
pub mod settings;
mod statement;
pub mod types;

pub use create::{Parts, SETTINGS, create, create_indexes, own_foreign_keys, without_tablespaces};
pub use parameters::{foreign_options, parameter_name, storage_parameters};
pub use statement::Statement;
