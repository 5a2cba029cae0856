//! An error as the user sees it: what and where, and what to do next.

use std::fmt;
use std::io;

/// What ended a command with exit code 2.
#[derive(Debug)]
pub struct Failure {
    what: String,
    hint: Option<String>,
    is_closed_output: bool,
}

impl Failure {
    /// What went wrong and where, in a sentence without a full stop.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            is_closed_output: false,
        }
    }

    /// What to do next, in whole sentences.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Output that could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        Self {
            is_closed_output: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::new(format!("standard output could not be written: {error}"))
                .with_hint("Nothing more was done; the database was only read.")
        }
    }

    /// Whether the reader of standard output went away.
    pub(crate) fn is_closed_output(&self) -> bool {
        self.is_closed_output
    }

    /// What went wrong and where.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

impl From<hyperdj_postgres::Error> for Failure {
    fn from(error: hyperdj_postgres::Error) -> Self {
        let failure = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

impl From<hyperdj_postgres::ConfigError> for Failure {
    fn from(error: hyperdj_postgres::ConfigError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<hyperdj_cluster::Error> for Failure {
    fn from(error: hyperdj_cluster::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<hyperdj_migrate::Error> for Failure {
    fn from(error: hyperdj_migrate::Error) -> Self {
        let failure = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}
