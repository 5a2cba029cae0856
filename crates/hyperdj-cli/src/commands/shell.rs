//! `hyper shell`: a Python prompt with the models and the database.

use crate::arguments::ShellArguments;
use crate::commands::run::python::replace_process;
use crate::{Failure, Printer, Status};

/// The variable that names the database, before all others.
const DATABASE: &str = "HYPER_DATABASE_URL";

/// Has Python open the prompt, or run the code.
pub(crate) fn run(arguments: &ShellArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let mut words = Vec::new();
    if let Some(models) = &arguments.models {
        words.push("--models".to_owned());
        words.push(models.to_string_lossy().into_owned());
    }
    if let Some(code) = &arguments.code {
        // One word, so that code may begin with a hyphen.
        words.push(format!("--code={code}"));
    }
    // Not as an argument: those are shown to everyone on the machine.
    let variables: Vec<(&str, &str)> = arguments
        .database
        .url
        .iter()
        .map(|url| (DATABASE, url.as_str()))
        .collect();
    replace_process("hyperdjango._shell", &words, &variables, printer)
}
