//! What can be wrong with a value.

/// Bytes that are no value of their type, or a value that its type can't hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The server's bytes are not of the form that the type's send function gives.
    #[error("the server sent {length} bytes that are no {kind}")]
    Malformed {
        /// The type's name.
        kind: &'static str,
        /// How many bytes there are.
        length: usize,
    },
    /// Text that is not UTF-8, as a database with the encoding SQL_ASCII can hold.
    #[error("the server sent text that is not UTF-8")]
    NotUnicode,
    /// Text that is no number.
    #[error("the text is no decimal number")]
    NotNumeric,
    /// A number with more digits than `numeric` has.
    #[error(
        "the number has more digits than numeric holds: 131072 before the point, 16383 behind it"
    )]
    NumericTooLong,
    /// Lists in lists that are not all of the same length.
    #[error("an array's inner lists must all have the same length")]
    Ragged,
    /// More levels of lists than an array has dimensions.
    #[error("an array has at most 6 dimensions")]
    TooDeep,
}
