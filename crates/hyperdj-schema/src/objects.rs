//! What a database holds beside its relations: namespaces, extensions, types, sequences, and what is only counted.

use serde::{Deserialize, Serialize};

use crate::{Check, QualifiedName};

/// A namespace (`pg_namespace`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Namespace {
    /// The name, unquoted.
    pub name: String,
    /// `COMMENT ON SCHEMA`.
    pub comment: Option<String>,
    /// Whether an extension made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_extension: bool,
}

/// An installed extension (`pg_extension`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Extension {
    /// The name.
    pub name: String,
    /// The installed version.
    pub version: String,
    /// The namespace that its objects are in.
    pub schema: String,
}

/// An enum type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Enum {
    /// The type's name.
    pub name: QualifiedName,
    /// Labels in sort order.
    pub labels: Vec<String>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<String>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Domain {
    /// The type's name.
    pub name: QualifiedName,
    /// The base type as `format_type` prints it.
    pub base_type: String,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// The default as PostgreSQL prints it.
    pub default: Option<String>,
    /// The collation where it differs from the base type's.
    pub collation: Option<QualifiedName>,
    /// Checks in name order.
    pub checks: Vec<Check>,
    /// `COMMENT ON DOMAIN`.
    pub comment: Option<String>,
}

/// A composite type that stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Composite {
    /// The type's name.
    pub name: QualifiedName,
    /// Attributes in order: name and type.
    pub attributes: Vec<(String, String)>,
    /// Attributes whose collation is not the type's own, and that collation. Read on demand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collations: Vec<(String, QualifiedName)>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<String>,
}

/// A sequence that is not said by a serial or identity column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Sequence {
    /// The sequence's name.
    pub name: QualifiedName,
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// What differs from the defaults of `data_type`.
    pub options: SequenceOptions,
    /// `OWNED BY`: table and column.
    pub owned_by: Option<(QualifiedName, String)>,
    /// `UNLOGGED` (PostgreSQL 15).
    pub unlogged: bool,
    /// `COMMENT ON SEQUENCE`.
    pub comment: Option<String>,
}

/// Options of a sequence, each only where it is not what `CREATE SEQUENCE` would choose for the data type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct SequenceOptions {
    /// `START WITH`.
    pub start: Option<i64>,
    /// `INCREMENT BY`.
    pub increment: Option<i64>,
    /// `MINVALUE`.
    pub min_value: Option<i64>,
    /// `MAXVALUE`.
    pub max_value: Option<i64>,
    /// `CACHE`.
    pub cache: Option<i64>,
    /// `CYCLE`.
    pub cycle: bool,
}

impl SequenceOptions {
    /// The options that differ from the defaults of a data type.
    ///
    /// Defaults are those of PostgreSQL's `CREATE SEQUENCE`: an ascending sequence starts at its minimum, 1, and ends
    /// at the type's largest value; a descending one starts at its maximum, -1, and ends at the type's smallest.
    pub fn differing(
        data_type: &str,
        start: i64,
        increment: i64,
        min_value: i64,
        max_value: i64,
        cache: i64,
        cycle: bool,
    ) -> Self {
        let (lowest, highest) = match data_type {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (default_min, default_max) = if increment < 0 {
            (lowest, -1)
        } else {
            (1, highest)
        };
        let default_start = if increment < 0 { max_value } else { min_value };
        let unless = |value, default| (value != default).then_some(value);
        Self {
            start: unless(start, default_start),
            increment: unless(increment, 1),
            min_value: unless(min_value, default_min),
            max_value: unless(max_value, default_max),
            cache: unless(cache, 1),
            cycle,
        }
    }

    /// Whether nothing differs.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// An object that models can't say: it is counted and named, never guessed at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Unmodelled {
    /// The kind in PostgreSQL's words, singular: `function`, `trigger`, `policy`.
    pub kind: String,
    /// What it is, for a person to read.
    pub name: String,
}
