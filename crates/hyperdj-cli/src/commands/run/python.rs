//! The Python of the application takes the place of the command.

use std::process::Command;

use crate::python::find;
use crate::{Failure, Printer, Status};

/// What Python runs. Where the package is missing, a sentence says so, not a traceback.
const BOOTSTRAP: &str = "\
import sys
try:
    from hyperdjango._run import main
except ImportError as problem:
    sys.stderr.write(
        f'error: the package hyperdjango is not usable in {sys.executable}: {problem}\\n'
        ' hint: install it there (pip install hyperdjango-rs), or run the hyper of the environment that has it.\\n'
    )
    sys.exit(2)
main()
";

/// Has Python take the place of this process, so that signals and the exit status are its own.
pub(super) fn replace_process(words: &[String], printer: &mut Printer) -> Result<Status, Failure> {
    let python = find()?;
    printer.finish()?;
    let mut command = Command::new(&python);
    // -P: the folder of the application is put on the path when it is the application's turn, not before.
    command.args(["-P", "-c", BOOTSTRAP]).args(words);
    let error = start(&mut command);
    Err(Failure::new(format!(
        "{} could not be started: {error}",
        python.display()
    )))
}

#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Error {
    use std::os::unix::process::CommandExt;

    command.exec()
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(2)),
        Err(error) => error,
    }
}
