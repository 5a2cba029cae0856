//! The difference of two schemas: as data, as a plan that spares a busy database, and as a migration file.
//!
//! [`diff`] gives the [`Change`]s from one [`Schema`](hyperdj_schema::Schema) to another, [`plan()`] the steps that make
//! them, each with its statement, locks and [`Hazard`]s, and [`mod@file`] the text of a migration and back.
//!
//! [`news()`] tells a person what changed since an earlier schema, all of it, and names no statement.
//!
//! - What a schema can't say (functions, triggers, policies, grants and so on) is not compared and never dropped.
//! - [`Options`] say which objects are looked at; no other is touched.
//! - Tables, views and columns are renamed where [`Options::renames`] says so, and never by guessing. A constraint or
//!   index that is the same in all but its name is renamed: nothing can be lost by that.
//! - The order of columns, and of a composite type's attributes, is no difference.
//! - What a partition or child has from its parents is theirs to change.
//!
//! Invariants: no I/O, no Python; the same schemas give the same text.
//!
//! ```
//! use hyperdj_change::{Options, PlanOptions, diff, plan};
//! use hyperdj_schema::{Column, QualifiedName, Relation, RelationKind, Schema};
//!
//! let mut users = Relation::new(QualifiedName::new("public", "users"), RelationKind::Table);
//! users.columns.push(Column::new("id", "integer"));
//! let from = Schema { relations: vec![users.clone()], ..Schema::default() };
//! users.columns.push(Column::new("email", "text"));
//! let to = Schema { relations: vec![users], ..Schema::default() };
//! let plan = plan(&diff(&from, &to, &Options::default()), &PlanOptions::default());
//! assert_eq!(plan.steps[0].statement.sql(), "ALTER TABLE public.users ADD COLUMN email text");
//! assert!(diff(&to, &to, &Options::default()).is_empty());
//! ```

mod change;
mod diff;
mod facts;
pub mod file;
mod hazard;
mod lock;
mod news;
mod options;
mod plan;
mod rewrite;
mod split;

pub use change::{Change, Commented, Constraint, OldType, TypeDefinition, TypeUse};
pub use diff::{diff, renamed, reverse};
pub use hazard::Hazard;
pub use lock::{Lock, LockMode};
pub use news::{Fact, News, news};
pub use options::{Options, Rename, Scope};
pub use plan::{Plan, PlanOptions, Step, plan};
pub use split::{Piece, split};
