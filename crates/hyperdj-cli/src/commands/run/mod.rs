//! `hyper run` and `hyper routes`: the application in the current folder, which its own Python serves or lists.

pub(crate) mod python;

use crate::arguments::{RoutesArguments, RunArguments};
use crate::{Failure, Printer, Status};

/// What Python runs for both.
const MODULE: &str = "hyperdjango._run";

/// Serves the application until it is told to stop.
pub(crate) fn run(arguments: &RunArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let mut words = vec![
        "run".to_owned(),
        "--host".to_owned(),
        arguments.host.clone(),
        "--port".to_owned(),
        arguments.port.to_string(),
        "--workers".to_owned(),
        arguments.workers.to_string(),
    ];
    if arguments.reload {
        words.push("--reload".to_owned());
    }
    if arguments.no_access_log {
        words.push("--no-access-log".to_owned());
    }
    python::replace_process(MODULE, &words, &[], printer)
}

/// Lists the routes of the application.
pub(crate) fn routes(
    _arguments: &RoutesArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    python::replace_process(MODULE, &["routes".to_owned()], &[], printer)
}
