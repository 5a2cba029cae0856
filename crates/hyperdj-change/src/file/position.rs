//! Places in a file, as a person counts them.

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
}

/// The place of a byte of a text.
pub(super) fn position(text: &str, byte: usize) -> Position {
    let ahead = text.get(..byte).unwrap_or(text);
    let line_start = ahead.rfind('\n').map_or(0, |end| end + 1);
    Position {
        line: ahead.matches('\n').count() + 1,
        column: ahead[line_start..].chars().count() + 1,
    }
}
