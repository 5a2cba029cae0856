//! The Python of the application takes the place of the command.

use std::process::Command;

use crate::python::find;
use crate::{Failure, Printer, Status};

/// What Python runs. Where the package is missing, a sentence says so, not a traceback.
const BOOTSTRAP: &str = "\
import sys
try:
    from importlib import import_module
    main = import_module(sys.argv.pop(1)).main
except ImportError as problem:
    sys.stderr.write(
        f'error: the package hyperdjango is not usable in {sys.executable}: {problem}\\n'
        ' hint: install it there (pip install hyperdjango-rs), or run the hyper of the environment that has it.\\n'
    )
    sys.exit(2)
main()
";

/// Has a module's `main` take the place of this process, so that signals and the exit status are its own.
pub(crate) fn replace_process(
    module: &str,
    words: &[String],
    variables: &[(&str, &str)],
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let python = find()?;
    printer.finish()?;
    let mut command = Command::new(&python);
    // -P: the folder of the application is put on the path when it is the application's turn, not before.
    command
        .args(["-P", "-c", BOOTSTRAP, module])
        .args(words)
        .envs(variables.iter().copied());
    Err(replace(&mut command))
}

/// Has a program take the place of this process; comes back only where it can't be started.
pub(crate) fn replace(command: &mut Command) -> Failure {
    let error = start(command);
    let program = command.get_program().to_string_lossy();
    Failure::new(format!("{program} could not be started: {error}"))
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
