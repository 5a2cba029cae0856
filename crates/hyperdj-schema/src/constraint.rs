//! Constraints of tables (`pg_constraint`), by kind.

use serde::{Deserialize, Serialize};

use crate::QualifiedName;

/// When a constraint is checked (`condeferrable`, `condeferred`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Deferrable {
    /// `NOT DEFERRABLE`.
    #[default]
    No,
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    Immediate,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

/// A primary key. Its columns are NOT NULL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PrimaryKey {
    /// The constraint's name.
    pub name: String,
    /// Key columns in key order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// Storage parameters of its index.
    pub options: Vec<(String, String)>,
    /// Tablespace of its index.
    pub tablespace: Option<String>,
    /// Whether it comes from a partitioned table.
    pub inherited: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

impl PrimaryKey {
    /// A key with a name over columns, in key order, and nothing else said of it.
    pub fn new(name: impl Into<String>, columns: Vec<String>) -> Self {
        Self {
            name: name.into(),
            columns,
            include: Vec::new(),
            deferrable: Deferrable::No,
            options: Vec::new(),
            tablespace: None,
            inherited: false,
            comment: None,
        }
    }
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Unique {
    /// The constraint's name.
    pub name: String,
    /// Columns in key order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// Storage parameters of its index.
    pub options: Vec<(String, String)>,
    /// Tablespace of its index.
    pub tablespace: Option<String>,
    /// Whether it comes from a partitioned table.
    pub inherited: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

impl Unique {
    /// A constraint with a name over columns, in key order, and nothing else said of it.
    pub fn new(name: impl Into<String>, columns: Vec<String>) -> Self {
        Self {
            name: name.into(),
            columns,
            include: Vec::new(),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            options: Vec::new(),
            tablespace: None,
            inherited: false,
            comment: None,
        }
    }
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// Referencing columns in key order.
    pub columns: Vec<String>,
    /// The referenced table.
    pub target: QualifiedName,
    /// Referenced columns, in the order of `columns`.
    pub target_columns: Vec<String>,
    /// `MATCH SIMPLE` or `MATCH FULL`.
    pub match_type: MatchType,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// The columns that `ON DELETE SET NULL (…)` names (PostgreSQL 15).
    pub on_delete_columns: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// False for `NOT VALID`.
    pub validated: bool,
    /// Whether it comes from a partitioned table.
    pub inherited: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

impl ForeignKey {
    /// A key with a name from columns to those of a table, in the same order, and nothing else said of it: it is valid,
    /// `MATCH SIMPLE`, and takes no action.
    pub fn new(
        name: impl Into<String>,
        columns: Vec<String>,
        target: QualifiedName,
        target_columns: Vec<String>,
    ) -> Self {
        Self {
            name: name.into(),
            columns,
            target,
            target_columns,
            match_type: MatchType::Simple,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            on_delete_columns: Vec::new(),
            deferrable: Deferrable::No,
            validated: true,
            inherited: false,
            comment: None,
        }
    }
}

/// How a foreign key with NULLs in it matches (`confmatchtype`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// Any NULL passes.
    #[default]
    Simple,
    /// All NULL or none.
    Full,
}

/// What happens to referencing rows (`confdeltype`, `confupdtype`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum ReferentialAction {
    /// `NO ACTION`: an error at the end of the statement or transaction.
    #[default]
    #[serde(rename = "NO ACTION")]
    NoAction,
    /// `RESTRICT`: an error at once.
    #[serde(rename = "RESTRICT")]
    Restrict,
    /// `CASCADE`.
    #[serde(rename = "CASCADE")]
    Cascade,
    /// `SET NULL`.
    #[serde(rename = "SET NULL")]
    SetNull,
    /// `SET DEFAULT`.
    #[serde(rename = "SET DEFAULT")]
    SetDefault,
}

impl ReferentialAction {
    /// The words of SQL.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// The constraint's name.
    pub name: String,
    /// The expression as `pg_get_expr` prints it, with no `CHECK` around it.
    pub expression: String,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// False for `NOT VALID`.
    pub validated: bool,
    /// Whether it comes from a parent table only.
    pub inherited: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// An exclusion constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Exclusion {
    /// The constraint's name.
    pub name: String,
    /// The definition as `pg_get_constraintdef` prints it: `EXCLUDE USING gist (room WITH =, …)`.
    pub definition: String,
    /// Whether it comes from a partitioned table.
    pub inherited: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}
