//! A schema-qualified name, as PostgreSQL stores it: unquoted, in any characters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sql::quote_identifier;

/// The name of an object in a namespace. Ordered by namespace, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct QualifiedName {
    /// The namespace (what `CREATE SCHEMA` makes), unquoted.
    pub schema: String,
    /// The object's own name, unquoted.
    pub name: String,
}

impl QualifiedName {
    /// A name from its two parts, both unquoted.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for QualifiedName {
    /// The name as SQL: `schema.name`, each part quoted where PostgreSQL would quote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}",
            quote_identifier(&self.schema),
            quote_identifier(&self.name)
        )
    }
}
