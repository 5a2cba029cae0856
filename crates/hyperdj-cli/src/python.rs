//! The Python that the command speaks to: the one beside `hyper`, then `$VIRTUAL_ENV`'s, then the one on PATH.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// A command line of the first Python that is there.
///
/// The current folder is not on its path: a file of the project called `json.py` must not hide Python's own.
pub(crate) fn python() -> Result<Command, Failure> {
    let mut command = Command::new(find()?);
    command.arg("-P");
    Ok(command)
}

/// Where the first Python is.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    let beside = env::current_exe()
        .ok()
        // Under the console script the program is Python itself, and what is beside it may be another environment.
        .filter(|program| program.file_stem().is_some_and(|name| name == "hyper"))
        .and_then(|program| program.parent().and_then(in_folder));
    let activated = || {
        let environment = env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty())?;
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        in_folder(&Path::new(&environment).join(folder))
    };
    let on_path = || {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find_map(|folder| in_folder(&folder))
    };
    beside.or_else(activated).or_else(on_path).ok_or_else(|| {
        Failure::new("no Python was found beside hyper, in $VIRTUAL_ENV or on PATH").with_hint(
            "Install Python 3.11 or later, and hyperdjango in it: pip install hyperdjango-rs",
        )
    })
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

/// What to say where Python ran and gave no answer: most often the package is not there.
pub(crate) fn no_answer(stderr: &[u8]) -> Failure {
    let words = String::from_utf8_lossy(stderr);
    if words.contains("No module named") && words.contains("hyperdjango") {
        return Failure::new("this Python has no package `hyperdjango`")
            .with_hint("Install it there, or activate the environment that has it.");
    }
    let last = words.trim().lines().next_back().unwrap_or_default();
    Failure::new(format!("Python ended without an answer: {last}"))
}
