//! The database that a command works on.

use std::time::Duration;

use hyperdj_postgres::{Config, Environment, discover};

use crate::{Failure, Printer};

/// How long a server may take to open a session where the user does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Finds the database by the flag, the environment and the files, as `--help` says; what was passed over is told.
pub(crate) fn chosen(flag: Option<&str>, printer: &mut Printer) -> Result<Config, Failure> {
    let current = std::env::current_dir()
        .map_err(|error| Failure::new(format!("the current folder can't be read: {error}")))?;
    let (mut config, _origin) = discover(flag, &Environment::process(), &current)?;
    for warning in &config.warnings {
        printer.warning(warning);
    }
    config
        .application_name
        .get_or_insert_with(|| "hyper".to_owned());
    config.connect_timeout.get_or_insert(CONNECT_TIMEOUT);
    Ok(config)
}
