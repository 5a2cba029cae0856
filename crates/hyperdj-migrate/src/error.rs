//! What can go wrong with migrations: what and where, and what to do next.

use std::fmt;

/// An error, in whole sentences for a person.
#[derive(Debug)]
pub struct Error {
    what: String,
    hint: Option<String>,
}

impl Error {
    /// What went wrong and where, without a full stop.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    /// What to do next, in whole sentences.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}

impl From<hyperdj_postgres::Error> for Error {
    fn from(error: hyperdj_postgres::Error) -> Self {
        Self {
            what: words(&error),
            hint: error.hint(),
        }
    }
}

/// The error without its detail, in which PostgreSQL shows values of rows.
pub(crate) fn words(error: &hyperdj_postgres::Error) -> String {
    match error.server_error() {
        Some(server) => format!("{} (SQLSTATE {})", server.message, server.code),
        None => error.to_string(),
    }
}

/// An error of a statement with what to do about it.
pub(crate) fn explained(told: Error, error: &hyperdj_postgres::Error) -> Error {
    match error.sqlstate() {
        Some("55P03") => told.with_hint("Another session keeps its lock too long (pg_stat_activity shows who). Run the command again when it is done, or give it more time with --lock-timeout."),
        Some("23502") => told.with_hint("Rows that are there have no value for the column. Give it a default, or add it nullable, fill it, and set NOT NULL in a later migration."),
        Some("23505") => told.with_hint("Rows that are there have the same key. Find them with GROUP BY … HAVING count(*) > 1, and put them right first."),
        Some("23503" | "23514") => told.with_hint("Rows that are there do not fulfil the constraint. Put them right first."),
        _ => match error.hint() {
            Some(hint) => told.with_hint(hint),
            None => told,
        },
    }
}
