//! The command line of what takes a schema over: the doc comments here are the help texts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DatabaseArguments;

/// Where the database, the migrations and their history are.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlaceArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    /// The folder of the migrations.
    #[arg(long, value_name = "FOLDER", default_value = "migrations")]
    pub(crate) migrations: PathBuf,

    /// The schema of our table of what was applied [default: $HYPER_HISTORY_SCHEMA, else public].
    #[arg(long, value_name = "NAME")]
    pub(crate) history_schema: Option<String>,
}

/// Write a migration: what the models with `managed = True` say and the database does not have yet.
///
/// Compares the models with the live database and writes `migrations/NNNN_name.sql`, which `hyper migrate`, psql and
/// Flyway run. Models with `managed = False`, and tables that no model names, are left alone. The database is only read.
///
/// What only the database has (columns, constraints, indexes, defaults) stays unless --allow-drop is given; a table is
/// never dropped. A column's type changes only where its field states `db_type`, or where its annotation is another than
/// the one that was recorded.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper makemigrations                                  write the next migration, if there is anything to change
  hyper makemigrations --dry-run                        show it only
  hyper makemigrations --check                          exit 1 if there is anything to change (for CI)
  hyper makemigrations --rename customers.mail:email    the column was renamed, not dropped
  hyper makemigrations --rename customer:customers      the table was
  hyper makemigrations --using 'customers.born:to_date(born, $$DD.MM.YYYY$$)'
                                                        how text becomes the date that the model says now
  hyper makemigrations --allow-drop customers.fax       drop what the model does not name any more
  hyper makemigrations --offline                        compare with migrations/schema.json, not with a database
  hyper makemigrations --empty --name fill_email        a file for SQL of your own")]
pub(crate) struct MakemigrationsArguments {
    /// The migration's name, without its number [default: what it does].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Print the migration and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Write a migration with no statements.
    #[arg(long, conflicts_with_all = ["check"])]
    pub(crate) empty: bool,

    /// Write nothing; exit 1 if there is anything to change.
    #[arg(long)]
    pub(crate) check: bool,

    /// The models: a module's name or a file.
    #[arg(long, value_name = "MODULE|FILE", default_value = "models.py")]
    pub(crate) models: String,

    /// What got another name: `table.old:new` a column, `old:new` a table. May be repeated.
    #[arg(long, value_name = "OLD:NEW")]
    pub(crate) rename: Vec<String>,

    /// How values become a column's new type, in SQL, where a cast is not enough. May be repeated.
    #[arg(long, value_name = "TABLE.COLUMN:EXPRESSION")]
    pub(crate) using: Vec<String>,

    /// Drop what the models do not name: all of it, or only these.
    #[arg(long, value_name = "TABLE.NAME", num_args = 0..)]
    pub(crate) allow_drop: Option<Vec<String>>,

    /// What stays in the database though no field names it, and was not renamed. May be repeated.
    #[arg(long, value_name = "TABLE.COLUMN", num_args = 1..)]
    pub(crate) keep: Vec<String>,

    /// Compare with what was recorded beside the migrations (schema.json) when the last one was written: no database is
    /// asked.
    #[arg(long, conflicts_with_all = ["database", "empty"])]
    pub(crate) offline: bool,

    /// Write the migration in spite of a hazard. May be repeated.
    #[arg(long, value_name = "HAZARD")]
    pub(crate) accept: Vec<String>,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Apply the migrations that are not applied yet.
///
/// Each file is one transaction, except for statements under `-- transaction: no`. One run at a time works on a
/// database; another waits. A run that was interrupted is taken up where it stood.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper migrate                     apply all that is not applied
  hyper migrate --plan              list what would be applied
  hyper migrate --estimate          what each statement locks, and how big that is
  hyper migrate --dry-run           print the SQL that would be run
  hyper migrate --target 0003       go up or back to 0003; `zero` takes everything back
  hyper migrate --fake              note all as applied without running anything")]
pub(crate) struct MigrateArguments {
    /// The migration to go to, up or back, by number or name; `zero` takes all of them back.
    #[arg(long, value_name = "NNNN|zero")]
    pub(crate) target: Option<String>,

    /// Write the history only, and run nothing.
    #[arg(long)]
    pub(crate) fake: bool,

    #[command(flatten)]
    pub(crate) look: LookArguments,

    /// How long a statement waits for a lock before it lets others by and tries again: 500ms, 2s.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = time)]
    pub(crate) lock_timeout: std::time::Duration,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Ways to look at what would be done.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct LookArguments {
    /// Print the SQL that would be run.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// List the migrations that would be run.
    #[arg(long)]
    pub(crate) plan: bool,

    /// Print what each statement locks, how big that is, and its hazards.
    #[arg(long)]
    pub(crate) estimate: bool,
}

/// Take migrations back, the last one first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper rollback                    take the last migration back
  hyper rollback --steps 3          the last three
  hyper rollback --dry-run          print the SQL that would be run")]
pub(crate) struct RollbackArguments {
    /// How many migrations.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: u32,

