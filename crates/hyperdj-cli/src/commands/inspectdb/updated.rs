//! `--update`: brings a models file up to date with the database, and keeps what people wrote into it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use hyperdj_catalog::Inspection;
use hyperdj_codegen::{Difference, Form, Naming, Part, written};
use hyperdj_postgres::Config;
use hyperdj_schema::QualifiedName;
use hyperdj_state::Document;
use hyperdj_update::{File, Model, Wanted, enum_names, update};
use similar::TextDiff;

use super::compared::{Sides, read, text};
use super::files::{add_modules, files};
use super::report::{counted, report_unreadable};
use super::selection::Selection;
use crate::arguments::InspectdbArguments;
use crate::commands::makemigrations::Expressions;
use crate::models::Place;
use crate::output::write;
use crate::{Failure, Printer, Status, models};

/// Changes the files of models where the database has changed.
pub(super) fn run(
    config: &Config,
    place: &Place,
    document: &Document,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let (mut paths, mut files) = files(place)?;
    let (found, mut client) = read(config, document, arguments, printer)?;
    let selection = Selection::of(&found, arguments);
    selection.check_beside(document, printer)?;
    report_unreadable(&found, &selection, printer);
    let mut sides = Sides::of(document, &found, &selection, arguments)?;
    Expressions::new(Some(&mut client), &[]).settle(&mut sides.said, &sides.database);
    drop(client);
    let left_alone = leave_managed(document, arguments, &mut sides);
    if !left_alone.is_empty() {
        printer.line(&format!(
            "Left as they are, since managed models say what their tables are to be (--table changes them all the \
             same): {}.",
            left_alone.join(", ")
        ));
    }
    let before = sides.differences(document);
    refuse_other_database(&sides, &found, arguments)?;
    if before.is_empty() {
        printer.line(&format!("{} is up to date.", place.named));
        return Ok(Status::Done);
    }
    if place.is_package {
        add_modules(document, &sides, &mut paths, &mut files);
    }
    let mut work = Work {
        place,
        paths: &paths,
        files: &files,
        document,
        found: &found,
        selection: &selection,
        arguments,
    };
    let (texts, left, after) = work.brought_in(&sides)?;
    for (file, text) in files.iter().zip(&texts) {
        if file.text != *text && arguments.dry_run {
            printer.data(&diff(file, text))?;
        }
    }
    if !arguments.dry_run {
        for (path, (file, text)) in paths.iter().zip(files.iter().zip(&texts)) {
            if file.text != *text {
                write(path, text, true)?;
                printer.line(&format!("Updated {}.", file.path));
            }
        }
    }
    let done = before.len().saturating_sub(left.len());
    let verb = if arguments.dry_run {
        "would be"
    } else {
        "were"
    };
    printer.line(&format!(
        "{} {verb} brought into {}.",
        counted(done, "difference"),
        place.named
    ));
    if left.is_empty() {
        return Ok(Status::Done);
    }
    for difference in &left {
        printer.line(text(difference, &after).trim_end());
    }
    printer.line(&format!(
        "{} could not be brought in, where the file says it by other means than inspectdb writes: change that by hand.",
        counted(left.len(), "difference")
    ));
    Ok(Status::Findings)
}

/// A managed model says what its table is to be: what differs is for a migration, unless the table is named.
///
/// Gives the models that differ and are left alone.
fn leave_managed(
    document: &Document,
    arguments: &InspectdbArguments,
    sides: &mut Sides,
) -> Vec<String> {
    let mut left = Vec::new();
    if !arguments.tables.table.is_empty() {
        return left;
    }
    let differing: BTreeSet<QualifiedName> = sides
        .differences(document)
        .into_iter()
        .map(|difference| difference.object)
        .collect();
    for model in document.models().filter(|model| model.managed) {
        let Some(said) = sides.said.relation(&model.table).cloned() else {
            continue;
        };
        if differing.contains(&model.table) {
            left.push(model.name.to_owned());
        }
        let relations = &mut sides.database.relations;
        relations.retain(|relation| relation.name != model.table);
        relations.push(said);
        relations.sort_by(|one, other| one.name.cmp(&other.name));
    }
    left
}

/// Where most tables of the models are not there, it is likely another database that was named.
fn refuse_other_database(
    sides: &Sides,
    found: &Inspection,
    arguments: &InspectdbArguments,
) -> Result<(), Failure> {
    let all = sides.said.relations.len();
    let is_gone = |name: &QualifiedName| sides.database.relation(name).is_none();
    let said = sides.said.relations.iter();
    let gone = said.filter(|relation| is_gone(&relation.name)).count();
    if arguments.force || arguments.dry_run || gone < 3 || gone * 2 <= all {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{gone} of the {all} tables of the models are not in database `{}`; nothing was written",
        found.database
    ))
    .with_hint(
        "Name the right database with --database. --dry-run shows what would change; --force takes the classes of these \
         tables out.",
    ))
}

/// What is known while files are brought up to date.
struct Work<'w> {
    place: &'w Place,
    paths: &'w [PathBuf],
    files: &'w [File],
    document: &'w Document,
    found: &'w Inspection,
    selection: &'w Selection<'w>,
    arguments: &'w InspectdbArguments,
}

