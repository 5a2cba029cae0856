//! Settings of tables and columns that `CREATE TABLE` does not take.
//!
//! PostgreSQL documentation: ALTER TABLE, ALTER INDEX.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Column, QualifiedName, Relation, ReplicaIdentity};

use crate::Statement;
use crate::parameters::storage_parameters;

/// Settings of a relation and its columns that need nothing but the table: to be made when its parents and children are
/// there, for a child that is made later would have them too.
pub fn of_table(relation: &Relation) -> Vec<Statement> {
    let table = &relation.name;
    let mut statements = Vec::new();
    if let Some(of_type) = &relation.settings.of_type {
        statements.push(Statement::new(format!("ALTER TABLE {table} OF {of_type}")));
    }
    for column in &relation.columns {
        statements.extend(of_column(table, column));
    }
    statements
}

fn of_column(table: &QualifiedName, column: &Column) -> Vec<Statement> {
    let settings = &column.settings;
    let name = quote_identifier(&column.name);
    let mut actions = Vec::new();
    if let Some(storage) = &settings.storage {
        actions.push(format!("SET STORAGE {storage}"));
    }
    if let Some(method) = &settings.compression {
        actions.push(format!("SET COMPRESSION {}", quote_identifier(method)));
    }
    if let Some(target) = settings.statistics {
        actions.push(format!("SET STATISTICS {target}"));
    }
    if !settings.options.is_empty() {
        actions.push(format!("SET ({})", storage_parameters(&settings.options)));
    }
    let mut statements: Vec<Statement> = actions
        .iter()
        .map(|action| {
            Statement::new(format!(
                "ALTER TABLE ONLY {table} ALTER COLUMN {name} {action}"
            ))
        })
        .collect();
    if let Some(constraint) = settings.not_null.as_ref().filter(|said| said.not_valid) {
        statements.push(Statement::new(format!(
            "ALTER TABLE {table} ADD CONSTRAINT {} NOT NULL {name}{} NOT VALID",
            quote_identifier(&constraint.name),
            if constraint.no_inherit {
                " NO INHERIT"
            } else {
                ""
            }
        )));
    }
    statements
}

/// Settings that name indexes, to be made when these are there.
pub fn of_indexes(relation: &Relation) -> Vec<Statement> {
    let table = &relation.name;
    let settings = &relation.settings;
    let mut statements = Vec::new();
    for (index, column, target) in &settings.index_statistics {
        let index = QualifiedName::new(&table.schema, index);
        statements.push(Statement::new(format!(
            "ALTER INDEX {index} ALTER COLUMN {column} SET STATISTICS {target}"
        )));
    }
    if let Some(index) = &settings.clustered_on {
        statements.push(Statement::new(format!(
            "ALTER TABLE {table} CLUSTER ON {}",
            quote_identifier(index)
        )));
    }
    if let Some(identity) = &settings.replica_identity {
        let identity = match identity {
            ReplicaIdentity::Full => "FULL".to_owned(),
            ReplicaIdentity::Nothing => "NOTHING".to_owned(),
            ReplicaIdentity::Index(index) => format!("USING INDEX {}", quote_identifier(index)),
        };
        statements.push(Statement::new(format!(
            "ALTER TABLE ONLY {table} REPLICA IDENTITY {identity}"
        )));
    }
    statements
}

/// Whether row security is on, and for the owner too.
pub fn row_security(relation: &Relation) -> Vec<Statement> {
    let settings = &relation.settings;
    let actions = [
        ("ENABLE", settings.row_security),
        ("FORCE", settings.force_row_security),
    ];
    actions
        .iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(word, _)| {
            Statement::new(format!(
                "ALTER TABLE {} {word} ROW LEVEL SECURITY",
                relation.name
            ))
        })
        .collect()
}
