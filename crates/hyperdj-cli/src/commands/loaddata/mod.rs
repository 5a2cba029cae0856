//! `hyper loaddata`: rows back into tables, parents first.

mod source;
mod state;
mod target;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use hyperdj_catalog::{Inspection, Options, inspect};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::{QualifiedName, Relation};

use crate::arguments::{LoaddataArguments, RowFormat};
use crate::commands::dumpdata::manifest::{Entry, MANIFEST, Manifest};
use crate::commands::dumpdata::order::groups;
use crate::commands::inspectdb::inspection_failure;
use crate::database::chosen;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};
use source::{Lines, header};
use state::State;
use target::{
    begin, check_circle, empty, fill, filled, open_circle, refuse_filled, set_positions, table,
};

pub(crate) fn run(arguments: &LoaddataArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let source = arguments.source.as_path();
    let manifest = if source.is_dir() {
        let missing = || {
            Failure::new(format!("{} has no {MANIFEST}: it holds no whole dump", source.display()))
                .with_hint("Write it again with `hyper dumpdata --output`; a dump that was cut short has none.")
        };
        if arguments.table.is_some() {
            return Err(
                Failure::new("--table goes with a file, and this is a folder")
                    .with_hint("Name the table's file in the folder instead."),
            );
        }
        Some(Manifest::read(source)?.ok_or_else(missing)?)
    } else {
        None
    };
    let input = match &manifest {
        Some(_) => None,
        None => Some(open(source)?),
    };
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(&config)?;
    let options = Options {
        schemas: None,
        ..Options::default()
    };
    let found =
        inspect(&mut client, &options).map_err(|error| inspection_failure(error, &config))?;
    let mut load = Load {
        client,
        found: &found,
        config: &config,
        arguments,
        progress,
    };
    match (manifest, input) {
        (Some(manifest), _) => load.folder(&manifest, printer),
        (None, Some(input)) => load.file(input, printer),
        (None, None) => Ok(Status::Done),
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 18, file))),
        Err(error) => Err(
            Failure::new(format!("{} can't be read: {error}", path.display()))
                .with_hint("Name a folder or a file that hyper dumpdata wrote."),
        ),
    }
}

/// A load as it goes on.
struct Load<'a> {
    client: Client,
    found: &'a Inspection,
    config: &'a Config,
    arguments: &'a LoaddataArguments,
    progress: Progress,
}

impl<'a> Load<'a> {
    /// Loads a folder, each circle of tables in a transaction of its own.
    fn folder(&mut self, manifest: &Manifest, printer: &mut Printer) -> Result<Status, Failure> {
        let folder = self.arguments.source.as_path();
        let found = self.found;
        let entries: BTreeMap<&QualifiedName, &Entry> = manifest
            .tables
            .iter()
            .map(|entry| (&entry.name, entry))
            .collect();
        let tables: Vec<&Relation> = entries
            .keys()
            .map(|name| table(found, name))
            .collect::<Result<_, _>>()?;
        let filled = filled(&mut self.client, &tables)?;
        let has_rows = |table: &Relation| filled.iter().any(|other| other.name == table.name);

        let mut state = State::read(folder, self.config, &mut self.client)?;
        let mut left: Vec<&Relation> = Vec::new();
        for relation in &tables {
            let rows = entries.get(&relation.name).map_or(0, |entry| entry.rows);
            // One that somebody has emptied since is loaded again.
            let is_there = rows == 0 || has_rows(relation);
            if !(is_there && state.is_loaded(&relation.name, &mut self.client)?) {
                left.push(relation);
            }
        }
        let before = tables.len() - left.len();
        if left.is_empty() && before > 0 && self.arguments.truncate {
            // Nothing stands half done: it is to be loaded anew.
            left.clone_from(&tables);
        }
        let in_the_way: Vec<&Relation> = left.iter().copied().filter(|it| has_rows(it)).collect();
        if self.arguments.truncate {
            empty(&mut self.client, &in_the_way_of(&left, &in_the_way))?;
        } else if !in_the_way.is_empty() && !self.arguments.append {
            return Err(refuse_filled(&in_the_way));
        }
        let mut rows = 0;
        for group in groups(&found.schema, &left, |_| true) {
            begin(&mut self.client)?;
            let (group, is_unchecked) = open_circle(&mut self.client, found, group)?;
            for relation in &group {
                if let Some(entry) = entries.get(&relation.name) {
                    rows += self.entry(entry, relation, manifest.format)?;
                }
            }
            if is_unchecked {
                check_circle(&mut self.client, found, &group)?;
            }
            let transaction = self
                .client
                .query("SELECT pg_catalog.txid_current()::text", &[])?;
            if let Some(row) = transaction.first() {
                let number = row.get(0)?.unwrap_or_default().to_owned();
                for relation in &group {
                    state.write(&relation.name, &number, printer);
                }
            }
            self.client.batch_execute("COMMIT")?;
        }
        let forward = self.arguments.append;
        set_positions(&mut self.client, &manifest.sequences, forward, printer)?;
        let skipped = tables.len() - left.len();
        self.report(left.len(), rows, printer);
        if skipped > 0 {
            printer.line(&format!(
                "{} loaded before, as {} says.",
                if skipped == 1 {
                    "1 table was".to_owned()
                } else {
                    format!("{skipped} tables were")
                },
                folder.join(crate::commands::dumpdata::LOADED).display()
            ));
        }
        Ok(Status::Done)
    }

