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
