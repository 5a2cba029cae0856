//! A line of the history.

/// How far a migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// All of it is applied.
    Applied,
    /// Some statements of the way up are applied, and it was interrupted.
    Applying,
    /// Some statements of the way down are applied, and it was interrupted.
    Reverting,
}

impl Phase {
    /// The word in the table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Applying => "applying",
            Self::Reverting => "reverting",
        }
    }

    pub(crate) fn of(word: &str) -> Self {
        match word {
            "applying" => Self::Applying,
            "reverting" => Self::Reverting,
            _ => Self::Applied,
        }
    }
}

/// What the history says of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The number.
    pub number: u32,
    /// The file's name without its ending.
    pub name: String,
    /// The file's checksum; while it is interrupted, that of the statements that are done.
    pub checksum: String,
    /// How far it is.
    pub phase: Phase,
    /// How many statements are done, while it is interrupted.
    pub statements_done: usize,
    /// When it was applied, as PostgreSQL prints it.
    pub applied_at: String,
    /// How long that took, as PostgreSQL prints it.
    pub duration: String,
    /// The role that did it.
    pub applied_by: String,
}
