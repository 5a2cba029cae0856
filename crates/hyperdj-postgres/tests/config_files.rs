//! What libpq's variables and files add to a connection string, with made-up variables and files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

use hyperdj_postgres::config::{RootCertificates, SslMode};
use hyperdj_postgres::{Config, ConfigError, Environment, Host};
use std::path::PathBuf;

fn tcp(name: &str, port: u16) -> Host {
    Host::Tcp {
        name: name.to_owned(),
        address: None,
        port,
    }
}

fn environment() -> Environment {
    Environment::empty().with_user("me", "/home/me")
}

#[test]
fn variables_fill_what_is_left_open() {
    let environment = environment()
        .with_variable("PGHOST", "elsewhere")
        .with_variable("PGPORT", "7")
        .with_variable("PGPASSWORD", "from variable")
        .with_variable("PGSSLMODE", "require")
        .with_variable("PGDATABASE", "other")
        .with_variable("PGTZ", "UTC")
        .with_variable("PGAPPNAME", "")
        .with_variable("PGCLIENTENCODING", "LATIN1");
    let config = Config::parse_in("postgres://db/shop", &environment).unwrap();
    assert_eq!(config.hosts, [tcp("db", 7)]);
    assert_eq!(config.database.as_deref(), Some("shop"));
    assert_eq!(config.user.as_deref(), Some("me"));
    assert_eq!(config.password.unwrap().reveal(), "from variable");
    assert_eq!(config.tls.mode, SslMode::Require);
    assert_eq!(
        config.session_settings,
        [("timezone".to_owned(), "UTC".to_owned())]
    );
    assert_eq!(config.application_name, None);
    let error = Config::parse_in(
        "host=db",
        &environment.clone().with_variable("PGSSLMODE", "maybe"),
    )
    .unwrap_err();
    assert!(error.to_string().contains("\"maybe\""));
    let error = Config::parse_in(
        "host=db",
        &environment.with_variable("PGREQUIREPEER", "root"),
    )
    .unwrap_err();
    assert!(matches!(
        error,
        ConfigError::Unsupported {
            keyword: "requirepeer",
            ..
        }
    ));
}

#[test]
fn files_in_the_home_folder() {
    let environment = environment()
        .with_file("/home/me/.postgresql/root.crt", "")
        .with_file("/home/me/.postgresql/postgresql.crt", "")
        .with_file("/home/me/.postgresql/postgresql.key", "");
    let config = Config::parse_in("host=db", &environment).unwrap();
    assert_eq!(
        config.tls.root_certificates,
        Some(RootCertificates::File(PathBuf::from(
            "/home/me/.postgresql/root.crt"
        )))
    );
    assert_eq!(
        config.tls.certificate,
        Some(PathBuf::from("/home/me/.postgresql/postgresql.crt"))
    );
    let config = Config::parse_in("host=db sslcertmode=disable", &environment).unwrap();
    assert_eq!(config.tls.certificate, None);
    let config = Config::parse_in("host=db", &self::environment()).unwrap();
    assert_eq!(config.tls.root_certificates, None);
    assert_eq!(
        config.tls.usual_root_certificates,
        Some(PathBuf::from("/home/me/.postgresql/root.crt"))
    );
}

#[test]
fn service_files() {
    let file = "# services\n[other]\nhost=nowhere\n\n[shop]\n# settings\nhost=db.example\nport=6543\nuser=keeper\n\
                options=-c search_path=a, b\n[shop]\nhost=second\n";
    let environment = environment()
        .with_file("/home/me/.pg_service.conf", file)
        .with_variable("PGPORT", "1");
    let config = Config::parse_in("service=shop user=boss", &environment).unwrap();
    assert_eq!(config.hosts, [tcp("db.example", 6543)]);
    assert_eq!(config.user.as_deref(), Some("boss"));
    assert_eq!(config.options.as_deref(), Some("-c search_path=a, b"));
    let config =
        Config::from_environment(&environment.clone().with_variable("PGSERVICE", "other")).unwrap();
    assert_eq!(config.hosts, [tcp("nowhere", 1)]);

    let config = Config::parse_in(
        "service=far",
        &environment
            .clone()
            .with_variable("PGSYSCONFDIR", "/etc/pg")
            .with_file("/etc/pg/pg_service.conf", "[far]\nhost=away\n"),
    )
    .unwrap();
    assert_eq!(config.hosts, [tcp("away", 1)]);
    let config = Config::parse_in(
        "service=named",
        &environment
            .clone()
            .with_variable("PGSERVICEFILE", "/x")
            .with_file("/x", "[named]\nhost=x\n"),
    )
    .unwrap();
    assert_eq!(config.hosts, [tcp("x", 1)]);

    for (text, word) in [
        ("[bad]\nhosst=x", "line 2"),
        ("[bad]\nhost", "name=value"),
        ("[bad]\nservice=shop", "another"),
        ("[bad]\nldap://x", "LDAP"),
    ] {
        let environment = self::environment().with_file("/home/me/.pg_service.conf", text);
        let error = Config::parse_in("service=bad", &environment)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(word) && error.contains(".pg_service.conf"),
            "{error}"
        );
    }
}

/// The password that a password file has for each host of a configuration, by the one thing that shows it: connecting
/// is not possible here, so the file is asked through a configuration of one host at a time.
fn password_in(file: &str, text: &str) -> Option<String> {
    let environment = environment().with_file("/home/me/.pgpass", file);
    let config = Config::parse_in(text, &environment).unwrap();
    config
        .password_for(0)
        .map(|password| password.reveal().to_owned())
}

#[test]
fn password_files() {
    let file = "# comment\nnonsense\ndb:5432:shop:me:exact\ndb:*:*:me:any database\nlocalhost:*:*:me:socket\n\
                /run/pg:*:*:*:folder\n2001\\:db8\\:\\:1:*:*:*:six\n*:*:*:odd\\:user:back\\\\slash\\:colon\n\
                *:*:\\*:me:a database called star\n*:*:*:me:last:ignored\n";
    for (text, password) in [
        ("host=db dbname=shop", Some("exact")),
        ("host=db dbname=other", Some("any database")),
        ("host=db port=1 dbname=shop", Some("any database")),
        ("dbname=shop", Some("socket")),
        ("host=/tmp", Some("socket")),
        ("host=/run/pg user=x", Some("folder")),
        ("host=2001:db8::1 user=x", Some("six")),
        ("host=h user='odd:user'", Some("back\\slash:colon")),
        ("host=h dbname='*'", Some("a database called star")),
        ("host=h", Some("last")),
        ("host=h user=nobody", None),
        ("host=db dbname=shop password=given", Some("given")),
        ("host=db dbname=shop password=''", Some("exact")),
        ("host=name hostaddr=127.0.0.1", Some("last")),
    ] {
        assert_eq!(password_in(file, text).as_deref(), password, "{text}");
    }
    let environment = environment()
        .with_file("/elsewhere", "*:*:*:*:found")
        .with_variable("PGPASSFILE", "/elsewhere");
    let config = Config::parse_in("host=db", &environment).unwrap();
    assert_eq!(config.password_for(0).unwrap().reveal(), "found");
    // A file that others can read is left alone, and that is said.
    let environment = self::environment().with_file_open_to_others(
        "/home/me/.pgpass".into(),
        "*:*:*:*:found",
        true,
    );
    let config = Config::parse_in("host=db", &environment).unwrap();
    assert!(config.password_for(0).is_none());
    assert!(config.warnings[0].contains("/home/me/.pgpass") && config.warnings[0].contains("0600"));
}
