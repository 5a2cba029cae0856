//! Where to connect, and the steps that wait for the network: they are called in a worker thread.

use crate::connection::Connection;
use crate::errors;
use hyperdj_postgres::{CancelToken, Client, Config, ConfigError, Driven, Environment, discover};
use pyo3::prelude::*;
use std::path::Path;
use std::time::Duration;

/// What to do where no database is named anywhere.
const NOTHING: &str = "no database was named; give its URL, Database(\"postgres://user@host/name\"), or set \
    HYPER_DATABASE_URL or DATABASE_URL (in the environment or in a .env file in the current folder), or libpq's \
    variables (PGHOST, PGDATABASE, PGSERVICE …)";

/// Everything that opening a session needs to know.
#[pyclass(module = "hyperdjango._engine", frozen)]
pub(crate) struct Settings {
    config: Config,
}

#[pymethods]
impl Settings {
    /// Reads a URL, or finds out as the command does which database is meant.
    #[new]
    #[pyo3(signature = (url, connect_timeout, application_name=None, session_settings=Vec::new(), default_connect_timeout=None))]
    fn new(
        py: Python<'_>,
        url: Option<&str>,
        connect_timeout: Option<f64>,
        application_name: Option<String>,
        session_settings: Vec<(String, String)>,
        default_connect_timeout: Option<f64>,
    ) -> PyResult<Self> {
        let environment = Environment::process();
        let found = match url {
            Some(url) => Config::parse_in(url, &environment),
            None => discover(None, &environment, Path::new(".")).map(|(config, _)| config),
        };
        let mut config = found.map_err(|error| match error {
            ConfigError::Nothing => errors::interface(py, NOTHING),
            error => errors::interface(py, &error.to_string()),
        })?;
        let is_said = config.connect_timeout.is_some();
        let default = default_connect_timeout.filter(|_| !is_said);
        if let Some(seconds) = connect_timeout.or(default) {
            config.connect_timeout = Some(Duration::try_from_secs_f64(seconds).map_err(|_| {
                errors::interface(py, "connect_timeout must be a number of seconds")
            })?);
        }
        config.session_settings.extend(session_settings);
        if application_name.is_some() {
            config.application_name = application_name;
        }
        if config.application_name.is_none() {
            config.application_name = Some("hyperdjango".to_owned());
        }
        Ok(Self { config })
    }

    /// Opens a session, waiting for it; the connection is then to be attached to an event loop.
    fn connect(&self, py: Python<'_>, statement_cache_size: usize) -> PyResult<Connection> {
        let client = py
            .detach(|| Client::connect(&self.config))
            .map_err(|error| errors::connect(py, &error))?;
        Ok(Connection::new(Driven::new(client), statement_cache_size))
    }

    /// The database as a URL without its password.
    fn __str__(&self) -> String {
        self.config.to_string()
    }
}

/// What cancels the statement that a connection runs.
#[pyclass(module = "hyperdjango._engine", frozen)]
pub(crate) struct Cancellation {
    token: CancelToken,
}

impl Cancellation {
    pub(crate) fn new(token: CancelToken) -> Self {
        Self { token }
    }
}

#[pymethods]
impl Cancellation {
    /// Sends the request, waiting until the server has taken it; whether it has.
    fn send(&self, py: Python<'_>) -> bool {
        py.detach(|| self.token.cancel()).is_ok()
    }
}
