//! Pipelines, queries and batches against a real server.

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
fn values_and_columns() {
    let mut client = client();
    let rows = client
        .query(
            "SELECT $1::int + 1 AS number, NULL::text AS nothing, '' AS empty, $2 || 'ß' AS text, true AS \"odd name\"",
            &[Some("41"), Some("Grö")],
        )
        .unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row.len(), 5);
    assert_eq!(row.get(0).unwrap(), Some("42"));
    assert_eq!(row.get(1).unwrap(), None);
    assert_eq!(row.get(2).unwrap(), Some(""));
    assert_eq!(row.get(3).unwrap(), Some("Größ"));
    assert_eq!(row.position("odd name"), Some(4));
    assert_eq!(row.columns()[0].type_oid, 23);
    assert!(matches!(row.get(5), Err(Error::Value { .. })));
    // A NULL parameter is NULL, and an empty one is empty.
    let rows = client
        .query("SELECT $1::text IS NULL, $2::text = ''", &[None, Some("")])
        .unwrap();
    assert_eq!(
        (rows[0].get(0).unwrap(), rows[0].get(1).unwrap()),
        (Some("t"), Some("t"))
    );
    // No rows, and no columns.
    assert!(
        client
            .query("SELECT 1 WHERE false", &[])
            .unwrap()
            .is_empty()
    );
    assert!(client.query("", &[]).unwrap().is_empty());
    assert!(client.query("SELECT", &[]).unwrap()[0].is_empty());
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
fn every_field_of_an_error() {
    let mut client = client();
    client
        .batch_execute("CREATE TEMP TABLE t (n int CONSTRAINT positive CHECK (n > 0))")
        .unwrap();
    let error = client.query("INSERT INTO t VALUES (-1)", &[]).unwrap_err();
    let server = error.server_error().unwrap();
    assert_eq!(server.severity, "ERROR");
    assert_eq!(server.code, "23514");
    assert_eq!(server.table.as_deref(), Some("t"));
    assert_eq!(server.constraint.as_deref(), Some("positive"));
    assert!(server.detail.as_deref().unwrap().contains("-1"));
    assert!(
        server.schema.is_some()
            && server.file.is_some()
            && server.line.is_some()
            && server.routine.is_some()
    );
    let error = client
        .query("SELECT 1 +\n colour FROM pg_class", &[])
        .unwrap_err();
    assert_eq!(error.server_error().unwrap().position, Some(13));
    assert_eq!(error.server_error().unwrap().class(), "42");
    let error = client
        .batch_execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'try yes', DETAIL = 'd', COLUMN = 'c', DATATYPE = 'dt'; END $$")
        .unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("try yes"));
    let server = error.server_error().unwrap();
    assert_eq!(
        (server.column.as_deref(), server.data_type.as_deref()),
        (Some("c"), Some("dt"))
    );
    assert!(server.context.as_deref().unwrap().contains("PL/pgSQL"));
    assert!(error.to_string().contains("detail: d"));
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
fn rows_may_outlive_the_client() {
    let rows = client()
        .query(
            "SELECT n, repeat('y', n) FROM generate_series(1, 3000) n",
            &[],
        )
        .unwrap();
    assert_eq!(rows.len(), 3000);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(
            row.get(0).unwrap().unwrap().parse::<usize>().unwrap(),
            index + 1
        );
        assert_eq!(row.get(1).unwrap().unwrap().len(), index + 1);
    }
}

#[test]
fn batches() {
    let mut client = client();
    client
        .batch_execute("CREATE TEMP TABLE t (n int); INSERT INTO t SELECT generate_series(1, 5000); SELECT * FROM t; ;")
        .unwrap();
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "5000");
    let error = client
        .batch_execute("DELETE FROM t; SELECT 1/0; DELETE FROM t")
        .unwrap_err();
    assert_eq!(error.sqlstate(), Some("22012"));
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "5000");
    client.batch_execute("").unwrap();
    client.batch_execute("BEGIN").unwrap();
    assert_eq!(client.transaction(), TransactionStatus::Open);
    client.batch_execute("nonsense").unwrap_err();
    assert_eq!(client.transaction(), TransactionStatus::Failed);
    client.batch_execute("ROLLBACK").unwrap();
    assert_eq!(client.transaction(), TransactionStatus::Idle);
}

