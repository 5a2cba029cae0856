//! Where the sequences of dumped tables stand.

use std::collections::BTreeSet;

use hyperdj_postgres::{Client, Statement};
use hyperdj_schema::{QualifiedName, Relation, Schema};

use super::manifest::Position;
use crate::{Failure, Printer};

/// The sequence of a column, whether this role may read it.
const OF_COLUMN: &str = "SELECT found::text, has_sequence_privilege(found, 'SELECT')::text
FROM (SELECT pg_catalog.pg_get_serial_sequence($1, $2)::regclass AS found) AS it WHERE found IS NOT NULL";

const BY_NAME: &str = "SELECT found::text, has_sequence_privilege(found, 'SELECT')::text
FROM (SELECT $1::text::regclass AS found, $2::text) AS it";

/// Reads the positions of the sequences that number the rows of these tables. Those of all other tables have no
/// meaning here; a sequence that no column names comes along where the dump `is_whole`.
pub(super) fn read(
    client: &mut Client,
    schema: &Schema,
    tables: &[&Relation],
    is_whole: bool,
    printer: &mut Printer,
) -> Result<Vec<Position>, Failure> {
    let mut wanted: Vec<(QualifiedName, Option<String>)> = Vec::new();
    for table in tables {
        for column in &table.columns {
            if column.serial.is_some() || column.identity.is_some() {
                wanted.push((table.name.clone(), Some(column.name.clone())));
            }
        }
    }
    let names: BTreeSet<&QualifiedName> = tables.iter().map(|table| &table.name).collect();
    for sequence in &schema.sequences {
        let is_used = || {
            let named = sequence.name.to_string();
            tables.iter().any(|table| {
                let mut defaults = table.columns.iter().filter_map(|it| it.default.as_deref());
                defaults.any(|default| default.contains(&named))
            })
        };
        let is_owned = sequence
            .owned_by
            .as_ref()
            .is_some_and(|(table, _)| names.contains(table));
        if is_whole || is_owned || is_used() {
            wanted.push((sequence.name.clone(), None));
        }
    }
    let texts: Vec<String> = wanted.iter().map(|(name, _)| name.to_string()).collect();
    let parameters: Vec<[Option<&str>; 2]> = wanted
        .iter()
        .zip(&texts)
        .map(|((_, column), text)| [Some(text.as_str()), column.as_deref()])
        .collect();
    let statements: Vec<Statement<'_>> = wanted
        .iter()
        .zip(&parameters)
        .map(|((_, column), parameters)| Statement {
            sql: if column.is_some() { OF_COLUMN } else { BY_NAME },
            parameters,
        })
        .collect();
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut unreadable: Vec<String> = Vec::new();
    client.pipeline::<hyperdj_postgres::Error>(&statements, &mut |number, row| {
        let name = row.get(0)?.unwrap_or_default().to_owned();
        if row.get(1)? == Some("true") {
            found.push((number, name));
        } else {
            unreadable.push(name);
        }
        Ok(())
    })?;
    if !unreadable.is_empty() {
        printer.warning(&format!(
            "this role may not read the positions of sequences, left out: {}",
            unreadable.join(", ")
        ));
    }
    let texts: Vec<String> = found
        .iter()
        .map(|(_, name)| format!("SELECT last_value::text, is_called::text FROM {name}"))
        .collect();
    let statements: Vec<Statement<'_>> = texts
        .iter()
        .map(|sql| Statement {
            sql,
            parameters: &[],
        })
        .collect();
    let mut positions = Vec::new();
    client.pipeline::<hyperdj_postgres::Error>(&statements, &mut |number, row| {
        if let Some((name, column)) = found.get(number).and_then(|(place, _)| wanted.get(*place)) {
            positions.push(Position {
                name: name.clone(),
                column: column.clone(),
                last_value: row.get(0)?.unwrap_or_default().to_owned(),
                is_called: row.get(1)? == Some("true"),
            });
        }
        Ok(())
    })?;
    Ok(positions)
}
