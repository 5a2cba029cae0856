//! `hyper serve`: a database over HTTP with no code, by the Python that has the package.

use crate::arguments::ServeArguments;
use crate::commands::run::python::replace_process;
use crate::{Failure, Printer, Status};

/// The variable that names the database, before all others.
const DATABASE: &str = "HYPER_DATABASE_URL";

/// The variable that clients' token is in.
const TOKEN: &str = "HYPER_TOKEN";

/// Has Python serve the database until it is told to stop.
pub(crate) fn run(arguments: &ServeArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let mut words = vec![
        // One word each, so that a value may begin with a hyphen.
        format!("--host={}", arguments.host),
        format!("--port={}", arguments.port),
        format!("--statement-timeout={}", arguments.statement_timeout),
    ];
    if let Some(models) = &arguments.models {
        words.push(format!("--models={models}"));
    }
    let tables = &arguments.tables;
    words.extend(tables.schema.iter().map(|name| format!("--schema={name}")));
    for (name, patterns) in [("table", &tables.table), ("exclude", &tables.exclude)] {
        words.extend(
            patterns
                .iter()
                .map(|one| format!("--{name}={}", one.text())),
        );
    }
    if arguments.write {
        words.push("--write".to_owned());
    }
    if arguments.no_access_log {
        words.push("--no-access-log".to_owned());
    }
    // Not as arguments: those are shown to everyone on the machine.
    let secrets = [
        (DATABASE, &arguments.database.url),
        (TOKEN, &arguments.token),
    ];
    let variables: Vec<(&str, &str)> = secrets
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
        .collect();
    replace_process("hyperdjango._serve", &words, &variables, printer)
}
