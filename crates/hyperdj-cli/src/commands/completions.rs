//! `hyper completions`.

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::{Failure, Printer, Status};

pub(crate) fn run(
    arguments: &CompletionsArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "hyper",
        &mut script,
    );
    printer.data(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
