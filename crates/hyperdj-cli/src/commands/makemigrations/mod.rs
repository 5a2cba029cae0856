//! `hyper makemigrations`: from what managed models say and the database lacks to a file.

mod answers;
mod keep;
mod name;
mod refuse;
mod suspects;
mod types;
mod wanted;

use std::fs;
use std::path::PathBuf;

use hyperdj_catalog::{Inspection, Options as Reading, inspect};
use hyperdj_change::{Plan, PlanOptions, diff, file, plan, reverse};
use hyperdj_postgres::{Client, Config};
use hyperdj_state::{Document, ModelPlace};

use super::inspectdb::inspection_failure;
use super::migrate::Session;
use crate::arguments::MakemigrationsArguments;
use crate::output::write;
use crate::progress::Progress;
use crate::{Failure, Printer, Status, models};

pub(crate) use answers::{Answers, Drops, renames};
use name::{name_of, plain};
pub(crate) use wanted::{Wanted, wanted};

/// As many of the things that stay as are named.
const NAMED: usize = 8;

pub(crate) fn run(
    arguments: &MakemigrationsArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let accepted = refuse::accepted(&arguments.accept)?;
    if arguments.empty {
        let folder = hyperdj_migrate::Folder::read(&arguments.place.migrations)?;
        let name = plain(arguments.name.as_deref().unwrap_or("by_hand"));
        let text = file::write(&title(&name), &Plan::default(), &Plan::default());
        return finish(arguments, folder.next_number(), &name, &text, printer);
    }
    let document = models::read(&arguments.models)?;
    let mut session = Session::open(&arguments.place, printer)?;
    session.state.check()?;
    refuse_pending(&session)?;
    let found = live(&mut session.client, &session.config, printer)?;
    let live = &found.schema;
    let mut answers = Answers {
        renames: renames(&arguments.rename, live, &document)?,
        drops: match &arguments.allow_drop {
            None => Drops::Nothing,
            Some(named) if named.is_empty() => Drops::All,
            Some(named) => Drops::Named(named.clone()),
        },
        keep: arguments.keep.clone(),
    };
    let mut found = wanted(&document, live, &answers, &is_managed)?;
    if suspects::settle(&document, live, &found.said, &mut answers, printer)? {
        found = wanted(&document, live, &answers, &is_managed)?;
    }
    tell_kept(&found, printer);
    let changes = diff(live, &found.right, &found.options);
    if changes.is_empty() {
        printer.line("No changes.");
        return Ok(Status::Done);
    }
    refuse::drops(&changes, &answers)?;
    let online = PlanOptions::default();
    let up = plan(&changes, &online);
    refuse::hazards(&up, &accepted, &answers, live, &mut session.client)?;
    let down = plan(&reverse(live, &found.right, &found.options), &online);
    let number = session.state.folder.next_number();
    let name = match &arguments.name {
        Some(name) => plain(name),
        None => name_of(&changes, number == 1),
    };
    let text = file::write(&title(&name), &up, &down);
    finish(arguments, number, &name, &text, printer)
}

fn is_managed(model: &ModelPlace<'_>) -> bool {
    model.managed
}

/// Reads the whole catalog.
pub(crate) fn live(
    client: &mut Client,
    config: &Config,
    printer: &Printer,
) -> Result<Inspection, Failure> {
    let _progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let reading = Reading {
        schemas: None,
        views: true,
        ..Reading::default()
    };
    inspect(client, &reading).map_err(|error| inspection_failure(error, config))
}

/// What is still to be applied would be written a second time.
fn refuse_pending(session: &Session) -> Result<(), Failure> {
    let Some(first) = session.state.pending().next() else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "{} is not applied to this database yet",
        first.path.display()
    ))
    .with_hint("The models are compared with the database as it is: run hyper migrate first, or remove the file."))
}

fn tell_kept(found: &Wanted, printer: &mut Printer) {
    if found.kept.is_empty() {
        return;
    }
    let named: Vec<&str> = found.kept.iter().take(NAMED).map(String::as_str).collect();
    let more = match found.kept.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    printer.line(&format!(
        "In the database and not in the models, left as it is (--allow-drop would drop it): {}{more}.",
        named.join(", ")
    ));
}

fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// Writes the file, or shows what would be written.
fn finish(
    arguments: &MakemigrationsArguments,
    number: u32,
    name: &str,
    text: &str,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let path: PathBuf = arguments
        .place
        .migrations
        .join(format!("{number:04}_{name}.sql"));
    if arguments.check || arguments.dry_run {
        printer.data(text)?;
        printer.line(&format!("{} would be written.", path.display()));
        return Ok(match arguments.check {
            true => Status::Findings,
            false => Status::Done,
        });
    }
    fs::create_dir_all(&arguments.place.migrations).map_err(|error| {
        Failure::new(format!(
            "{} could not be made: {error}",
            arguments.place.migrations.display()
        ))
    })?;
    write(&path, text, false)?;
    printer.line(&format!(
        "Wrote {}. Next: look at it, then hyper migrate.",
        path.display()
    ));
    Ok(Status::Done)
}

/// Compares with other models than the managed ones taken for managed.
pub(crate) fn compared(
    document: &Document,
    found: &Inspection,
    chosen: &dyn Fn(&ModelPlace<'_>) -> bool,
) -> Result<(Wanted, Plan), Failure> {
    let found_there = &found.schema;
    let wanted = wanted(document, found_there, &Answers::default(), chosen)?;
    let changes = diff(found_there, &wanted.right, &wanted.options);
    let plan = plan(&changes, &PlanOptions { online: false });
    Ok((wanted, plan))
}
