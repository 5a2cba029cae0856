//! New classes: each stands behind the one that it would be written behind.

use std::collections::HashMap;

use hyperdj_codegen::WrittenClass;
use hyperdj_schema::QualifiedName;

use crate::edits::{Edits, indented};
use crate::source::{Source, places};
use crate::{File, Model, Wanted};

/// A class that came or went, and the file that it stands in.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) file: usize,
    pub(crate) class: String,
    pub(crate) kind: Kind,
    /// Whether it is there now.
    pub(crate) is_new: bool,
}

/// What a class is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A table.
    Table,
    /// A view.
    View,
    /// An enumeration.
    Enumeration,
}

impl Kind {
    fn of(class: &WrittenClass) -> Self {
        match class.is_view {
            true => Self::View,
            false => Self::Table,
        }
    }
}

/// Puts the classes of tables in that no model has; gives what then has come and gone.
pub(crate) fn add_classes(
    files: &[File],
    sources: &[Source<'_>],
    edits: &mut [Edits],
    wanted: &Wanted<'_>,
) -> Vec<Export> {
    let models: HashMap<&QualifiedName, &Model> = wanted
        .models
        .iter()
        .map(|model| (&model.table, model))
        .collect();
    let classes = &wanted.wanted.classes;
    let is_gone = |table: &QualifiedName| !classes.iter().any(|class| class.table == *table);
    let gone = wanted
        .said
        .classes
        .iter()
        .filter(|class| is_gone(&class.table));
    let mut exports: Vec<Export> = gone
        .filter_map(|class| {
            let model = models.get(&class.table)?;
            Some(Export {
                file: model.file,
                class: model.class.clone(),
                kind: Kind::of(class),
                is_new: false,
            })
        })
        .collect();
    for (number, class) in classes.iter().enumerate() {
        if models.contains_key(&class.table) {
            continue;
        }
        let is_new = |file: &File| file.new_for.as_ref() == Some(&class.table.schema);
        let file = files.iter().position(is_new);
        let file = file.unwrap_or_else(|| file_for(&class.table, wanted.models));
        // Behind the nearest class before it that stands in this file, else before the first.
        let before = classes[..number].iter().rev();
        let anchor = before
            .filter_map(|other| models.get(&other.table))
            .filter(|model| model.file == file)
            .find_map(|model| sources[file].class(&model.class));
        let source = &sources[file];
        let text = indented(class.text.trim_end(), source.step());
        match anchor {
            Some(found) => {
                let end = source.line_end(places(found).1);
                edits[file].insert(end, format!("\n\n\n{text}"));
            }
            None => {
                let first = wanted.models.iter().filter(|model| model.file == file);
                let first = first.filter_map(|model| source.class(&model.class));
                match first.map(|found| places(found).0).min() {
                    Some(place) => {
                        let place = above_comments(source, source.line_start(place));
                        edits[file].insert(place, format!("{text}\n\n\n"));
                    }
                    None => {
                        let end = source.text.trim_end().len();
                        edits[file].insert(end, format!("\n\n\n{text}"));
                    }
                }
            }
        }
        exports.push(Export {
            file,
            class: class.name.clone(),
            kind: Kind::of(class),
            is_new: true,
        });
    }
    exports
}

/// The file with most tables of the same schema whose names begin alike; the first where no other has any.
fn file_for(table: &QualifiedName, models: &[Model]) -> usize {
    let word = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    let mut weights: HashMap<usize, (usize, usize)> = HashMap::new();
    for model in models {
        let weight = weights.entry(model.file).or_default();
        if model.table.schema == table.schema {
            weight.0 += usize::from(word(&model.table.name) == word(&table.name));
            weight.1 += 1;
        }
    }
    let best = weights
        .into_iter()
        .max_by_key(|(file, weight)| (*weight, std::cmp::Reverse(*file)));
    best.map_or(0, |(file, _)| file)
}

/// The beginning of the comments that stand right above a line.
fn above_comments(source: &Source<'_>, mut line: usize) -> usize {
    while line > 0 {
        let before = source.line_start(line - 1);
        if !source.text[before..line].starts_with('#') {
            break;
        }
        line = before;
    }
    line
}