impl Work<'_> {
    /// The new texts, and in what the models that they hold still differ from the database.
    fn brought_in(
        &mut self,
        sides: &Sides,
    ) -> Result<(Vec<String>, Vec<Difference>, Document), Failure> {
        let mut whole: HashSet<(QualifiedName, String)> = HashSet::new();
        loop {
            let texts = self.texts(sides, &whole)?;
            let after = self.imported(&texts)?;
            let mut sides = Sides::of(&after, self.found, self.selection, self.arguments)?;
            leave_managed(&after, self.arguments, &mut sides);
            let left = sides.differences(&after);
            // A field for which a change of a part was not enough is written anew.
            let again: Vec<(QualifiedName, String)> = left
                .iter()
                .filter_map(|difference| match &difference.part {
                    Part::Column(column) => Some((difference.object.clone(), column.clone())),
                    _ => None,
                })
                .filter(|field| !whole.contains(field))
                .collect();
            if again.is_empty() {
                return Ok((texts, left, after));
            }
            whole.extend(again);
        }
    }

    /// The files as they are to be.
    fn texts(
        &self,
        sides: &Sides,
        whole: &HashSet<(QualifiedName, String)>,
    ) -> Result<Vec<String>, Failure> {
        let naming = Naming {
            classes: self
                .document
                .models()
                .map(|model| (model.table, model.name.to_owned()))
                .collect(),
            fields: self
                .document
                .models()
                .map(|model| {
                    let fields = model.fields.iter();
                    let names = fields.map(|one| (one.column.to_owned(), one.name.to_owned()));
                    (model.table, names.collect())
                })
                .collect(),
            enums: enum_names(self.files).map_err(syntax)?,
        };
        let rich = self.arguments.rich_types || self.is_rich(&naming);
        let incomplete: HashMap<QualifiedName, bool> = self
            .document
            .models()
            .map(|model| (model.table, !model.complete))
            .collect();
        let all_minimal = !incomplete.is_empty() && incomplete.values().all(|is| *is);
        let form = |table: &QualifiedName| Form {
            rich,
            minimal: incomplete.get(table).copied().unwrap_or(all_minimal),
        };
        let said = written(&sides.said, &sides.database, &naming, &form, rich);
        let wanted = written(&sides.database, &sides.database, &naming, &form, rich);
        let models = self.models(sides)?;
        let types: Vec<QualifiedName> = self.document.types().collect();
        let sequences: Vec<QualifiedName> = self.document.sequences().collect();
        let wanted = Wanted {
            said: &said,
            wanted: &wanted,
            models: &models,
            types: &types,
            sequences: &sequences,
            whole,
        };
        update(self.files, &wanted).map_err(syntax)
    }

    /// Whether the file was written with `--rich-types`.
    fn is_rich(&self, naming: &Naming) -> bool {
        let says_so = |file: &File| {
            let head: Vec<&str> = file.text.lines().take(12).collect();
            head.iter()
                .any(|line| line.starts_with("# Form: rich types"))
        };
        !naming.enums.is_empty() || self.files.iter().any(says_so)
    }

    /// The models that stand in the files.
    fn models(&self, sides: &Sides) -> Result<Vec<Model>, Failure> {
        let mut found = Vec::new();
        for model in self.document.models() {
            let file = model.file.and_then(|file| fs::canonicalize(file).ok());
            let Some(file) = self
                .paths
                .iter()
                .position(|path| Some(path) == file.as_ref())
            else {
                continue;
            };
            let parts = self
                .document
                .parts(&model, &sides.said)
                .map_err(|error| Failure::new(error.to_string()))?;
            found.push(Model {
                table: model.table,
                class: model.name.to_owned(),
                file,
                constraints: parts.constraints,
                indexes: parts.indexes,
            });
        }
        Ok(found)
    }

    /// What the models of new texts say; they are imported from another folder, and nothing is written yet.
    fn imported(&self, texts: &[String]) -> Result<Document, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(format!("the new text could not be tried out: {error}"))
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let root = match self.place.is_package {
            true => folder.path().join(&self.place.module),
            false => folder.path().to_path_buf(),
        };
        fs::create_dir_all(&root).map_err(failed)?;
        for (path, text) in self.paths.iter().zip(texts) {
            let name = path.file_name().unwrap_or_default();
            fs::write(root.join(name), text).map_err(failed)?;
        }
        let tried = Place {
            folder: folder.path().to_string_lossy().into_owned(),
            beside: Some(self.place.folder.clone()),
            ..self.place.clone()
        };
        models::read_place(&tried).map_err(|failure| {
            failure.with_hint(
                "Nothing was written. What the database has now does not fit to what is written by hand in the file: \
                 change that first, or look at --dry-run of a part (--table).",
            )
        })
    }
}

fn syntax(error: hyperdj_update::Error) -> Failure {
    Failure::new(error.to_string()).with_hint("Nothing was written.")
}

/// What would change, as `diff -u` shows it.
fn diff(file: &File, text: &str) -> String {
    TextDiff::from_lines(file.text.as_str(), text)
        .unified_diff()
        .context_radius(3)
        .header(&file.path, &file.path)
        .to_string()
}
