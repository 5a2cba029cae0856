//! Settings of relations and columns that models can't say, each only where it is not what a new one has.

use serde::{Deserialize, Serialize};

use crate::QualifiedName;

/// Settings of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RelationSettings {
    /// `ENABLE ROW LEVEL SECURITY`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub row_security: bool,
    /// `FORCE ROW LEVEL SECURITY`: for the owner too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub force_row_security: bool,
    /// `REPLICA IDENTITY`, where it is not the primary key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<ReplicaIdentity>,
    /// The table access method, where it is not `heap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<String>,
    /// The index of `CLUSTER ON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clustered_on: Option<String>,
    /// The composite type of a typed table: `OF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_type: Option<QualifiedName>,
    /// The constraints that hold for each moment of a range (PostgreSQL 18): keys `WITHOUT OVERLAPS`, foreign keys with
    /// `PERIOD`. It is their last column that is meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub temporal: Vec<String>,
    /// The constraints that are `NOT ENFORCED` (PostgreSQL 18).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_enforced: Vec<String>,
    /// Statistics targets of expressions in indexes: the index, the number of its column, the target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub index_statistics: Vec<(String, u32, u32)>,
}

/// What of an old row goes into the log for logical replication (`pg_class.relreplident`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReplicaIdentity {
    /// All columns.
    Full,
    /// None.
    Nothing,
    /// The columns of a unique index.
    Index(String),
}

/// Settings of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ColumnSettings {
    /// `SET STORAGE`, where it is not the type's: `PLAIN`, `EXTERNAL`, `EXTENDED`, `MAIN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// `SET COMPRESSION` (PostgreSQL 14): `pglz`, `lz4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// `SET STATISTICS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<u32>,
    /// `SET (n_distinct = …)`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(String, String)>,
    /// Whether a child of other tables states the column itself, beside having it from them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redeclared: bool,
    /// The NOT NULL constraint, where it is another than `NOT NULL` makes (PostgreSQL 18).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_null: Option<NotNull>,
}

/// A NOT NULL constraint with a name or terms of its own (PostgreSQL 18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct NotNull {
    /// The constraint's name.
    pub name: String,
    /// `NO INHERIT`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_inherit: bool,
    /// `NOT VALID`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not_valid: bool,
}

impl RelationSettings {
    /// Whether all is as in a new relation.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl ColumnSettings {
    /// Whether all is as in a new column.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
