//! Objects that a schema keeps as the SQL that makes them, and what roles that may be missing do to a statement.

use hyperdj_schema::Definition;
use hyperdj_schema::sql::quote_literal;

use crate::{Statement, comment};

/// When an object of a kind is made: with types and tables, in the order of their needs, or when all of these are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Among types, tables and views; the number orders those that do not need each other.
    Ordered(u8),
    /// When all tables, indexes and foreign keys are there.
    Late(u8),
    /// Last of all: an event trigger is run by whatever comes behind it.
    Last,
}

/// When objects of a kind are made.
pub fn stage(kind: &str) -> Stage {
    match kind {
        "access method"
        | "language"
        | "foreign data wrapper"
        | "foreign server"
        | "collation"
        | "shell type" => Stage::Ordered(0),
        "range type" | "base type" => Stage::Ordered(2),
        "function" | "procedure" | "aggregate" => Stage::Ordered(3),
        "operator" | "operator family" => Stage::Ordered(4),
        "statistics object" => Stage::Late(0),
        "rule" => Stage::Late(1),
        "trigger" => Stage::Late(2),
        "trigger state" => Stage::Late(3),
        "policy" => Stage::Late(4),
        "user mapping" => Stage::Late(5),
        "publication" => Stage::Late(6),
        "event trigger" => Stage::Last,
        _ => Stage::Ordered(5),
    }
}

/// `CREATE TYPE` with nothing but the name, for a type that its own functions name. It comes before all of these.
pub fn shell(definition: &Definition) -> Option<Statement> {
    let is_type = matches!(definition.kind.as_str(), "base type" | "range type");
    match definition.statements.as_slice() {
        [shell, _, ..] if is_type => Some(Statement::new(shell)),
        _ => None,
    }
}

/// The statements that make an object, with its comment; the shell of a type is left out.
///
/// Where the statements name roles, they are run only where all of these are there.
pub fn create(definition: &Definition) -> Vec<Statement> {
    let skipped = usize::from(shell(definition).is_some());
    let mut statements: Vec<Statement> = definition
        .statements
        .iter()
        .skip(skipped)
        .map(Statement::new)
        .collect();
    if let Some(text) = &definition.comment {
        statements.push(comment::on_object(&definition.object, Some(text)));
    }
    if definition.roles.is_empty() {
        return statements;
    }
    let roles: Vec<&str> = definition.roles.iter().map(String::as_str).collect();
    vec![where_roles_are(&roles, &definition.object, &statements)]
}

/// Statements that are run only where certain roles are there; where one is missing, a warning says what was left out.
///
/// Roles are the server's, not the database's, and `pg_dump` has none of them either.
pub fn where_roles_are(roles: &[&str], what: &str, statements: &[Statement]) -> Statement {
    let names: Vec<String> = roles.iter().map(|role| quote_literal(role)).collect();
    let warning = format!(
        "not every role of these is there: {}; left out: {what}",
        roles.join(", ")
    );
    let mut body = format!(
        "BEGIN\n    IF (SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname IN ({})) = {} THEN\n",
        names.join(", "),
        roles.len()
    );
    for statement in statements {
        body.push_str(&format!("        {statement}\n"));
    }
    body.push_str(&format!(
        "    ELSE\n        RAISE WARNING USING MESSAGE = {};\n    END IF;\nEND",
        quote_literal(&warning)
    ));
    block(&body)
}

/// A statement whose failure is a warning.
pub(crate) fn or_warn(statement: &Statement, warning: &str) -> Statement {
    block(&format!(
        "BEGIN\n    {statement}\nEXCEPTION WHEN OTHERS THEN\n    RAISE WARNING USING MESSAGE = {} || SQLERRM;\nEND",
        quote_literal(&format!("{warning}: "))
    ))
}

/// `DO` with a body of PL/pgSQL, between dollar quotes that the body does not hold.
fn block(body: &str) -> Statement {
    let mut tag = "$do$".to_owned();
    let mut number = 0;
    while body.contains(&tag) {
        number += 1;
        tag = format!("$do{number}$");
    }
    Statement::new(format!("DO {tag}\n{body}\n{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_can_not_end_its_quotes() {
        let statement = where_roles_are(&["it's $do$"], "x", &[Statement::new("SELECT '$do1$'")]);
        let sql = statement.sql();
        assert!(sql.starts_with("DO $do2$\n") && sql.ends_with("\n$do2$"));
        assert_eq!(sql.matches("$do2$").count(), 2);
        assert!(sql.contains("'it''s $do$'"));
    }
}
