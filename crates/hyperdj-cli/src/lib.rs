//! The `hyper` command.
//!
//! Each verb is a file in `commands/`: it does its work, writes data to standard output and words to standard error
//! through one [`Printer`], and ends with a [`Status`] or a [`Failure`] in whole sentences.

mod arguments;
mod commands;
mod database;
mod failure;
mod near;
mod output;
mod pattern;
mod printer;
mod progress;

use std::ffi::OsString;

use clap::Parser;

use crate::arguments::{Arguments, Command};
pub use crate::failure::Failure;
pub use crate::printer::Printer;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done,
}

impl Status {
    /// The exit code: 0 for done.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
        }
    }
}

/// Runs a command line, the program's name first, and gives the exit code: 0 done, 2 an error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors: clap gives them 0, and 2 to what can't be understood.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let mut printer = Printer::standard();
    let outcome = match &arguments.command {
        Command::Inspectdb(arguments) => commands::inspectdb::run(arguments, &mut printer),
        Command::Demo(arguments) => commands::demo::run(arguments, &mut printer),
        Command::Completions(arguments) => commands::completions::run(arguments, &mut printer),
        Command::Version => commands::version::run(&mut printer),
    };
    let outcome = outcome.and_then(|status| printer.finish().map(|()| status));
    match outcome {
        Ok(status) => status.code(),
        // Who reads our output has read enough: `hyper inspectdb | head`.
        Err(failure) if failure.is_closed_output() => 0,
        Err(failure) => {
            printer.failure(&failure);
            2
        }
    }
}
