//! Relations of a database that has no foreign keys for them: told by names, types and keys, and by a look at the data.
//!
//! [`candidates`] gives at most one for each column, with its [`Reason`]s and a confidence. [`Candidate::question`] is a
//! bounded query that looks whether the values are there, and [`Candidate::weigh`] takes its answer into account.
//!
//! Invariants: no I/O, no Python; the same schema gives the same candidates. A candidate is a guess, and says so.
//!
//! ```
//! use hyperdj_infer::candidates;
//! use hyperdj_schema::{Column, PrimaryKey, QualifiedName, Relation, RelationKind, Schema};
//!
//! # fn column(name: &str, data_type: &str) -> Column {
//! #     Column { nullable: false, ..Column::new(name, data_type) }
//! # }
//! # fn key() -> Option<PrimaryKey> {
//! #     Some(PrimaryKey::new("key", vec!["id".into()]))
//! # }
//! let mut orders = Relation::new(QualifiedName::new("public", "orders"), RelationKind::Table);
//! orders.columns = vec![column("id", "integer"), column("customer_id", "integer")];
//! let mut customers = Relation::new(QualifiedName::new("public", "customers"), RelationKind::Table);
//! customers.columns = vec![column("id", "integer")];
//! (orders.primary_key, customers.primary_key) = (key(), key());
//! let schema = Schema { relations: vec![customers, orders], ..Schema::default() };
//! let found = candidates(&schema);
//! assert_eq!(found[0].to_string(), "public.orders.customer_id → public.customers.id");
//! ```

mod candidate;
mod names;
mod search;

pub use candidate::{Candidate, Confidence, Reason, Sample};
pub use search::candidates;
