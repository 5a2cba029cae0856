//! Which database is meant, by the flag, the variables and the file `.env`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

use hyperdj_postgres::{Config, ConfigError, Environment, Origin, discover};
use proptest::prelude::*;
use std::path::Path;

fn environment() -> Environment {
    Environment::empty().with_user("me", "/home/me")
}

fn find(flag: Option<&str>, environment: &Environment) -> Result<(String, String), ConfigError> {
    discover(flag, environment, Path::new("/project"))
        .map(|(config, origin)| (config.to_string(), origin.to_string()))
}

#[test]
fn the_strongest_wins() {
    let mut environment = environment()
        .with_variable("PGHOST", "e")
        .with_variable("PGDATABASE", "x");
    let url = |name| format!("postgres://me@{name}:5432/x");
    assert_eq!(
        find(None, &environment).unwrap(),
        (url("e"), "PGHOST and PGDATABASE".to_owned())
    );
    environment = environment.with_file("/project/.env", "DATABASE_URL=postgres://d/x\n");
    assert_eq!(
        find(None, &environment).unwrap(),
        (url("d"), "DATABASE_URL in .env".to_owned())
    );
    environment = environment.with_file(
        "/project/.env",
        "DATABASE_URL=postgres://d/x\nHYPER_DATABASE_URL=postgres://c/x\n",
    );
    assert_eq!(
        find(None, &environment).unwrap(),
        (url("c"), "HYPER_DATABASE_URL in .env".to_owned())
    );
    environment = environment.with_variable("DATABASE_URL", "postgres://b/x");
    assert_eq!(
        find(None, &environment).unwrap(),
        (url("b"), "DATABASE_URL".to_owned())
    );
    environment = environment.with_variable("HYPER_DATABASE_URL", "host=a dbname=x");
    assert_eq!(
        find(None, &environment).unwrap(),
        (url("a"), "HYPER_DATABASE_URL".to_owned())
    );
    assert_eq!(
        find(Some("postgres://f/x"), &environment).unwrap(),
        (url("f"), "--database".to_owned())
    );
}

#[test]
fn nothing_is_not_a_database() {
    let error = find(None, &environment().with_variable("PGSSLMODE", "require")).unwrap_err();
    assert_eq!(error, ConfigError::Nothing);
    for way in [
        "--database",
        "HYPER_DATABASE_URL",
        "DATABASE_URL",
        ".env",
        "PGHOST",
    ] {
        assert!(error.to_string().contains(way), "{error}");
    }
}

#[test]
fn set_but_empty_is_an_error() {
    for name in [
        "HYPER_DATABASE_URL",
        "DATABASE_URL",
        "PGHOST",
        "PGDATABASE",
        "PGSERVICE",
        "PGPORT",
        "PGUSER",
    ] {
        let error = find(None, &environment().with_variable(name, "")).unwrap_err();
        assert_eq!(
            error,
            ConfigError::EmptyVariable {
                name: name.to_owned(),
                file: None
            }
        );
        assert!(error.to_string().contains(name));
    }
    let error = find(
        None,
        &environment().with_file("/project/.env", "DATABASE_URL=  # nothing yet\n"),
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("DATABASE_URL is set but empty in /project/.env"),
        "{error}"
    );
    // What is not reached does not matter.
    find(
        Some("postgres://f/x"),
        &environment().with_variable("DATABASE_URL", ""),
    )
    .unwrap();
}

#[test]
fn an_error_says_where_the_text_came_from() {
    let error = find(Some("mysql://f/x"), &environment()).unwrap_err();
    assert!(
        error.to_string().starts_with("--database: mysql://"),
        "{error}"
    );
    let error = find(
        None,
        &environment().with_variable("DATABASE_URL", "postgres://f/x?sslmode=no"),
    )
    .unwrap_err();
    assert!(
        error.to_string().starts_with("DATABASE_URL: sslmode"),
        "{error}"
    );
    let error = find(
        None,
        &environment().with_file("/project/.env", "DATABASE_URL=shop"),
    )
    .unwrap_err();
    assert!(
        error.to_string().starts_with("DATABASE_URL in .env: "),
        "{error}"
    );
    let error = find(
        None,
        &environment()
            .with_variable("PGPORT", "x")
            .with_variable("PGHOST", "h"),
    )
    .unwrap_err();
    assert!(
        error.to_string().starts_with("PGHOST and PGPORT: port"),
        "{error}"
    );
}

