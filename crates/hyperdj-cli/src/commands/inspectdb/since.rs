//! `--since`: what changed in the database since a schema that was saved.

use std::fs;
use std::path::Path;

use hyperdj_catalog::{Inspection, Options, inspect};
use hyperdj_change::news;
use hyperdj_postgres::Client;
use hyperdj_schema::{QualifiedName, Schema, from_json};

use super::narrowed::narrowed;
use super::report::{counted, report_unreadable};
use super::selection::Selection;
use super::{dump, inspection_failure, options};
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
    let mut saved = read(path)?;
    let namespaces = namespaces(&saved, arguments);
    let mut found = inspected(&saved, &namespaces, arguments, printer)?;
    let is_text = arguments.from_dump.is_some() && !arguments.via_server;
    for side in [&mut saved, &mut found.schema] {
        if arguments.via_server {
            // Who loads it owns it, and the roles of a dump are not there.
            leave_out_privileges(side);
        } else if is_text {
            // A text gives what models say: of all else it would seem that it is gone.
            leave_what_text_says(side);
        }
    }

    let selection = Selection::of(&found, arguments);
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
    if arguments.via_server {
        printer.line("Owners and privileges are not compared: the roles of a dump are not in it.");
    }
    if is_text {
        printer.line(
            "Functions, triggers, privileges and what else models can't say is not compared; --via-server compares it.",
        );
    }
    if arguments.tables.is_part() {
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
    if !arguments.tables.schema.is_empty() && !arguments.tables.is_every_schema() {
        return arguments.tables.schema.clone();
    }
    let names = saved.namespaces.iter();
    names.map(|namespace| namespace.name.clone()).collect()
}

/// Reads the database or the dump. A schema that the file has and they have not is news, and no error.
fn inspected(
    saved: &Schema,
    namespaces: &[String],
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Inspection, Failure> {
    let options = Options {
        // New schemas are news as well, where all are asked for.
        schemas: (!arguments.tables.is_every_schema()).then(|| namespaces.to_vec()),
        may_lack: saved
            .namespaces
            .iter()
            .map(|own| own.name.clone())
            .collect(),
        definitions: true,
        ..options(arguments)
    };
    if let Some(path) = &arguments.from_dump {
        return dump::read(path, arguments.via_server, &options, printer);
    }
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(&config)?;
    let found = inspect(&mut client, &options);
    drop(progress);
    found.map_err(|error| inspection_failure(error, &config))
}

/// Leaves of a schema what a dump that is read as text gives, too.
fn leave_what_text_says(schema: &mut Schema) {
    for extension in &mut schema.extensions {
        extension.version.clear();
    }
    for relation in &mut schema.relations {
        relation.settings = Default::default();
        for column in &mut relation.columns {
            column.settings = Default::default();
        }
    }
    schema.unmodelled.clear();
    schema.definitions.clear();
    schema.dependencies.clear();
    schema.comments.clear();
    schema.security_labels.clear();
    leave_out_privileges(schema);
}

/// Leaves out whose the objects are, and who else may do what with them.
fn leave_out_privileges(schema: &mut Schema) {
    schema.owners.clear();
    schema.grants.clear();
    schema.default_privileges.clear();
}

/// Both sides, narrowed to what was asked for in the same way.
fn compared(
    saved: &Schema,
    found: &Inspection,
    selection: &Selection<'_>,
    namespaces: &[String],
    arguments: &InspectdbArguments,
) -> (Schema, Schema) {
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
    let of_saved = Selection::of(&earlier, arguments);
    let mut before = narrowed(&earlier.schema, &of_saved);
    let mut now = narrowed(&found.schema, selection);
    if is_narrower {
        keep_namespaces(&mut now, namespaces);
    }
    if arguments.tables.is_part() {
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
    schema.security_labels.clear();
    leave_out_privileges(schema);
}
