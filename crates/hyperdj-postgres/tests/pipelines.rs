//! Many statements in one flight, against a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_cluster::Cluster;
use hyperdj_postgres::{Client, Error, Statement, TransactionStatus};
use std::sync::LazyLock;
use support::{cluster, connect, value};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(cluster);

fn client() -> Client {
    connect(&CLUSTER.socket_url("postgres"))
}

fn statement<'a>(sql: &'a str, parameters: &'a [Option<&'a str>]) -> Statement<'a> {
    Statement { sql, parameters }
}

#[test]
fn pipeline_in_order() {
    let mut client = client();
    let limit = [Some("3")];
    let statements = [
        statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &[]),
        statement("SELECT generate_series(1, $1::int)", &limit),
        statement("SELECT 1 WHERE false", &[]),
        statement("SELECT 'a', 'b'", &[]),
        statement("SHOW transaction_isolation", &[]),
        statement("COMMIT", &[]),
    ];
    let mut seen = Vec::new();
    client
        .pipeline::<Error>(&statements, &mut |index, row| {
            let values: Vec<String> = (0..row.len())
                .map(|i| row.get(i).unwrap().unwrap().to_owned())
                .collect();
            seen.push((index, values.join(",")));
            Ok(())
        })
        .unwrap();
    let expected = [
        (1, "1"),
        (1, "2"),
        (1, "3"),
        (3, "a,b"),
        (4, "repeatable read"),
    ]
    .map(|(i, text)| (i, text.to_owned()));
    assert_eq!(seen, expected);
    assert_eq!(client.transaction(), TransactionStatus::Idle);
    client
        .pipeline::<Error>(&[], &mut |_, _| panic!("there is no row"))
        .unwrap();
}

#[test]
fn an_error_names_its_statement_and_skips_the_rest() {
    let mut client = client();
    client
        .batch_execute("CREATE TEMP TABLE marks (n int)")
        .unwrap();
    let statements = [
        statement("INSERT INTO marks VALUES (1)", &[]),
        statement("SELECT 7", &[]),
        statement("SELECT 1 / (n - 1) FROM marks", &[]),
        statement("INSERT INTO marks VALUES (2)", &[]),
    ];
    let mut rows = 0;
    let error = client.pipeline::<Error>(&statements, &mut |_, _| {
        rows += 1;
        Ok(())
    });
    let error = error.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Server {
                statement: Some(2),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.sqlstate(), Some("22012"));
    assert_eq!(rows, 1);
    // All of it was one transaction, and the session is in step.
    assert_eq!(value(&mut client, "SELECT count(*) FROM marks"), "0");
}

#[test]
fn an_error_at_the_sync_belongs_to_no_statement() {
    let mut client = client();
    client
        .batch_execute("CREATE TEMP TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1)")
        .unwrap();
    let statements = [
        statement("INSERT INTO t VALUES (1)", &[]),
        statement("SELECT 1", &[]),
    ];
    let mut rows = 0;
    let error = client.pipeline::<Error>(&statements, &mut |_, _| {
        rows += 1;
        Ok(())
    });
    assert!(
        matches!(
            error,
            Err(Error::Server {
                statement: None,
                ..
            })
        ),
        "{error:?}"
    );
    assert_eq!(rows, 1);
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "1");
}

#[test]
fn the_callers_error_ends_the_pipeline_and_not_the_session() {
    #[derive(Debug)]
    enum Stop {
        AtThree,
        Other(Error),
    }
    impl From<Error> for Stop {
        fn from(error: Error) -> Self {
            Self::Other(error)
        }
    }
    let mut client = client();
    let mut calls = 0;
    let result = client.pipeline(
        &[
            statement("SELECT generate_series(1, 100000)", &[]),
            statement("SELECT 5", &[]),
        ],
        &mut |_, row| {
            calls += 1;
            if row.get(0)? == Some("3") {
                Err(Stop::AtThree)
            } else {
                Ok(())
            }
        },
    );
    assert!(matches!(result, Err(Stop::AtThree)), "{result:?}");
    assert_eq!(calls, 3);
    assert_eq!(value(&mut client, "SELECT 5"), "5");
    let result = client.pipeline::<Stop>(&[statement("nonsense", &[])], &mut |_, _| Ok(()));
    assert!(
        matches!(result, Err(Stop::Other(Error::Server { .. }))),
        "{result:?}"
    );
}

#[test]
fn much_in_both_directions_at_once() {
    let mut client = client();
    // 64 MB go out while 64 MB come back: whoever sends first and reads later waits for ever.
    let text = "x".repeat(1 << 20);
    let parameters = [Some(text.as_str())];
    let statements: Vec<Statement<'_>> = (0..64)
        .map(|_| statement("SELECT $1::text", &parameters))
        .collect();
    let mut bytes = 0;
    client
        .pipeline::<Error>(&statements, &mut |_, row| {
            bytes += row.get(0)?.unwrap().len();
            Ok(())
        })
        .unwrap();
    assert_eq!(bytes, 64 << 20);
    // Thousands of small ones.
    let statements: Vec<Statement<'_>> = (0..5000).map(|_| statement("SELECT 1", &[])).collect();
    let mut last = 0;
    client
        .pipeline::<Error>(&statements, &mut |index, _| {
            assert!(index == 0 || index == last + 1);
            last = index;
            Ok(())
        })
        .unwrap();
    assert_eq!(last, 4999);
    // One big row.
    assert_eq!(
        client.query("SELECT repeat('é', 30000000)", &[]).unwrap()[0]
            .get(0)
            .unwrap()
            .unwrap()
            .len(),
        60_000_000
    );
}

#[test]
fn copy_with_statements_behind_it_fails() {
    let mut client = client();
    client.batch_execute("CREATE TEMP TABLE t (n int)").unwrap();
    let statements = [
        statement("SELECT 1", &[]),
        statement("COPY t FROM STDIN", &[]),
        statement("SELECT 3", &[]),
    ];
    let error = client
        .pipeline::<Error>(&statements, &mut |_, _| Ok(()))
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Server {
                statement: Some(1),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.sqlstate(), Some("08P01"));
    if CLUSTER.version().major() >= 14 {
        assert!(matches!(
            client.query("SELECT 1", &[]),
            Err(Error::Closed { .. })
        ));
    } else {
        assert_eq!(value(&mut client, "SELECT 1"), "1");
    }
}
