//! `COMMENT ON`, for every kind of object that has one.
//!
//! PostgreSQL documentation: COMMENT. No text (`None`) takes the comment away.

use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{QualifiedName, RelationKind};

use crate::Statement;
use crate::relation::kind_word;

fn comment(object: &str, text: Option<&str>) -> Statement {
    let text = text.map_or_else(|| "NULL".to_owned(), quote_literal);
    Statement::new(format!("COMMENT ON {object} IS {text}"))
}

/// On an object that is named as `COMMENT ON` names it: `FUNCTION public.touch()`.
pub fn on_object(object: &str, text: Option<&str>) -> Statement {
    comment(object, text)
}

/// On a namespace.
pub fn on_namespace(name: &str, text: Option<&str>) -> Statement {
    comment(&format!("SCHEMA {}", quote_identifier(name)), text)
}

/// On a table, view, materialized view or foreign table.
pub fn on_relation(name: &QualifiedName, kind: RelationKind, text: Option<&str>) -> Statement {
    comment(&format!("{} {name}", kind_word(kind)), text)
}

/// On a column of any relation.
pub fn on_column(relation: &QualifiedName, column: &str, text: Option<&str>) -> Statement {
    comment(
        &format!("COLUMN {relation}.{}", quote_identifier(column)),
        text,
    )
}

/// On a constraint of a table.
pub fn on_constraint(relation: &QualifiedName, name: &str, text: Option<&str>) -> Statement {
    comment(
        &format!("CONSTRAINT {} ON {relation}", quote_identifier(name)),
        text,
    )
}

/// On a constraint of a domain.
pub fn on_domain_constraint(domain: &QualifiedName, name: &str, text: Option<&str>) -> Statement {
    comment(
        &format!("CONSTRAINT {} ON DOMAIN {domain}", quote_identifier(name)),
        text,
    )
}

/// On an index.
pub fn on_index(name: &QualifiedName, text: Option<&str>) -> Statement {
    comment(&format!("INDEX {name}"), text)
}

/// On an enum or composite type.
pub fn on_type(name: &QualifiedName, text: Option<&str>) -> Statement {
    comment(&format!("TYPE {name}"), text)
}

/// On a domain.
pub fn on_domain(name: &QualifiedName, text: Option<&str>) -> Statement {
    comment(&format!("DOMAIN {name}"), text)
}

/// On a sequence.
pub fn on_sequence(name: &QualifiedName, text: Option<&str>) -> Statement {
    comment(&format!("SEQUENCE {name}"), text)
}
