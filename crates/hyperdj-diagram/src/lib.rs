//! A [`Schema`](hyperdj_schema::Schema) as a diagram: [`mermaid()`] for Markdown, [`svg()`] as a picture, [`html()`] as a page with search.
//!
//! [`Diagram::new`] says what is drawn: tables with their columns, and lines for foreign keys. Partitions are told by their
//! partitioned table. [`neighbourhood`] gives the tables around some others.
//!
//! Invariants: no I/O, no Python; the same schema gives the same text; nothing out of a database becomes markup or code.
//!
//! ```
//! use hyperdj_diagram::{Diagram, mermaid};
//! use hyperdj_schema::{QualifiedName, Relation, RelationKind, Schema};
//!
//! let users = Relation::new(QualifiedName::new("public", "users"), RelationKind::Table);
//! let schema = Schema { relations: vec![users], ..Schema::default() };
//! let diagram = Diagram::new(&schema, "shop");
//! assert_eq!(mermaid(&diagram), "erDiagram\n    users\n");
//! ```

mod diagram;
mod escape;
mod html;
mod layers;
mod layout;
mod mermaid;
mod svg;

pub use diagram::{Diagram, Line, Row, Table, neighbourhood};
pub use html::html;
pub use mermaid::mermaid;
pub use svg::svg;
