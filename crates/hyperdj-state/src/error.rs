//! What can be wrong with a state.

/// An error of models, in a whole sentence that names the model.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not what `hyperdjango._state` prints.
    #[error("the state of the models can't be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The models could not be imported.
    #[error("{place}{kind}: {message}")]
    Import {
        /// The Python exception's class.
        kind: String,
        /// Its message.
        message: String,
        /// `file:line: `, or nothing.
        place: String,
    },
    /// A relation leads to a class or field that is not there.
    #[error("{model}: there is no {what}")]
    Unknown {
        /// The model and field.
        model: String,
        /// What was looked for.
        what: String,
    },
    /// Two models are of the same table.
    #[error("{first} and {second} are both models of {table}")]
    SameTable {
        /// One model.
        first: String,
        /// The other.
        second: String,
        /// The table.
        table: String,
    },
}