    /// Write the history only, and run nothing.
    #[arg(long)]
    pub(crate) fake: bool,

    #[command(flatten)]
    pub(crate) look: LookArguments,

    /// How long a statement waits for a lock before it lets others by and tries again: 500ms, 2s.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = time)]
    pub(crate) lock_timeout: std::time::Duration,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// List the migrations, and which of them are applied.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  hyper showmigrations")]
pub(crate) struct ShowmigrationsArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Print the SQL of a migration. Needs no database.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper sqlmigrate 0002
  hyper sqlmigrate 0002 --backwards")]
pub(crate) struct SqlmigrateArguments {
    /// The migration, by number or name.
    #[arg(value_name = "NNNN")]
    pub(crate) migration: String,

    /// The way back.
    #[arg(long)]
    pub(crate) backwards: bool,

    /// The folder of the migrations.
    #[arg(long, value_name = "FOLDER", default_value = "migrations")]
    pub(crate) migrations: PathBuf,
}

/// Take models over: from `managed = False` to `managed = True`, with proof that nothing would change.
///
/// Compares each model with its table. Where they agree, its `managed = False` becomes `managed = True` in the models
/// file, and nothing else is changed, there or in the database. Where they do not, it says what would change.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper adopt Customer
  hyper adopt Customer Order --models shop/models.py")]
pub(crate) struct AdoptArguments {
    /// The models, by class name.
    #[arg(value_name = "MODEL", required = true)]
    pub(crate) model: Vec<String>,

    /// The models: a module's name or a file.
    #[arg(long, value_name = "MODULE|FILE", default_value = "models.py")]
    pub(crate) models: String,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Write the first migration: what builds the whole schema in an empty database.
///
/// Reads the live catalog and writes `migrations/0001_baseline.sql`: tables and all that models can't say (functions,
/// triggers, policies, privileges, …), but no rows. On the database that it was read from, the migration is noted as applied,
/// and nothing else is written there. Elsewhere, `hyper migrate` runs it: for tests, and for new environments.
///
/// Objects are then whose the session is, unless --owners is given. Roles and tablespaces are the server's, not the
/// database's: what names a role that is missing is left out with a warning; --no-tablespaces leaves all tablespaces out.
/// There is no way back from a baseline: drop the database instead.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper baseline                          write migrations/0001_baseline.sql, and note it as applied
  hyper baseline --dry-run                print it, and write nothing
  hyper migrate --database URL            build the schema in an empty database
  hyper migrate --fake --target 0001      note it as applied on another database that has the schema already")]
pub(crate) struct BaselineArguments {
    /// The migration's name, without its number.
    #[arg(long, value_name = "NAME", default_value = "baseline")]
    pub(crate) name: String,

    /// Print the migration, and write nothing, to the folder or to the database.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Give objects to their owners, where these roles are there.
    #[arg(long)]
    pub(crate) owners: bool,

    /// Leave out which tablespaces tables and indexes are in.
    #[arg(long)]
    pub(crate) no_tablespaces: bool,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Hold the models, the database and the history of migrations against each other.
///
/// Reports what the models say and the database does not have, migrations that are not applied or were edited, and
/// hazards in those that are still to come. Exit status: 0 nothing found, 1 findings, 2 an error.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  hyper check
  hyper check --format json")]
pub(crate) struct CheckArguments {
    /// How to print the findings.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// The models: a module's name or a file.
    #[arg(long, value_name = "MODULE|FILE", default_value = "models.py")]
    pub(crate) models: String,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    Text,
    /// One JSON object for programs.
    Json,
}

/// A time as PostgreSQL takes it: `500ms`, `2s`, `1min`; a number alone is milliseconds.
fn time(text: &str) -> Result<std::time::Duration, String> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..digits]
        .parse()
        .map_err(|_| "write it as 500ms, 2s or 1min".to_owned())?;
    let factor: u64 = match text[digits..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        _ => return Err("write it as 500ms, 2s or 1min".to_owned()),
    };
    match number.checked_mul(factor) {
        Some(milliseconds) if milliseconds <= 2_147_483_647 => {
            Ok(std::time::Duration::from_millis(milliseconds))
        }
        _ => Err("it is more than PostgreSQL takes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_read_as_postgresql_reads_them() {
        let milliseconds = |text| time(text).map(|time| time.as_millis());
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("2s"), Ok(2000));
        assert_eq!(milliseconds("7"), Ok(7));
        assert!(time("fast").is_err());
        assert!(time("99999999999s").is_err());
    }
}
