//! `hyper migrate`: applies migrations, and takes them back.

mod session;
mod show;
mod steps;
mod watch;

use hyperdj_migrate::{
    Direction, Kind, Patience, Phase, Runner, Script, refuse_pooler, release_lock, same_session,
    take_lock,
};

use crate::arguments::{LookArguments, MigrateArguments};
use crate::{Failure, Printer, Status};

pub(crate) use session::Session;
pub(crate) use show::text;
pub(crate) use steps::{Step, find, last};
use steps::{to_end, to_target};
pub(crate) use watch::Watch;

/// What to do with the steps, beside where.
pub(crate) struct Manner<'a> {
    pub(crate) fake: bool,
    pub(crate) look: &'a LookArguments,
    pub(crate) patience: Patience,
    /// What `--database` says, for the Python of a migration.
    pub(crate) database: Option<&'a str>,
}

pub(crate) fn run(arguments: &MigrateArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let session = Session::open(&arguments.place, printer)?;
    if session.state.folder.scripts.is_empty() && session.state.records.is_empty() {
        printer.line(&format!(
            "There are no migrations in {}.",
            arguments.place.migrations.display()
        ));
        return Ok(Status::Done);
    }
    let manner = Manner {
        fake: arguments.fake,
        look: &arguments.look,
        patience: Patience {
            lock_timeout: arguments.lock_timeout,
            ..Patience::default()
        },
        database: arguments.place.database.url.as_deref(),
    };
    let choose = |session: &Session| match &arguments.target {
        Some(target) => to_target(&session.state, target),
        None => to_end(&session.state),
    };
    go(session, &choose, &manner, printer)
}

/// Chooses the steps and runs them, or shows them.
///
/// They are chosen again when the lock is ours: someone else may have run them meanwhile.
pub(crate) fn go(
    mut session: Session,
    choose: &dyn Fn(&Session) -> Result<Vec<Step>, Failure>,
    manner: &Manner<'_>,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    session.state.check()?;
    let steps = choose(&session)?;
    if manner.look.plan {
        return show::plan(&session, &steps, printer);
    }
    if manner.look.dry_run {
        return show::sql(&session, &steps, printer);
    }
    if manner.look.estimate {
        return show::estimates(&mut session, &steps, printer);
    }
    if steps.is_empty() {
        return nothing(&session, printer);
    }
    let config = session.config.clone();
    refuse_pooler(&mut session.client, &config)?;
    let process = {
        let mut watch = Watch::new(printer);
        take_lock(&mut session.client, &mut watch)?
    };
    let done = locked(&mut session, choose, process, manner, printer);
    release_lock(&mut session.client);
    done
}

/// Does it all under the lock, which the process `process` of the server has.
fn locked(
    session: &mut Session,
    choose: &dyn Fn(&Session) -> Result<Vec<Step>, Failure>,
    process: i64,
    manner: &Manner<'_>,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    session.reread()?;
    session.state.check()?;
    let steps = choose(session)?;
    if steps.is_empty() {
        return nothing(session, printer);
    }
    session.history.create(&mut session.client)?;
    for step in &steps {
        run_step(session, step, process, manner, printer)?;
    }
    Ok(Status::Done)
}

fn nothing(session: &Session, printer: &mut Printer) -> Result<Status, Failure> {
    let count = session.state.records.len();
    printer.line(&match count {
        0 => "Nothing to do: no migration is applied.".to_owned(),
        1 => "Nothing to do: 1 migration is applied.".to_owned(),
        _ => format!("Nothing to do: {count} migrations are applied."),
    });
    Ok(Status::Done)
}

fn run_step(
    session: &mut Session,
    step: &Step,
    process: i64,
    manner: &Manner<'_>,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let Some(script) = session.state.folder.script(step.number).cloned() else {
        return Ok(());
    };
    let started = std::time::Instant::now();
    let client = &mut session.client;
    same_session(client, process)?;
    if manner.fake {
        session.history.note(client, &script, step.direction)?;
    } else if script.kind == Kind::Python {
        printer.line(&format!("Running {} …", script.name));
        let record = session.history.statement(&script, step.direction);
        crate::script::run(&script, step.direction, &record, manner.database)?;
        session
            .history
            .set_duration(client, &script, started.elapsed())?;
    } else {
        let interrupted = session
            .state
            .record(&script)
            .filter(|record| record.phase != Phase::Applied)
            .map(|record| record.statements_done);
        let mut watch = Watch::new(printer);
        Runner::new(
            client,
            &session.history,
            process,
            manner.patience,
            &mut watch,
        )
        .run(&script, step.direction, interrupted)?;
    }
    printer.line(&done(
        &script,
        step.direction,
        manner.fake,
        started.elapsed(),
    ));
    Ok(())
}

fn done(script: &Script, direction: Direction, fake: bool, took: std::time::Duration) -> String {
    let name = &script.name;
    match (direction, fake) {
        (Direction::Up, false) => format!("Applied {name} ({:.2} s).", took.as_secs_f64()),
        (Direction::Down, false) => format!("Took {name} back ({:.2} s).", took.as_secs_f64()),
        (Direction::Up, true) => format!("Noted {name} as applied; nothing was run."),
        (Direction::Down, true) => format!("Noted {name} as not applied; nothing was run."),
    }
}
