//! `hyper adopt`: from `managed = False` to `managed = True`, with proof that nothing would change.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use hyperdj_migrate::Recorded;
use hyperdj_state::ModelPlace;
use serde_json::Value;

use super::makemigrations::{Expressions, compared, live, record, write_record};
use super::migrate::Session;
use crate::arguments::AdoptArguments;
use crate::near::{alternatives, near};
use crate::output::write;
use crate::python::{no_answer, python};
use crate::{Failure, Printer, Status, models};

pub(crate) fn run(arguments: &AdoptArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let document = models::read(&arguments.models)?;
    let mut session = Session::open(&arguments.place, printer)?;
    let found = live(&mut session.client, &session.config, printer)?;
    let state = session.state;
    let mut expressions = Expressions::new(Some(&mut session.client), &[]);
    let mut status = Status::Done;
    let mut adopted: Vec<ModelPlace<'_>> = Vec::new();
    for name in &arguments.model {
        let Some(model) = document.models().find(|model| model.name == name) else {
            let meant: Vec<&str> = document.models().map(|model| model.name).collect();
            let hint = match near(name, meant.iter().copied()).as_slice() {
                [] => format!("The models are {}.", meant.join(", ")),
                near => format!("Did you mean {}?", alternatives(near)),
            };
            return Err(
                Failure::new(format!("{} has no model `{name}`", arguments.models)).with_hint(hint),
            );
        };
        if model.managed {
            printer.line(&format!("{name} is managed already."));
            continue;
        }
        if found.schema.relation(&model.table).is_none() {
            printer.line(&format!(
                "{name} is not adopted: the database has no table {}.",
                model.table
            ));
            status = Status::Findings;
            continue;
        }
        let (wanted, plan) = compared(
            &document,
            &found,
            None,
            &|other| other.table == model.table,
            &mut expressions,
        )?;
        if !plan.steps.is_empty() {
            printer.line(&format!(
                "{name} is not adopted: it says something else than {}. This would make the table what the model says:",
                model.table
            ));
            for step in &plan.steps {
                printer.data(&format!("{}\n", step.statement))?;
            }
            status = Status::Findings;
            continue;
        }
        for kept in &wanted.kept {
            printer.line(&format!("{name} does not name {kept}, which stays."));
        }
        adopted.push(model);
    }
    if status == Status::Findings {
        printer.line("Nothing was changed. Make model and table agree first: hyper inspectdb shows what the table is.");
        return Ok(status);
    }
    for model in &adopted {
        adopt(model)?;
        printer.line(&format!(
            "{} is managed now: it says what {} is, and `managed = True` stands in {}.",
            model.name,
            model.table,
            shown(model.file)
        ));
    }
    // While a migration is to be applied, the database is not what the folder leads to, and can't be recorded as that.
    if !adopted.is_empty() && state.check().is_ok() && state.pending().next().is_none() {
        let is_managed = |model: &ModelPlace<'_>| {
            model.managed || adopted.iter().any(|own| own.table == model.table)
        };
        let mut record = record(&document, &found.schema, &state.folder, None, &is_managed);
        record.expressions = expressions.found();
        // Those of the models that were managed before.
        let before = Recorded::read(&arguments.place.migrations)?;
        record
            .expressions
            .extend(before.into_iter().flat_map(|before| before.expressions));
        record.expressions.sort();
        record.expressions.dedup();
        write_record(&record, &state.folder, printer)?;
    }
    Ok(status)
}

/// The file as seen from the current folder.
fn shown(file: Option<&str>) -> String {
    let path = Path::new(file.unwrap_or("its file"));
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Writes `True` in the place of `False` behind `managed =` of a class, and nothing else.
fn adopt(model: &ModelPlace<'_>) -> Result<(), Failure> {
    let Some(path) = model.file else {
        return Err(Failure::new(format!("{} stands in no file", model.name)));
    };
    let output = python()?
        .args(["-m", "hyperdjango._places", path, model.name])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("Python could not be started: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let Ok(answer) = serde_json::from_str::<Value>(text.trim()) else {
        return Err(no_answer(&output.stderr));
    };
    let place = answer
        .get("offset")
        .and_then(Value::as_u64)
        .and_then(|offset| usize::try_from(offset).ok());
    let content = fs::read(path)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let changed = match (place, &content) {
        (Some(place), Some(content)) => content
            .get(place..)
            .and_then(|rest| rest.strip_prefix("False"))
            .map(|rest| format!("{}True{rest}", &content[..place])),
        _ => None,
    };
    let Some(changed) = changed else {
        return Err(Failure::new(format!(
            "`managed = False` does not stand in the Meta of {} in {path}",
            model.name
        ))
        .with_hint("Write `managed = True` there yourself: the model and its table agree."));
    };
    write(Path::new(path), &changed, true)?;
    Ok(())
}
