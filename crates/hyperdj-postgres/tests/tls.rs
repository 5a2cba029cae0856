//! TLS in every `sslmode`, with certificates made for the test.

mod support;

use hyperdj_cluster::{Cluster, Options};
use hyperdj_postgres::{AuthenticationError, AuthenticationFailure, Error};
use std::path::{Path, PathBuf};
use support::certificates::{Authority, Certificate, made_by_openssl, self_signed, write};
use support::{PASSWORD, connect, refuse, value};

/// A server with TLS, and a folder with the files that a client needs.
struct Secured {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl Secured {
    fn new(server: &Certificate, client_authority: Option<&Authority>, hba: &[&str]) -> Self {
        let mut files = vec![
            (
                "server.crt".to_owned(),
                server.certificate.clone().into_bytes(),
            ),
            ("server.key".to_owned(), server.key.clone().into_bytes()),
        ];
        let mut settings = vec![
            ("ssl".to_owned(), "on".to_owned()),
            ("ssl_cert_file".to_owned(), "server.crt".to_owned()),
            ("ssl_key_file".to_owned(), "server.key".to_owned()),
        ];
        if let Some(authority) = client_authority {
            files.push((
                "clients.crt".to_owned(),
                authority.certificate.clone().into_bytes(),
            ));
            settings.push(("ssl_ca_file".to_owned(), "clients.crt".to_owned()));
        }
        let cluster = Cluster::start(&Options {
            hba: Some(hba.iter().map(ToString::to_string).collect()),
            files,
            settings,
            ..Options::default()
        })
        .unwrap();
        cluster
            .batch_execute(
                "postgres",
                &format!(
                    "CREATE ROLE scram LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}';
                     CREATE ROLE carrier LOGIN; CREATE ROLE anybody LOGIN"
                ),
            )
            .unwrap();
        Self {
            cluster,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        write(self.folder.path(), name, text)
    }

    fn settings(&self, user: &str, more: &str) -> String {
        format!(
            "hostaddr=127.0.0.1 port={} dbname=postgres user={user} password={PASSWORD} {more}",
            self.cluster.port()
        )
    }
}

const OPEN: &[&str] = &[
    "host all scram 127.0.0.1/32 scram-sha-256",
    "host all all 127.0.0.1/32 trust",
];

fn root(path: &Path) -> String {
    format!("sslrootcert={}", path.display())
}

/// Why there is no TLS.
fn tls_reason(error: Error) -> String {
    match error {
        Error::Tls { reason, .. } => reason,
        error => panic!("{error:?}"),
    }
}

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