    /// Loads the file of a table; all of its rows, or it fails.
    fn entry(
        &mut self,
        entry: &Entry,
        relation: &Relation,
        format: RowFormat,
    ) -> Result<u64, Failure> {
        self.progress
            .say(format!("{}: {} rows", entry.name, entry.rows));
        let path = self.arguments.source.join(&entry.file);
        let rows = self.rows(open(&path)?, relation, format)?;
        if rows != entry.rows {
            let what = format!(
                "{} holds {rows} rows and not {}, as {MANIFEST} says; {} was not loaded",
                path.display(),
                entry.rows,
                entry.name
            );
            return Err(Failure::new(what)
                .with_hint("Write the dump again: the file was changed or cut short."));
        }
        Ok(rows)
    }

    /// Loads the rows of one table; how many.
    fn rows(
        &mut self,
        mut input: Box<dyn BufRead>,
        relation: &Relation,
        format: RowFormat,
    ) -> Result<u64, Failure> {
        if format == RowFormat::Csv {
            let columns = header(&mut input).map_err(|error| unreadable(&relation.name, &error))?;
            return fill(&mut self.client, relation, &columns, format, &mut input);
        }
        let mut lines = Lines::new(input, Some(relation.name.clone()));
        let mut rows = 0;
        while let Some((name, columns)) = lines
            .segment()
            .map_err(|error| unreadable(&relation.name, &error))?
        {
            let mut text = lines.rows(&name, &columns);
            rows += fill(&mut self.client, relation, &columns, format, &mut text)?;
        }
        Ok(rows)
    }

    /// Loads a file, or standard input, in one transaction.
    fn file(&mut self, input: Box<dyn BufRead>, printer: &mut Printer) -> Result<Status, Failure> {
        let found = self.found;
        let is_csv = self
            .arguments
            .source
            .extension()
            .is_some_and(|it| it == "csv");
        let named = match &self.arguments.table {
            Some(name) => Some(named_table(found, name)?),
            None => None,
        };
        begin(&mut self.client)?;
        self.client.batch_execute("SET CONSTRAINTS ALL DEFERRED")?;
        let mut loaded: Vec<&Relation> = Vec::new();
        let mut rows = 0;
        let mut positions = Vec::new();
        match (named, is_csv) {
            (Some(relation), _) => {
                self.make_ready(relation, &mut loaded)?;
                let format = if is_csv {
                    RowFormat::Csv
                } else {
                    RowFormat::Jsonl
                };
                rows += self.rows(input, relation, format)?;
            }
            (None, true) => {
                return Err(Failure::new("CSV does not say which table its rows are of")
                    .with_hint("Name it: --table orders."));
            }
            (None, false) => {
                let mut lines = Lines::new(input, None);
                let place = match self.arguments.source.to_string_lossy() {
                    name if name == "-" => "standard input".to_owned(),
                    name => name.into_owned(),
                };
                let unreadable = |error: io::Error| Failure::new(format!("{place}: {error}"));
                while let Some((name, columns)) = lines.segment().map_err(unreadable)? {
                    let relation = table(found, &name)?;
                    self.progress.say(format!("{name}"));
                    self.make_ready(relation, &mut loaded)?;
                    let mut text = lines.rows(&name, &columns);
                    let format = RowFormat::Jsonl;
                    rows += fill(&mut self.client, relation, &columns, format, &mut text)?;
                }
                positions = lines.positions;
            }
        }
        self.client.batch_execute("COMMIT")?;
        set_positions(&mut self.client, &positions, self.arguments.append, printer)?;
        self.report(loaded.len(), rows, printer);
        Ok(Status::Done)
    }

    /// Sees that a table may take rows, when the first of its rows come.
    fn make_ready(
        &mut self,
        relation: &'a Relation,
        loaded: &mut Vec<&'a Relation>,
    ) -> Result<(), Failure> {
        if loaded.iter().any(|other| other.name == relation.name) {
            return Ok(());
        }
        if self.arguments.truncate {
            empty(&mut self.client, &[relation])?;
        } else if !self.arguments.append {
            let filled = filled(&mut self.client, &[relation])?;
            if !filled.is_empty() {
                return Err(refuse_filled(&filled));
            }
        }
        loaded.push(relation);
        Ok(())
    }

    fn report(&self, tables: usize, rows: u64, printer: &mut Printer) {
        let table_word = if tables == 1 { "table" } else { "tables" };
        let row_word = if rows == 1 { "row" } else { "rows" };
        printer.line(&format!(
            "Loaded {tables} {table_word}, {rows} {row_word}, into database `{}`.",
            self.found.database
        ));
    }
}

/// What is to be emptied: as long as one table holds rows, all of them, for they may refer to each other.
fn in_the_way_of<'a>(left: &[&'a Relation], in_the_way: &[&'a Relation]) -> Vec<&'a Relation> {
    if in_the_way.is_empty() {
        Vec::new()
    } else {
        left.to_vec()
    }
}

/// The table that `--table` names, in `public` where it names no schema.
fn named_table<'a>(found: &'a Inspection, name: &str) -> Result<&'a Relation, Failure> {
    let relation =
        |schema: &str, name: &str| found.schema.relation(&QualifiedName::new(schema, name));
    // A name may hold a dot itself.
    if relation("public", name).is_none()
        && let Some((schema, rest)) = name.split_once('.')
    {
        return table(found, &QualifiedName::new(schema, rest));
    }
    table(found, &QualifiedName::new("public", name))
}

fn unreadable(name: &QualifiedName, error: &io::Error) -> Failure {
    Failure::new(format!("{name} can't be loaded: {error}"))
}
