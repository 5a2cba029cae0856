//! Relations: tables, partitioned tables, foreign tables, views and materialized views (`pg_class`).

use serde::{Deserialize, Serialize};

use crate::{
    Check, Column, Exclusion, ForeignKey, Index, PrimaryKey, QualifiedName, RelationSettings,
    Unique,
};

/// A relation that has rows and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Relation {
    /// The name.
    pub name: QualifiedName,
    /// What it is.
    pub kind: RelationKind,
    /// Columns in table order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints in name order.
    pub uniques: Vec<Unique>,
    /// Foreign keys in name order.
    pub foreign_keys: Vec<ForeignKey>,
    /// Checks in name order.
    pub checks: Vec<Check>,
    /// Exclusion constraints in name order.
    pub exclusions: Vec<Exclusion>,
    /// Indexes that no constraint owns, in name order.
    pub indexes: Vec<Index>,
    /// `PARTITION BY`, as `pg_get_partkeydef` prints it: `RANGE (payment_date)`.
    pub partition_by: Option<String>,
    /// The partitioned table that this is a part of.
    pub partition_of: Option<PartitionOf>,
    /// `INHERITS`, in order.
    pub inherits: Vec<QualifiedName>,
    /// The definition of a view.
    pub view: Option<View>,
    /// The server of a foreign table.
    pub foreign_server: Option<ForeignServer>,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// Storage parameters.
    pub options: Vec<(String, String)>,
    /// The tablespace, where it is not the database's.
    pub tablespace: Option<String>,
    /// `COMMENT ON TABLE`, `VIEW` and so on.
    pub comment: Option<String>,
    /// What else is set for it, and models can't say. Read on demand.
    #[serde(default, skip_serializing_if = "RelationSettings::is_default")]
    pub settings: RelationSettings,
}

impl Relation {
    /// A relation with a name and a kind and nothing else.
    pub fn new(name: QualifiedName, kind: RelationKind) -> Self {
        Self {
            name,
            kind,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            partition_by: None,
            partition_of: None,
            inherits: Vec::new(),
            view: None,
            foreign_server: None,
            unlogged: false,
            options: Vec::new(),
            tablespace: None,
            comment: None,
            settings: RelationSettings::default(),
        }
    }

    /// The relation as `ALTER` and dependencies name it: `TABLE public.users`.
    pub fn object(&self) -> String {
        format!("{} {}", self.kind.as_sql(), self.name)
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a relation is (`pg_class.relkind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// An ordinary table.
    Table,
    /// A partitioned table.
    PartitionedTable,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
}

impl RelationKind {
    /// Whether this is a view or a materialized view.
    pub fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MaterializedView)
    }

    /// The words of SQL: `TABLE`, `VIEW` and so on, as `COMMENT ON`, `ALTER` and `DROP` have it.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::Table | Self::PartitionedTable => "TABLE",
            Self::ForeignTable => "FOREIGN TABLE",
            Self::View => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
        }
    }

    /// The word for one of them.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PartitionedTable => "partitioned table",
            Self::ForeignTable => "foreign table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
        }
    }
}

/// Of which table, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: QualifiedName,
    /// The bound as PostgreSQL prints it: `FOR VALUES FROM (…) TO (…)`, `DEFAULT`.
    pub bound: String,
}

/// A view's definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct View {
    /// The query as `pg_get_viewdef` prints it.
    pub definition: String,
    /// False for a materialized view that was never filled (`WITH NO DATA`).
    pub populated: bool,
}

/// Where the rows of a foreign table are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ForeignServer {
    /// The server's name.
    pub name: String,
    /// Options of the table.
    pub options: Vec<(String, String)>,
}
