//! `hyper rollback`: takes the last migrations back.

use hyperdj_migrate::Patience;

use super::migrate::{Manner, Session, go, last};
use crate::arguments::RollbackArguments;
use crate::{Failure, Printer, Status};

pub(crate) fn run(arguments: &RollbackArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let session = Session::open(&arguments.place, printer)?;
    let manner = Manner {
        fake: arguments.fake,
        look: &arguments.look,
        patience: Patience {
            lock_timeout: arguments.lock_timeout,
            ..Patience::default()
        },
        database: arguments.place.database.url.as_deref(),
    };
    // Chosen once: a run that waited for another does not take back what that one did.
    let steps = last(&session.state, arguments.steps)?;
    let choose = |session: &Session| {
        let is_there = |number: &u32| session.state.records.contains_key(number);
        let steps = steps.iter().filter(|step| is_there(&step.number));
        Ok(steps.copied().collect())
    };
    go(session, &choose, &manner, printer)
}
