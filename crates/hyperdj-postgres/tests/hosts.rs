//! Several hosts, wrong hosts, hosts that are something else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_postgres::{Client, Config, Error, Host};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use support::{closed_port, cluster, connect, refuse, server_that_says, value};

#[test]
fn the_first_host_that_answers() {
    let cluster = cluster();
    let folder = cluster.folder().display();
    let (closed, port) = (closed_port(), cluster.port());
    let foreign = server_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let mut client = connect(&format!(
        "host=127.0.0.1,127.0.0.1,/no/such/folder,{folder} port={closed},{foreign},{port},{port} user=postgres dbname=postgres"
    ));
    assert_eq!(value(&mut client, "SELECT 1"), "1");
    assert!(matches!(&client.place().host, Host::Unix { .. }));

    // None answers: the reason of each.
    let error = refuse(&format!(
        "host=127.0.0.1,/no/such/folder port={closed},{port} user=postgres"
    ));
    let Error::AllFailed(attempts) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(attempts.len(), 2);
    let text = error.to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{closed}: Connection refused")),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "/no/such/folder/.s.PGSQL.{port}: No such file or directory"
        )),
        "{text}"
    );
    assert!(error.hint().is_some());

    // A server that refuses the user ends the search: the next host must not be asked.
    let hba = support::cluster_with_hba(&["host all all 127.0.0.1/32 reject"]);
    let error = refuse(&format!(
        "host=127.0.0.1,{folder} port={},{port} user=postgres dbname=postgres",
        hba.port()
    ));
    assert!(matches!(error, Error::Authentication { .. }), "{error:?}");
    // So does one that lacks the database.
    let error = refuse(&format!(
        "host={},{folder} port={},{port} user=postgres dbname=nowhere",
        hba.folder().display(),
        hba.port()
    ));
    assert!(matches!(error, Error::NoSuchDatabase { .. }), "{error:?}");
}

#[test]
fn hosts_in_random_order_are_all_tried() {
    let cluster = cluster();
    let closed = closed_port();
    for _ in 0..20 {
        let mut client = connect(&format!(
            "host=127.0.0.1,{0},127.0.0.1 port={closed},{1},{closed} user=postgres dbname=postgres load_balance_hosts=random",
            cluster.folder().display(),
            cluster.port()
        ));
        assert_eq!(value(&mut client, "SELECT 1"), "1");
    }
}

