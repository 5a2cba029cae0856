//! A schema as a file of JSON, and back: `hyper inspectdb --format json`.

use serde::{Deserialize, Serialize};

use crate::Schema;

/// What `format` says in every such file.
pub const FORMAT: &str = "hyperdjango schema";

/// The version that is written. It is raised when what is there changes its meaning, not when something is added.
pub const VERSION: u32 = 1;

/// The file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Saved {
    /// Always `hyperdjango schema`.
    pub format: String,
    /// The version of the format: 1. It is raised when what is there changes its meaning, not when something is added.
    pub version: u32,
    /// The description of the database, or of the part of it that was asked for.
    pub schema: Schema,
}

/// What of a file may be looked at before its version is known.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// Why a file is no schema that can be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is no JSON, or it lacks what every schema has.
    #[error("it is no saved schema: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is the JSON of something else.
    #[error("its format is `{found}`, not `{FORMAT}`")]
    OtherFormat {
        /// What it says of itself.
        found: String,
    },
    /// A later version of the program wrote it.
    #[error("it is of version {found} of the format, and this program reads version {VERSION}")]
    OtherVersion {
        /// The version that it says.
        found: u32,
    },
}

/// A schema as JSON, the same text for the same schema, with a line break behind it.
///
/// # Errors
///
/// None that a schema can cause: every key is a text.
pub fn to_json(schema: &Schema) -> Result<String, FormatError> {
    #[derive(Serialize)]
    struct Borrowed<'a> {
        format: &'a str,
        version: u32,
        schema: &'a Schema,
    }
    let mut text = serde_json::to_string_pretty(&Borrowed {
        format: FORMAT,
        version: VERSION,
        schema,
    })?;
    text.push('\n');
    Ok(text)
}

/// The schema of a text that [`to_json`] gave, this version's or an earlier one's. Keys that are not known are passed over.
///
/// # Errors
///
/// A text that is no JSON, that is of something else, or that is of a later version.
pub fn from_json(text: &str) -> Result<Schema, FormatError> {
    let head: Head = serde_json::from_str(text)?;
    if head.format != FORMAT {
        return Err(FormatError::OtherFormat { found: head.format });
    }
    if head.version != VERSION {
        return Err(FormatError::OtherVersion {
            found: head.version,
        });
    }
    let saved: Saved = serde_json::from_str(text)?;
    Ok(saved.schema)
}

#[cfg(test)]
mod tests {
    use super::{FormatError, from_json, to_json};
    use crate::{Enum, QualifiedName, Relation, RelationKind, Schema};

    #[test]
    fn what_was_written_is_read_back() {
        let schema = Schema {
            enums: vec![Enum {
                name: QualifiedName::new("public", "mo\"od\n"),
                labels: vec!["so so".to_owned(), "\u{1F600}\u{7f}".to_owned()],
                comment: Some("it's\\".to_owned()),
            }],
            relations: vec![Relation::new(
                QualifiedName::new("", "größe"),
                RelationKind::MaterializedView,
            )],
            ..Schema::default()
        };
        let text = to_json(&schema).unwrap();
        assert_eq!(from_json(&text).unwrap(), schema);
        assert_eq!(to_json(&from_json(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn what_is_something_else_is_refused() {
        let text = to_json(&Schema::default()).unwrap();
        let later = text.replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(
            from_json(&later),
            Err(FormatError::OtherVersion { found: 2 })
        ));
        let other = text.replace("hyperdjango schema", "package");
        assert!(matches!(
            from_json(&other),
            Err(FormatError::OtherFormat { .. })
        ));
        assert!(matches!(from_json("{}"), Err(FormatError::Malformed(_))));
        assert!(from_json(&text.replace("\"enums\": [],", "")).is_err());
        // What a later version adds without another meaning is passed over.
        assert!(from_json(&text.replace("\"schema\": {", "\"by\": 1, \"schema\": {")).is_ok());
    }
}
