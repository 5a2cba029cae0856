//! The command line of what moves rows: the doc comments here are the help texts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DatabaseArguments, TablesArguments};

/// The form of dumped rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// JSON lines: an object for each row, each value in PostgreSQL's text form, or null.
    Jsonl,
    /// CSV as PostgreSQL writes it, with a header.
    Csv,
}

/// Write the rows of the database to files, or to standard output.
///
/// All tables are read in one snapshot; nothing is changed. Into a folder goes a file for each table, and `manifest.json`
/// when all are whole. On standard output each JSON line names its table. Every column is written in PostgreSQL's text
/// form, so that every type comes back as it was; generated columns are left out, and the positions of sequences are
/// kept.
#[derive(Args, Debug)]
#[command(mut_arg("schema", |schema| schema.help("Schemas to read [default: all]")))]
#[command(after_help = "\
Examples:
  hyper dumpdata --output dump                      all tables of all schemas, into a folder
  hyper dumpdata --table users 'audit_*' > some.jsonl
  hyper dumpdata --format csv --table orders > orders.csv
  hyper dumpdata --output dump --exclude '*_log'    all but these

`hyper loaddata` loads what this writes.")]
pub(crate) struct DumpdataArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    #[command(flatten)]
    pub(crate) tables: TablesArguments,

    /// The form of the rows.
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub(crate) format: RowFormat,

    /// The folder to write to; `-` is standard output.
    #[arg(long, short, value_name = "FOLDER", default_value = "-")]
    pub(crate) output: PathBuf,

    /// Replace a dump that the folder holds.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Load rows that `hyper dumpdata` wrote.
///
/// Tables come in the order that their foreign keys ask for, each in a transaction of its own; those that refer to each
/// other in a circle share one. A table that holds rows is refused unless --append or --truncate says what to do. What
/// was loaded of a folder is written down in it (`loaded.jsonl`): a load that was interrupted goes on where it stood.
/// A file, or standard input, is loaded as a whole or not at all.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper loaddata dump                             a folder of hyper dumpdata --output
  hyper loaddata dump --truncate                  empty its tables first
  hyper loaddata some.jsonl                       lines that name their tables
  hyper loaddata orders.csv --table orders        a file with the rows of one table
  hyper dumpdata --table users | hyper loaddata - --database \"$OTHER\"")]
pub(crate) struct LoaddataArguments {
    /// The folder or file to load; `-` is standard input.
    #[arg(value_name = "FOLDER|FILE")]
    pub(crate) source: PathBuf,

    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// The table whose rows a file holds, as `table` or `schema.table`.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,

    /// Add to the rows that tables hold already.
    #[arg(long, conflicts_with = "truncate")]
    pub(crate) append: bool,

    /// Empty the tables first.
    #[arg(long)]
    pub(crate) truncate: bool,
}
