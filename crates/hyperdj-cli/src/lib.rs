//! The `hyper` command.
//!
//! Each verb is a file in `commands/`: it does its work, writes data to standard output and words to standard error
//! through one [`Printer`], and ends with a [`Status`] or a [`Failure`] in whole sentences.

mod arguments;
mod commands;
mod database;
mod failure;
mod models;
mod near;
mod output;
mod pattern;
mod printer;
mod programs;
mod progress;
mod python;
mod script;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use crate::arguments::{Arguments, Command};
pub use crate::failure::Failure;
pub use crate::printer::Printer;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done,
    /// Done, and there is something to look at: differences, findings.
    Findings,
}

impl Status {
    /// The exit code: 0 for done, 1 for findings.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
        }
    }
}

/// Runs a command line, the program's name first, and gives the exit code: 0 done, 1 findings, 2 an error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let mut printer = Printer::standard();
    let words: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        // `hyper` alone gets the help, as an answer to what can't be done.
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            return 2;
        }
        Err(error) if error.use_stderr() => {
            printer.failure(&misunderstood(&error, &words));
            return 2;
        }
        // Help and version are no errors.
        Err(error) => {
            let _ = error.print();
            return 0;
        }
    };
    let outcome = match &arguments.command {
        Command::Inspectdb(arguments) => commands::inspectdb::run(arguments, &mut printer),
        Command::Check(arguments) => commands::check::run(arguments, &mut printer),
        Command::Adopt(arguments) => commands::adopt::run(arguments, &mut printer),
        Command::Baseline(arguments) => commands::baseline::run(arguments, &mut printer),
        Command::Makemigrations(arguments) => {
            commands::makemigrations::run(arguments, &mut printer)
        }
        Command::Migrate(arguments) => commands::migrate::run(arguments, &mut printer),
        Command::Rollback(arguments) => commands::rollback::run(arguments, &mut printer),
        Command::Showmigrations(arguments) => {
            commands::showmigrations::run(arguments, &mut printer)
        }
        Command::Sqlmigrate(arguments) => commands::sqlmigrate::run(arguments, &mut printer),
        Command::Doctor(arguments) => commands::doctor::run(arguments, &mut printer),
        Command::Demo(arguments) => commands::demo::run(arguments, &mut printer),
        Command::Run(arguments) => commands::run::run(arguments, &mut printer),
        Command::Serve(arguments) => commands::serve::run(arguments, &mut printer),
        Command::Routes(arguments) => commands::run::routes(arguments, &mut printer),
        Command::Shell(arguments) => commands::shell::run(arguments, &mut printer),
        Command::Dbshell(arguments) => commands::dbshell::run(arguments, &mut printer),
        Command::Dumpdata(arguments) => commands::dumpdata::run(arguments, &mut printer),
        Command::Loaddata(arguments) => commands::loaddata::run(arguments, &mut printer),
        Command::New(arguments) => commands::new::run(arguments, &mut printer),
        Command::Grants(arguments) => commands::grants::run(arguments, &mut printer),
        Command::Completions(arguments) => commands::completions::run(arguments, &mut printer),
        Command::Man(arguments) => commands::man::run(arguments, &mut printer),
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

/// What is wrong with a command line. A URL in the wrong place is not repeated: it may hold a password.
fn misunderstood(error: &clap::Error, words: &[OsString]) -> Failure {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text).to_owned();
    let values = words
        .iter()
        .filter_map(|word| word.to_str())
        .flat_map(|word| {
            let value = word.split_once('=').map_or(word, |(_, value)| value);
            [word, value]
        });
    let mut secrets: Vec<&str> = values.filter(|value| may_hold_password(value)).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let hidden = secrets
        .iter()
        .fold(text.clone(), |text, secret| text.replace(secret, "…"));
    let failure = Failure::new(hidden.trim_end());
    if hidden == text {
        failure
    } else {
        failure.with_hint("The database's URL belongs behind --database.")
    }
}

fn may_hold_password(value: &str) -> bool {
    value.contains("://") || value.contains('@') || value.contains("password")
}
