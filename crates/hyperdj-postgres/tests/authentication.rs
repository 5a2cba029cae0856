//! Every way of logging in, against a server that asks for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_cluster::Cluster;
use hyperdj_postgres::{AuthenticationError, AuthenticationFailure, Error};
use std::sync::LazyLock;
use support::{PASSWORD, cluster_with_hba, connect, refuse, value};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let cluster = cluster_with_hba(&[
        "local all plain password",
        "host all scram 127.0.0.1/32 scram-sha-256",
        "host all hashed 127.0.0.1/32 md5",
        "host all plain 127.0.0.1/32 password",
        "host all anybody 127.0.0.1/32 trust",
        "host all nobody 127.0.0.1/32 trust",
    ]);
    cluster
        .batch_execute(
            "postgres",
            &format!(
                "SET password_encryption = 'scram-sha-256';
                 CREATE ROLE scram LOGIN PASSWORD '{PASSWORD}';
                 CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}';
                 CREATE ROLE \"odd \"\"role\" LOGIN;
                 CREATE ROLE anybody LOGIN;
                 CREATE ROLE nobody NOLOGIN;
                 CREATE ROLE outsider LOGIN;
                 SET password_encryption = 'md5';
                 CREATE ROLE hashed LOGIN PASSWORD '{PASSWORD}'"
            ),
        )
        .unwrap();
    cluster
});

fn settings(user: &str, more: &str) -> String {
    format!(
        "host=127.0.0.1 port={} dbname=postgres user={user} {more}",
        CLUSTER.port()
    )
}

fn policy(error: Error) -> AuthenticationError {
    match error {
        Error::Authentication {
            reason: AuthenticationFailure::Policy(error),
            ..
        } => error,
        error => panic!("{error:?}"),
    }
}

#[test]
fn scram_and_md5_and_trust() {
    for (user, more) in [("scram", PASSWORD), ("hashed", PASSWORD), ("anybody", "")] {
        let password = if more.is_empty() {
            String::new()
        } else {
            format!("password={more}")
        };
        let mut client = connect(&settings(user, &password));
        assert_eq!(value(&mut client, "SELECT current_user"), user);
        assert!(client.server_version() >= 90_000);
        assert_eq!(client.parameter("client_encoding"), Some("UTF8"));
        assert!(!client.is_encrypted());
    }
}

#[test]
fn clear_text_only_where_nobody_can_read_it() {
    let password = format!("password={PASSWORD}");
    let error = refuse(&settings("plain", &password));
    assert!(
        error.hint().unwrap().contains("require_auth=password"),
        "{error}"
    );
    assert_eq!(policy(error), AuthenticationError::CleartextRefused);

    // The user can insist.
    connect(&settings(
        "plain",
        &format!("{password} require_auth=password"),
    ));
    // To let everything but something else through is not to insist.
    let error = refuse(&settings("plain", &format!("{password} require_auth=!md5")));
    assert_eq!(policy(error), AuthenticationError::CleartextRefused);
    // A local socket is nobody else's.
    let folder = CLUSTER.folder().display();
    connect(&format!(
        "host={folder} port={} dbname=postgres user=plain {password}",
        CLUSTER.port()
    ));
}

#[test]
fn wrong_password_and_no_password() {
    for user in ["scram", "hashed"] {
        let error = refuse(&settings(user, "password=wrong"));
        assert_eq!(error.sqlstate(), Some("28P01"), "{error:?}");
        assert!(
            matches!(&error, Error::Authentication { user: named, .. } if named == user),
            "{error:?}"
        );
        assert!(error.to_string().contains(user));
        assert!(!format!("{error} {error:?}").contains("wrong"));
        assert!(error.hint().unwrap().contains(".pgpass"));

        let error = refuse(&settings(user, ""));
        assert!(matches!(
            policy(error),
            AuthenticationError::PasswordMissing(_)
        ));
    }
}

