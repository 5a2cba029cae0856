//! The tables that rows are loaded into: whether they can take them, and how they are told to.

use std::io::Read;

use hyperdj_catalog::Inspection;
use hyperdj_postgres::{Client, Error, Statement};
use hyperdj_schema::{Deferrable, QualifiedName, Relation, RelationKind};

use crate::arguments::RowFormat;
use crate::commands::dumpdata::manifest::Position;
use crate::commands::dumpdata::order::{groups, root};
use crate::commands::dumpdata::rows::listed;
use crate::near::{alternatives, near};
use crate::{Failure, Printer};

/// What the text forms of a dump were written with. The search path stays the user's: triggers may need it.
const BEGIN: &str = "BEGIN;
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL lc_monetary = 'C';
SET LOCAL xmloption = 'content';
SET LOCAL row_security = off;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0";

/// Begins a transaction in which rows are loaded.
pub(super) fn begin(client: &mut Client) -> Result<(), Failure> {
    Ok(client.batch_execute(BEGIN)?)
}

/// The table of a name that can take rows.
pub(super) fn table<'a>(
    found: &'a Inspection,
    name: &QualifiedName,
) -> Result<&'a Relation, Failure> {
    let is_table = |relation: &&Relation| {
        matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable
        )
    };
    if let Some(relation) = found.schema.relation(name).filter(is_table) {
        return Ok(relation);
    }
    let failure = Failure::new(format!("database `{}` has no table {name}", found.database));
    let tables = found.schema.relations.iter().filter(is_table);
    let near = near(&name.name, tables.map(|table| table.name.name.as_str()));
    Err(failure.with_hint(if near.is_empty() {
        "Build the schema first: loaddata loads rows and nothing else.".to_owned()
    } else {
        format!(
            "Build the schema first. Or did you mean {}?",
            alternatives(&near)
        )
    }))
}

/// Loads rows into columns of a table; how many.
pub(super) fn fill(
    client: &mut Client,
    table: &Relation,
    columns: &[String],
    format: RowFormat,
    rows: &mut dyn Read,
) -> Result<u64, Failure> {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    for name in &names {
        match table.column(name) {
            None => {
                let failure = Failure::new(format!("{} has no column {name:?}", table.name));
                let near = near(
                    name,
                    table.columns.iter().map(|column| column.name.as_str()),
                );
                return Err(if near.is_empty() {
                    failure.with_hint("Its rows were written of another schema.")
                } else {
                    failure.with_hint(format!("Did you mean {}?", alternatives(&near)))
                });
            }
            Some(column) if column.generated.is_some() => {
                let what = format!("{}: {name:?} is computed and takes no value", table.name);
                return Err(Failure::new(what).with_hint("Leave that column out of the file."));
            }
            Some(_) => {}
        }
    }
    // A table without columns has rows all the same.
    let listed = match names.as_slice() {
        [] => String::new(),
        names => format!(" ({})", listed(names)),
    };
    let format = match format {
        RowFormat::Jsonl => "text",
        RowFormat::Csv => "csv",
    };
    let statement = format!(
        "COPY {}{listed} FROM STDIN WITH (FORMAT {format})",
        table.name
    );
    client
        .copy_in(&statement, rows)
        .map_err(|error| refused(&table.name, &error))
}

/// Why rows can't be loaded: what and where, without a value of theirs.
fn refused(name: &QualifiedName, error: &Error) -> Failure {
    let Some(server) = error.server_error() else {
        return Failure::new(format!("{name} can't be loaded: {error}"));
    };
    let mut message = server.message.as_str();
    // "invalid input syntax for type integer: "…"" ends in the value.
    if let Some((what, _)) = message.split_once(": \"") {
        message = what;
    }
    // "COPY orders, line 3, column total: …"
    let context = server.context.as_deref().unwrap_or_default();
    let place = context.lines().find_map(|line| {
        let (_, place) = line.split_once(", line ")?;
        let place = place.split_once(": ").map_or(place, |(place, _)| place);
        Some(format!(" (row {})", place.trim_end_matches(':')))
    });
    let failure = Failure::new(format!(
        "{name} can't be loaded: {message}{}",
        place.unwrap_or_default()
    ));
    match server.code.as_str() {
        "23503" => failure.with_hint(
            "A row refers to one that is not there: load the table that it refers to as well.",
        ),
        "23505" => failure.with_hint("Such a row is there already, or twice in the file."),
        _ => match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        },
    }
}

/// The tables of these that hold rows.
pub(super) fn filled<'a>(
    client: &mut Client,
    tables: &[&'a Relation],
) -> Result<Vec<&'a Relation>, Failure> {
    let texts: Vec<String> = tables
        .iter()
        .map(|table| format!("SELECT EXISTS (SELECT FROM {})::text", source(table)))
        .collect();
    let statements: Vec<Statement<'_>> = texts
        .iter()
        .map(|sql| Statement {
            sql,
            parameters: &[],
        })
        .collect();
    let mut filled = Vec::new();
    client.pipeline::<Error>(&statements, &mut |number, row| {
        if row.get(0)? == Some("true") {
            filled.extend(tables.get(number).copied());
        }
        Ok(())
    })?;
    Ok(filled)
}

/// A table's own rows, or those of all partitions.
fn source(table: &Relation) -> String {
    match table.kind {
        RelationKind::PartitionedTable => table.name.to_string(),
        _ => format!("ONLY {}", table.name),
    }
}

