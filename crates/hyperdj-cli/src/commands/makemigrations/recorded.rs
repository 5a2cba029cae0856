//! What is recorded of the managed tables, and what a record tells: `migrations/schema.json`.

use std::collections::{BTreeSet, HashSet};

use hyperdj_migrate::{Folder, ManagedTable, Recorded};
use hyperdj_schema::{QualifiedName, Schema};
use hyperdj_state::{Document, ModelPlace};

use super::answers::Answers;
use super::part::part;
use crate::commands::check::{ANNOTATIONS, usual_annotation};
use crate::output::{Written, write};
use crate::{Failure, Printer};

/// The record to compare models with where there is no database.
pub(super) fn needed(folder: &Folder) -> Result<Recorded, Failure> {
    let Some(record) = Recorded::read(&folder.path)? else {
        return Err(Failure::new(format!(
            "there is no {} to compare the models with",
            Recorded::path(&folder.path).display()
        ))
        .with_hint("Run hyper makemigrations once with a database, without --offline: it records there what the managed tables are. Commit the file with the migrations."));
    };
    match record.stale(folder) {
        Some(error) => Err(error.into()),
        None => Ok(record),
    }
}

/// A table that was there when the record was written, and of which it says no more than that, can't be compared.
pub(super) fn refuse_unknown(
    document: &Document,
    record: &Recorded,
    folder: &Folder,
) -> Result<(), Failure> {
    let unknown = document
        .models()
        .find(|model| model.managed && record.others.contains(&model.table.to_string()));
    let Some(model) = unknown else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "{} says nothing of the table {}: {} was not managed when it was written",
        Recorded::path(&folder.path).display(),
        model.table,
        model.name
    ))
    .with_hint(format!(
        "Take the table over with a database: hyper adopt {}, or hyper makemigrations without --offline.",
        model.name
    )))
}

/// The columns of which the model says another type since the record, without `db_type`, and which do not hold it.
pub(crate) fn retyped(
    document: &Document,
    record: Option<&Recorded>,
    there: &Schema,
    answers: &Answers,
) -> HashSet<(QualifiedName, String)> {
    let mut found = HashSet::new();
    let Some(record) = record else {
        return found;
    };
    for model in document.models().filter(|model| model.managed) {
        let table = answers.old_table(&model.table);
        for field in model.fields.iter().filter(|field| !field.states_type) {
            let old = answers.old_column(&model.table, field.column);
            let Some(annotation) = record.annotation(&table, old) else {
                continue;
            };
            let Some(column) = there.relation(&table).and_then(|there| there.column(old)) else {
                continue;
            };
            let fits = usual_annotation(&column.data_type).unwrap_or("str") == field.annotation;
            let is_plain = |annotation| ANNOTATIONS.contains(&annotation);
            if annotation != field.annotation
                && is_plain(field.annotation)
                && is_plain(annotation)
                && !fits
            {
                found.insert((model.table.clone(), field.column.to_owned()));
            }
        }
    }
    found
}

/// What is to be recorded: the managed tables as `schema` has them, after the migrations of a folder.
pub(crate) fn record(
    document: &Document,
    schema: &Schema,
    folder: &Folder,
    before: Option<&Recorded>,
    is_managed: &dyn Fn(&ModelPlace<'_>) -> bool,
) -> Recorded {
    let mut managed: Vec<ManagedTable> = document
        .models()
        .filter(|model| is_managed(model))
        .filter(|model| schema.relation(&model.table).is_some())
        .map(|model| ManagedTable {
            table: model.table.clone(),
            annotations: model
                .fields
                .iter()
                .map(|field| (field.column.to_owned(), field.annotation.to_owned()))
                .collect(),
        })
        .collect();
    managed.sort_by(|left, right| left.table.cmp(&right.table));
    managed.dedup_by(|left, right| left.table == right.table);
    let names: BTreeSet<QualifiedName> = managed.iter().map(|own| own.table.clone()).collect();
    let (part, left_out) = part(schema, &names);
    let mut recorded = Recorded::new(folder, managed, part);
    recorded.others = left_out.iter().map(ToString::to_string).collect();
    // Without a database, what else it has is known from the record before.
    recorded.others.extend(
        before
            .iter()
            .flat_map(|before| before.others.iter().cloned()),
    );
    recorded
}

/// Writes the record where it is another than before. One that would say nothing is not begun.
pub(crate) fn write_record(
    record: &Recorded,
    folder: &Folder,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let path = Recorded::path(&folder.path);
    if record.managed.is_empty() && !path.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&folder.path).map_err(|error| {
        Failure::new(format!(
            "{} could not be made: {error}",
            folder.path.display()
        ))
    })?;
    if write(&path, &record.text()?, true)? == Written::Written {
        printer.line(&format!(
            "Recorded the managed tables in {}.",
            path.display()
        ));
    }
    Ok(())
}
