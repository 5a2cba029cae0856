//! The locks that statements take on tables.

use std::fmt;

use hyperdj_schema::QualifiedName;

/// A mode of table lock, weakest first.
///
/// PostgreSQL documentation: 13.3.1 Table-Level Locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// As `SELECT` takes: in the way of ACCESS EXCLUSIVE alone.
    AccessShare,
    /// As `VALIDATE CONSTRAINT` takes on the referenced table.
    RowShare,
    /// As writers take.
    RowExclusive,
    /// Readers and writers go on; other schema changes wait.
    ShareUpdateExclusive,
    /// Writers wait.
    Share,
    /// Writers wait, and so do other steps of this kind.
    ShareRowExclusive,
    /// All but readers wait.
    Exclusive,
    /// Everyone waits.
    AccessExclusive,
}

impl fmt::Display for LockMode {
    /// The words of SQL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// A lock on a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The relation.
    pub relation: QualifiedName,
    /// How it is locked.
    pub mode: LockMode,
}
