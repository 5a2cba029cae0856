//! The configuration of a throwaway server: quick rather than durable, and closed to everyone else.

use std::path::Path;

use crate::{Error, Options};

/// Durability is of no use to a cluster that goes away (PostgreSQL documentation, "Non-Durable Settings"); the rest keeps
/// the server small, its behaviour the same on every machine, and the log readable.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "200"),
    ("shared_buffers", "32MB"),
    ("max_wal_size", "1GB"),
    ("autovacuum_naptime", "10s"),
    ("password_encryption", "scram-sha-256"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("lc_messages", "C"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// Lets the superuser in through the socket, which only the server's own user (and root) can reach.
const OWN_HBA: &str = "local all postgres trust";

/// Everyone through the private socket; with a password, whoever else can reach the loopback address.
const HBA: &[&str] = &[
    "local all all trust",
    "local replication all trust",
    "host all all 127.0.0.1/32 scram-sha-256",
    "host replication all 127.0.0.1/32 scram-sha-256",
];

/// The text of `postgresql.conf`. Later lines win over earlier ones.
///
/// # Errors
/// [`Error::Option`] if a setting's name isn't one, or its value spans lines.
pub(crate) fn settings(options: &Options, folder: &Path, port: u16) -> Result<String, Error> {
    let mut text = String::from("# Written by hyperdjango for a throwaway cluster.\n");
    let mut add = |name: &str, value: &str| {
        text.push_str(&format!(
            "{name} = '{}'\n",
            value.replace('\\', "\\\\").replace('\'', "''")
        ));
    };
    SETTINGS.iter().for_each(|(name, value)| add(name, value));
    for (name, value) in &options.settings {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_.".contains(character));
        if !is_name {
            return Err(Error::Option {
                what: "the setting's name",
                value: name.clone(),
                reason: "it must be letters, digits, underscores and dots, as `log_statement`",
            });
        }
        if value.contains(['\n', '\r', '\0']) {
            return Err(Error::Option {
                what: "the value of a setting,",
                value: value.clone(),
                reason: "it must be a single line",
            });
        }
        add(name, value);
    }
    add("port", &port.to_string());
    add("unix_socket_directories", &socket_directory(folder)?);
    Ok(text)
}

/// The value of `unix_socket_directories`: a list, in which a name may stand in double quotes.
fn socket_directory(folder: &Path) -> Result<String, Error> {
    match folder.to_str() {
        Some(name) if !name.contains(['\n', '\r', '"']) => Ok(format!("\"{name}\"")),
        _ => Err(Error::Option {
            what: "the temporary directory",
            value: folder.to_string_lossy().into_owned(),
            reason: "its name must be UTF-8 on a single line, without a double quote; set TMPDIR to another",
        }),
    }
}

/// The text of `pg_hba.conf`.
///
/// # Errors
/// [`Error::Option`] if a line is more than one.
pub(crate) fn hba(options: &Options) -> Result<String, Error> {
    let mut text = format!("{OWN_HBA}\n");
    match &options.hba {
        None => HBA.iter().for_each(|line| text.extend([line, "\n"])),
        Some(lines) => {
            for line in lines {
                if line.contains(['\n', '\r', '\0']) {
                    return Err(Error::Option {
                        what: "the pg_hba.conf line",
                        value: line.clone(),
                        reason: "it must be a single line",
                    });
                }
                text.extend([line, "\n"]);
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Options {
        Options {
            settings: vec![(name.into(), value.into())],
            ..Options::default()
        }
    }

    #[test]
    fn values_are_quoted_and_ours_come_last() {
        let text = settings(&with("log_line_prefix", r"it's \m"), Path::new("/tmp/a"), 7).unwrap();
        assert!(text.ends_with(
            "log_line_prefix = 'it''s \\\\m'\nport = '7'\nunix_socket_directories = '\"/tmp/a\"'\n"
        ));
    }

    #[test]
    fn a_line_can_not_smuggle_in_another() {
        for (name, value) in [
            ("a b", "1"),
            ("", "1"),
            ("include '/etc'", "1"),
            ("9", "1"),
            ("a", "1\nb = 2"),
        ] {
            assert!(
                settings(&with(name, value), Path::new("/tmp"), 1).is_err(),
                "{name:?} {value:?}"
            );
        }
        let options = Options {
            hba: Some(vec!["local all all trust\nhost all all all trust".into()]),
            ..Options::default()
        };
        assert!(hba(&options).is_err());
        assert!(settings(&Options::default(), Path::new("/tmp/a\"b"), 1).is_err());
    }

    #[test]
    fn other_lines_follow_the_superusers_own() {
        let options = Options {
            hba: Some(vec!["host all all all md5".into()]),
            ..Options::default()
        };
        assert_eq!(
            hba(&options).unwrap(),
            "local all postgres trust\nhost all all all md5\n"
        );
    }
}
