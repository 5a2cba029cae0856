//! The command line of `hyper serve`: the doc comments here are the help texts.

use clap::Args;

use super::{DatabaseArguments, TablesArguments};

/// Serve a database over HTTP with no code: pages and JSON.
///
/// `/` shows tables, rows and the way along their keys; `/api/TABLE` gives rows as JSON, with filters, order, pages and related
/// rows; `/openapi.json` describes it. Nothing is written unless --write is given: the sessions themselves are read-only.
/// No query is without a limit and a timeout.
///
/// The tables are those of the database at this moment, views included; with --models those of a module of yours.
#[derive(Args, Debug)]
#[command(mut_arg("schema", |schema| {
    schema.help("Schemas; `*` is all of them [default: public, or those of the models]")
}))]
#[command(after_help = "\
Examples:
  hyper serve                                   http://127.0.0.1:8000, this machine only, read only
  hyper serve --table users 'order*'            some tables
  hyper serve --models models.py --write        your models, and rows can be changed by the API
  HYPER_TOKEN=$(openssl rand -hex 16) hyper serve --host 0.0.0.0

Any address but loopback needs a token: the API takes it as `Authorization: Bearer …`, the pages ask for it.")]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Serve the models of a file, package or module, and not the tables as the database has them.
    #[arg(long, value_name = "MODELS")]
    pub(crate) models: Option<String>,

    #[command(flatten)]
    pub(crate) tables: TablesArguments,

    /// Let the API add, change and delete rows.
    #[arg(long)]
    pub(crate) write: bool,

    /// The address to listen on; any but loopback needs a token.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// The port to listen on; 0 chooses one that is free.
    #[arg(long, value_name = "NUMBER", default_value_t = 8000)]
    pub(crate) port: u16,

    /// What clients have to show, 16 characters or more. Others see a command line: better set HYPER_TOKEN.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,

    /// How long a query may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) statement_timeout: u32,

    /// Don't write a line for each request.
    #[arg(long)]
    pub(crate) no_access_log: bool,
}
