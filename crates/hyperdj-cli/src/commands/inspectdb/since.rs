//! `--since`: what changed in the database since a schema that was saved.

use std::fs;
use std::path::Path;

use hyperdj_catalog::{Error, Inspection, inspect};
use hyperdj_change::news;
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::{QualifiedName, Schema, from_json};

use super::narrowed::narrowed;
use super::report::{counted, report_unreadable};
use super::selection::Selection;
use super::{inspection_failure, options, patterns};
use crate::arguments::InspectdbArguments;
use crate::database::chosen;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

/// Reads a saved schema and the same part of the database, and lists what is not as it was.
pub(super) fn since(
    path: &Path,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    // What is wrong with the file is told without a database.
    let saved = read(path)?;
    let config = chosen(arguments.database.as_deref(), printer)?;
    let namespaces = namespaces(&saved, arguments);
    let found = inspected(&config, &saved, &namespaces, arguments, printer)?;

    let tables = patterns(&arguments.table);
    let excluded = patterns(&arguments.exclude);
    let selection = Selection::new(&found, &tables, &excluded, arguments.include_views);
    let of_saved: Vec<QualifiedName> = saved
        .relations
        .iter()
        .map(|relation| relation.name.clone())
        .collect();
    selection.check_names(&of_saved, printer)?;
    let views = saved
        .relations
        .iter()
        .filter(|old| old.kind.is_view())
        .count();
    let is_part = !tables.is_empty() || !excluded.is_empty();
    let (before, now) = compared(&saved, &found, &selection, &namespaces, arguments);
    let told = news(&before, &now);
    for object in &told {
        printer.data(&object.to_string())?;
    }
    report_unreadable(&found, &selection, printer);
    if views > 0 && !arguments.include_views {
        printer.line(&format!(
            "{} of {} not compared; --include-views compares {}.",
            counted(views, "view"),
            path.display(),
            if views == 1 { "it" } else { "them" }
        ));
    }
    if is_part {
        printer.line(
            "Of types and sequences those that these tables use are compared, and nothing else.",
        );
    }
    let names: Vec<String> = namespaces.iter().map(|name| format!("`{name}`")).collect();
    let place = match names.as_slice() {
        [one] => format!("schema {one} of database `{}`", found.database),
        _ => format!(
            "schemas {} of database `{}`",
            names.join(", "),
            found.database
        ),
    };
    if told.is_empty() {
        printer.line(&format!(
            "Nothing changed since {}: {place}.",
            path.display()
        ));
        return Ok(Status::Done);
    }
    let sums = [
        ("added", told.iter().filter(|object| !object.was).count()),
        ("removed", told.iter().filter(|object| !object.is).count()),
        (
            "changed",
            told.iter().filter(|object| object.was && object.is).count(),
        ),
    ];
    let sums: Vec<String> = sums
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    printer.line(&format!(
        "{} since {}, {}: {place}.",
        counted(told.len(), "object"),
        path.display(),
        sums.join(", ")
    ));
    Ok(Status::Findings)
}

/// The schema of a file.
fn read(path: &Path) -> Result<Schema, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("`{name}` can't be read: {error}"))
            .with_hint("Save a schema with: hyper inspectdb --format json --output schema.json")
    })?;
    from_json(&text).map_err(|error| {
        Failure::new(format!("`{name}` can't be compared with: {error}"))
            .with_hint("Give --since a file that `hyper inspectdb --format json` wrote.")
    })
}

/// The schemas that are compared: those that are named, else those of the file.
fn namespaces(saved: &Schema, arguments: &InspectdbArguments) -> Vec<String> {
    let all = arguments.schema.iter().any(|name| name == "*");
    if !arguments.schema.is_empty() && !all {
        return arguments.schema.clone();
    }
    let names = saved.namespaces.iter();
    names.map(|namespace| namespace.name.clone()).collect()
}

/// Reads the database. A schema that the file has and the database has not is news, and no error.
fn inspected(
    config: &Config,
    saved: &Schema,
    namespaces: &[String],
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Inspection, Failure> {
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(config)?;
    let mut options = options(arguments, &[]);
    options.definitions = true;
    options.schemas = match arguments.schema.iter().any(|name| name == "*") {
        // New schemas are news as well.
        true => None,
        false => Some(namespaces.to_vec()),
    };
    let found = match inspect(&mut client, &options) {
        Err(Error::UnknownSchemas { names, existing }) => {
            let was_there = |name: &String| saved.namespaces.iter().any(|own| own.name == *name);
            if names.iter().all(was_there) {
                let there = |name: &&String| existing.contains(name);
                options.schemas = Some(namespaces.iter().filter(there).cloned().collect());
                inspect(&mut client, &options)
            } else {
                Err(Error::UnknownSchemas { names, existing })
            }
        }
        other => other,
    };
    drop(progress);
    found.map_err(|error| inspection_failure(error, config))
}

/// Both sides, narrowed to what was asked for in the same way.
fn compared(
    saved: &Schema,
    found: &Inspection,
    selection: &Selection<'_>,
    namespaces: &[String],
    arguments: &InspectdbArguments,
) -> (Schema, Schema) {
    let tables = patterns(&arguments.table);
    let excluded = patterns(&arguments.exclude);
    let mut earlier = Inspection {
        schema: saved.clone(),
        unreadable: found.unreadable.clone(),
        ..Inspection::default()
    };
    let is_narrower = saved
        .namespaces
        .iter()
        .any(|own| !namespaces.contains(&own.name));
    if is_narrower {
        keep_namespaces(&mut earlier.schema, namespaces);
    }
    let of_saved = Selection::new(&earlier, &tables, &excluded, arguments.include_views);
    let mut before = narrowed(&earlier.schema, &of_saved);
    let mut now = narrowed(&found.schema, selection);
    if is_narrower {
        keep_namespaces(&mut now, namespaces);
    }
    if !tables.is_empty() || !excluded.is_empty() {
        // These belong to no table that could be asked for.
        for side in [&mut before, &mut now] {
            side.namespaces.clear();
            side.extensions.clear();
            side.default_privileges.clear();
        }
    }
    (before, now)
}

/// Leaves out what is of other namespaces than these, or of none.
fn keep_namespaces(schema: &mut Schema, namespaces: &[String]) {
    let is_kept = |name: &str| namespaces.iter().any(|own| own == name);
    schema.namespaces.retain(|own| is_kept(&own.name));
    schema.extensions.clear();
    schema.enums.retain(|own| is_kept(&own.name.schema));
    schema.domains.retain(|own| is_kept(&own.name.schema));
    schema.composites.retain(|own| is_kept(&own.name.schema));
    schema.sequences.retain(|own| is_kept(&own.name.schema));
    schema.relations.retain(|own| is_kept(&own.name.schema));
    let definitions = &mut schema.definitions;
    definitions.retain(|own| own.schema.as_ref().is_some_and(|schema| is_kept(schema)));
    // Whose these are is said in one text with their names.
    schema.comments.clear();
    schema.owners.clear();
    schema.grants.clear();
    schema.default_privileges.clear();
    schema.security_labels.clear();
}
