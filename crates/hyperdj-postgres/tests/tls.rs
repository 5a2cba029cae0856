//! TLS in every `sslmode`, with certificates made for the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_postgres::Error;
use support::certificates::{Authority, self_signed};
use support::secured::{OPEN, Secured, root, tls_reason};
use support::{PASSWORD, connect, refuse, value};

#[test]
fn every_mode_with_an_authority() {
    let authority = Authority::new("Test authority");
    let server = Secured::new(
        &authority.sign("db", &["db.example", "*.wild.example", "127.0.0.1"]),
        None,
        OPEN,
    );
    let known = server.file("root.crt", &authority.certificate);
    let other = server.file("other.crt", &Authority::new("Other").certificate);

    for (mode, encrypted) in [
        ("disable", false),
        ("allow", false),
        ("prefer", true),
        ("require", true),
    ] {
        let mut client =
            connect(&server.settings("anybody", &format!("host=whatever sslmode={mode}")));
        assert_eq!(client.is_encrypted(), encrypted, "{mode}");
        let seen = value(
            &mut client,
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        );
        assert_eq!(seen, if encrypted { "t" } else { "f" }, "{mode}");
    }
    // A large result passes the TLS layer, in both directions at once.
    let mut client = connect(&server.settings("anybody", "sslmode=require"));
    let text = "x".repeat(1 << 20);
    let parameters = [Some(text.as_str())];
    let statements: Vec<_> = (0..16)
        .map(|_| hyperdj_postgres::Statement {
            sql: "SELECT $1::text",
            parameters: &parameters,
        })
        .collect();
    let mut bytes = 0;
    client
        .pipeline::<Error>(&statements, &mut |_, row| {
            bytes += row.get(0)?.unwrap().len();
            Ok(())
        })
        .unwrap();
    assert_eq!(bytes, 16 << 20);

    for (host, mode, works) in [
        ("elsewhere.example", "verify-ca", true),
        ("db.example", "verify-full", true),
        ("DB.Example", "verify-full", true),
        ("one.wild.example", "verify-full", true),
        ("one.two.wild.example", "verify-full", false),
        ("elsewhere.example", "verify-full", false),
        // The common name does not count beside alternative names.
        ("db", "verify-full", false),
        ("127.0.0.1", "verify-full", true),
        ("127.0.0.2", "verify-full", false),
    ] {
        let settings = server.settings(
            "anybody",
            &format!("host={host} sslmode={mode} {}", root(&known)),
        );
        if works {
            assert!(connect(&settings).is_encrypted(), "{host} {mode}");
        } else {
            let error = refuse(&settings);
            assert!(
                error.hint().unwrap().contains("verify-ca"),
                "{host} {mode}: {error}"
            );
            assert!(
                tls_reason(error).contains("not for this host"),
                "{host} {mode}"
            );
        }
    }
    // A file of root certificates is used in the weaker modes as well; prefer then goes on without TLS, as libpq does.
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = refuse(&server.settings(
            "anybody",
            &format!("host=db.example sslmode={mode} {}", root(&other)),
        ));
        assert!(tls_reason(error).contains("not trusted"), "{mode}");
    }
    let client = connect(&server.settings(
        "anybody",
        &format!("host=db.example sslmode=prefer {}", root(&other)),
    ));
    assert!(!client.is_encrypted());
    // Nobody to trust.
    for mode in ["verify-ca", "verify-full"] {
        let error = refuse(&server.settings("anybody", &format!("host=db.example sslmode={mode}")));
        assert!(
            error.hint().unwrap().contains("sslrootcert=system"),
            "{error}"
        );
    }
    let error = refuse(&server.settings(
        "anybody",
        "host=db.example sslrootcert=/no/such/file sslmode=verify-ca",
    ));
    assert!(tls_reason(error).contains("/no/such/file"));
    let empty = server.file("empty.crt", "");
    let error = refuse(&server.settings(
        "anybody",
        &format!("host=db.example sslmode=verify-ca {}", root(&empty)),
    ));
    assert!(tls_reason(error).contains("no certificate"));
    // The system does not know our authority.
    let error = refuse(&server.settings("anybody", "host=db.example sslrootcert=system"));
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    // Only an address was given: there is no name to compare.
    let error =
        refuse(&server.settings("anybody", &format!("sslmode=verify-full {}", root(&known))));
    assert!(tls_reason(error).contains("hostaddr"));
}

