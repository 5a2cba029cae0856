//! The command line of `hyper grants`: the doc comments here are the help texts.

use clap::{Args, ValueEnum};

use super::{DatabaseArguments, TablesArguments};

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Use {
    /// The catalog alone: inspectdb, check, doctor, makemigrations. No row can be read.
    Inspect,
    /// Rows too: models that only read, serve, shell, dumpdata.
    Read,
    /// Rows are changed too: models, serve --write, loaddata.
    Write,
    /// Tables are changed: migrate, rollback. The role comes to own what superusers own, and joins other owners.
    Migrate,
}

impl Use {
    /// The word of the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Read => "read",
            Self::Write => "write",
            Self::Migrate => "migrate",
        }
    }

    /// The commands that it is enough for.
    pub(crate) fn commands(self) -> &'static str {
        match self {
            Self::Inspect => "hyper inspectdb, check, doctor, makemigrations; it can read no row",
            Self::Read => "models that only read, hyper serve, shell and dumpdata",
            Self::Write => "models, hyper serve --write, shell, dumpdata and loaddata",
            Self::Migrate => "hyper migrate and rollback",
        }
    }
}

/// Print the SQL that gives a role just the rights that a use of the database needs.
///
/// It is for a database administrator to read and to run: nothing is granted by this command, and nothing in the database
/// is changed. The statements may be run again, as when tables have come.
#[derive(Args, Debug)]
#[command(mut_arg("table", |table| {
    table.help("Only these tables, as `table` or `schema.table`, with `*` for any characters [default: all, and views]. May be repeated")
}))]
#[command(after_help = "\
Examples:
  hyper grants inspect                          what a role needs that looks at the schema, and at no row
  hyper grants read --role reporting            what `reporting` needs for models that only read
  hyper grants read --schema shop --table 'order*'
  hyper grants migrate > migrate.sql            what a role needs that takes the schema over
  psql -f migrate.sql                           run by the administrator, who has read it")]
pub(crate) struct GrantsArguments {
    /// What the role is for.
    #[arg(value_name = "USE")]
    pub(crate) purpose: Use,

    /// The role; one that is not there is made, without a password [default: hyper_USE].
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,

    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    #[command(flatten)]
    pub(crate) tables: TablesArguments,
}
