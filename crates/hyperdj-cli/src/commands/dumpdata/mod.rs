//! `hyper dumpdata`: the rows of a database, in one snapshot.

pub(crate) mod manifest;
pub(crate) mod order;
pub(crate) mod rows;
mod sequences;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use hyperdj_catalog::{Inspection, Options, inspect};
use hyperdj_postgres::Client;
use hyperdj_schema::{Relation, RelationKind};

use crate::arguments::{DumpdataArguments, RowFormat};
use crate::commands::inspectdb::inspection_failure;
use crate::database::chosen;
use crate::near::{alternatives, near};
use crate::output::write;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};
use manifest::{Entry, MANIFEST, Manifest};

/// What was loaded of a folder; a new dump makes it meaningless.
pub(crate) const LOADED: &str = "loaded.jsonl";

/// Every value has one text form, whatever the session, the role or the database prefers.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = '';
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 3;
SET LOCAL bytea_output = 'hex';
SET LOCAL lc_monetary = 'C';
SET LOCAL row_security = off;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0";

/// After how many rows the progress is told.
const STEP: u64 = 10_000;

pub(crate) fn run(arguments: &DumpdataArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let folder = Some(arguments.output.as_path()).filter(|path| *path != Path::new("-"));
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    if let Some(folder) = folder {
        prepare(folder, arguments.force)?;
    }
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(&config)?;
    let options = Options {
        schemas: match arguments.tables.schema.is_empty() {
            true => None,
            false => arguments.tables.schemas(),
        },
        ..Options::default()
    };
    let found =
        inspect(&mut client, &options).map_err(|error| inspection_failure(error, &config))?;
    let tables = selected(&found, arguments, printer)?;
    if folder.is_none() && arguments.format == RowFormat::Csv && tables.len() != 1 {
        let what = format!("{} tables can't be told apart in CSV", tables.len());
        return Err(Failure::new(what).with_hint(
            "Name a folder for a file each (--output FOLDER), or one table with --table.",
        ));
    }
    client.batch_execute(SNAPSHOT)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut files = BTreeSet::new();
    for table in order::groups(&found.schema, &tables, |_| true).concat() {
        let file = file_name(table, arguments.format, &mut files);
        let mut output = match folder {
            Some(folder) => Output::file(&folder.join(&file))?,
            None => Output::Standard,
        };
        let rows = copy(
            &mut client,
            table,
            arguments.format,
            &progress,
            &mut |line| output.write(line, printer),
        )?;
        output.finish()?;
        entries.push(Entry {
            name: table.name.clone(),
            file,
            rows,
        });
    }
    // A dump of everything keeps those that no column names, too.
    let is_whole = !arguments.tables.is_part() && arguments.tables.schema.is_empty();
    let sequences = sequences::read(&mut client, &found.schema, &tables, is_whole, printer)?;
    client.batch_execute("COMMIT")?;
    drop(progress);

    let rows: u64 = entries.iter().map(|entry| entry.rows).sum();
    let count = entries.len();
    match folder {
        Some(folder) => {
            let manifest = Manifest {
                format: arguments.format,
                tables: entries,
                sequences,
            };
            write(&folder.join(MANIFEST), &manifest.to_text(), true)?;
        }
        None if arguments.format == RowFormat::Jsonl => {
            for position in &sequences {
                printer.data(&format!("{}\n", position.to_json()))?;
            }
        }
        None => {}
    }
    let place = folder.map_or_else(String::new, |folder| format!(", in {}", folder.display()));
    let tables = if count == 1 { "table" } else { "tables" };
    let rows_word = if rows == 1 { "row" } else { "rows" };
    printer.line(&format!(
        "{count} {tables}, {rows} {rows_word} of database `{}`{place}.",
        found.database
    ));
    Ok(Status::Done)
}

/// Makes the folder, and has it hold no whole dump while another is written.
fn prepare(folder: &Path, force: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!(
            "the folder {} can't be used: {error}",
            folder.display()
        ))
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let manifest = folder.join(MANIFEST);
    if manifest.exists() {
        if !force {
            let what = format!("{} holds a dump already", folder.display());
            return Err(
                Failure::new(what).with_hint("Add --force to replace it, or name another folder.")
            );
        }
        for entry in Manifest::read(folder)
            .ok()
            .flatten()
            .iter()
            .flat_map(|it| &it.tables)
        {
            // One that is gone already is no trouble.
            let _ = fs::remove_file(folder.join(&entry.file));
        }
        fs::remove_file(&manifest).map_err(failed)?;
    }
    match fs::remove_file(folder.join(LOADED)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

/// The tables with rows of their own that were asked for. Whatever of them can't be read ends the dump: one that lacks
/// rows is no dump.
fn selected<'a>(
    found: &'a Inspection,
    arguments: &DumpdataArguments,
    printer: &mut Printer,
) -> Result<Vec<&'a Relation>, Failure> {
    let (wanted, excluded) = (&arguments.tables.table, &arguments.tables.exclude);
    let schema = &found.schema;
    // The rows of a partition are its root's to give.
    let holds_rows = |relation: &&Relation| {
        matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable
        ) && order::root(schema, &relation.name) == &relation.name
    };
    let all: Vec<&Relation> = schema.relations.iter().filter(holds_rows).collect();
    for pattern in wanted.iter().chain(excluded) {
        if !all.iter().any(|table| pattern.matches(&table.name)) && !pattern.has_wildcard() {
            let what = format!(
                "no table `{}` with rows of its own is in database `{}`",
                pattern.text(),
                found.database
            );
            let near = near(
                pattern.text(),
                all.iter().map(|table| table.name.name.as_str()),
            );
            return Err(Failure::new(what).with_hint(if near.is_empty() {
                "Views hold no rows; the rows of a partition come with its partitioned table."
                    .to_owned()
            } else {
                format!("Did you mean {}?", alternatives(&near))
            }));
        }
    }
    let foreign = schema
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::ForeignTable)
        .count();
    if foreign > 0 && wanted.is_empty() {
        printer.warning(&format!(
            "left out, as their rows are elsewhere: {foreign} foreign tables"
        ));
    }
    let tables: Vec<&Relation> = all
        .into_iter()
        .filter(|table| arguments.tables.wants(&table.name))
        .collect();
    if tables.is_empty() {
        let what = format!("no table to write in database `{}`", found.database);
        return Err(Failure::new(what).with_hint("Look at --table, --exclude and --schema."));
    }
    if let Some(table) = tables
        .iter()
        .find(|table| found.unreadable.contains(&table.name))
    {
        let name = &table.name;
        let what = format!("role `{}` may not read {name}", found.role);
        return Err(Failure::new(what).with_hint(format!(
            "Leave it out (--exclude '{}.{}'), or ask its owner for: GRANT SELECT ON {name} TO {};",
            name.schema,
            name.name,
            hyperdj_schema::sql::quote_identifier(&found.role)
        )));
    }
    Ok(tables)
}

