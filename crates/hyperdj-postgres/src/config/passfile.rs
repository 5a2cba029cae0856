//! The password file, `~/.pgpass`: one `host:port:database:user:password` per line.
//!
//! PostgreSQL documentation, "The Password File".

use super::{Environment, Host};
use crate::Secret;
use std::path::Path;

/// The passwords of a password file.
#[derive(Default)]
pub(crate) struct PasswordFile {
    lines: Vec<[String; 5]>,
}

impl PasswordFile {
    /// Reads a password file. A file that others could read, or that can't be read, is not used: libpq warns and goes
    /// on, and so do we; the warning is the second part of what is returned.
    pub(crate) fn read(path: &Path, environment: &Environment) -> (Self, Option<String>) {
        match environment.read(path) {
            Ok(None) => (Self::default(), None),
            Ok(Some(file)) if file.open_to_others => (
                Self::default(),
                Some(format!(
                    "the password file {} is not used: others can read it; run chmod 0600 on it",
                    path.display()
                )),
            ),
            Ok(Some(file)) => (Self::parse(&file.text), None),
            Err(error) => (
                Self::default(),
                Some(format!(
                    "the password file {} is not used: {error}",
                    path.display()
                )),
            ),
        }
    }

    fn parse(text: &str) -> Self {
        Self {
            lines: text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(split)
                .collect(),
        }
    }

    /// The password of the first line that fits.
    pub(crate) fn find(&self, host: &Host, database: &str, user: &str) -> Option<Secret> {
        let (name, port) = match host {
            Host::Tcp {
                name,
                address,
                port,
            } => match address {
                Some(address) if name.is_empty() => (address.to_string(), port),
                _ => (name.clone(), port),
            },
            // The usual sockets go by the name of localhost.
            Host::Unix { directory, port } if super::resolve::is_usual_socket_folder(directory) => {
                ("localhost".to_owned(), port)
            }
            Host::Unix { directory, port } => (directory.to_string_lossy().into_owned(), port),
        };
        let port = port.to_string();
        let wanted = [name.as_str(), &port, database, user];
        self.lines
            .iter()
            .find(|line| {
                line.iter()
                    .zip(wanted)
                    .all(|(field, wanted)| field == "*" || unescape(field) == wanted)
            })
            .map(|line| Secret::new(unescape(&line[4])))
    }
}

/// Splits a line at the colons that no backslash precedes; the fields keep their backslashes, so that `\*` is no `*`.
fn split(line: &str) -> Option<[String; 5]> {
    let mut fields: [String; 5] = Default::default();
    let mut index = 0;
    let mut escaped = false;
    for c in line.chars() {
        if c == ':' && !escaped {
            index += 1;
            if index == fields.len() {
                // libpq takes the password up to here.
                return Some(fields);
            }
            continue;
        }
        fields[index].push(c);
        escaped = c == '\\' && !escaped;
    }
    (index == 4).then_some(fields)
}

fn unescape(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        text.push(if c == '\\' {
            characters.next().unwrap_or(c)
        } else {
            c
        });
    }
    text
}
