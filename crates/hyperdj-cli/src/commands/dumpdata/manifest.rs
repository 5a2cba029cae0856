//! `manifest.json`: what a folder of dumped rows holds. It is written last: a folder that has it is whole.

use std::path::Path;

use hyperdj_schema::QualifiedName;
use serde_json::{Value, json};

use crate::Failure;
use crate::arguments::RowFormat;

/// The file's name.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The version of the format, raised when what is there changes its meaning.
const VERSION: u64 = 1;

/// A dumped table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: QualifiedName,
    pub(crate) file: String,
    pub(crate) rows: u64,
}

/// Where a sequence stands. It is found by the column that it is for, or else by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) name: QualifiedName,
    pub(crate) column: Option<String>,
    pub(crate) last_value: String,
    pub(crate) is_called: bool,
}

impl Position {
    /// As an object of JSON; `name` is the table's where there is a column, else the sequence's.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = json!({
            "schema": self.name.schema,
            "last_value": self.last_value,
            "is_called": self.is_called,
        });
        match &self.column {
            Some(column) => {
                object["table"] = json!(self.name.name);
                object["column"] = json!(column);
            }
            None => object["sequence"] = json!(self.name.name),
        }
        object
    }

    /// What an object says, if it is one of a sequence.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let word = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let column = word("column");
        let name = word(if column.is_some() {
            "table"
        } else {
            "sequence"
        })?;
        Some(Self {
            name: QualifiedName::new(word("schema")?, name),
            column,
            last_value: word("last_value")?,
            is_called: value.get("is_called")?.as_bool()?,
        })
    }
}

/// A whole dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) format: RowFormat,
    pub(crate) tables: Vec<Entry>,
    pub(crate) sequences: Vec<Position>,
}

impl Manifest {
    /// The file's text; the same for the same dump.
    pub(crate) fn to_text(&self) -> String {
        let format = match self.format {
            RowFormat::Jsonl => "jsonl",
            RowFormat::Csv => "csv",
        };
        let tables: Vec<Value> = self
            .tables
            .iter()
            .map(|entry| {
                json!({
                    "schema": entry.name.schema,
                    "table": entry.name.name,
                    "file": entry.file,
                    "rows": entry.rows,
                })
            })
            .collect();
        let sequences: Vec<Value> = self.sequences.iter().map(Position::to_json).collect();
        let whole = json!({
            "hyperdjango_dump": VERSION,
            "format": format,
            "tables": tables,
            "sequences": sequences,
        });
        format!("{whole:#}\n")
    }

    /// Reads the manifest of a folder; `None` if it has none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let what = format!("{} can't be read: {error}", path.display());
                return Err(Failure::new(what));
            }
        };
        match Self::parse(&text) {
            Some(manifest) => Ok(Some(manifest)),
            None => Err(Failure::new(format!(
                "{} is no manifest that this version of hyper reads",
                path.display()
            ))
            .with_hint("Write the dump again with this version: hyper dumpdata --force.")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let whole: Value = serde_json::from_str(text).ok()?;
        if whole.get("hyperdjango_dump")?.as_u64()? != VERSION {
            return None;
        }
        let format = match whole.get("format")?.as_str()? {
            "jsonl" => RowFormat::Jsonl,
            "csv" => RowFormat::Csv,
            _ => return None,
        };
        let mut tables = Vec::new();
        for table in whole.get("tables")?.as_array()? {
            let word = |name: &str| table.get(name)?.as_str().map(str::to_owned);
            let file = word("file")?;
            // A manifest names files of its own folder, nothing else on the machine.
            if file.contains(['/', '\\']) || file.starts_with('.') {
                return None;
            }
            tables.push(Entry {
                name: QualifiedName::new(word("schema")?, word("table")?),
                file,
                rows: table.get("rows")?.as_u64()?,
            });
        }
        let sequences = whole.get("sequences")?.as_array()?;
        Some(Self {
            format,
            tables,
            sequences: sequences
                .iter()
                .map(Position::from_json)
                .collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let position = |column: Option<&str>| Position {
            name: QualifiedName::new("public", "Odd \"name"),
            column: column.map(str::to_owned),
            last_value: "9223372036854775807".to_owned(),
            is_called: true,
        };
        let manifest = Manifest {
            format: RowFormat::Csv,
            tables: vec![Entry {
                name: QualifiedName::new("a.b", "c"),
                file: "a%2Eb.c.csv".to_owned(),
                rows: 3,
            }],
            sequences: vec![position(None), position(Some("id"))],
        };
        assert_eq!(Manifest::parse(&manifest.to_text()), Some(manifest.clone()));
        let outside = manifest.to_text().replace("a%2Eb", "../a");
        assert_eq!(Manifest::parse(&outside), None);
    }
}
