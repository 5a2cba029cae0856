//! `--check`: where models and the database that they are of say different things.

use std::collections::HashMap;

use hyperdj_catalog::{Inspection, inspect};
use hyperdj_codegen::{Difference, Part, differences, printable};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::{QualifiedName, Schema};
use hyperdj_state::{Document, Error, ModelPlace};

use super::narrowed::{is_whole, keep_sequences, keep_types, narrowed, used_types};
use super::report::{counted, report_unreadable, schemas_read};
use super::said::{settle, without_system_columns};
use super::selection::Selection;
use super::{inspection_failure, options};
use crate::arguments::InspectdbArguments;
use crate::commands::makemigrations::Expressions;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

/// Reads the database of a configuration and lists where the models say something else.
pub(super) fn compare(
    config: &Config,
    document: &Document,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let (found, mut client) = read(config, document, arguments, printer)?;
    compare_found(&found, Some(&mut client), document, arguments, printer)
}

/// Lists where the models say something else than what was found; where it was found, is asked which expressions are the
/// same.
pub(super) fn compare_found(
    found: &Inspection,
    client: Option<&mut Client>,
    document: &Document,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let selection = Selection::of(found, arguments);
    selection.check_beside(document, printer)?;
    let mut sides = Sides::of(document, found, &selection, arguments)?;
    if client.is_some() {
        // Of a dump nobody says what else means the same.
        Expressions::new(client, &[]).settle(&mut sides.said, &sides.database);
    }
    let told = sides.differences(document);
    for difference in &told {
        printer.data(&text(difference, document))?;
    }
    report_unreadable(found, &selection, printer);
    if sides.passed_over > 0 {
        printer.line(&format!(
            "{} not compared: of schemas, views or tables that were not asked for (--schema, --include-views, --table).",
            counted(sides.passed_over, "model")
        ));
    }
    let compared = counted(sides.database.relations.len(), "relation");
    let place = format!("{} of database `{}`", schemas_read(found), found.database);
    if told.is_empty() {
        printer.line(&format!(
            "The models say what the database says: {compared} in {place}."
        ));
        return Ok(Status::Done);
    }
    printer.line(&format!(
        "{} between the models and {compared} in {place}.",
        counted(told.len(), "difference")
    ));
    Ok(Status::Findings)
}

