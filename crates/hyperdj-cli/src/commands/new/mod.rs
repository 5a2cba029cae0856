//! `hyper new`: the folder of an application around a database that exists.

mod files;

use std::fs;
use std::io;
use std::path::Path;

use hyperdj_postgres::Config;

use crate::arguments::{InspectdbArguments, NewArguments, TablesArguments};
use crate::commands::dbshell;
use crate::commands::inspectdb::write_models;
use crate::database::chosen;
use crate::output::write;
use crate::{Failure, Printer, Status};

/// libpq's variables that say how to connect, and the settings of a URL that say the same.
const SETTINGS: [(&str, &str); 9] = [
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGOPTIONS", "options"),
];

pub(crate) fn run(arguments: &NewArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let folder = arguments.name.as_path();
    let shown = folder.display();
    let Some(name) = folder.file_name().map(|name| name.to_string_lossy()) else {
        return Err(Failure::new(format!("`{shown}` is no name for a folder"))
            .with_hint("Name one that is not there yet: hyper new shop"));
    };
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let url = url(&config)?;
    let is_ours = make(folder)?;
    let models = folder.join("models.py");
    let inspection = InspectdbArguments {
        tables: TablesArguments {
            schema: arguments.schema.clone(),
            ..TablesArguments::default()
        },
        output: Some(models.clone()),
        statement_timeout: 60,
        ..InspectdbArguments::default()
    };
    if let Err(failure) = write_models(&config, &inspection, printer) {
        if is_ours {
            // It is as empty as it was made; one that is not stays.
            let _ = fs::remove_dir(folder);
        }
        return Err(failure);
    }
    let text = fs::read_to_string(&models)
        .map_err(|error| Failure::new(format!("{} can't be read: {error}", models.display())))?;
    for (file, content) in [
        ("app.py", files::app(&name)),
        ("routes.py", files::routes(&files::models(&text))),
        (".env", files::environment(&url)),
        (".gitignore", files::GITIGNORE.to_owned()),
        ("README.md", files::readme(&name)),
    ] {
        write(&folder.join(file), &content, false)?;
    }
    printer.line(&format!(
        "Wrote app.py, routes.py, .env, .gitignore and README.md beside it. $ cd {shown} && hyper run"
    ));
    let has_password = (0..config.hosts.len()).any(|host| config.password_for(host).is_some());
    if has_password {
        printer.line(
            "The password is not written down: PGPASSWORD or the password file ~/.pgpass gives it to hyper run.",
        );
    }
    Ok(Status::Done)
}

/// Makes the folder; whether it was not there. One with anything in it is left alone.
fn make(folder: &Path) -> Result<bool, Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!(
            "the folder {} can't be made: {error}",
            folder.display()
        ))
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                let what = format!("{} is there already and holds files", folder.display());
                return Err(Failure::new(what)
                    .with_hint("Name a folder that is not there yet; nothing was written."));
            }
            Ok(false)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(folder).map_err(failed)?;
            Ok(true)
        }
        Err(error) => Err(failed(error)),
    }
}

/// The URL of the database without its password; how to connect stays.
fn url(config: &Config) -> Result<String, Failure> {
    let mut url = config.to_string();
    let mut separator = '?';
    for (name, value) in dbshell::variables(config)? {
        let setting = SETTINGS.iter().find(|(variable, _)| *variable == name);
        let Some((_, keyword)) = setting.filter(|_| value != "prefer") else {
            continue;
        };
        url.push(separator);
        url.push_str(keyword);
        url.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
                url.push(char::from(byte));
            } else {
                url.push_str(&format!("%{byte:02X}"));
            }
        }
        separator = '&';
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_all_but_the_password() {
        for (given, kept) in [
            ("postgres://ada:s@h:1/shop", "postgres://ada@h:1/shop"),
            (
                "postgres://ada:s@h:1/shop?sslmode=verify-full&options=-c%20a=b",
                "postgres://ada@h:1/shop?options=-c%20a%3Db&sslmode=verify-full",
            ),
        ] {
            assert_eq!(url(&Config::parse(given).unwrap()).unwrap(), kept);
            let again = Config::parse(kept).unwrap();
            assert_eq!(url(&again).unwrap(), kept);
        }
    }
}
