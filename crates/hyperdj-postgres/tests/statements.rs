//! Queries and batches against a real server.
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
    assert!(
        !error.to_string().contains("try yes"),
        "the hint is said once: {error}"
    );
    assert!(
        error
            .server_error()
            .unwrap()
            .to_string()
            .contains("hint: try yes")
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
