//! `--from-dump`: what a dump describes, read as a live database is.

mod load;
mod server;
mod source;

use std::path::Path;

use hyperdj_catalog::{Inspection, Options};
use hyperdj_dump::{Error, Place};

use self::source::Source;
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
    Err(Failure::new("not yet"))
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
        failure
    }
}
