//! The Python of the application: the one beside `hyper`, else the activated environment's, else the first on PATH.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let python = find().ok_or_else(|| {
        Failure::new("no Python was found beside hyper, in $VIRTUAL_ENV or on PATH").with_hint(
            "Install Python 3.11 or later, and hyperdjango in it: pip install hyperdjango-rs",
        )
    })?;
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

fn find() -> Option<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().and_then(in_folder));
    let activated = || {
        let environment = std::env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty())?;
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        in_folder(&Path::new(&environment).join(folder))
    };
    let on_path = || {
        let path: OsString = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find_map(|folder| in_folder(&folder))
    };
    beside.or_else(activated).or_else(on_path)
}

fn in_folder(folder: &Path) -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) {
        &["python.exe"]
    } else {
        &["python3", "python"]
    };
    names
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}