#[test]
fn the_forms_of_a_dotenv_file() {
    let password = |file: &str| {
        let environment = environment()
            .with_file("/project/.env", file)
            .with_variable("OUTSIDE", "fromoutside");
        let (config, origin) = discover(None, &environment, Path::new("/project")).unwrap();
        assert!(matches!(origin, Origin::DotEnv { .. }));
        let shown = format!("{config:?} {config} {origin}");
        let password = config
            .password
            .map(|password| password.reveal().to_owned())
            .unwrap_or_default();
        assert!(!shown.contains(&password), "{shown}");
        password
    };
    for (file, expected) in [
        ("DATABASE_URL=postgres://u:pass1@db/x", "pass1"),
        (
            "  export DATABASE_URL = postgres://u:pass2@db/x   # comment",
            "pass2",
        ),
        (
            "\u{feff}DATABASE_URL='postgres://u:pa$$ss@db/x' # comment",
            "pa$$ss",
        ),
        ("DATABASE_URL=\"postgres://u:pa\\$ss@db/x\"", "pa$ss"),
        ("DATABASE_URL=postgres://u:pa$ss@db/x", "pa$ss"),
        ("DATABASE_URL=postgres://u:pa#ss@db/x", "pa#ss"),
        (
            "DATABASE_URL=\"host=db password='pass word' # no comment='x'\"",
            "<error>",
        ),
        (
            "# DATABASE_URL=postgres://u:no@db/x\nOTHER\n=\nDATABASE_URL=postgres://u:pass3@db/x\r\nX=1",
            "pass3",
        ),
        (
            "DATABASE_URL=postgres://u:first@db/x\nDATABASE_URL=postgres://u:pass4@db/x",
            "pass4",
        ),
        (
            "KEY=\"two\nlines\"\nDATABASE_URL=postgres://u:pass5@db/x",
            "pass5",
        ),
        (
            "P=inner\nDATABASE_URL=postgres://u:${P}pass@db/x",
            "innerpass",
        ),
        ("DATABASE_URL=postgres://u:${OUTSIDE}@db/x", "fromoutside"),
        (
            "DATABASE_URL=\"postgres://u:${NOWHERE:-pass6}@db/x\"",
            "pass6",
        ),
        ("DATABASE_URL='postgres://u:%24%7BP%7D@db/x'", "${P}"),
    ] {
        if expected == "<error>" {
            let environment = environment().with_file("/project/.env", file);
            assert!(discover(None, &environment, Path::new("/project")).is_err());
            continue;
        }
        assert_eq!(password(file), expected, "{file}");
    }
    let error = find(
        None,
        &environment().with_file("/project/.env", "A=1\nDATABASE_URL='postgres://u:geheim@db"),
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("line 2") && !error.to_string().contains("geheim"),
        "{error}"
    );
}

#[test]
fn the_process_environment_can_be_read() {
    let environment = Environment::process();
    assert!(environment.user().is_some());
    assert!(!format!("{environment:?}").contains("PATH"));
    assert_eq!(
        environment.variable("PATH"),
        std::env::var("PATH").ok().as_deref()
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(".env"),
        "HYPER_DATABASE_URL=postgres://u@db/x",
    )
    .unwrap();
    // The variables of whoever runs the tests are stronger than the file.
    if ["HYPER_DATABASE_URL", "DATABASE_URL"]
        .iter()
        .all(|name| environment.variable(name).is_none())
    {
        let (config, origin): (Config, Origin) =
            discover(None, &environment, folder.path()).unwrap();
        assert_eq!(config.user.as_deref(), Some("u"));
        assert_eq!(origin.to_string(), "HYPER_DATABASE_URL in .env");
    }
}

#[test]
fn a_folder_called_dotenv_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::process();
    std::fs::create_dir(folder.path().join(".env")).unwrap();
    let result = discover(Some("postgres://u@db/x"), &environment, folder.path());
    assert!(result.is_ok());
    let result = discover(None, &environment, folder.path());
    assert!(
        !matches!(result, Err(ConfigError::File { .. })),
        "{result:?}"
    );
    // A comment in another encoding does not spoil the rest.
    std::fs::remove_dir(folder.path().join(".env")).unwrap();
    std::fs::write(
        folder.path().join(".env"),
        b"# gr\xfc\xdfe\nDATABASE_URL=postgres://u@db/x\n",
    )
    .unwrap();
    assert!(discover(None, &environment, folder.path()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_dotenv_file_is_read(file in "\\PC{0,60}(\n\\PC{0,40}){0,4}") {
        let _ = find(None, &environment().with_file("/project/.env", &file));
    }
}
