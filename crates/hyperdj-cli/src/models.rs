//! The models of a project, as the Python beside the command imports them.

use std::path::Path;
use std::process::Stdio;

use hyperdj_state::Document;

use crate::Failure;
use crate::python::{no_answer, python};

/// Imports the models of a file or module, in a process of their own, and gives what they say.
pub(crate) fn read(named: &str) -> Result<Document, Failure> {
    let (module, folder) = module(named)?;
    let output = python()?
        .args(["-m", "hyperdjango._state", &module, "--path", &folder])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("Python could not be started: {error}")))?;
    let text = String::from_utf8(output.stdout)
        .map_err(|_| Failure::new("the state of the models is not UTF-8"))?;
    if text.trim().is_empty() {
        return Err(no_answer(&output.stderr));
    }
    Document::parse(&text)
        .map_err(|error| Failure::new(format!("the models of {named} can't be read: {error}")))
}

/// The name to import and the folder to import it from: a path is a file's, anything else a module's.
fn module(named: &str) -> Result<(String, String), Failure> {
    let mut path = Path::new(named);
    // A package of models stands where the file would.
    if path.ends_with("models.py") && !path.exists() && is_package(&path.with_extension("")) {
        path = path.parent().unwrap_or(path);
        return Ok(("models".to_owned(), text_of(path)));
    }
    let is_file = path.extension().is_some_and(|ending| ending == "py") || named.contains('/');
    if !is_file {
        return Ok((named.to_owned(), ".".to_owned()));
    }
    if !path.exists() {
        return Err(Failure::new(format!("there is no file {named}")).with_hint(
            "Write one with `hyper inspectdb --output models.py`, or name it with --models.",
        ));
    }
    let (Some(stem), Some(folder)) = (path.file_stem(), path.parent()) else {
        return Err(Failure::new(format!("{named} is no file of Python")));
    };
    if path.is_dir() && !is_package(path) {
        return Err(
            Failure::new(format!("{named} is a folder without __init__.py")).with_hint(
                "Name a file of models, or a folder that hyper inspectdb --output FOLDER/ wrote.",
            ),
        );
    }
    Ok((stem.to_string_lossy().into_owned(), text_of(folder)))
}

fn is_package(folder: &Path) -> bool {
    folder.join("__init__.py").is_file()
}

/// A folder as Python's path has it; nothing is the current one.
fn text_of(folder: &Path) -> String {
    match folder.to_string_lossy() {
        text if text.is_empty() => ".".to_owned(),
        text => text.into_owned(),
    }
}