#[test]
fn a_user_that_may_not() {
    let error = refuse(&settings("nobody", ""));
    assert_eq!(error.sqlstate(), Some("28000"), "{error:?}");
    let error = refuse(&settings("outsider", ""));
    assert_eq!(error.sqlstate(), Some("28000"), "{error:?}");
    assert!(error.hint().unwrap().contains("pg_hba.conf"), "{error}");
}

#[test]
fn a_refusal_is_not_asked_for_twice() {
    // `prefer` goes on without TLS when the server has none: there is no other way left to try.
    refuse(&settings("stranger", "sslmode=prefer"));
    let log = std::fs::read_to_string(CLUSTER.log()).unwrap();
    assert_eq!(log.matches("user \"stranger\"").count(), 1, "{log}");
}

#[test]
fn no_such_database() {
    let error = refuse(&format!(
        "host=127.0.0.1 port={} dbname='no such' user=anybody",
        CLUSTER.port()
    ));
    assert!(
        matches!(&error, Error::NoSuchDatabase { database, .. } if database == "no such"),
        "{error:?}"
    );
    assert!(error.to_string().contains("no such"));
    // The database is the user's when none is named.
    let error = refuse(&format!(
        "host=127.0.0.1 port={} user=anybody",
        CLUSTER.port()
    ));
    assert!(
        matches!(&error, Error::NoSuchDatabase { database, .. } if database == "anybody"),
        "{error:?}"
    );
}

#[test]
fn required_methods() {
    let password = format!("password={PASSWORD}");
    connect(&settings(
        "scram",
        &format!("{password} require_auth=scram-sha-256"),
    ));
    connect(&settings(
        "hashed",
        &format!("{password} require_auth=md5,scram-sha-256"),
    ));
    connect(&settings("anybody", "require_auth=none"));
    let error = refuse(&settings(
        "hashed",
        &format!("{password} require_auth=scram-sha-256"),
    ));
    assert!(matches!(policy(error), AuthenticationError::Excluded(_)));
    let error = refuse(&settings(
        "scram",
        &format!("{password} require_auth=!scram-sha-256"),
    ));
    assert!(matches!(policy(error), AuthenticationError::Excluded(_)));
    let error = refuse(&settings("anybody", "require_auth=!none"));
    assert_eq!(policy(error), AuthenticationError::NoneExcluded);
}

#[test]
fn channel_binding_needs_tls() {
    let password = format!("password={PASSWORD}");
    for user in ["scram", "hashed", "anybody"] {
        let error = refuse(&settings(
            user,
            &format!("{password} channel_binding=require"),
        ));
        assert!(
            matches!(policy(error), AuthenticationError::ChannelBindingMissing(_)),
            "{user}"
        );
    }
    connect(&settings(
        "scram",
        &format!("{password} channel_binding=prefer"),
    ));
    connect(&settings(
        "scram",
        &format!("{password} channel_binding=disable"),
    ));
}

#[test]
fn session_settings_reach_the_server() {
    let mut client = connect(&settings(
        "anybody",
        "application_name='Größe \\'1\\'' options='-c statement_timeout=5min -c my.setting=a\\\\ b'",
    ));
    // The server replaces what is not ASCII in a name that every session can see.
    let name = value(&mut client, "SHOW application_name");
    assert!(name.starts_with("Gr") && name.ends_with("e '1'"), "{name}");
    assert_eq!(value(&mut client, "SHOW statement_timeout"), "5min");
    assert_eq!(value(&mut client, "SHOW my.setting"), "a b");
}

#[test]
fn protocol_3_2_is_negotiated_down() {
    let mut client = connect(&settings("anybody", "max_protocol_version=3.2"));
    assert_eq!(value(&mut client, "SELECT 1"), "1");
    if CLUSTER.version().major() < 18 {
        let error = refuse(&settings("anybody", "min_protocol_version=3.2"));
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
        assert!(error.to_string().contains("3.0"), "{error}");
    }
}
