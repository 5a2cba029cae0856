//! The service file, `~/.pg_service.conf`: named groups of settings.
//!
//! PostgreSQL documentation, "The Connection Service File".

use super::parameters::Parameters;
use super::{ConfigError, Environment};
use std::path::{Path, PathBuf};

/// Fills `parameters` with what the service says and they do not.
pub(crate) fn fill(
    name: &str,
    parameters: &mut Parameters,
    environment: &Environment,
) -> Result<(), ConfigError> {
    let files = files(parameters, environment);
    for path in &files {
        let file = environment.read(path).map_err(|error| ConfigError::File {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        if let Some(file) = file
            && fill_from(&file.text, path, name, parameters)?
        {
            return Ok(());
        }
    }
    Err(ConfigError::NoSuchService {
        name: name.to_owned(),
        files,
    })
}

/// The files to look into, in order: the user's, then the system's.
fn files(parameters: &Parameters, environment: &Environment) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(path) = parameters.value("servicefile") {
        files.push(PathBuf::from(path));
    } else if let Some(home) = environment.home() {
        files.push(home.join(".pg_service.conf"));
    }
    match environment
        .variable("PGSYSCONFDIR")
        .filter(|folder| !folder.is_empty())
    {
        Some(folder) => files.push(Path::new(folder).join("pg_service.conf")),
        // Where Debian's and most other builds look.
        None => files.extend(
            [
                "/etc/postgresql-common/pg_service.conf",
                "/etc/pg_service.conf",
            ]
            .map(PathBuf::from),
        ),
    }
    files
}

fn fill_from(
    text: &str,
    path: &Path,
    name: &str,
    parameters: &mut Parameters,
) -> Result<bool, ConfigError> {
    let wrong = |number: usize, reason: String| ConfigError::File {
        path: path.to_owned(),
        reason: format!("line {}: {reason}", number + 1),
    };
    let mut found = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found {
                return Ok(true);
            }
            found = section.strip_suffix(']') == Some(name);
            continue;
        }
        if !found {
            continue;
        }
        if line.starts_with("ldap") {
            return Err(wrong(
                number,
                "services in an LDAP directory are not supported".to_owned(),
            ));
        }
        let Some((keyword, value)) = line.split_once('=') else {
            return Err(wrong(
                number,
                "a setting must have the form name=value".to_owned(),
            ));
        };
        if matches!(keyword, "service" | "servicefile") {
            return Err(wrong(number, "a service can't refer to another".to_owned()));
        }
        parameters
            .set_default(keyword, value.to_owned())
            .map_err(|error| wrong(number, error.to_string()))?;
    }
    Ok(found)
}
