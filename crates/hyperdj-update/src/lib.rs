//! Brings the text of a models file up to date with a schema, and keeps what people wrote into it.
//!
//! What the models say and what the database says are both given as [`Written`], in the words of models and under the
//! names that the file has. Where both agree, the text is not touched: renamed classes and fields, methods, comments,
//! imports, annotations and order stay. Pure: text in, text out.
//!
//! [`Written`]: hyperdj_codegen::Written

mod class;
mod convert;
mod edits;
mod enums;
mod field;
mod header;
mod imports;
mod lists;
mod package;
mod placing;
mod sequence;
mod source;

use std::collections::{HashMap, HashSet};

use hyperdj_codegen::{Written, WrittenClass};
use hyperdj_schema::QualifiedName;

use edits::Edits;
pub use enums::enum_names;
use source::Source;

/// A file of models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it is called in an error.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The schema whose tables are to stand in it, where it is a new module of a package.
    pub new_for: Option<String>,
}

/// A model as it stands in a file.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its table.
    pub table: QualifiedName,
    /// The class.
    pub class: String,
    /// Which of the files it stands in.
    pub file: usize,
    /// The names of the constraints that `Meta.constraints` lists, in order.
    pub constraints: Vec<String>,
    /// The names of the indexes that `Meta.indexes` lists, in order.
    pub indexes: Vec<String>,
}

/// What is to become of the files.
pub struct Wanted<'a> {
    /// What the models say.
    pub said: &'a Written,
    /// What they are to say.
    pub wanted: &'a Written,
    /// Where each model stands.
    pub models: &'a [Model],
    /// The entries of `types`, in order.
    pub types: &'a [QualifiedName],
    /// The entries of `sequences`, in order.
    pub sequences: &'a [QualifiedName],
    /// Columns whose fields are written anew as a whole, since a change of a part was not enough.
    pub whole: &'a HashSet<(QualifiedName, String)>,
}

/// Why a file can't be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no Python.
    #[error("{path}:{line}: {message}")]
    Syntax {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
}

/// The texts of the files, brought up to date; those in which nothing has changed are as they were.
///
/// The first file is the module itself, of a package its `__init__.py`.
///
/// # Errors
///
/// A file that is no Python.
pub fn update(files: &[File], wanted: &Wanted<'_>) -> Result<Vec<String>, Error> {
    let sources: Result<Vec<Source<'_>>, Error> = files.iter().map(Source::parse).collect();
    let sources = sources?;
    let mut edits: Vec<Edits> = sources.iter().map(|_| Edits::default()).collect();
    let said: HashMap<&QualifiedName, &WrittenClass> = by_table(wanted.said);
    let there: HashMap<&QualifiedName, &WrittenClass> = by_table(wanted.wanted);
    for model in wanted.models {
        let Some(source) = sources.get(model.file) else {
            continue;
        };
        let edits = &mut edits[model.file];
        match (said.get(&model.table), there.get(&model.table)) {
            (Some(said), Some(there)) => {
                class::update(source, edits, model, said, there, wanted.whole);
            }
            (Some(_), None) => class::remove(source, edits, &model.class),
            _ => {}
        }
    }
    let mut exports = placing::add_classes(files, &sources, &mut edits, wanted);
    exports.extend(enums::update(&sources, &mut edits, wanted));
    lists::update(&sources, &mut edits, wanted);
    header::update(&sources, &mut edits, &exports);
    let mut texts: Vec<String> = sources
        .iter()
        .zip(edits)
        .map(|(source, edits)| edits.apply(source))
        .collect();
    package::export(files, &mut texts, &exports)?;
    let beside = package::enum_modules(files, &texts, wanted)?;
    for (file, text) in files.iter().zip(&mut texts) {
        if *text != file.text {
            *text = imports::update(file, text, wanted, &beside)?;
        }
    }
    Ok(texts)
}

fn by_table(written: &Written) -> HashMap<&QualifiedName, &WrittenClass> {
    let classes = written.classes.iter();
    classes.map(|class| (&class.table, class)).collect()
}
