//! Which migrations are run, and which way.

use hyperdj_migrate::{Direction, Folder, Phase, Script, State};

use crate::Failure;

/// A migration to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) number: u32,
    pub(crate) direction: Direction,
}

/// All that is not applied.
pub(super) fn to_end(state: &State) -> Result<Vec<Step>, Failure> {
    refuse_half_way_back(state)?;
    Ok(state.pending().map(up).collect())
}

/// Up or back to a migration, or to before the first.
pub(super) fn to_target(state: &State, target: &str) -> Result<Vec<Step>, Failure> {
    let number = match target {
        "zero" => 0,
        _ => find(&state.folder, target)?.number,
    };
    let is_behind = state.records.keys().any(|applied| *applied > number);
    if is_behind {
        let later = state.folder.scripts.iter().rev();
        let later = later.filter(|script| script.number > number);
        return back(state, later.collect());
    }
    refuse_half_way_back(state)?;
    let pending = state.pending().filter(|script| script.number <= number);
    Ok(pending.map(up).collect())
}

/// The last ones that are applied, the last first.
pub(crate) fn last(state: &State, steps: u32) -> Result<Vec<Step>, Failure> {
    let applied = state.folder.scripts.iter().rev();
    let applied = applied.filter(|script| state.record(script).is_some());
    back(state, applied.take(steps as usize).collect())
}

fn back(state: &State, scripts: Vec<&Script>) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    for script in scripts {
        match state.record(script) {
            Some(record) if record.phase == Phase::Applying => {
                return Err(Failure::new(format!(
                    "{} was interrupted on its way up, after {} statements",
                    script.name, record.statements_done
                ))
                .with_hint("Finish it first: hyper migrate. Then it can be taken back."));
            }
            Some(_) => steps.push(Step {
                number: script.number,
                direction: Direction::Down,
            }),
            None => {}
        }
    }
    Ok(steps)
}

fn refuse_half_way_back(state: &State) -> Result<(), Failure> {
    match state.interrupted() {
        Some(record) if record.phase == Phase::Reverting => Err(Failure::new(format!(
            "{} was interrupted on its way back, after {} statements",
            record.name, record.statements_done
        ))
        .with_hint("Finish that first: hyper rollback.")),
        _ => Ok(()),
    }
}

fn up(script: &Script) -> Step {
    Step {
        number: script.number,
        direction: Direction::Up,
    }
}

/// The migration of a number or name.
pub(crate) fn find<'a>(folder: &'a Folder, named: &str) -> Result<&'a Script, Failure> {
    let found = folder.scripts.iter().find(|script| {
        script.name == named
            || named
                .parse()
                .is_ok_and(|number: u32| number == script.number)
    });
    found.ok_or_else(|| {
        let failure = Failure::new(format!(
            "there is no migration {named} in {}",
            folder.path.display()
        ));
        match (folder.scripts.first(), folder.scripts.last()) {
            (Some(first), Some(last)) => failure.with_hint(format!(
                "There are {} to {}; hyper showmigrations lists them.",
                first.name, last.name
            )),
            _ => failure.with_hint("The folder has none. --migrations names another."),
        }
    })
}
