//! What rows are read from: JSON lines as COPY takes them, a table at a time, and the header of CSV.

use std::io::{self, BufRead, Read};

use hyperdj_schema::QualifiedName;
use serde_json::{Map, Value};

use crate::commands::dumpdata::manifest::Position;

/// A line of JSON.
enum Line {
    Row(QualifiedName, Map<String, Value>),
    Position(Position),
}

/// JSON lines, of one table or of several.
pub(super) struct Lines<R> {
    input: R,
    /// The table of every line, where the lines don't name theirs.
    table: Option<QualifiedName>,
    number: u64,
    next: Option<Line>,
    /// Where sequences stand, as far as lines have said it.
    pub(super) positions: Vec<Position>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, table: Option<QualifiedName>) -> Self {
        Self {
            input,
            table,
            number: 0,
            next: None,
            positions: Vec::new(),
        }
    }

    /// The table and the columns of the rows that come next; `None` at the end.
    pub(super) fn segment(&mut self) -> io::Result<Option<(QualifiedName, Vec<String>)>> {
        self.advance()?;
        match &self.next {
            Some(Line::Row(table, row)) => Ok(Some((table.clone(), row.keys().cloned().collect()))),
            _ => Ok(None),
        }
    }

    /// The rows up to the next table, or to a row with other columns.
    pub(super) fn rows<'a>(
        &'a mut self,
        table: &'a QualifiedName,
        columns: &'a [String],
    ) -> impl Read + 'a {
        Rows {
            lines: self,
            table,
            columns,
            text: Vec::new(),
            taken: 0,
        }
    }

    /// Has `next` be a row, unless there is none.
    fn advance(&mut self) -> io::Result<()> {
        while self.next.is_none() {
            let mut text = String::new();
            if self.input.read_line(&mut text)? == 0 {
                return Ok(());
            }
            self.number += 1;
            if text.trim().is_empty() {
                continue;
            }
            match self.parse(&text)? {
                Line::Position(position) => self.positions.push(position),
                row => self.next = Some(row),
            }
        }
        Ok(())
    }

    fn parse(&self, text: &str) -> io::Result<Line> {
        let Ok(Value::Object(mut object)) = serde_json::from_str(text) else {
            return Err(self.wrong("it is no whole object of JSON"));
        };
        if let Some(table) = &self.table {
            return Ok(Line::Row(table.clone(), object));
        }
        if let (Some(Value::String(schema)), Some(Value::String(table)), Some(Value::Object(_))) =
            (object.get("schema"), object.get("table"), object.get("row"))
        {
            let name = QualifiedName::new(schema, table);
            if let Some(Value::Object(row)) = object.remove("row") {
                return Ok(Line::Row(name, row));
            }
        }
        Position::from_json(&Value::Object(object))
            .map(Line::Position)
            .ok_or_else(|| {
                self.wrong("it does not name its table; name the table of all lines with --table")
            })
    }

    fn wrong(&self, what: &str) -> io::Error {
        io::Error::other(format!("line {}: {what}", self.number))
    }
}

/// Rows in COPY's text format.
struct Rows<'a, R> {
    lines: &'a mut Lines<R>,
    table: &'a QualifiedName,
    columns: &'a [String],
    text: Vec<u8>,
    taken: usize,
}

impl<R: BufRead> Rows<'_, R> {
    /// Writes rows into the buffer, until it is well filled.
    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        while self.text.len() < 1 << 16 {
            self.lines.advance()?;
            match &self.lines.next {
                Some(Line::Row(table, row))
                    if table == self.table && row.keys().eq(self.columns.iter()) => {}
                _ => return Ok(()),
            }
            if let Some(Line::Row(_, row)) = self.lines.next.take() {
                for (number, (column, value)) in row.iter().enumerate() {
                    if number > 0 {
                        self.text.push(b'\t');
                    }
                    write_value(&mut self.text, value)
                        .map_err(|what| self.lines.wrong(&format!("{column:?}: {what}")))?;
                }
                self.text.push(b'\n');
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Rows<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.text.len() {
            self.fill()?;
        }
        let count = (&self.text[self.taken..]).read(into)?;
        self.taken += count;
        Ok(count)
    }
}

