//! `hyper makemigrations`: from what managed models say and the database lacks to a file.

mod answers;
mod expressions;
mod in_the_way;
mod keep;
mod name;
mod part;
mod recorded;
mod refuse;
mod suspects;
mod types;
mod using;
mod wanted;

use std::fs;
use std::path::PathBuf;

use hyperdj_catalog::{Inspection, Options as Reading, inspect};
use hyperdj_change::{Plan, PlanOptions, diff, file, plan, reverse};
use hyperdj_migrate::{Folder, Recorded};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::Schema;
use hyperdj_state::{Document, ModelPlace};

use super::inspectdb::inspection_failure;
use super::migrate::Session;
use crate::arguments::{MakemigrationsArguments, PlaceArguments};
use crate::output::write;
use crate::progress::Progress;
use crate::{Failure, Printer, Status, models};

pub(crate) use answers::{Answers, Drops, renames};
pub(crate) use expressions::Expressions;
use name::name_of;
pub(crate) use name::plain;
pub(crate) use recorded::{record, retyped, write_record};
pub(crate) use wanted::{Wanted, wanted};

/// As many of the things that stay as are named.
const NAMED: usize = 8;

pub(crate) fn run(
    arguments: &MakemigrationsArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let accepted = refuse::accepted(&arguments.accept)?;
    if arguments.empty {
        let folder = Folder::read(&arguments.place.migrations)?;
        let name = plain(arguments.name.as_deref().unwrap_or("by_hand"));
        let text = file::write(&title(&name), &Plan::default(), &Plan::default());
        return finish(arguments, folder.next_number(), &name, &text, None, printer);
    }
    let document = models::read(&arguments.models)?;
    let mut left = if arguments.offline {
        Left::recorded(&document, &arguments.place)?
    } else {
        Left::live(&arguments.place, printer)?
    };
    let live = &left.schema;
    let mut answers = Answers {
        renames: renames(&arguments.rename, live, &document)?,
        ..Answers::default()
    };
    answers = Answers {
        retyped: retyped(&document, left.record.as_ref(), live, &answers),
        drops: match &arguments.allow_drop {
            None => Drops::Nothing,
            Some(named) if named.is_empty() => Drops::All,
            Some(named) => Drops::Named(named.clone()),
        },
        keep: arguments.keep.clone(),
        using: using::using(&arguments.using, &document)?,
        ..answers
    };
    let known = left
        .record
        .as_ref()
        .map(|record| record.expressions.clone());
    let known = known.unwrap_or_default();
    let mut expressions = Expressions::new(left.client.as_mut(), &known);
    let mut found = wanted(&document, live, &answers, &is_managed, &mut expressions)?;
    if suspects::settle(&document, live, &found.said, &mut answers, printer)? {
        answers.retyped = retyped(&document, left.record.as_ref(), live, &answers);
        found = wanted(&document, live, &answers, &is_managed, &mut expressions)?;
    }
    let same = expressions.found();
    tell_kept(&found, printer);
    let changes = diff(live, &found.right, &found.options);
    using::refuse_unused(&arguments.using, &changes)?;
    if changes.is_empty() {
        printer.line("No changes.");
        if !arguments.check && !arguments.dry_run {
            let mut record = left.to_record(&document, live);
            record.expressions = same;
            write_record(&record, &left.folder, printer)?;
        }
        return Ok(Status::Done);
    }
    refuse::drops(&changes, &answers)?;
    in_the_way::refuse(&changes, live, &found, &answers, left.client.as_mut())?;
    let online = PlanOptions::default();
    let up = plan(&changes, &online);
    refuse::hazards(&up, &accepted, &answers, live, left.client.as_mut())?;
    let down = plan(&reverse(live, &found.right, &found.options), &online);
    let number = left.folder.next_number();
    let name = match &arguments.name {
        Some(name) => plain(name),
        None => name_of(&changes, number == 1),
    };
    let text = file::write(&title(&name), &up, &down);
    let mut record = left.to_record(&document, &found.right);
    record.expressions = same;
    let after = Some((record, &left.folder));
    finish(arguments, number, &name, &text, after, printer)
}

/// The left side of the comparison: what the database is, or was after the last migration.
struct Left {
    schema: Schema,
    folder: Folder,
    /// The record of the folder.
    record: Option<Recorded>,
    /// The database, where one is asked.
    client: Option<Client>,
}

impl Left {
    /// The database as it is.
    fn live(place: &PlaceArguments, printer: &mut Printer) -> Result<Self, Failure> {
        let record = Recorded::read(&place.migrations)?;
        let mut session = Session::open(place, printer)?;
        session.state.check()?;
        refuse_pending(&session)?;
        let found = live(&mut session.client, &session.config, printer)?;
        Ok(Self {
            schema: found.schema,
            folder: session.state.folder,
            record,
            client: Some(session.client),
        })
    }

    /// What is recorded beside the migrations.
    fn recorded(document: &Document, place: &PlaceArguments) -> Result<Self, Failure> {
        let folder = Folder::read(&place.migrations)?;
        let record = recorded::needed(&folder)?;
        recorded::refuse_unknown(document, &record, &folder)?;
        Ok(Self {
            schema: record.schema.clone(),
            folder,
            record: Some(record),
            client: None,
        })
    }

    /// What is to be recorded where the tables are, or will be, as `schema` has them.
    fn to_record(&self, document: &Document, schema: &Schema) -> Recorded {
        let before = match self.client {
            Some(_) => None,
            None => self.record.as_ref(),
        };
        record(document, schema, &self.folder, before, &is_managed)
    }
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
    after: Option<(Recorded, &Folder)>,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let name = format!("{number:04}_{name}");
    let path: PathBuf = arguments.place.migrations.join(format!("{name}.sql"));
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
    if let Some((mut record, folder)) = after {
        record.add(&name, text);
        write_record(&record, folder, printer)?;
    }
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
    record: Option<&Recorded>,
    chosen: &dyn Fn(&ModelPlace<'_>) -> bool,
    expressions: &mut Expressions<'_>,
) -> Result<(Wanted, Plan), Failure> {
    let found_there = &found.schema;
    let mut answers = Answers::default();
    answers.retyped = retyped(document, record, found_there, &answers);
    let wanted = wanted(document, found_there, &answers, chosen, expressions)?;
    let changes = diff(found_there, &wanted.right, &wanted.options);
    let plan = plan(&changes, &PlanOptions { online: false });
    Ok((wanted, plan))
}
