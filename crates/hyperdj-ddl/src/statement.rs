//! One statement of SQL.

use std::fmt;

/// One statement, without the semicolon behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement(String);

impl Statement {
    /// A statement from its text, without a semicolon.
    pub fn new(sql: impl Into<String>) -> Self {
        Self(sql.into())
    }

    /// The text, without a semicolon.
    pub fn sql(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Statement {
    /// The text with its semicolon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};", self.0)
    }
}