/// Hands over the lines of a table; how many rows they are.
fn copy(
    client: &mut Client,
    table: &Relation,
    format: RowFormat,
    progress: &Progress,
    write: &mut dyn FnMut(Line<'_>) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    progress.say(format!("{}", table.name));
    let keys: Vec<String> = rows::columns(table)
        .iter()
        .map(|name| rows::quoted(name))
        .collect();
    let mut rows: u64 = 0;
    let mut is_header = format == RowFormat::Csv;
    let statement = rows::statement(table, format);
    let copied = client.copy_out::<Failure>(&statement, &mut |line| {
        if !is_header {
            rows += 1;
            if rows.is_multiple_of(STEP) {
                progress.say(format!("{}: {rows} rows", table.name));
            }
        }
        is_header = false;
        match format {
            RowFormat::Csv => write(Line::Csv(line)),
            RowFormat::Jsonl => write(Line::Object(table, &rows::object(line, &keys)?)),
        }
    });
    match copied {
        Ok(()) => Ok(rows),
        Err(failure) if failure.is_closed_output() => Err(failure),
        Err(failure) => {
            let what = format!("{} can't be written: {}", table.name, failure.what());
            let hint = failure.hint().map(str::to_owned);
            Err(match hint {
                Some(hint) => Failure::new(what).with_hint(hint),
                None => Failure::new(what),
            })
        }
    }
}

/// A row on its way out.
enum Line<'a> {
    Csv(&'a [u8]),
    Object(&'a Relation, &'a str),
}

/// Where the rows of a table go.
enum Output {
    Standard,
    File(BufWriter<File>),
}

impl Output {
    fn file(path: &Path) -> Result<Self, Failure> {
        match File::create(path) {
            Ok(file) => Ok(Self::File(BufWriter::with_capacity(1 << 18, file))),
            Err(error) => Err(Failure::new(format!("{}: {error}", path.display()))),
        }
    }

    fn write(&mut self, line: Line<'_>, printer: &mut Printer) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new(error.to_string());
        match (self, line) {
            (Self::File(file), Line::Csv(bytes)) => file.write_all(bytes).map_err(failed),
            (Self::File(file), Line::Object(_, object)) => {
                writeln!(file, "{object}").map_err(failed)
            }
            (Self::Standard, Line::Csv(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => printer.data(text),
                Err(_) => Err(Failure::new("a value is not UTF-8")
                    .with_hint("Write to a folder, which takes any bytes: --output FOLDER.")),
            },
            (Self::Standard, Line::Object(table, object)) => printer.data(&format!(
                "{{\"schema\":{},\"table\":{},\"row\":{object}}}\n",
                rows::quoted(&table.name.schema),
                rows::quoted(&table.name.name)
            )),
        }
    }

    /// Sees that all of it is on the disk, before the manifest says so.
    fn finish(self) -> Result<(), Failure> {
        let Self::File(file) = self else {
            return Ok(());
        };
        file.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .map_err(|error| Failure::new(format!("a file could not be written: {error}")))
    }
}

/// A name that every file system takes, and that no other table of the dump has where case does not count.
fn file_name(table: &Relation, format: RowFormat, taken: &mut BTreeSet<String>) -> String {
    let ending = match format {
        RowFormat::Jsonl => "jsonl",
        RowFormat::Csv => "csv",
    };
    let mut base = format!("{}.{}", plain(&table.name.schema), plain(&table.name.name));
    // All of it is ASCII; 255 bytes is the most that file systems take.
    base.truncate(200);
    let mut number = 1;
    while !taken.insert(base.to_lowercase()) {
        number += 1;
        base = format!(
            "{}.{}~{number}",
            plain(&table.name.schema),
            plain(&table.name.name)
        );
    }
    format!("{base}.{ending}")
}

fn plain(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '_' | '-') {
            text.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}