#[test]
fn nobody_there() {
    let error = refuse(&format!(
        "postgres://postgres@127.0.0.1:{}/x",
        closed_port()
    ));
    assert!(matches!(&error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("Nothing listens there"));
    // All addresses of one name failed alike: one error, not a list.
    let error = refuse(&format!(
        "postgres://postgres@localhost:{}/x",
        closed_port()
    ));
    assert!(matches!(&error, Error::Unreachable { .. }), "{error:?}");
    let error = refuse("postgres://postgres@no.such.host.invalid/x");
    assert!(
        error.to_string().contains("no.such.host.invalid:5432"),
        "{error}"
    );
    assert!(!error.to_string().contains("os error"), "{error}");
}

#[test]
fn something_else_than_postgresql() {
    let answers: [(&'static [u8], &str); 6] = [
        (
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            "HTTP",
        ),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH"),
        (
            b"\x4a\0\0\0\x0a8.0.36-0ubuntu0.22.04.1\0\x08\0\0\0",
            "MySQL",
        ),
        (b"220 mail.example ESMTP Postfix\r\n", "mail"),
        (b"\x15\x03\x01\0\x02\x02\x0a", "TLS"),
        (b"-ERR unknown command\r\n", "0x2d"),
    ];
    for (answer, name) in answers {
        for mode in ["disable", "prefer", "require"] {
            let port = server_that_says(answer);
            let error = refuse(&format!(
                "postgres://postgres@127.0.0.1:{port}/x?sslmode={mode}"
            ));
            assert!(
                matches!(&error, Error::NotPostgres { .. }),
                "{name} {mode}: {error:?}"
            );
            assert!(error.to_string().contains(name), "{name} {mode}: {error}");
            assert!(error.hint().unwrap().contains("5432"));
        }
    }
}

#[test]
fn servers_that_hang_up_or_misbehave() {
    for mode in ["disable", "prefer", "require"] {
        let port = server_that_says(b"");
        let error = refuse(&format!(
            "postgres://postgres@127.0.0.1:{port}/x?sslmode={mode}"
        ));
        assert!(matches!(&error, Error::Closed { .. }), "{mode}: {error:?}");
    }
    // Somebody puts bytes behind the answer to the request for TLS (CVE-2021-23222).
    for answer in [&b"SR\0\0\0\x08\0\0\0\0"[..], b"NR\0\0\0\x08\0\0\0\0"] {
        let port = server_that_says(answer);
        let error = refuse(&format!(
            "postgres://postgres@127.0.0.1:{port}/x?sslmode=prefer"
        ));
        assert!(matches!(&error, Error::Protocol { .. }), "{error:?}");
        assert!(error.to_string().contains("behind the answer"), "{error}");
    }
    // The server has no process left for us, and says so without a message around it.
    let port =
        server_that_says(b"Ecould not fork new process for connection: Cannot allocate memory\n\0");
    for mode in ["disable", "prefer"] {
        let error = refuse(&format!(
            "postgres://postgres@127.0.0.1:{port}/x?sslmode={mode}"
        ));
        assert!(
            error.to_string().contains("could not fork"),
            "{mode}: {error}"
        );
    }
    let error = refuse(&format!(
        "postgres://postgres@127.0.0.1:{port}/x?sslmode=require"
    ));
    assert!(
        !error.to_string().contains("could not fork"),
        "nobody vouches for this text: {error}"
    );
    // A message of two gigabytes is announced.
    let port = server_that_says(b"R\x7f\xff\xff\xff\0\0\0\0");
    let error = refuse(&format!(
        "postgres://postgres@127.0.0.1:{port}/x?sslmode=disable"
    ));
    assert!(
        matches!(&error, Error::NotPostgres { .. } | Error::Protocol { .. }),
        "{error:?}"
    );
    let port = server_that_says(b"R\0\0\0\x08\0\0\0\x07");
    let error = refuse(&format!(
        "postgres://postgres@127.0.0.1:{port}/x?sslmode=disable"
    ));
    assert!(error.to_string().contains("GSSAPI"), "{error}");
}

#[test]
fn a_host_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for mode in ["disable", "prefer", "require"] {
        let config = Config::parse(&format!(
            "postgres://postgres@127.0.0.1:{port}/x?sslmode={mode}&connect_timeout=1"
        ))
        .unwrap();
        let started = Instant::now();
        let error = Client::connect(&config).unwrap_err();
        assert!(matches!(&error, Error::Timeout { .. }), "{error:?}");
        assert!(
            started.elapsed() >= Duration::from_millis(900)
                && started.elapsed() < Duration::from_secs(10)
        );
        assert!(error.hint().unwrap().contains("connect_timeout"));
    }
    // The next host is tried.
    let cluster = cluster();
    let mut client = connect(&format!(
        "host=127.0.0.1,{} port={port},{} user=postgres dbname=postgres connect_timeout=1",
        cluster.folder().display(),
        cluster.port()
    ));
    assert_eq!(value(&mut client, "SELECT 1"), "1");
}

#[test]
fn the_kind_of_session() {
    let cluster = cluster();
    cluster.create_database("frozen").unwrap();
    cluster
        .batch_execute(
            "postgres",
            "ALTER DATABASE frozen SET default_transaction_read_only = on",
        )
        .unwrap();
    for (database, wanted, works) in [
        ("postgres", "any", true),
        ("postgres", "read-write", true),
        ("postgres", "read-only", false),
        ("postgres", "primary", true),
        ("postgres", "standby", false),
        ("postgres", "prefer-standby", true),
        ("frozen", "read-write", false),
        ("frozen", "read-only", true),
        ("frozen", "primary", true),
    ] {
        let url = format!(
            "{}&target_session_attrs={wanted}",
            cluster.socket_url(database)
        );
        if works {
            connect(&url);
        } else {
            let error = refuse(&url);
            assert!(matches!(&error, Error::WrongSession { .. }), "{error:?}");
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }
}

#[test]
fn a_server_that_is_starting_is_not_the_last_word() {
    // 57P03, as a server sends while it recovers.
    let port = server_that_says(
        b"E\0\0\0\x3bSFATAL\0VFATAL\0C57P03\0Mthe database system is starting\0\0",
    );
    let error = refuse(&format!(
        "postgres://postgres@127.0.0.1:{port}/x?sslmode=disable"
    ));
    assert_eq!(error.sqlstate(), Some("57P03"), "{error:?}");
    let cluster = cluster();
    connect(&format!(
        "host=127.0.0.1,{} port={port},{} user=postgres dbname=postgres sslmode=disable",
        cluster.folder().display(),
        cluster.port()
    ));
}
