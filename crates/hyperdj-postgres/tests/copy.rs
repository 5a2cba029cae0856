//! COPY in both directions, against a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_cluster::Cluster;
use hyperdj_postgres::{Client, Error};
use std::io::{self, Read};
use std::sync::LazyLock;
use support::{cluster, connect, value};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(cluster);

fn client() -> Client {
    let mut client = connect(&CLUSTER.socket_url("postgres"));
    client
        .batch_execute("CREATE TEMP TABLE t (n bigint, s text)")
        .unwrap();
    client
}

#[test]
fn out_and_in_again() {
    let mut client = client();
    let mut data = Vec::new();
    client
        .copy_out::<Error>(
            "COPY (SELECT n, repeat('é', 50) FROM generate_series(1, 200000) n) TO STDOUT",
            &mut |piece| {
                data.extend_from_slice(piece);
                Ok(())
            },
        )
        .unwrap();
    assert_eq!(data.iter().filter(|byte| **byte == b'\n').count(), 200_000);
    assert_eq!(
        client
            .copy_in("COPY t FROM STDIN", &mut data.as_slice())
            .unwrap(),
        200_000
    );
    assert_eq!(value(&mut client, "SELECT sum(n) FROM t"), "20000100000");
    assert_eq!(
        client
            .copy_in("COPY t FROM STDIN", &mut io::empty())
            .unwrap(),
        0
    );
}

#[test]
fn errors_on_either_side() {
    let mut client = client();
    // The server has had enough long before the source has.
    let mut endless = io::Read::chain(&b"1\tone\nx\ttwo\n"[..], io::repeat(b'y').take(1 << 30));
    let error = client
        .copy_in("COPY t FROM STDIN", &mut endless)
        .unwrap_err();
    assert_eq!(error.sqlstate(), Some("22P02"), "{error:?}");
    assert!(
        error
            .server_error()
            .unwrap()
            .context
            .as_deref()
            .unwrap()
            .contains("line 2")
    );

    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("the disk is gone"));
            }
            buffer[..6].copy_from_slice(b"1\tone\n");
            Ok(6)
        }
    }
    let error = client
        .copy_in("COPY t FROM STDIN", &mut Broken(false))
        .unwrap_err();
    assert!(
        matches!(error, Error::Source(_)) && error.to_string().contains("the disk is gone"),
        "{error:?}"
    );
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "0");

    let mut pieces = 0;
    let result = client.copy_out::<Error>(
        "COPY (SELECT generate_series(1, 10000)) TO STDOUT",
        &mut |_| {
            pieces += 1;
            if pieces == 3 {
                Err(Error::Unsupported("enough"))
            } else {
                Ok(())
            }
        },
    );
    assert!(
        matches!(result, Err(Error::Unsupported("enough"))) && pieces == 3,
        "{result:?} {pieces}"
    );

    for sql in ["SELECT 1", ""] {
        assert!(matches!(
            client.copy_in(sql, &mut io::empty()),
            Err(Error::Unsupported(_))
        ));
        assert!(matches!(
            client.copy_out::<Error>(sql, &mut |_| Ok(())),
            Err(Error::Unsupported(_))
        ));
    }
    assert_eq!(
        client
            .copy_in("COPY nothing FROM STDIN", &mut io::empty())
            .unwrap_err()
            .sqlstate(),
        Some("42P01")
    );
    let result = client.copy_out::<Error>("COPY nothing TO STDOUT", &mut |_| Ok(()));
    assert_eq!(result.unwrap_err().sqlstate(), Some("42P01"));
    assert_eq!(value(&mut client, "SELECT 1"), "1");
}