/// A sentence about tables that hold rows.
pub(super) fn refuse_filled(filled: &[&Relation]) -> Failure {
    let names: Vec<String> = filled
        .iter()
        .take(5)
        .map(|it| it.name.to_string())
        .collect();
    let more = match filled.len().saturating_sub(5) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Failure::new(format!(
        "tables hold rows already: {}{more}; nothing was loaded",
        names.join(", ")
    ))
    .with_hint("--truncate empties them first, --append adds to what they hold.")
}

/// Empties tables, all at once, for some may refer to others of them.
pub(super) fn empty(client: &mut Client, tables: &[&Relation]) -> Result<(), Failure> {
    let names: Vec<String> = tables.iter().map(|table| source(table)).collect();
    if names.is_empty() {
        return Ok(());
    }
    client
        .batch_execute(&format!("TRUNCATE {}", names.join(", ")))
        .map_err(|error| match error.sqlstate() {
            Some("0A000") => Failure::new(format!("the tables can't be emptied: {error}"))
                .with_hint("Empty the table that refers to them by hand; a folder has all of its tables emptied at once."),
            _ => error.into(),
        })
}

/// Has the tables of a group take rows in an order in which no foreign key stands in the way; that order, and whether
/// the server was told not to look at foreign keys at all.
pub(super) fn open_circle<'a>(
    client: &mut Client,
    found: &Inspection,
    group: Vec<&'a Relation>,
) -> Result<(Vec<&'a Relation>, bool), Failure> {
    if group.len() < 2 {
        return Ok((group, false));
    }
    let strict = groups(&found.schema, &group, |key| {
        key.deferrable == Deferrable::No
    });
    if strict.iter().all(|inner| inner.len() == 1) {
        client.batch_execute("SET CONSTRAINTS ALL DEFERRED")?;
        return Ok((strict.concat(), false));
    }
    match client.batch_execute("SET LOCAL session_replication_role = replica") {
        Ok(()) => Ok((group, true)),
        Err(error) if error.sqlstate() == Some("42501") => {
            let names: Vec<String> = group.iter().map(|table| table.name.to_string()).collect();
            Err(Failure::new(format!(
                "{} refer to each other in a circle of foreign keys that can't be deferred",
                names.join(" and ")
            ))
            .with_hint(
                "Make one of them deferrable (ALTER TABLE … ALTER CONSTRAINT … DEFERRABLE), or load as a role that may \
                 set session_replication_role.",
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Looks whether every row of a group refers to rows that are there, where the server was told not to look.
pub(super) fn check_circle(
    client: &mut Client,
    found: &Inspection,
    group: &[&Relation],
) -> Result<(), Failure> {
    let quote = hyperdj_schema::sql::quote_identifier;
    for relation in &found.schema.relations {
        let of_group = root(&found.schema, &relation.name);
        if !group.iter().any(|table| &table.name == of_group) {
            continue;
        }
        for key in relation.foreign_keys.iter().filter(|key| key.validated) {
            let given: Vec<String> = key
                .columns
                .iter()
                .map(|column| format!("child.{} IS NOT NULL", quote(column)))
                .collect();
            let same: Vec<String> = key
                .columns
                .iter()
                .zip(&key.target_columns)
                .map(|(column, target)| {
                    format!("parent.{} = child.{}", quote(target), quote(column))
                })
                .collect();
            let sql = format!(
                "SELECT EXISTS (SELECT FROM {} AS child WHERE {} AND NOT EXISTS (SELECT FROM {} AS parent WHERE {}))::text",
                relation.name,
                given.join(" AND "),
                key.target,
                same.join(" AND ")
            );
            let rows = client.query(&sql, &[])?;
            if let Some(row) = rows.first()
                && row.get(0)? == Some("true")
            {
                return Err(Failure::new(format!(
                    "{} can't be loaded: rows refer to rows of {} that are not there ({})",
                    relation.name, key.target, key.name
                )));
            }
        }
    }
    Ok(())
}

/// Sets sequences to where they stood; with `forward`, only those that are behind.
pub(super) fn set_positions(
    client: &mut Client,
    positions: &[Position],
    forward: bool,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for position in positions {
        let sequence = match &position.column {
            Some(_) => "pg_catalog.pg_get_serial_sequence($1, $2)::regclass",
            None => "(SELECT pg_catalog.to_regclass($1) FROM (SELECT $2::text) AS it)",
        };
        let keep = if forward {
            "WHEN pg_catalog.pg_sequence_last_value(found) >= $3::bigint THEN 0"
        } else {
            "WHEN found IS NULL THEN NULL"
        };
        let sql = format!(
            "SELECT CASE {keep} ELSE pg_catalog.setval(found, $3::bigint, $4::boolean) END::text
             FROM (SELECT {sequence} AS found) AS it"
        );
        let name = position.name.to_string();
        let is_called = if position.is_called { "true" } else { "false" };
        let parameters = [
            Some(name.as_str()),
            position.column.as_deref(),
            Some(position.last_value.as_str()),
            Some(is_called),
        ];
        let set = client.query(&sql, &parameters).map_err(|error| {
            let failure = Failure::from(error);
            let what = format!("the sequence of {name} can't be set: {}", failure.what());
            Failure::new(what)
                .with_hint("All rows are loaded; run the command again, as a role that may.")
        })?;
        if let Some(row) = set.first()
            && row.get(0)?.is_none()
        {
            missing.push(match &position.column {
                Some(column) => format!("{name}.{column}"),
                None => name,
            });
        }
    }
    if !missing.is_empty() {
        printer.warning(&format!(
            "there is no sequence any more to set for {}",
            missing.join(", ")
        ));
    }
    Ok(())
}