/// Writes a value as a field of COPY's text format (PostgreSQL documentation: COPY, "Text Format").
fn write_value(text: &mut Vec<u8>, value: &Value) -> Result<(), &'static str> {
    let written = match value {
        Value::Null => {
            text.extend_from_slice(b"\\N");
            return Ok(());
        }
        Value::String(value) => return write_text(text, value),
        // A fraction has lost digits already when it is read as a number of JSON.
        Value::Number(number) if !number.is_i64() && !number.is_u64() => {
            return Err("a number with a fraction must be written as a string, to lose no digit");
        }
        other => other.to_string(),
    };
    write_text(text, &written)
}

fn write_text(text: &mut Vec<u8>, value: &str) -> Result<(), &'static str> {
    for byte in value.bytes() {
        match byte {
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b'\t' => text.extend_from_slice(b"\\t"),
            0 => return Err("a zero byte can't be in a value of PostgreSQL"),
            other => text.push(other),
        }
    }
    Ok(())
}

/// Reads the header of CSV: the names of its columns (PostgreSQL documentation: COPY, "CSV Format").
pub(super) fn header(input: &mut impl BufRead) -> io::Result<Vec<String>> {
    let mut line = Vec::new();
    // A name may hold the end of a line, in quotes.
    while input.read_until(b'\n', &mut line)? > 0
        && line.iter().filter(|byte| **byte == b'"').count() % 2 == 1
    {}
    let line = String::from_utf8(line).map_err(|_| io::Error::other("the header is not UTF-8"))?;
    let line = line
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']);
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => push(&mut names, '"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => names.push(String::new()),
            other => push(&mut names, other),
        }
    }
    // A table without columns has an empty header, and no column has an empty name.
    names.retain(|name| !name.is_empty());
    Ok(names)
}

fn push(names: &mut [String], character: char) {
    if let Some(name) = names.last_mut() {
        name.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parted_by_table_and_columns() {
        let text = r#"
{"schema":"a","table":"t","row":{"x":"1\t\\","y":null}}
{"schema":"a","table":"t","row":{"x":2,"y":{"k":[true]}}}
{"schema":"a","table":"t","row":{"x":"3"}}
{"schema":"a","table":"t","column":"x","last_value":"7","is_called":true}
"#;
        let mut lines = Lines::new(text.as_bytes(), None);
        let mut found = Vec::new();
        while let Some((table, columns)) = lines.segment().unwrap() {
            let mut rows = String::new();
            lines
                .rows(&table, &columns)
                .read_to_string(&mut rows)
                .unwrap();
            found.push((columns.join(","), rows));
        }
        assert_eq!(
            found,
            [
                (
                    "x,y".to_owned(),
                    "1\\t\\\\\t\\N\n2\t{\"k\":[true]}\n".to_owned()
                ),
                ("x".to_owned(), "3\n".to_owned()),
            ]
        );
        assert_eq!(lines.positions.len(), 1);
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        for text in ["{\"x\":1.5}", "{\"x\":\"a\\u0000\"}", "{\"x\":", "[1]"] {
            let table = QualifiedName::new("a", "t");
            let mut lines = Lines::new(text.as_bytes(), Some(table.clone()));
            let read = lines.segment().and_then(|segment| {
                let (_, columns) = segment.unwrap();
                lines
                    .rows(&table, &columns)
                    .read_to_string(&mut String::new())
            });
            assert!(read.is_err(), "{text}");
        }
    }

    #[test]
    fn a_header_gives_names() {
        let mut input = "id,\"a,\"\"b\nc\",Größe\r\n1,2,3\n".as_bytes();
        assert_eq!(header(&mut input).unwrap(), ["id", "a,\"b\nc", "Größe"]);
        assert_eq!(input, b"1,2,3\n");
        assert!(header(&mut "\n".as_bytes()).unwrap().is_empty());
    }
}