#[test]
fn a_self_signed_certificate_can_be_its_own_authority() {
    let certificate = self_signed("db.example", &[]);
    let server = Secured::new(&certificate, None, OPEN);
    let known = server.file("root.crt", &certificate.certificate);
    assert!(
        connect(&server.settings(
            "anybody",
            &format!("host=x.example sslmode=verify-ca {}", root(&known))
        ))
        .is_encrypted()
    );
    // It has a common name alone, which then counts.
    assert!(
        connect(&server.settings(
            "anybody",
            &format!("host=db.example sslmode=verify-full {}", root(&known))
        ))
        .is_encrypted()
    );
    let error = refuse(&server.settings(
        "anybody",
        &format!("host=x.example sslmode=verify-full {}", root(&known)),
    ));
    assert!(tls_reason(error).contains("not for this host"));
    let other = server.file("other.crt", &self_signed("db.example", &[]).certificate);
    let error = refuse(&server.settings(
        "anybody",
        &format!("host=db.example sslmode=verify-ca {}", root(&other)),
    ));
    assert!(tls_reason(error).contains("server's certificate"));
}

#[test]
fn a_server_that_insists_and_one_that_has_none() {
    let certificate = self_signed("db", &["db.example"]);
    let server = Secured::new(
        &certificate,
        None,
        &[
            "hostssl all scram 127.0.0.1/32 scram-sha-256",
            "hostnossl all plain 127.0.0.1/32 scram-sha-256",
            "hostssl all anybody 127.0.0.1/32 password",
        ],
    );
    // allow goes over to TLS, prefer begins with it and can leave it.
    for (user, encrypted) in [("scram", true), ("plain", false)] {
        for mode in ["allow", "prefer"] {
            let client = connect(&server.settings(user, &format!("sslmode={mode}")));
            assert_eq!(client.is_encrypted(), encrypted, "{user} {mode}");
        }
    }
    assert_eq!(
        refuse(&server.settings("scram", "sslmode=disable")).sqlstate(),
        Some("28000")
    );
    assert_eq!(
        refuse(&server.settings("plain", "sslmode=require")).sqlstate(),
        Some("28000")
    );
    // A password in clear text may go through TLS: it is the role without one that is refused.
    assert_eq!(
        refuse(&server.settings("anybody", "sslmode=require")).sqlstate(),
        Some("28P01")
    );
    server
        .cluster
        .batch_execute(
            "postgres",
            &format!("ALTER ROLE anybody PASSWORD '{PASSWORD}'"),
        )
        .unwrap();
    assert!(connect(&server.settings("anybody", "sslmode=require")).is_encrypted());

    let bare = support::cluster();
    assert!(!connect(&format!("{}?sslmode=prefer", bare.tcp_url("postgres"))).is_encrypted());
    let error = refuse(&format!("{}?sslmode=require", bare.tcp_url("postgres")));
    assert!(tls_reason(error).contains("switched off"));
    // A local socket never has TLS, whatever is asked for.
    assert!(
        !connect(&format!(
            "{}&sslmode=verify-full",
            bare.socket_url("postgres")
        ))
        .is_encrypted()
    );
}

#[test]
fn direct_negotiation_is_for_newer_servers() {
    let server = Secured::new(&self_signed("db", &["db.example"]), None, OPEN);
    let settings = server.settings("anybody", "sslmode=require sslnegotiation=direct");
    if server.cluster.version().major() >= 17 {
        assert!(connect(&settings).is_encrypted());
    } else {
        let error = refuse(&settings);
        assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    }
}
