//! Indexes that no constraint owns (`pg_index`).

use serde::{Deserialize, Serialize};

use crate::QualifiedName;

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Index {
    /// The name; an index lives in its table's namespace.
    pub name: String,
    /// The access method: `btree`, `gin`, …
    pub method: String,
    /// `UNIQUE`.
    pub unique: bool,
    /// Key columns and expressions in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// The `WHERE` of a partial index, as `pg_get_expr` prints it.
    pub predicate: Option<String>,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Storage parameters.
    pub options: Vec<(String, String)>,
    /// The tablespace, where it is not the database's.
    pub tablespace: Option<String>,
    /// False for an index that a failed `CREATE INDEX CONCURRENTLY` left behind.
    pub valid: bool,
    /// Whether it comes from a valid index of a partitioned table.
    pub inherited: bool,
    /// `COMMENT ON INDEX`.
    pub comment: Option<String>,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct IndexKey {
    /// What is indexed.
    pub target: KeyTarget,
    /// The collation where it differs from the column's.
    pub collation: Option<QualifiedName>,
    /// The operator class where it is not the default of the type, as the deparser prints it.
    pub operator_class: Option<QualifiedName>,
    /// Options of the operator class (PostgreSQL 13).
    pub operator_class_options: Vec<(String, String)>,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` or `NULLS LAST`, where it is not what the direction implies.
    pub nulls: Option<NullsOrder>,
}

/// A column, or an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum KeyTarget {
    /// A column's name, unquoted.
    Column(String),
    /// An expression as `pg_get_indexdef` prints it, with its own parentheses.
    Expression(String),
}

/// Where an index sorts NULLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum NullsOrder {
    /// `NULLS FIRST`.
    First,
    /// `NULLS LAST`.
    Last,
}

impl Index {
    /// A valid B-tree over columns, with nothing else said of it.
    pub fn btree<'a>(name: &str, columns: impl IntoIterator<Item = &'a String>) -> Self {
        Self {
            name: name.to_owned(),
            method: "btree".to_owned(),
            unique: false,
            keys: columns.into_iter().map(IndexKey::column).collect(),
            include: Vec::new(),
            predicate: None,
            nulls_not_distinct: false,
            options: Vec::new(),
            tablespace: None,
            valid: true,
            inherited: false,
            comment: None,
        }
    }
}

impl IndexKey {
    /// A plain column with nothing said about it.
    pub fn column(name: impl Into<String>) -> Self {
        Self {
            target: KeyTarget::Column(name.into()),
            collation: None,
            operator_class: None,
            operator_class_options: Vec::new(),
            descending: false,
            nulls: None,
        }
    }

    /// The column's name, where this is a column and nothing more is said of it.
    pub fn plain_column(&self) -> Option<&str> {
        match &self.target {
            KeyTarget::Column(name)
                if self.collation.is_none()
                    && self.operator_class.is_none()
                    && self.operator_class_options.is_empty()
                    && !self.descending
                    && self.nulls.is_none() =>
            {
                Some(name)
            }
            _ => None,
        }
    }
}
