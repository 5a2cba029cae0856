//! Enums, domains and composite types.

use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{Check, Composite, Domain, Enum, QualifiedName};

use crate::{Statement, comment};

/// `CREATE TYPE … AS ENUM`, with its comment.
///
/// PostgreSQL documentation: CREATE TYPE.
pub fn create_enum(enumeration: &Enum) -> Vec<Statement> {
    let labels: Vec<String> = enumeration
        .labels
        .iter()
        .map(|label| format!("\n    {}", quote_literal(label)))
        .collect();
    let end = if labels.is_empty() { "" } else { "\n" };
    let mut statements = vec![Statement::new(format!(
        "CREATE TYPE {} AS ENUM ({}{end})",
        enumeration.name,
        labels.join(",")
    ))];
    if let Some(text) = &enumeration.comment {
        statements.push(comment::on_type(&enumeration.name, Some(text)));
    }
    statements
}

/// `CREATE TYPE … AS (…)`, with its comment.
pub fn create_composite(composite: &Composite) -> Vec<Statement> {
    let attributes: Vec<String> = composite
        .attributes
        .iter()
        .map(|(name, data_type)| {
            let collation = composite.collations.iter().find(|(own, _)| own == name);
            let collation =
                collation.map_or_else(String::new, |(_, name)| format!(" COLLATE {name}"));
            format!("\n    {} {data_type}{collation}", quote_identifier(name))
        })
        .collect();
    let end = if attributes.is_empty() { "" } else { "\n" };
    let mut statements = vec![Statement::new(format!(
        "CREATE TYPE {} AS ({}{end})",
        composite.name,
        attributes.join(",")
    ))];
    if let Some(text) = &composite.comment {
        statements.push(comment::on_type(&composite.name, Some(text)));
    }
    statements
}

/// `CREATE DOMAIN`, its checks and comments.
///
/// PostgreSQL documentation: CREATE DOMAIN.
pub fn create_domain(domain: &Domain) -> Vec<Statement> {
    let mut text = format!("CREATE DOMAIN {} AS {}", domain.name, domain.base_type);
    if let Some(collation) = &domain.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = &domain.default {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if !domain.nullable {
        text.push_str(" NOT NULL");
    }
    for check in domain.checks.iter().filter(|check| check.validated) {
        text.push_str(&format!("\n    {}", domain_check(check)));
    }
    let mut statements = vec![Statement::new(text)];
    for check in domain.checks.iter().filter(|check| !check.validated) {
        statements.push(add_domain_check(&domain.name, check));
    }
    if let Some(text) = &domain.comment {
        statements.push(comment::on_domain(&domain.name, Some(text)));
    }
    for check in &domain.checks {
        if let Some(text) = &check.comment {
            statements.push(comment::on_domain_constraint(
                &domain.name,
                &check.name,
                Some(text),
            ));
        }
    }
    statements
}

fn domain_check(check: &Check) -> String {
    format!(
        "CONSTRAINT {} CHECK ({})",
        quote_identifier(&check.name),
        check.expression
    )
}

/// `ALTER DOMAIN … ADD CONSTRAINT`, `NOT VALID` where the check is not validated.
///
/// PostgreSQL documentation: ALTER DOMAIN.
pub fn add_domain_check(domain: &QualifiedName, check: &Check) -> Statement {
    let not_valid = if check.validated { "" } else { " NOT VALID" };
    Statement::new(format!(
        "ALTER DOMAIN {domain} ADD {}{not_valid}",
        domain_check(check)
    ))
}
