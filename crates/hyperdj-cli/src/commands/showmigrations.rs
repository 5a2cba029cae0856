//! `hyper showmigrations`: the migrations, and which of them are applied.

use hyperdj_migrate::{Phase, Record};

use super::migrate::Session;
use crate::arguments::ShowmigrationsArguments;
use crate::{Failure, Printer, Status};

pub(crate) fn run(
    arguments: &ShowmigrationsArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let session = Session::open(&arguments.place, printer)?;
    let state = &session.state;
    for script in &state.folder.scripts {
        printer.data(&line(&script.name, state.record(script)))?;
    }
    for record in state.records.values() {
        if state.folder.script(record.number).is_none() {
            printer.data(&line(&record.name, Some(record)))?;
        }
    }
    if state.folder.scripts.is_empty() && state.records.is_empty() {
        printer.line(&format!(
            "There are no migrations in {}.",
            arguments.place.migrations.display()
        ));
    }
    for complaint in state.complaints() {
        printer.warning(&complaint.to_string());
    }
    Ok(Status::Done)
}

fn line(name: &str, record: Option<&Record>) -> String {
    match record {
        None => format!("[ ] {name}\n"),
        Some(record) if record.phase == Phase::Applied => format!(
            "[X] {name}  {} by {}\n",
            record.applied_at, record.applied_by
        ),
        Some(record) => format!(
            "[~] {name}  interrupted after {} statements\n",
            record.statements_done
        ),
    }
}
