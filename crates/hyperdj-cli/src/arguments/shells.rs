//! The command line of the shells and of a new project: the doc comments here are the help texts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::DatabaseArguments;

/// Open a Python prompt with the models and the database.
///
/// The classes of `models.py`, `db` (a connected Database), `Q` and `F` are there, and `await` works at the prompt. What an
/// expression gives is shown, with --code and from a pipe too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper shell                                          a prompt; Ctrl-D leaves it
  hyper shell -c 'await Order.objects.count()'         run this and leave
  hyper shell --models shop/models.py < report.py      run what standard input says")]
pub(crate) struct ShellArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// The file of the models [default: models.py, where there is one].
    #[arg(long, value_name = "FILE")]
    pub(crate) models: Option<PathBuf>,

    /// Run this instead of asking for lines.
    #[arg(long, short, value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Open psql on the database.
///
/// psql gets the settings of the connection by its environment, the password too, so that no list of processes shows
/// it. It is the psql in $HYPER_PG_BIN, else that on PATH, else that of the newest server of the system.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper dbshell
  hyper dbshell -- -c 'SELECT count(*) FROM orders'    what stands behind -- is psql's
  hyper dbshell -- --csv -f report.sql")]
pub(crate) struct DbshellArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Arguments for psql.
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub(crate) arguments: Vec<OsString>,
}

/// Make the folder of an application around a database that exists.
///
/// Writes models.py (as `hyper inspectdb` does), app.py, routes.py, README.md and .env, which has the database's URL without
/// its password. The database is only read. `hyper run` in the folder serves it at once.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper new shop                                       around the database that DATABASE_URL names
  hyper new shop --database postgres://ada@db/legacy   around another one
  cd shop && hyper run")]
pub(crate) struct NewArguments {
    /// The folder to make.
    #[arg(value_name = "NAME")]
    pub(crate) name: PathBuf,

    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// Schemas to read; `*` is all of them [default: public].
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) schema: Vec<String>,
}