/// Reads the catalog, once it is known that the models fit together.
pub(super) fn read(
    config: &Config,
    document: &Document,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<(Inspection, Client), Failure> {
    // What is wrong with the models is told before the database is asked.
    said(document, &Schema::default())?;
    let _progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(config)?;
    let found = inspect(&mut client, &options(arguments))
        .map_err(|error| inspection_failure(error, config))?;
    Ok((found, client))
}

/// What models and a database say of the same tables.
pub(super) struct Sides {
    /// What the models say, in the words of the database where both mean the same.
    pub(super) said: Schema,
    /// What the database says.
    pub(super) database: Schema,
    /// How many models are of what was not asked for.
    pub(super) passed_over: usize,
}

impl Sides {
    /// Both sides of what was asked for.
    pub(super) fn of(
        document: &Document,
        found: &Inspection,
        selection: &Selection<'_>,
        arguments: &InspectdbArguments,
    ) -> Result<Self, Failure> {
        let mut said = said(document, &found.schema)?;
        if document.models().any(|model| !model.complete) {
            add_unsaid(&mut said, &found.schema);
        }
        let mut database = narrowed(&found.schema, selection);
        let passed_over = narrow(&mut said, &mut database, found, selection, arguments);
        for relation in &mut said.relations {
            without_system_columns(relation);
            if let Some(there) = database.relation(&relation.name) {
                settle(relation, there);
            }
        }
        Ok(Self {
            said,
            database,
            passed_over,
        })
    }

    /// Where they differ.
    pub(super) fn differences(&self, document: &Document) -> Vec<Difference> {
        let classes: HashMap<QualifiedName, String> = document
            .models()
            .map(|model| (model.table, model.name.to_owned()))
            .collect();
        differences(&self.database, &self.said, &classes)
    }
}

/// Types and sequences are among what models leave unsaid that are not complete.
fn add_unsaid(said: &mut Schema, database: &Schema) {
    fn add<T: Clone>(said: &mut Vec<T>, found: &[T], name: impl Fn(&T) -> &QualifiedName) {
        for one in found {
            if !said.iter().any(|own| name(own) == name(one)) {
                said.push(one.clone());
            }
        }
        said.sort_by(|left, right| name(left).cmp(name(right)));
    }
    add(&mut said.enums, &database.enums, |one| &one.name);
    add(&mut said.domains, &database.domains, |one| &one.name);
    add(&mut said.composites, &database.composites, |one| &one.name);
    add(&mut said.sequences, &database.sequences, |one| &one.name);
}

/// What models say beside a database, or where two of them contradict each other.
fn said(document: &Document, database: &Schema) -> Result<Schema, Failure> {
    let whole = |table: &QualifiedName| database.relation(table).cloned();
    hyperdj_state::schema_over(document, &|_, _| None, &whole).map_err(|error| {
        let model = match &error {
            Error::SameTable { second, .. } => second,
            Error::Unknown { model, .. } => model,
            _ => return Failure::new(error.to_string()),
        };
        let class = model.split('.').next().unwrap_or_default();
        let last = document.models().filter(|found| found.name == class).last();
        let place = last.as_ref().and_then(place).unwrap_or_default();
        Failure::new(match place.as_str() {
            "" => error.to_string(),
            place => format!("{place}: {error}"),
        })
        .with_hint("Nothing was compared: mend the models, and run the command again.")
    })
}

/// Leaves of what models say that which was asked for; gives how many models were left out.
fn narrow(
    said: &mut Schema,
    database: &mut Schema,
    found: &Inspection,
    selection: &Selection<'_>,
    arguments: &InspectdbArguments,
) -> usize {
    let is_read = |name: &QualifiedName| {
        let mut read = found.schema.namespaces.iter();
        read.any(|namespace| namespace.name == name.schema)
    };
    let before = said.relations.len();
    said.relations.retain(|relation| {
        let is_there = found.schema.relation(&relation.name).is_some();
        let may_be = is_there || arguments.include_views || !relation.kind.is_view();
        may_be && is_read(&relation.name) && selection.takes(&relation.name)
    });
    let is_all = is_whole(&found.schema, selection) && !arguments.tables.is_part();
    if is_all {
        said.enums.retain(|object| is_read(&object.name));
        said.domains.retain(|object| is_read(&object.name));
        said.composites.retain(|object| is_read(&object.name));
        said.sequences.retain(|object| is_read(&object.name));
    } else {
        // Of a type, what either side uses is compared.
        let mut used = used_types(&found.schema, database);
        used.extend(used_types(said, said));
        keep_types(said, &used);
        database.enums.clone_from(&found.schema.enums);
        database.domains.clone_from(&found.schema.domains);
        database.composites.clone_from(&found.schema.composites);
        keep_types(database, &used);
        keep_sequences(said);
        keep_sequences(database);
    }
    before - said.relations.len()
}

/// `public.users.email (User, models.py:12)`, and both sides under it.
pub(super) fn text(difference: &Difference, document: &Document) -> String {
    let name = &difference.object;
    let mut head = printable(&format!("{}.{}", name.schema, name.name));
    match &difference.part {
        Part::Relation => {}
        Part::Column(column) => head = format!("{head}.{}", printable(column)),
        Part::Constraint => head.push_str(" constraint"),
        Part::Index => head.push_str(" index"),
        Part::Meta(entry) => head.push_str(&format!(" Meta.{entry}")),
        Part::Type => head.push_str(" type"),
        Part::Sequence => head.push_str(" sequence"),
    }
    let model = document.models().find(|model| model.table == *name);
    if let Some(model) = model {
        head.push_str(&match place(&model) {
            Some(place) => format!(" ({}, {})", model.name, printable(&place)),
            None => format!(" ({})", model.name),
        });
    }
    let side = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or("-");
        text.lines().collect::<Vec<_>>().join("\n            ")
    };
    format!(
        "{head}\n  models:   {}\n  database: {}\n",
        side(&difference.models),
        side(&difference.database)
    )
}

/// Where a model stands: `models.py:12`, without the folder that the command runs in.
fn place(model: &ModelPlace<'_>) -> Option<String> {
    let file = std::path::Path::new(model.file?);
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| {
        file.strip_prefix(here)
            .ok()
            .map(std::path::Path::to_path_buf)
    });
    let file = short.as_deref().unwrap_or(file).display();
    Some(match model.line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_string(),
    })
}
