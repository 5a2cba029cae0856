//! What can go wrong while a catalog is read.

use std::fmt;

/// An error of reading, in whole sentences.
#[derive(Debug)]
pub enum Error {
    /// The connection failed, or the server refused a statement.
    Postgres(hyperdj_postgres::Error),
    /// The server is older than this project reads.
    ServerTooOld {
        /// What the server says of itself.
        version: String,
    },
    /// Namespaces that were asked for do not exist.
    UnknownSchemas {
        /// The names that were asked for in vain.
        names: Vec<String>,
        /// All that exist.
        existing: Vec<String>,
    },
    /// A namespace that was asked for may not be used by this role.
    NoPermission {
        /// The namespace.
        schema: String,
        /// The role that is connected.
        role: String,
    },
    /// The catalog said something that its query does not promise.
    UnexpectedCell {
        /// The place in the row, from 0.
        column: usize,
        /// What stood there.
        value: String,
    },
}

impl From<hyperdj_postgres::Error> for Error {
    fn from(error: hyperdj_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(error) => write!(f, "{error}"),
            Self::ServerTooOld { version } => write!(
                f,
                "the server is PostgreSQL {version}; PostgreSQL 12 is the oldest that can be read"
            ),
            Self::UnknownSchemas { names, .. } => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                match names.as_slice() {
                    [name] => write!(f, "there is no schema {name} in the database"),
                    _ => write!(
                        f,
                        "there are no schemas {} in the database",
                        names.join(", ")
                    ),
                }
            }
            Self::NoPermission { schema, role } => {
                write!(f, "role `{role}` may not use the schema `{schema}`")
            }
            Self::UnexpectedCell { column, value } => {
                write!(
                    f,
                    "the catalog holds `{value}` in column {column} of a query, which was not expected"
                )
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Postgres(error) => Some(error),
            _ => None,
        }
    }
}
