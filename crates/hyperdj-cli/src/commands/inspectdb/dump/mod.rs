//! `--from-dump`: what a dump describes, read as a live database is.

mod load;
mod server;
mod source;

use std::path::Path;

use hyperdj_catalog::{Inspection, NamespaceSummary, Options};
use hyperdj_dump::{Description, Error, Place};

use self::source::Source;
use super::failure::failure_of;
use crate::progress::Progress;
use crate::{Failure, Printer};

/// Reads a dump: by a throwaway server that it is loaded into, or from its text alone.
///
/// # Errors
///
/// A file that can't be read; with its line and column, what the server refuses, or what can't be told without one.
pub(super) fn read(
    path: &Path,
    via_server: bool,
    options: &Options,
    printer: &mut Printer,
) -> Result<Inspection, Failure> {
    let progress = Progress::start(printer, format!("Reading {}", path.display()));
    let source = source::read(path)?;
    drop(progress);
    if via_server {
        return server::inspect(&source, options, printer);
    }
    let wanted = hyperdj_dump::Options {
        schemas: options.schemas.clone(),
        views: options.views,
    };
    let found =
        hyperdj_dump::read(&source.text, &wanted).map_err(|error| failure(&error, &source))?;
    inspection(found, &source, options)
}

/// What was read, in the form in which a live database is described.
fn inspection(
    found: Description,
    source: &Source,
    options: &Options,
) -> Result<Inspection, Failure> {
    let names = found.namespaces.iter();
    options
        .check_schemas(names.map(|(name, _)| name.clone()).collect())
        .map_err(|error| failure_of(error, &source.place()))?;
    let asked = options.schemas.as_deref();
    let namespaces = found
        .namespaces
        .into_iter()
        .map(|(name, tables)| NamespaceSummary {
            selected: asked.is_none_or(|names| names.contains(&name)),
            name,
            usable: true,
            tables,
            of_extension: false,
        });
    Ok(Inspection {
        namespaces: namespaces.collect(),
        schema: found.schema,
        database: source.name.clone(),
        ..Inspection::default()
    })
}

/// What is wrong in a dump, with its place.
fn failure(error: &Error, source: &Source) -> Failure {
    let place = Place::of(&source.text, error.offset);
    let failure = Failure::new(format!("{}:{place}: {error}", source.name));
    if error.is_for_server {
        failure.with_hint(
            "Add --via-server: the file is then loaded into a throwaway PostgreSQL server of its own.",
        )
    } else {
        failure.with_hint(
            "Change the file there, or load it yourself with psql, and read that with --database.",
        )
    }
}
