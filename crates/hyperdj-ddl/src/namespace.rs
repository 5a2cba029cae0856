//! Namespaces and extensions.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Extension, Namespace};

use crate::{Statement, comment};

/// `CREATE SCHEMA`, with its comment. `public` is in every new database already.
///
/// PostgreSQL documentation: CREATE SCHEMA.
pub fn create_namespace(namespace: &Namespace) -> Vec<Statement> {
    created(namespace, "")
}

/// As [`create_namespace`], where it is not there already.
pub(crate) fn create_missing_namespace(namespace: &Namespace) -> Vec<Statement> {
    created(namespace, "IF NOT EXISTS ")
}

fn created(namespace: &Namespace, if_missing: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let is_public = namespace.name == "public";
    if !is_public {
        statements.push(Statement::new(format!(
            "CREATE SCHEMA {if_missing}{}",
            quote_identifier(&namespace.name)
        )));
    }
    // A new database comes with this comment on its own.
    let usual = is_public && namespace.comment.as_deref() == Some("standard public schema");
    if namespace.comment.is_some() && !usual {
        statements.push(comment::on_namespace(
            &namespace.name,
            namespace.comment.as_deref(),
        ));
    }
    statements
}

/// `DROP SCHEMA`: refused by PostgreSQL while anything is in it.
pub fn drop_namespace(name: &str) -> Statement {
    Statement::new(format!("DROP SCHEMA {}", quote_identifier(name)))
}

/// `CREATE EXTENSION IF NOT EXISTS`, in the version that the server has; what it needs comes along.
///
/// PostgreSQL documentation: CREATE EXTENSION.
pub fn create_extension(extension: &Extension) -> Statement {
    Statement::new(format!(
        "CREATE EXTENSION IF NOT EXISTS {} SCHEMA {} CASCADE",
        quote_identifier(&extension.name),
        quote_identifier(&extension.schema)
    ))
}
