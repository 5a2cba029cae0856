//! The rows of a table: the statement that gives them, and lines of COPY as lines of JSON.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Relation, RelationKind};

use crate::Failure;
use crate::arguments::RowFormat;

/// The columns that are written: those that aren't computed from others.
pub(crate) fn columns(table: &Relation) -> Vec<&str> {
    table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .map(|column| column.name.as_str())
        .collect()
}

/// The names of columns as SQL.
pub(crate) fn listed(columns: &[&str]) -> String {
    let names: Vec<_> = columns.iter().map(|name| quote_identifier(name)).collect();
    names.join(", ")
}

/// COPY of a table's own rows, or of all partitions' rows.
pub(super) fn statement(table: &Relation, format: RowFormat) -> String {
    let only = match table.kind {
        RelationKind::PartitionedTable => "",
        _ => "ONLY ",
    };
    let options = match format {
        RowFormat::Jsonl => "FORMAT text",
        RowFormat::Csv => "FORMAT csv, HEADER true",
    };
    format!(
        "COPY (SELECT {} FROM {only}{}) TO STDOUT WITH ({options})",
        listed(&columns(table)),
        table.name
    )
}

/// A line of COPY's text format as an object of JSON, in the table's order of columns.
///
/// PostgreSQL documentation: COPY, "Text Format".
pub(super) fn object(line: &[u8], keys: &[String]) -> Result<String, Failure> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let mut text = String::with_capacity(line.len() + 16 * keys.len());
    text.push('{');
    for (number, (field, key)) in line.split(|byte| *byte == b'\t').zip(keys).enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push_str(key);
        text.push(':');
        if field == b"\\N" {
            text.push_str("null");
        } else {
            let plain = unescaped(field);
            let value = std::str::from_utf8(&plain).map_err(|_| {
                Failure::new("a value is not UTF-8, which JSON must be")
                    .with_hint("Write CSV, which takes any bytes: --format csv.")
            })?;
            text.push_str(&quoted(value));
        }
    }
    text.push('}');
    Ok(text)
}

/// A text as a string of JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            plain.push(*byte);
            continue;
        }
        plain.push(match bytes.next() {
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'v') => 11,
            Some(other) => *other,
            None => b'\\',
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_an_object() {
        let keys = ["\"a\"", "\"b\"", "\"c\"", "\"d\""].map(str::to_owned);
        let line = b"\\N\t\tx\\ty\\\\N\\n\"\t\\\\N\n";
        assert_eq!(
            object(line, &keys).unwrap(),
            r#"{"a":null,"b":"","c":"x\ty\\N\n\"","d":"\\N"}"#
        );
        assert_eq!(object(b"\n", &[]).unwrap(), "{}");
        assert!(object(b"\xff\n", &keys).is_err());
    }
}
