//! What is not written unless the user takes it on: drops, and hazards.

use hyperdj_change::{Change, Hazard, Plan, Step};
use hyperdj_postgres::Client;
use hyperdj_schema::Schema;

use super::answers::Answers;
use crate::Failure;
use crate::near::{alternatives, near};

/// The hazards of `--accept`.
pub(super) fn accepted(names: &[String]) -> Result<Vec<Hazard>, Failure> {
    names
        .iter()
        .map(|name| {
            Hazard::named(name).ok_or_else(|| {
                let all = Hazard::ALL.map(Hazard::name);
                let meant = near(name, all);
                let hint = match meant.as_slice() {
                    [] => format!("There are {}.", all.join(", ")),
                    near => format!("Did you mean {}?", alternatives(near)),
                };
                Failure::new(format!("--accept {name}: there is no such hazard")).with_hint(hint)
            })
        })
        .collect()
}

/// Refuses to drop a table, whatever was allowed, and what would lose a column that the models still name.
pub(super) fn drops(changes: &[Change], answers: &Answers) -> Result<(), Failure> {
    for change in changes {
        match change {
            Change::DropTable { name, kind } => {
                return Err(Failure::new(format!(
                    "{name} would have to be dropped and made anew: a {} can't be altered into what its model says",
                    kind.singular()
                ))
                .with_hint("A table is never dropped. Put the model back to what the database has, or write the steps by hand: hyper makemigrations --empty."));
            }
            Change::DropColumn {
                table,
                column,
                generated: false,
            } if !answers.may_drop(table, column) => {
                return Err(Failure::new(format!(
                    "the column {table}.{column} would have to be dropped and made anew, and its data with it"
                ))
                .with_hint(format!(
                    "Add a new column under another name and fill it, or take the loss: --allow-drop {}.{column}",
                    table.name
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses steps with a hazard that the user did not accept.
pub(super) fn hazards(
    plan: &Plan,
    accepted: &[Hazard],
    answers: &Answers,
    live: &Schema,
    mut client: Option<&mut Client>,
) -> Result<(), Failure> {
    let mut refused: Vec<(Hazard, &Step)> = Vec::new();
    for step in &plan.steps {
        for hazard in &step.hazards {
            let is_taken_on = accepted.contains(hazard)
                || *hazard == Hazard::DataLoss && drops_columns(step, answers)
                || *hazard == Hazard::NotNullWithoutDefault
                    && is_empty(step, live, client.as_deref_mut())?;
            if !is_taken_on {
                refused.push((*hazard, step));
            }
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let mut what = String::from("the migration is not written, for it has hazards:");
    let mut hint = String::new();
    let mut names: Vec<&str> = Vec::new();
    for (hazard, step) in refused {
        what.push_str(&format!(
            "\n{}\n  {}: {}",
            step.statement.sql(),
            hazard.name(),
            hazard.sentence()
        ));
        if !names.contains(&hazard.name()) {
            names.push(hazard.name());
            hint.push_str(&format!("{}: {}\n", hazard.name(), hazard.recipe()));
        }
    }
    hint.push_str("To write it all the same:");
    for name in names {
        hint.push_str(&format!(" --accept {name}"));
    }
    Err(Failure::new(what).with_hint(hint))
}

/// Whether a step drops what --allow-drop names: what was refused was so before.
fn drops_columns(step: &Step, answers: &Answers) -> bool {
    answers.drops != super::answers::Drops::Nothing
        && step.statement.sql().contains(" DROP COLUMN ")
}

/// Whether the tables that a step locks have no rows. One that can't be read, or not without a database, may have some.
fn is_empty(step: &Step, live: &Schema, client: Option<&mut Client>) -> Result<bool, Failure> {
    let Some(client) = client else {
        return Ok(false);
    };
    for lock in &step.locks {
        if live.relation(&lock.relation).is_none() {
            continue;
        }
        let sql = format!("SELECT FROM {} LIMIT 1", lock.relation);
        match client.query(&sql, &[]) {
            Ok(rows) if rows.is_empty() => {}
            Ok(_) => return Ok(false),
            Err(error) if error.server_error().is_some() => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}
