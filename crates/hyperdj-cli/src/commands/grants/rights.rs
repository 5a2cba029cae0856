//! Which rights a use needs, as SQL.

use std::collections::BTreeSet;

use hyperdj_catalog::{Owned, OwnedKind, Owners};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{QualifiedName, Relation};

use crate::arguments::Use;

/// The script for a role, over these relations.
pub(super) fn script(purpose: Use, role: &str, relations: &[&Relation], owners: &Owners) -> String {
    let role = quote_identifier(role);
    let mut statements = Vec::new();
    if !owners.role_exists {
        statements.push(format!("CREATE ROLE {role} LOGIN;"));
    }
    let database = quote_identifier(&owners.database);
    statements.push(format!("GRANT CONNECT ON DATABASE {database} TO {role};"));
    let schemas: BTreeSet<&str> = relations
        .iter()
        .map(|relation| relation.name.schema.as_str())
        .collect();
    let rights = if purpose == Use::Migrate {
        "USAGE, CREATE"
    } else {
        "USAGE"
    };
    for schema in schemas {
        let schema = quote_identifier(schema);
        statements.push(format!("GRANT {rights} ON SCHEMA {schema} TO {role};"));
    }
    let all: Vec<&QualifiedName> = relations.iter().map(|relation| &relation.name).collect();
    let tables: Vec<&QualifiedName> = relations
        .iter()
        .filter(|relation| !relation.kind.is_view())
        .map(|relation| &relation.name)
        .collect();
    let sequences = sequences(relations, owners);
    match purpose {
        // It names a table, and reads none of its rows.
        Use::Inspect => {
            statements.extend(grant("REFERENCES", "TABLE", &all, &role));
            statements.extend(grant("SELECT", "SEQUENCE", &sequences, &role));
        }
        Use::Read => {
            statements.extend(grant("SELECT", "TABLE", &all, &role));
            statements.extend(grant("SELECT", "SEQUENCE", &sequences, &role));
        }
        Use::Write => {
            statements.extend(grant("SELECT", "TABLE", &all, &role));
            statements.extend(grant("INSERT, UPDATE, DELETE", "TABLE", &tables, &role));
            // UPDATE is what `hyper loaddata` needs, to put a sequence where it was.
            statements.extend(grant(
                "USAGE, SELECT, UPDATE",
                "SEQUENCE",
                &sequences,
                &role,
            ));
        }
        Use::Migrate => statements.extend(own(&role, relations, owners)),
    }
    // A name may hold anything, even the end of a comment's line.
    let one_line = |name: &str| name.replace(|character: char| character.is_control(), " ");
    let mut text = format!(
        "-- Rights of the role {role} on the database {database}: what it needs for
--   {commands}.
-- Nothing is granted yet: read this, then run it as a superuser, or as the owner of the objects (psql -f FILE).
",
        role = one_line(&role),
        database = one_line(&database),
        commands = purpose.commands(),
    );
    if !owners.role_exists {
        text.push_str("-- The role is new, and has no password: psql sets one that nobody reads (\\password).\n");
    }
    if purpose == Use::Migrate {
        text.push_str("-- PostgreSQL lets only owners alter a table. So the role joins the roles that own them, and can do all that these can;\n-- what a superuser owns becomes its own, as joining a superuser would make it one.\n");
    } else {
        text.push_str("-- Tables that come later are not covered: run it again then.\n");
    }
    text.push_str("\nBEGIN;\n\n");
    for statement in statements {
        text.push_str(&statement);
        text.push('\n');
    }
    text.push_str("\nCOMMIT;\n");
    text
}

/// One statement over many objects, each on a line of its own, so that a review sees what came.
fn grant(rights: &str, kind: &str, names: &[&QualifiedName], role: &str) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let lines: Vec<String> = names.iter().map(|name| format!("    {name}")).collect();
    Some(format!(
        "GRANT {rights} ON {kind}\n{}\n    TO {role};",
        lines.join(",\n")
    ))
}

/// The sequences that fill columns of the relations, other than those of identity columns, which need no rights.
fn sequences<'a>(relations: &[&Relation], owners: &'a Owners) -> Vec<&'a QualifiedName> {
    let fills = |owned: &Owned| {
        let table = owned.fills.as_ref();
        table.is_some_and(|table| relations.iter().any(|one| one.name == *table))
    };
    let found: BTreeSet<&QualifiedName> = owners
        .owned
        .iter()
        .filter(|owned| owned.kind == OwnedKind::Sequence && fills(owned))
        .map(|owned| &owned.name)
        .collect();
    found.into_iter().collect()
}

/// Owning what is altered: by joining its owners, or by taking it from a superuser.
fn own(role: &str, relations: &[&Relation], owners: &Owners) -> Vec<String> {
    let names: BTreeSet<&QualifiedName> = relations.iter().map(|relation| &relation.name).collect();
    let schemas: BTreeSet<&str> = names.iter().map(|name| name.schema.as_str()).collect();
    let is_meant = |owned: &&Owned| match owned.kind {
        OwnedKind::Relation => names.contains(&owned.name),
        OwnedKind::Type => schemas.contains(owned.name.schema.as_str()),
        // They go with the tables whose columns they fill.
        OwnedKind::Sequence => false,
    };
    let mut joined: BTreeSet<&str> = BTreeSet::new();
    let mut statements = Vec::new();
    for owned in owners.owned.iter().filter(is_meant) {
        if quote_identifier(&owned.owner) == role {
            continue;
        }
        if !owned.owner_is_superuser {
            joined.insert(&owned.owner);
            continue;
        }
        let relation = relations.iter().find(|one| one.name == owned.name);
        let kind = match owned.kind {
            OwnedKind::Relation => relation.map_or("TABLE", |one| one.kind.as_sql()),
            _ => "TYPE",
        };
        statements.push(format!("ALTER {kind} {} OWNER TO {role};", owned.name));
    }
    let joins = joined
        .iter()
        .map(|owner| format!("GRANT {} TO {role};", quote_identifier(owner)));
    joins.chain(statements).collect()
}
