//! What a dump says that can't be read, and where.

use std::fmt;

/// Something in a dump that can't be read without a server, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The byte of the text at which it stands.
    pub offset: usize,
    /// What it is, in a sentence without a full stop.
    pub what: String,
    /// Whether a server that loads the text may know more: false where the text itself is broken or refused.
    pub is_for_server: bool,
}

impl Error {
    /// Something that a server would understand.
    pub(crate) fn unknown(offset: usize, what: impl Into<String>) -> Self {
        Self {
            offset,
            what: what.into(),
            is_for_server: true,
        }
    }

    /// Something that no server would take either, or that must not be done.
    pub(crate) fn broken(offset: usize, what: impl Into<String>) -> Self {
        Self {
            offset,
            what: what.into(),
            is_for_server: false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}
