//! `hyper dbshell`: psql on the database, with its settings in the environment.

use std::path::PathBuf;
use std::process::Command;

use hyperdj_postgres::config::{RootCertificates, SslMode, SslNegotiation};
use hyperdj_postgres::{Config, Host};

use crate::arguments::DbshellArguments;
use crate::commands::run::python::replace;
use crate::database::chosen;
use crate::programs::client_program;
use crate::{Failure, Printer, Status};

/// libpq's variables for what a `Config` says whole; what it says is the only word on them.
const REPLACED: [&str; 16] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGPASSWORD",
    "PGSERVICE",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGSSLNEGOTIATION",
    "PGSSLROOTCERT",
    "PGSSLCRL",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGCHANNELBINDING",
    "PGTARGETSESSIONATTRS",
];

/// Has psql take the place of this process.
pub(crate) fn run(arguments: &DbshellArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let variables = variables(&config)?;
    let mut command = Command::new(client_program("psql")?);
    for name in REPLACED {
        command.env_remove(name);
    }
    command.envs(variables).args(&arguments.arguments);
    printer.finish()?;
    Err(replace(&mut command))
}

/// The settings of a connection as libpq's variables (PostgreSQL documentation, "Environment Variables").
pub(crate) fn variables(config: &Config) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut set: Vec<(&'static str, String)> = Vec::new();
    let listed = |part: &dyn Fn(&Host) -> String| {
        let parts: Vec<String> = config.hosts.iter().map(part).collect();
        parts.join(",")
    };
    set.push((
        "PGHOST",
        listed(&|host| match host {
            Host::Tcp { name, .. } => name.clone(),
            Host::Unix { directory, .. } => directory.to_string_lossy().into_owned(),
        }),
    ));
    let has_address = |host: &Host| {
        matches!(
            host,
            Host::Tcp {
                address: Some(_),
                ..
            }
        )
    };
    if config.hosts.iter().any(has_address) {
        set.push((
            "PGHOSTADDR",
            listed(&|host| match host {
                Host::Tcp {
                    address: Some(address),
                    ..
                } => address.to_string(),
                _ => String::new(),
            }),
        ));
    }
    set.push((
        "PGPORT",
        listed(&|host| match host {
            Host::Tcp { port, .. } | Host::Unix { port, .. } => port.to_string(),
        }),
    ));
    set.push(("PGUSER", config.effective_user()?));
    if let Some(database) = config.effective_database() {
        set.push(("PGDATABASE", database));
    }
    // Several hosts may have a password each: psql looks them up in the password file itself.
    let password = match config.hosts.len() {
        1 => config.password_for(0),
        _ => config.password.as_ref(),
    };
    if let Some(password) = password.filter(|password| !password.is_empty()) {
        set.push(("PGPASSWORD", password.reveal().to_owned()));
    }
    if let Some(options) = &config.options {
        set.push(("PGOPTIONS", options.clone()));
    }
    if let Some(timeout) = config.connect_timeout {
        set.push(("PGCONNECT_TIMEOUT", timeout.as_secs().max(1).to_string()));
    }
    if config.target_session.name() != "any" {
        let wanted = config.target_session.name().to_owned();
        set.push(("PGTARGETSESSIONATTRS", wanted));
    }
    security(config, &mut set)?;
    Ok(set)
}

/// TLS and how the password travels. Nothing that the user asked for may get lost on the way.
fn security(config: &Config, set: &mut Vec<(&'static str, String)>) -> Result<(), Failure> {
    let tls = &config.tls;
    let mode = match tls.mode {
        SslMode::Disable => "disable",
        SslMode::Allow => "allow",
        SslMode::Prefer => "prefer",
        SslMode::Require => "require",
        SslMode::VerifyCa => "verify-ca",
        SslMode::VerifyFull => "verify-full",
    };
    set.push(("PGSSLMODE", mode.to_owned()));
    if tls.negotiation == SslNegotiation::Direct {
        set.push(("PGSSLNEGOTIATION", "direct".to_owned()));
    }
    let roots = match &tls.root_certificates {
        Some(RootCertificates::File(path)) => Some(path.to_string_lossy().into_owned()),
        Some(RootCertificates::System) => Some("system".to_owned()),
        None => None,
    };
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into());
    let files: [(&'static str, Option<String>); 4] = [
        ("PGSSLROOTCERT", roots),
        ("PGSSLCRL", path(&tls.revocation_list)),
        ("PGSSLCERT", path(&tls.certificate)),
        ("PGSSLKEY", path(&tls.key)),
    ];
    for (name, file) in files {
        set.extend(file.map(|file| (name, file)));
    }
    let binding = format!("{:?}", config.channel_binding).to_lowercase();
    if binding != "prefer" {
        set.push(("PGCHANNELBINDING", binding));
    }
    if config.required_methods != Default::default() && std::env::var_os("PGREQUIREAUTH").is_none()
    {
        return Err(
            Failure::new("psql can't be told by us what require_auth of the URL asks for")
                .with_hint("Set the variable PGREQUIREAUTH to the same, which psql reads itself."),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Vec<(&'static str, String)> {
        variables(&Config::parse(url).unwrap()).unwrap()
    }

    #[test]
    fn a_url_becomes_variables() {
        let found = of("postgres://ada:s%20t@a:1,b:2/shop?sslmode=require&channel_binding=require");
        for expected in [
            ("PGHOST", "a,b"),
            ("PGPORT", "1,2"),
            ("PGUSER", "ada"),
            ("PGPASSWORD", "s t"),
            ("PGDATABASE", "shop"),
            ("PGSSLMODE", "require"),
            ("PGCHANNELBINDING", "require"),
        ] {
            let (name, value) = expected;
            assert!(found.contains(&(name, value.to_owned())), "{expected:?}");
        }
    }

    #[test]
    fn what_is_not_said_is_not_set() {
        let found = of("postgres://ada@/shop?host=/run/pg");
        assert!(found.contains(&("PGHOST", "/run/pg".to_owned())));
        assert!(found.iter().all(|(name, _)| *name != "PGPASSWORD"));
    }
}
