//! Which database is meant: the command's flag, a variable, a `.env` file, or libpq's variables.

use super::{Config, ConfigError, Environment, dotenv};
use std::fmt;
use std::path::{Path, PathBuf};

/// The variables that hold a URL, the stronger first.
const URL_VARIABLES: [&str; 2] = ["HYPER_DATABASE_URL", "DATABASE_URL"];

/// libpq's variables that say where; one of them is enough to connect by. Others, PGSSLMODE say, only say how.
const PLACE_VARIABLES: [&str; 6] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGSERVICE",
    "PGUSER",
];

/// Where the connection's settings came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The flag `--database`.
    Flag,
    /// A variable of the environment.
    Variable(&'static str),
    /// A variable of a `.env` file.
    DotEnv {
        /// The variable.
        variable: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// libpq's variables, those that are set.
    LibpqVariables(Vec<&'static str>),
}

impl fmt::Display for Origin {
    /// "--database", "DATABASE_URL", "DATABASE_URL in .env", "PGHOST and PGDATABASE".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("--database"),
            Self::Variable(name) => formatter.write_str(name),
            Self::DotEnv { variable, .. } => write!(formatter, "{variable} in .env"),
            Self::LibpqVariables(names) => match names.split_last() {
                Some((last, [])) => formatter.write_str(last),
                Some((last, others)) => write!(formatter, "{} and {last}", others.join(", ")),
                None => Ok(()),
            },
        }
    }
}

/// Finds out which database is meant.
///
/// The first of these that is set wins: `database_flag`; HYPER_DATABASE_URL; DATABASE_URL; the same two in the file
/// `.env` of the folder `current`; libpq's variables. Settings that the connection string leaves open come from
/// libpq's variables and files in every case.
///
/// # Errors
/// [`ConfigError::Nothing`] when none is set: unlike libpq's own programs this does not connect to whatever database
/// has the user's name. [`ConfigError::EmptyVariable`] when the one that is reached is set to nothing.
/// [`ConfigError::From`], which names the origin, when what it holds can't be used.
pub fn discover(
    database_flag: Option<&str>,
    environment: &Environment,
    current: &Path,
) -> Result<(Config, Origin), ConfigError> {
    if let Some(text) = database_flag {
        return read(text, Origin::Flag, environment);
    }
    for name in URL_VARIABLES {
        match environment.variable(name) {
            Some(text) if text.trim().is_empty() => {
                return Err(ConfigError::EmptyVariable {
                    name: name.to_owned(),
                    file: None,
                });
            }
            Some(text) => return read(text, Origin::Variable(name), environment),
            None => {}
        }
    }
    let path = current.join(".env");
    let file = environment.read(&path).map_err(|error| ConfigError::File {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    if let Some(file) = file {
        let variables = dotenv::parse(&file.text, &path, environment)?;
        for name in URL_VARIABLES {
            match variables.get(name) {
                Some(text) if text.trim().is_empty() => {
                    return Err(ConfigError::EmptyVariable {
                        name: name.to_owned(),
                        file: Some(path),
                    });
                }
                Some(text) => {
                    return read(
                        text,
                        Origin::DotEnv {
                            variable: name,
                            path,
                        },
                        environment,
                    );
                }
                None => {}
            }
        }
    }
    let mut set = Vec::new();
    for name in PLACE_VARIABLES {
        match environment.variable(name) {
            Some("") => {
                return Err(ConfigError::EmptyVariable {
                    name: name.to_owned(),
                    file: None,
                });
            }
            Some(_) => set.push(name),
            None => {}
        }
    }
    if set.is_empty() {
        return Err(ConfigError::Nothing);
    }
    let origin = Origin::LibpqVariables(set);
    match Config::from_environment(environment) {
        Ok(config) => Ok((config, origin)),
        Err(error) => Err(from(&origin, error)),
    }
}

fn read(
    text: &str,
    origin: Origin,
    environment: &Environment,
) -> Result<(Config, Origin), ConfigError> {
    match Config::parse_in(text, environment) {
        Ok(config) => Ok((config, origin)),
        Err(error) => Err(from(&origin, error)),
    }
}

fn from(origin: &Origin, error: ConfigError) -> ConfigError {
    ConfigError::From {
        origin: origin.to_string(),
        error: Box::new(error),
    }
}
