//! Whose objects are, for who has to grant rights on them.

use hyperdj_postgres::Client;
use hyperdj_schema::QualifiedName;

use crate::Error;
use crate::inspect::text_array;

/// What is owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnedKind {
    /// A table, view or their like.
    Relation,
    /// A sequence, other than that of an identity column.
    Sequence,
    /// An enum, domain or composite type.
    Type,
}

/// An object and its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// What it is.
    pub kind: OwnedKind,
    /// The object.
    pub name: QualifiedName,
    /// The role that owns it.
    pub owner: String,
    /// Whether that role is a superuser.
    pub owner_is_superuser: bool,
    /// Of a sequence: a table whose column it fills. A sequence is there once for each of them.
    pub fills: Option<QualifiedName>,
}

/// The owners of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The database's name.
    pub database: String,
    /// Whether there is a role of the name that was asked for.
    pub role_exists: bool,
    /// Whose the objects are, in the order of kinds and names.
    pub owned: Vec<Owned>,
}

/// Reads the owners of relations, sequences and types, in one statement.
///
/// `schemas` names the schemas to read, `None` is all but the system's; `role` is a role to look for.
///
/// # Errors
///
/// Those of the connection and the server.
///
/// PostgreSQL documentation: 5.8 Privileges; 54.20 pg_roles.
pub fn owners(
    client: &mut Client,
    schemas: Option<&[String]>,
    role: &str,
) -> Result<Owners, Error> {
    let schemas = schemas.map(text_array);
    let rows = client.query(
        include_str!("queries/owners.sql"),
        &[schemas.as_deref(), Some(role)],
    )?;
    let mut found = Owners::default();
    for row in &rows {
        let name = row.get(2)?.unwrap_or_default();
        let kind = match row.get(0)? {
            Some("database") => {
                name.clone_into(&mut found.database);
                continue;
            }
            Some("role") => {
                found.role_exists = true;
                continue;
            }
            Some("sequence") => OwnedKind::Sequence,
            Some("type") => OwnedKind::Type,
            _ => OwnedKind::Relation,
        };
        found.owned.push(Owned {
            kind,
            name: QualifiedName::new(row.get(1)?.unwrap_or_default(), name),
            owner: row.get(3)?.unwrap_or_default().to_owned(),
            owner_is_superuser: row.get(4)? == Some("t"),
            fills: row
                .get(5)?
                .zip(row.get(6)?)
                .map(|(schema, name)| QualifiedName::new(schema, name)),
        });
    }
    found.owned.sort();
    Ok(found)
}
