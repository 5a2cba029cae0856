//! Certificates: bound to the login, of clients, revoked and expired.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_postgres::{AuthenticationError, AuthenticationFailure, Error};
use support::certificates::{Authority, made_by_openssl};
use support::secured::{OPEN, Secured, root, tls_reason};
use support::{connect, refuse, value};

#[test]
fn channel_binding_by_signature_algorithm() {
    let pss: [&str; 5] = [
        "-newkey",
        "rsa:2048",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sha384",
    ];
    let cases: [(&[&str], bool); 7] = [
        (&["-newkey", "rsa:2048", "-sha256"], true),
        (&["-newkey", "rsa:2048", "-sha224"], true),
        (&["-newkey", "rsa:2048", "-sha512"], true),
        (
            &[
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-sha256",
            ],
            true,
        ),
        (
            &[
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:secp384r1",
                "-sha384",
            ],
            true,
        ),
        // The hash function is a parameter of the signature.
        (&pss, true),
        // There is no hash function to take.
        (&["-newkey", "ed25519"], false),
    ];
    for (arguments, can) in cases {
        let server = Secured::new(&made_by_openssl(arguments), None, OPEN);
        let bound = server.settings("scram", "sslmode=require channel_binding=require");
        if can {
            connect(&bound);
        } else {
            let error = refuse(&bound);
            assert!(
                error.to_string().contains("channel_binding=require"),
                "{error}"
            );
        }
        for mode in ["prefer", "disable"] {
            connect(&server.settings("scram", &format!("sslmode=require channel_binding={mode}")));
        }
        // TLS 1.2 has the same end point.
        if can {
            connect(&server.settings(
                "scram",
                "sslmode=require channel_binding=require ssl_max_protocol_version=TLSv1.2",
            ));
        }
        // Trust proves nothing about the server.
        let error = refuse(&server.settings("anybody", "sslmode=require channel_binding=require"));
        assert!(
            matches!(
                error,
                Error::Authentication {
                    reason: AuthenticationFailure::Policy(
                        AuthenticationError::ChannelBindingMissing(_)
                    ),
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[test]
fn a_client_certificate() {
    let authority = Authority::new("Test authority");
    let server = Secured::new(
        &authority.sign("db", &["db.example"]),
        Some(&authority),
        &[
            "hostssl all carrier 127.0.0.1/32 cert",
            "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca",
        ],
    );
    let own = authority.sign("carrier", &[]);
    let certificate = server.file("own.crt", &own.certificate);
    let key = server.file("own.key", &own.key);
    let both = format!(
        "sslmode=require sslcert={} sslkey={}",
        certificate.display(),
        key.display()
    );
    let mut client = connect(&server.settings("carrier", &both));
    assert_eq!(value(&mut client, "SELECT current_user"), "carrier");
    assert!(
        value(
            &mut client,
            "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        .contains("carrier")
    );
    // Cancelling goes the same way.
    client.cancel_token().unwrap().cancel().unwrap();

    let error = refuse(&server.settings("carrier", "sslmode=require"));
    assert!(
        matches!(error, Error::Authentication { .. } | Error::Tls { .. }),
        "{error:?}"
    );
    let error = refuse(&server.settings("anybody", &format!("{both} sslcertmode=disable")));
    assert!(
        matches!(error, Error::Authentication { .. } | Error::Tls { .. }),
        "{error:?}"
    );
    // Signed by somebody else.
    let foreign = Authority::new("Other").sign("carrier", &[]);
    let foreign_both = format!(
        "sslmode=require sslcert={} sslkey={}",
        server.file("foreign.crt", &foreign.certificate).display(),
        server.file("foreign.key", &foreign.key).display()
    );
    let error = refuse(&server.settings("carrier", &foreign_both));
    assert!(tls_reason(error).contains("client's certificate"));
    // A key of another certificate, a key that others can read, a file that is no key.
    let error = refuse(&server.settings(
        "carrier",
        &format!(
            "sslmode=require sslcert={} sslkey={}",
            certificate.display(),
            server.folder.path().join("foreign.key").display()
        ),
    ));
    assert!(tls_reason(error).contains("can't be used"));
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(tls_reason(refuse(&server.settings("carrier", &both))).contains("chmod 0600"));
    let nonsense = server.file("nonsense.key", "not a key");
    let error = refuse(&server.settings(
        "carrier",
        &format!(
            "sslmode=require sslcert={} sslkey={}",
            certificate.display(),
            nonsense.display()
        ),
    ));
    assert!(tls_reason(error).contains("nonsense.key"));
}

#[test]
fn revoked_and_expired() {
    let authority = Authority::new("Test authority");
    let certificate = authority.sign("db", &["db.example"]);
    let server = Secured::new(&certificate, None, OPEN);
    let known = server.file("root.crt", &authority.certificate);
    let base = format!("host=db.example sslmode=verify-full {}", root(&known));
    let clean = server.file("clean.crl", &authority.revoke(&[]));
    let revoked = server.file(
        "revoked.crl",
        &authority.revoke(&[&certificate.certificate]),
    );
    connect(&server.settings("anybody", &format!("{base} sslcrl={}", clean.display())));
    let error =
        refuse(&server.settings("anybody", &format!("{base} sslcrl={}", revoked.display())));
    assert!(tls_reason(error).to_lowercase().contains("revoked"));

    let expired = authority.sign_expired("db", &["db.example"]);
    let server = Secured::new(&expired, None, OPEN);
    let error = refuse(&server.settings("anybody", &base));
    assert!(tls_reason(error).contains("expired"));
    // Its own file of trusted certificates does not make it younger.
    let itself = server.file("itself.crt", &expired.certificate);
    let error = refuse(&server.settings(
        "anybody",
        &format!("host=db.example sslmode=verify-ca {}", root(&itself)),
    ));
    assert!(tls_reason(error).contains("expired"));
}
