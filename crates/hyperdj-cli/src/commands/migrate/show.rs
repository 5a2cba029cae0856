//! What would be run, shown instead.

use hyperdj_migrate::{Direction, Kind, Script, estimate};

use super::{Session, Step};
use crate::{Failure, Printer, Status};

/// The names of the migrations, one a line.
pub(super) fn plan(
    session: &Session,
    steps: &[Step],
    printer: &mut Printer,
) -> Result<Status, Failure> {
    for (script, direction) in scripts(session, steps) {
        let way = match direction {
            Direction::Up => "apply",
            Direction::Down => "take back",
        };
        printer.data(&format!("{way} {}\n", script.name))?;
    }
    if steps.is_empty() {
        printer.line("Nothing to do.");
    }
    Ok(Status::Done)
}

/// The SQL of the migrations, as they would be run.
pub(super) fn sql(
    session: &Session,
    steps: &[Step],
    printer: &mut Printer,
) -> Result<Status, Failure> {
    for (script, direction) in scripts(session, steps) {
        printer.data(&text(script, direction)?)?;
    }
    if steps.is_empty() {
        printer.line("Nothing to do.");
    }
    Ok(Status::Done)
}

/// A script one way: its statements, and where transactions begin and end.
pub(crate) fn text(script: &Script, direction: Direction) -> Result<String, Failure> {
    if script.kind == Kind::Python {
        return Ok(format!(
            "-- {} is written in Python: it has no SQL to show.\n",
            script.name
        ));
    }
    let Some(statements) = script.statements(direction == Direction::Up) else {
        return Err(
            Failure::new(format!("{} has no way back", script.path.display()))
                .with_hint("Write one under `-- DOWN`, or take it back by a new migration."),
        );
    };
    let mut text = format!("-- {}\n", script.name);
    let mut is_open = false;
    for statement in statements {
        if statement.transactional != is_open {
            text.push_str(if is_open { "COMMIT;\n" } else { "BEGIN;\n" });
            is_open = statement.transactional;
        }
        text.push_str(&format!("{};\n", statement.sql));
    }
    if is_open {
        text.push_str("COMMIT;\n");
    }
    Ok(text)
}

/// What each statement locks, how big that is, and its hazards.
pub(super) fn estimates(
    session: &mut Session,
    steps: &[Step],
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let found: Vec<(Script, Direction)> = scripts(session, steps)
        .map(|(script, direction)| (script.clone(), direction))
        .collect();
    for (script, direction) in found {
        printer.data(&format!("{}\n", script.name))?;
        if script.kind == Kind::Python {
            printer.data("  written in Python: what it locks is not known\n")?;
        }
        let is_up = direction == Direction::Up;
        for weighed in estimate(&mut session.client, &script, is_up)? {
            let first = weighed.sql.lines().next().unwrap_or_default();
            let more = if weighed.sql.contains('\n') {
                " …"
            } else {
                ""
            };
            printer.data(&format!("  {}: {first}{more}\n", weighed.place.line))?;
            for (mode, relation, size) in &weighed.locks {
                printer.data(&format!("      {mode} on {relation}, {size}\n"))?;
            }
            if weighed.locks.is_empty() {
                printer.data("      no lock on a table that is there\n")?;
            }
            for hazard in &weighed.hazards {
                printer.data(&format!(
                    "      {}: {} {}\n",
                    hazard.name(),
                    hazard.sentence(),
                    hazard.recipe()
                ))?;
            }
        }
    }
    if steps.is_empty() {
        printer.line("Nothing to do.");
    }
    Ok(Status::Done)
}

fn scripts<'a>(
    session: &'a Session,
    steps: &'a [Step],
) -> impl Iterator<Item = (&'a Script, Direction)> {
    steps.iter().filter_map(|step| {
        let script = session.state.folder.script(step.number)?;
        Some((script, step.direction))
    })
}
