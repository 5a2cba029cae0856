//! Connection strings and libpq's variables and files, without a server and without this process' environment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

use hyperdj_postgres::config::{RootCertificates, SslMode, SslNegotiation, TargetSession};
use hyperdj_postgres::{Config, Host};
use std::path::PathBuf;
use std::time::Duration;

fn tcp(name: &str, port: u16) -> Host {
    Host::Tcp {
        name: name.to_owned(),
        address: None,
        port,
    }
}

fn unix(directory: &str, port: u16) -> Host {
    Host::Unix {
        directory: PathBuf::from(directory),
        port,
    }
}

fn parse(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refuse(text: &str) -> String {
    match Config::parse(text) {
        Ok(config) => panic!("{text} should be refused, and is {config}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn hosts_and_ports() {
    let usual = |port| vec![unix("/var/run/postgresql", port), unix("/tmp", port)];
    for (text, hosts) in [
        ("postgres://", usual(5432)),
        ("postgresql://user@", usual(5432)),
        ("postgres:///shop", usual(5432)),
        ("postgres://:5433/shop", usual(5433)),
        ("POSTGRES://db", vec![tcp("db", 5432)]),
        ("postgres://db:5433", vec![tcp("db", 5433)]),
        ("postgres://db:/shop", vec![tcp("db", 5432)]),
        ("postgres://[::1]:5433/shop", vec![tcp("::1", 5433)]),
        (
            "postgres://[2001:db8::1234]",
            vec![tcp("2001:db8::1234", 5432)],
        ),
        (
            "postgres://one:1,two,[::3]:3/shop",
            vec![tcp("one", 1), tcp("two", 5432), tcp("::3", 3)],
        ),
        (
            "postgres://one,two?port=7",
            vec![tcp("one", 7), tcp("two", 7)],
        ),
        (
            "postgres://%2Fvar%2Flib%2Fpg:5433/shop",
            vec![unix("/var/lib/pg", 5433)],
        ),
        (
            "postgres:///shop?host=/run/pg&port=6",
            vec![unix("/run/pg", 6)],
        ),
        ("postgres://ignored/shop?host=db", vec![tcp("db", 5432)]),
        (
            "postgres:///shop?host=/run/pg,db&port=6,",
            vec![unix("/run/pg", 6), tcp("db", 5432)],
        ),
        ("host=/run/pg", vec![unix("/run/pg", 5432)]),
        ("host=@hidden", vec![unix("@hidden", 5432)]),
        (
            "host='one, two' port='1, 2'",
            vec![tcp("one", 1), tcp("two", 2)],
        ),
        (
            "host=db hostaddr=192.0.2.7",
            vec![Host::Tcp {
                name: "db".to_owned(),
                address: Some("192.0.2.7".parse().unwrap()),
                port: 5432,
            }],
        ),
        (
            "hostaddr=::1 port=9",
            vec![Host::Tcp {
                name: String::new(),
                address: Some("::1".parse().unwrap()),
                port: 9,
            }],
        ),
        ("dbname=shop", usual(5432)),
    ] {
        assert_eq!(parse(text).hosts, hosts, "{text}");
    }
}

#[test]
fn users_passwords_and_databases() {
    let secret = |text| {
        parse(text)
            .password
            .map(|password| password.reveal().to_owned())
    };
    for (text, user, password, database) in [
        ("postgres://me@db/shop", Some("me"), None, Some("shop")),
        (
            "postgres://me:s%40cret@db/shop",
            Some("me"),
            Some("s@cret"),
            Some("shop"),
        ),
        ("postgres://me:a:b%2Fc@db", Some("me"), Some("a:b/c"), None),
        ("postgres://me:@db/", Some("me"), None, None),
        ("postgres://:secret@db", None, Some("secret"), None),
        (
            "postgres://m%C3%BCller:%F0%9F%94%91@db/gr%C3%B6%C3%9Fe",
            Some("müller"),
            Some("🔑"),
            Some("größe"),
        ),
        (
            "postgres://db/my%20shop?user=you&password=p%26q",
            Some("you"),
            Some("p&q"),
            Some("my shop"),
        ),
        ("postgres://a@db/x/y", Some("a"), None, Some("x/y")),
        ("postgres://db/x+y", None, None, Some("x+y")),
        ("user=me password='it''s'", Some("me"), Some("it"), None),
        (
            r"user = 'my name'  password = 'it\'s \\' dbname=a\ b",
            Some("my name"),
            Some(r"it's \"),
            Some("a b"),
        ),
        ("user=me user=you password=", Some("you"), None, None),
        ("dbname=''", None, None, None),
    ] {
        if text.contains("it''s") {
            // Two quotes are no quote here, unlike in SQL: what follows is read as another setting.
            assert!(refuse(text).contains("single quotes"));
            continue;
        }
        let config = parse(text);
        assert_eq!(config.user.as_deref(), user, "{text}");
        assert_eq!(secret(text).as_deref(), password, "{text}");
        assert_eq!(config.database.as_deref(), database, "{text}");
    }
}

#[test]
fn other_settings() {
    let config = parse(
        "postgres://db/x?sslmode=verify-full&sslrootcert=system&connect_timeout=7&application_name=shop%20keeper\
         &options=-c%20a%3Db&keepalives=0&keepalives_idle=3&tcp_user_timeout=1500&target_session_attrs=prefer-standby\
         &sslnegotiation=direct&load_balance_hosts=random&client_encoding=latin1&gssencmode=prefer",
    );
    assert_eq!(config.tls.mode, SslMode::VerifyFull);
    assert_eq!(config.tls.root_certificates, Some(RootCertificates::System));
    assert_eq!(config.tls.negotiation, SslNegotiation::Direct);
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(config.application_name.as_deref(), Some("shop keeper"));
    assert_eq!(config.options.as_deref(), Some("-c a=b"));
    assert!(!config.keepalives.enabled);
    assert_eq!(config.keepalives.idle, Some(Duration::from_secs(3)));
    assert_eq!(
        config.keepalives.user_timeout,
        Some(Duration::from_millis(1500))
    );
    assert_eq!(config.target_session, TargetSession::PreferStandby);
    assert!(config.shuffle_hosts);
    assert_eq!(parse("sslrootcert=system").tls.mode, SslMode::VerifyFull);
    assert_eq!(parse("requiressl=1").tls.mode, SslMode::Require);
    assert_eq!(parse("postgres://db?ssl=true").tls.mode, SslMode::Require);
    assert_eq!(parse("host=db").tls.mode, SslMode::Prefer);
    assert_eq!(parse("connect_timeout=0").connect_timeout, None);
    assert_eq!(parse("connect_timeout=-1").connect_timeout, None);
    assert_eq!(
        parse("fallback_application_name=a")
            .application_name
            .as_deref(),
        Some("a")
    );
}

#[test]
fn what_is_wrong_is_named() {
    for (text, words) in [
        ("", &["empty"][..]),
        ("shop", &["neither a URL"]),
        (
            "mysql://root@db/shop",
            &["mysql://", "MySQL", "postgres://"],
        ),
        ("sqlite:///file.db", &["SQLite"]),
        ("mssql+pyodbc://x", &["SQL Server"]),
        ("oracle://x", &["Oracle"]),
        ("mongodb+srv://x", &["MongoDB"]),
        (
            "postgresql+asyncpg://me@db/x",
            &["SQLAlchemy", "leave out the +"],
        ),
        ("postgres+psycopg://me@db/x", &["SQLAlchemy"]),
        (
            "jdbc:postgresql://db/x?user=me",
            &["Java", "leave out jdbc:"],
        ),
        ("postgres2://x", &["postgres2://", "no scheme"]),
        (
            "postgres://db?sslmod=require",
            &["\"sslmod\"", "\"sslmode\""],
        ),
        ("host=db databse=x", &["\"databse\""]),
        ("host=db database=x", &["\"dbname\""]),
        ("host=db username=x", &["\"user\""]),
        ("postgres://db?schema=public", &["\"options\""]),
        (
            "host=db completely_unknown_thing=x",
            &["\"completely_unknown_thing\""],
        ),
        ("sslmode=maybe", &["sslmode", "\"maybe\"", "verify-full"]),
        ("sslmode=require sslrootcert=system", &["verify-full"]),
        ("sslnegotiation=direct", &["sslmode=require"]),
        ("ssl_max_protocol_version=TLSv1.1", &["1.2"]),
        (
            "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
            &["older"],
        ),
        ("sslcert=/a/b.crt", &["sslkey", "/a/b.crt"]),
        ("sslcertmode=require", &["sslcert"]),
        ("connect_timeout=soon", &["connect_timeout", "\"soon\""]),
        ("port=70000", &["port", "70000"]),
        ("port=0", &["65535"]),
        ("port=1,2 host=a,b,c", &["2 ports for 3 hosts"]),
        ("host=a,b hostaddr=::1", &["1 addresses for 2 hosts"]),
        ("hostaddr=localhost", &["\"localhost\"", "host"]),
        ("require_auth=magic", &["require_auth", "scram-sha-256"]),
        ("require_auth=md5,!none", &["negate"]),
        ("channel_binding=1", &["disable, prefer, require"]),
        ("gssencmode=require", &["GSSAPI", "sslmode=require"]),
        ("replication=database", &["replication"]),
        ("sslpassword=x", &["sslpassword", "0600"]),
        ("requirepeer=postgres", &["requirepeer"]),
        ("host", &["neither a URL"]),
        ("host=db user", &["\"user\"", "="]),
        ("host='db", &["closing"]),
        ("postgres://[::1", &["closing ]"]),
        ("postgres://[db]", &["no IPv6"]),
        ("postgres://[::1]x", &[": and a port"]),
        ("postgres://::1/x", &["[::1]"]),
        ("postgres://db:port/x", &["no port"]),
        ("postgres://db/%zz", &["%25", "database"]),
        ("postgres://db/%00", &["%00"]),
        ("postgres://db/%ff", &["UTF-8"]),
        ("postgres://db/x?sslmode", &["no ="]),
        ("service=nowhere", &["\"nowhere\"", "pg_service.conf"]),
    ] {
        let error = refuse(text);
        for word in words {
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}

#[test]
fn an_unencoded_password_is_not_shown() {
    for text in [
        "postgres://me:sec@ret@db/x",
        "postgres://me:sec/ret@db/x",
        "postgres://me:sec?ret@db/x",
        "postgres://me:sec%ret@db/x",
        "postgres://me:sec]ret@db:ret/x",
        "postgres://me:12/ret@db/x",
        "postgres://me:12?ret@db/x",
        "postgres://me:1@?ret@db:x/n?a=b",
        "postgres://me:1@?ret=@db/n",
        "postgres://me:1@/ret@db/n",
        "host=db password=sec ret",
        "host=db password=sec ret=1",
        "host=db password=sec 'ret",
    ] {
        let error = refuse(text);
        assert!(
            !error.contains("sec") && !error.contains("ret"),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_configuration_is_shown_without_its_password() {
    for (text, shown) in [
        (
            "postgres://me:geheim@db:5433/shop",
            "postgres://me@db:5433/shop",
        ),
        ("host=db password=geheim", "postgres://db:5432"),
        (
            "postgres://m%40e:geheim@[::1],two:7/my%20shop",
            "postgres://m%40e@[::1]:5432,two:7/my%20shop",
        ),
        (
            "host=/run/pg password=geheim dbname=x",
            "postgres://%2Frun%2Fpg:5432/x",
        ),
        ("hostaddr=192.0.2.7 user=a", "postgres://a@192.0.2.7:5432"),
    ] {
        let config = parse(text);
        assert_eq!(config.to_string(), shown);
        assert!(!format!("{config:?}").contains("geheim"), "{config:?}");
    }
}