#[test]
fn a_zero_byte_is_an_error_before_anything_is_sent() {
    let mut client = client();
    for result in [
        client.batch_execute("SELECT 1\0"),
        client.query("SELECT 1\0", &[]).map(|_| ()),
        client.pipeline::<Error>(
            &[statement("SELECT 1", &[]), statement("\0", &[])],
            &mut |_, _| panic!("no row"),
        ),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
        assert!(error.to_string().contains("can't be sent"), "{error}");
    }
    // In a parameter it is the server that refuses it.
    assert_eq!(
        client
            .query("SELECT $1::text", &[Some("a\0b")])
            .unwrap_err()
            .sqlstate(),
        Some("22021")
    );
    assert_eq!(value(&mut client, "SELECT 1"), "1");
}

#[test]
fn copy_leaves_the_session_in_step() {
    let mut client = client();
    client
        .batch_execute("CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (1)")
        .unwrap();
    assert_eq!(
        client
            .batch_execute("COPY t FROM STDIN")
            .unwrap_err()
            .sqlstate(),
        Some("57014")
    );
    assert_eq!(
        client
            .query("COPY t FROM STDIN", &[])
            .unwrap_err()
            .sqlstate(),
        Some("57014")
    );
    assert_eq!(value(&mut client, "SELECT 2"), "2");
    assert!(matches!(
        client.query("COPY t TO STDOUT", &[]),
        Err(Error::Unsupported(_))
    ));
    assert!(matches!(
        client.batch_execute("COPY t TO STDOUT"),
        Err(Error::Unsupported(_))
    ));
    assert_eq!(value(&mut client, "SELECT count(*) FROM t"), "1");
}

#[test]
fn copy_with_statements_behind_it_ends_the_session() {
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
    assert!(matches!(
        client.query("SELECT 1", &[]),
        Err(Error::Closed { .. })
    ));
}

#[test]
fn text_that_is_not_utf8() {
    let mut client = client();
    // Against all advice, somebody changes the encoding that the client relies on.
    client
        .batch_execute("SET client_encoding = 'LATIN1'")
        .unwrap();
    let rows = client
        .query("SELECT 'fine' AS a, 'ab' || chr(255) AS \"B\"", &[])
        .unwrap();
    assert_eq!(rows[0].get(0).unwrap(), Some("fine"));
    let error = rows[0].get(1).unwrap_err();
    assert!(
        error.to_string().contains("\"B\"") && error.to_string().contains("byte 2"),
        "{error}"
    );
    assert_eq!(rows[0].get_bytes(1).unwrap(), Some(&b"ab\xff"[..]));
    // An error whose text is not UTF-8 is still an error.
    let error = client
        .batch_execute("DO $$ BEGIN RAISE EXCEPTION 'ab%', chr(255); END $$")
        .unwrap_err();
    assert!(error.to_string().contains("ab\u{fffd}"), "{error}");
}

#[test]
fn notices_notifications_and_settings() {
    let mut client = client();
    client
        .batch_execute("DO $$ BEGIN RAISE NOTICE 'first'; RAISE WARNING 'second'; END $$")
        .unwrap();
    let notices = client.take_notices();
    assert_eq!(
        notices
            .iter()
            .map(|n| (n.severity.as_str(), n.message.as_str()))
            .collect::<Vec<_>>(),
        [("NOTICE", "first"), ("WARNING", "second")]
    );
    assert!(client.take_notices().is_empty());
    client
        .batch_execute("LISTEN news; NOTIFY news, 'today'")
        .unwrap();
    let notifications = client.take_notifications();
    assert_eq!(notifications.len(), 1);
    assert_eq!(
        (
            notifications[0].channel.as_str(),
            notifications[0].payload.as_str()
        ),
        ("news", "today")
    );
    assert_eq!(Some(notifications[0].process_id), client.process_id());
    client.batch_execute("SET TimeZone = 'Asia/Tokyo'").unwrap();
    assert_eq!(client.parameter("timezone"), Some("Asia/Tokyo"));
    assert_eq!(client.server_version(), CLUSTER.version().number());
}
