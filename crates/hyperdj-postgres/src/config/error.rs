//! What can be wrong with the settings of a connection.

use std::path::PathBuf;

/// The settings of a connection can't be used. None of these shows a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting that does not exist.
    #[error("there is no connection setting {name:?}{}", nearest_words(.nearest))]
    UnknownKeyword {
        /// The setting as it was written.
        name: String,
        /// The existing setting that looks most like it.
        nearest: Option<&'static str>,
    },
    /// A setting whose value can't be understood.
    #[error("{keyword}: {reason}")]
    InvalidValue {
        /// The setting.
        keyword: &'static str,
        /// What is wrong with it, and what it may be.
        reason: String,
    },
    /// A setting that exists in libpq and that this client can't honour.
    #[error("{keyword} is not supported: {reason}")]
    Unsupported {
        /// The setting.
        keyword: &'static str,
        /// Why, and what to do instead.
        reason: &'static str,
    },
    /// A connection string that can't be read.
    #[error("the connection string can't be read: {0}")]
    Syntax(String),
    /// The URL of another database, or of another program's dialect.
    #[error(
        "{scheme}:// is {what}; hyperdjango connects to PostgreSQL, by a URL such as {example}"
    )]
    OtherScheme {
        /// The URL's scheme.
        scheme: String,
        /// What the scheme stands for.
        what: &'static str,
        /// How the URL should begin.
        example: &'static str,
    },
    /// A variable that is set to nothing.
    #[error("{name} is set but empty{}; unset it or give it a value", in_file(.file))]
    EmptyVariable {
        /// The variable.
        name: String,
        /// The file that sets it, if it is not the environment.
        file: Option<PathBuf>,
    },
    /// A file that can't be read or understood.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A service that no service file defines.
    #[error("the service {name:?} is not defined in {}", list(.files))]
    NoSuchService {
        /// The service.
        name: String,
        /// The files that were looked into.
        files: Vec<PathBuf>,
    },
    /// Neither a setting nor the operating system names the user.
    #[error(
        "no user to connect as: the operating system names none; give one in the URL or in PGUSER"
    )]
    NoUser,
    /// Nothing says which database is meant.
    #[error(
        "no database was named. Name one with --database postgres://user@host/name, with HYPER_DATABASE_URL or \
         DATABASE_URL (in the environment or in a .env file in the current folder), or with libpq's variables (PGHOST, PGDATABASE, PGSERVICE …)"
    )]
    Nothing,
    /// An error together with where the connection string came from.
    #[error("{origin}: {error}")]
    From {
        /// Where the connection string came from.
        origin: String,
        /// What is wrong with it.
        error: Box<ConfigError>,
    },
}

impl ConfigError {
    /// An [`ConfigError::InvalidValue`].
    pub(crate) fn invalid(keyword: &'static str, reason: impl Into<String>) -> Self {
        Self::InvalidValue {
            keyword,
            reason: reason.into(),
        }
    }
}

fn nearest_words(nearest: &Option<&'static str>) -> String {
    nearest
        .map(|name| format!("; did you mean {name:?}?"))
        .unwrap_or_default()
}

fn in_file(file: &Option<PathBuf>) -> String {
    file.as_ref()
        .map(|path| format!(" in {}", path.display()))
        .unwrap_or_default()
}

fn list(files: &[PathBuf]) -> String {
    if files.is_empty() {
        return "any file: there is neither PGSERVICEFILE nor a home folder".to_owned();
    }
    files
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(" or ")
}
