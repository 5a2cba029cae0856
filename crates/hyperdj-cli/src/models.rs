//! The models of a project, as the Python beside the command imports them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use hyperdj_state::Document;

use crate::Failure;
use crate::python::{no_answer, python};

/// Where models are.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// As it was named.
    pub(crate) named: String,
    /// The module's name.
    pub(crate) module: String,
    /// The folder to import it from.
    pub(crate) folder: String,
    /// Another folder, in which what it imports may be.
    pub(crate) beside: Option<String>,
    /// Whether it is a package, a folder with a module for each schema.
    pub(crate) is_package: bool,
}

impl Place {
    /// The place that a path, or the name of a module, stands for.
    pub(crate) fn of(named: &str) -> Result<Self, Failure> {
        let (module, folder) = module(named)?;
        let is_package = is_package(&Path::new(&folder).join(&module));
        Ok(Self {
            named: named.trim_end_matches('/').to_owned(),
            module,
            folder,
            beside: None,
            is_package,
        })
    }

    /// The file of the module itself, of a package its `__init__.py`.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        let folder = Path::new(&self.folder);
        let file = match self.is_package {
            true => folder.join(&self.module).join("__init__.py"),
            false => folder.join(format!("{}.py", self.module.replace('.', "/"))),
        };
        file.is_file().then_some(file)
    }
}

/// Imports the models of a file or module, in a process of their own, and gives what they say.
pub(crate) fn read(named: &str) -> Result<Document, Failure> {
    read_place(&Place::of(named)?)
}

/// As [`read`].
pub(crate) fn read_place(place: &Place) -> Result<Document, Failure> {
    let named = &place.named;
    let mut command = python()?;
    command.args([
        "-m",
        "hyperdjango._state",
        &place.module,
        "--path",
        &place.folder,
    ]);
    if let Some(beside) = &place.beside {
        let mut paths = vec![PathBuf::from(beside)];
        let before = std::env::var_os("PYTHONPATH");
        paths.extend(before.iter().flat_map(std::env::split_paths));
        if let Ok(joined) = std::env::join_paths(paths) {
            command.env("PYTHONPATH", joined);
        }
    }
    let output = command
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
