//! `hyper baseline`: a first migration that builds the whole schema, noted as applied where the schema is.

use std::fs;
use std::path::{Path, PathBuf};

use hyperdj_catalog::{Options, inspect};
use hyperdj_change::file;
use hyperdj_ddl::{Parts, Statement};
use hyperdj_migrate::{Direction, Folder, Recorded, refuse_pooler, take_lock};
use hyperdj_schema::Schema;

use super::inspectdb::inspection_failure;
use super::makemigrations::{plain, write_record};
use super::migrate::{Session, Watch};
use crate::arguments::BaselineArguments;
use crate::output::write;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

/// What stands at the head of the file.
const TITLE: &str = "\
The whole schema of a database that was there before: what builds it in an empty one. Rows are not in it.
Where it was read from, it is noted as applied. There is no way back from it.
With psql: psql --no-psqlrc --single-transaction --set ON_ERROR_STOP=1 --file THIS_FILE URL";

pub(crate) fn run(arguments: &BaselineArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let mut session = Session::open(&arguments.place, printer)?;
    refuse_later(&session)?;
    let record = Recorded::read(&arguments.place.migrations)?;
    if !arguments.dry_run {
        let config = session.config.clone();
        refuse_pooler(&mut session.client, &config)?;
        take_lock(&mut session.client, &mut Watch::new(printer))?;
        session.reread()?;
        refuse_later(&session)?;
    }
    let mut schema = whole(&mut session, printer)?;
    if arguments.no_tablespaces {
        hyperdj_ddl::without_tablespaces(&mut schema);
    }
    let statements = hyperdj_ddl::create(
        &schema,
        Parts {
            owners: arguments.owners,
        },
    );
    if statements.is_empty() {
        printer.line("The database is empty: there is nothing that a baseline would build.");
        return Ok(Status::Done);
    }
    let text = text(&schema, statements);
    let name = format!("0001_{}", plain(&arguments.name));
    let path = arguments.place.migrations.join(format!("{name}.sql"));
    if arguments.dry_run {
        printer.data(&text)?;
        printer.line(&format!(
            "{} would be written, and noted as applied.",
            path.display()
        ));
        return Ok(Status::Done);
    }
    // Whoever may not keep a history is told before there is a file.
    session.history.create(&mut session.client)?;
    make_folder(&arguments.place.migrations)?;
    write(&path, &text, false)?;
    note(&mut session, &path)?;
    if let Some(mut record) = record {
        record.add(&name, &text);
        write_record(&record, &session.state.folder, printer)?;
    }
    tell(&schema, &path, printer);
    Ok(Status::Done)
}

/// A baseline is the first migration of all.
fn refuse_later(session: &Session) -> Result<(), Failure> {
    if let Some(first) = session.state.folder.scripts.first() {
        return Err(Failure::new(format!(
            "{} is there, and a baseline is the first migration of all",
            first.path.display()
        ))
        .with_hint("Is it the baseline, and this another database that has the schema already? hyper migrate --fake --target 0001 notes it here. For a history of its own, name another folder with --migrations."));
    }
    match session.state.records.values().next() {
        Some(record) => Err(Failure::new(format!(
            "the history of this database begins with {}, and a baseline is the first migration of all",
            record.name
        ))
        .with_hint("Is --migrations the folder that it belongs to? It has no migrations.")),
        None => Ok(()),
    }
}

/// All that the catalog says.
fn whole(session: &mut Session, printer: &Printer) -> Result<Schema, Failure> {
    let config = session.config.clone();
    let _progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let options = Options {
        schemas: None,
        views: true,
        definitions: true,
        ..Options::default()
    };
    let found = inspect(&mut session.client, &options)
        .map_err(|error| inspection_failure(error, &config))?;
    Ok(found.schema)
}

/// The text of the migration. Its settings end with its transaction.
fn text(schema: &Schema, statements: Vec<Statement>) -> String {
    let mut title = TITLE.to_owned();
    for definition in &schema.definitions {
        if let Some(withheld) = &definition.withheld {
            title.push_str(&format!("\nLeft out of {}: {withheld}", definition.object));
        }
    }
    let settings = hyperdj_ddl::SETTINGS
        .iter()
        .map(|(name, value)| Statement::new(format!("SET LOCAL {name} = {value}")));
    let statements: Vec<Statement> = settings.chain(statements).collect();
    file::write_one_way(&title, &statements)
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("{} could not be made: {error}", folder.display())))
}

/// Notes the file as applied, as it is now read from the folder.
fn note(session: &mut Session, path: &PathBuf) -> Result<(), Failure> {
    let folder = Folder::read(&session.state.folder.path)?;
    let script = folder.scripts.iter().find(|script| script.path == *path);
    let Some(script) = script else {
        return Err(Failure::new(format!(
            "{} was written and is not there any more",
            path.display()
        )));
    };
    session
        .history
        .note(&mut session.client, script, Direction::Up)
        .map_err(|error| {
            Failure::from(error).with_hint(format!(
                "{} is written, and not noted as applied: hyper migrate --fake --target 0001 does that.",
                path.display()
            ))
        })?;
    session.state.folder = folder;
    Ok(())
}

fn tell(schema: &Schema, path: &Path, printer: &mut Printer) {
    let invalid: Vec<String> = schema
        .relations
        .iter()
        .filter(|relation| relation.partition_by.is_none())
        .flat_map(|relation| &relation.indexes)
        .filter(|index| !index.valid)
        .map(|index| index.name.clone())
        .collect();
    if !invalid.is_empty() {
        printer.line(&format!(
            "Left out, as pg_dump does, for a failed build left it invalid: {}.",
            invalid.join(", ")
        ));
    }
    for definition in &schema.definitions {
        if let Some(withheld) = &definition.withheld {
            printer.line(&format!("Left out of {}: {withheld}.", definition.object));
        }
    }
    printer.line(&format!(
        "Wrote {}, and noted it as applied; nothing was run. Next: commit it; hyper migrate builds the schema in an empty database.",
        path.display()
    ));
}
