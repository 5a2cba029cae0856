//! The Python that the command speaks to: the one beside `hyper`, then `$VIRTUAL_ENV`'s, then the one on PATH.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// What Python is called, the likelier first.
const NAMES: [&str; 2] = ["python3", "python"];

/// A command line of the first Python that is there.
pub(crate) fn python() -> Result<Command, Failure> {
    let path = find().ok_or_else(|| {
        Failure::new("no Python was found: not beside `hyper`, not in $VIRTUAL_ENV, not on PATH")
            .with_hint("Activate the environment that the project's packages are in, or install `hyper` there.")
    })?;
    Ok(Command::new(path))
}

fn find() -> Option<PathBuf> {
    let beside = env::current_exe()
        .ok()
        // Under the console script the program is Python itself, and what is beside it may be another environment.
        .filter(|program| program.file_stem().is_some_and(|name| name == "hyper"))
        .and_then(|program| Some(program.parent()?.to_path_buf()));
    let environment = env::var_os("VIRTUAL_ENV")
        .filter(|folder| !folder.is_empty())
        .map(|folder| PathBuf::from(folder).join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    beside
        .into_iter()
        .chain(environment)
        .chain(env::split_paths(&path))
        .find_map(|folder| in_folder(&folder))
}

fn in_folder(folder: &Path) -> Option<PathBuf> {
    NAMES
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
