//! What the server counts and samples beside the schema: sizes, rows, positions of sequences, planner's statistics.
//!
//! None of it is a part of a [`Schema`](crate::Schema): it changes while nobody changes the schema.

use std::collections::BTreeMap;

use crate::QualifiedName;

/// The server's figures for what a schema describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// By table or materialized view.
    pub relations: BTreeMap<QualifiedName, RelationStatistics>,
    /// By table and column: what the planner's statistics hold of columns of `text` and `character varying`.
    pub texts: BTreeMap<(QualifiedName, String), TextStatistics>,
    /// Every sequence, in name order.
    pub sequences: Vec<SequenceStatistics>,
    /// Enum types that nothing in the database refers to, in name order.
    pub unused_enums: Vec<QualifiedName>,
    /// By table and column: what the server refuses a change of the column's type for, such as `view public.totals`.
    pub readers: BTreeMap<(QualifiedName, String), Vec<String>>,
}

impl Statistics {
    /// How many rows a relation has, as far as the server knows.
    pub fn rows(&self, name: &QualifiedName) -> u64 {
        self.relations.get(name).map_or(0, |found| found.rows)
    }

    /// What is known of an index of a relation.
    pub fn index(&self, relation: &QualifiedName, index: &str) -> Option<&IndexStatistics> {
        self.relations.get(relation)?.indexes.get(index)
    }
}

/// Figures of a table or materialized view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelationStatistics {
    /// Rows as the planner takes them (`reltuples`), or where it does not know, as the server counted them.
    pub rows: u64,
    /// Bytes of the table without its indexes, when it was last vacuumed or analysed (`relpages`).
    pub bytes: u64,
    /// Whether it holds anything, known by its file's size where it was never vacuumed or analysed.
    pub filled: bool,
    /// Whether it was ever analysed; `None` where the role may not see that.
    pub analysed: Option<bool>,
    /// Whether it can get no column: it is of a composite type, or its rows are values elsewhere.
    pub columns_fixed: bool,
    /// Every index, those of constraints too, by name.
    pub indexes: BTreeMap<String, IndexStatistics>,
}

/// Figures of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexStatistics {
    /// Bytes (`relpages`).
    pub bytes: u64,
    /// How often it was scanned since the server's counters were reset.
    pub scans: u64,
    /// Whether something else needs it: a foreign key that refers to its columns, the replica identity, CLUSTER.
    pub needed: bool,
}

/// What the planner's statistics (`pg_stats`) hold of a column: the most common values and the histogram's bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStatistics {
    /// How many values they hold.
    pub values: u64,
    /// How many of them are whole numbers of at most 18 digits, with no leading zero.
    pub integers: u64,
    /// How many are numbers of any kind, with no leading zero.
    pub numbers: u64,
    /// How many are dates, `2024-02-29`.
    pub dates: u64,
    /// How many are dates with a time and an offset from UTC.
    pub moments: u64,
}

/// Where a sequence stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceStatistics {
    /// The name.
    pub name: QualifiedName,
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min_value: i64,
    /// `MAXVALUE`.
    pub max_value: i64,
    /// `CYCLE`.
    pub cycle: bool,
    /// The value that it gave last; `None` where it gave none, or where the role may not see it.
    pub last_value: Option<i64>,
    /// Whether the role may see where it stands.
    pub readable: bool,
    /// The columns that take their values from it: table, column, and the column's type.
    pub columns: Vec<(QualifiedName, String, String)>,
}
