//! A session's answers, held against what was sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_protocol::{Event, Execution, Format, ProtocolError, TransactionStatus};
use support::told::{BOUND, NO_COLUMNS, PARSED, execute, told};
use support::{columns, complete, error, events, message, ready, row, session};

#[test]
fn what_is_sent() {
    let mut session = session();
    session
        .execute(
            &Execution {
                sql: Some("S"),
                name: "n",
                parameter_types: &[25],
                parameter_formats: &[Format::Binary],
                result_formats: &[Format::Text, Format::Binary],
                describe: true,
                row_limit: 7,
            },
            [Some(&b"ab"[..]), None],
        )
        .unwrap();
    session.sync();
    let mut expected = message(b'P', b"n\0S\0\0\x01\0\0\0\x19");
    expected.extend(message(
        b'B',
        b"\0n\0\0\x01\0\x01\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\x02\0\0\0\x01",
    ));
    expected.extend(message(b'D', b"P\0"));
    expected.extend(message(b'E', b"\0\0\0\0\x07"));
    expected.extend(message(b'S', b""));
    assert_eq!(session.output(), expected);
    session.written(3);
    assert_eq!(session.output(), &expected[3..]);
    session.written(usize::MAX);
    assert!(session.output().is_empty() && !session.is_idle());
}

#[test]
fn many_statements_and_one_sync() {
    let mut session = session();
    assert_eq!(
        (execute(&mut session, "a"), execute(&mut session, "b")),
        (1, 2)
    );
    let third = session
        .execute(
            &Execution {
                name: "known",
                ..Execution::default()
            },
            [],
        )
        .unwrap();
    assert_eq!(third, 3);
    session.sync();
    let bytes = [
        PARSED,
        BOUND,
        &columns(&["x", "y"]),
        &row(&[Some("1"), None]),
        &row(&[Some(""), Some("é")]),
        &complete("SELECT 2"),
        PARSED,
        BOUND,
        NO_COLUMNS,
        &complete("UPDATE 0"),
        BOUND,
        &message(b'I', b""),
        &ready(b'T'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes),
        [
            "1 parsed",
            "1 columns [\"x\", \"y\"]",
            "1 row [Some(\"1\"), None]",
            "1 row [Some(\"\"), Some(\"é\")]",
            "1 complete SELECT 2",
            "2 parsed",
            "2 no columns",
            "2 complete UPDATE 0",
            "3 empty",
            "ready Open 3",
        ]
    );
    session.written(usize::MAX);
    assert!(session.is_idle());
    assert_eq!(session.transaction(), TransactionStatus::Open);
}

#[test]
fn an_error_skips_to_the_sync_and_no_further() {
    let mut session = session();
    for sql in ["a", "b", "c"] {
        execute(&mut session, sql);
    }
    session.sync();
    execute(&mut session, "d");
    session.sync();
    let bytes = [
        PARSED,
        BOUND,
        NO_COLUMNS,
        &complete("BEGIN"),
        &error("42601", "syntax"),
        &ready(b'E'),
        PARSED,
        BOUND,
        &error("25P02", "aborted"),
        &ready(b'E'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes),
        [
            "1 parsed",
            "1 no columns",
            "1 complete BEGIN",
            "Some(2) error 42601",
            "ready Failed 3",
            "4 parsed",
            "Some(4) error 25P02",
            "ready Failed 4",
        ]
    );
    // At the Sync, and with nothing sent at all.
    execute(&mut session, "e");
    session.sync();
    let bytes = [
        PARSED,
        BOUND,
        NO_COLUMNS,
        &complete("COMMIT"),
        &error("23505", "deferred"),
        &ready(b'I'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes)[3..],
        ["None error 23505", "ready Idle 5"]
    );
    assert_eq!(
        told(&mut session, &error("57P01", "shutdown")),
        ["None error 57P01"]
    );
}

#[test]
fn preparing_closing_and_portals() {
    let mut session = session();
    session.prepare("s", "SELECT $1", &[]).unwrap();
    session
        .execute(
            &Execution {
                name: "s",
                row_limit: 1,
                ..Execution::default()
            },
            [Some(&b"x"[..])],
        )
        .unwrap();
    session.close_statement("s").unwrap();
    session.flush();
    session.sync();
    let bytes = [
        PARSED,
        &message(b't', &[0, 1, 0, 0, 0, 25]),
        &columns(&["?column?"]),
        BOUND,
        &row(&[Some("x")]),
        &message(b's', b""),
        &message(b'3', b""),
        &ready(b'I'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes),
        [
            "1 parsed",
            "1 parameters [25]",
            "1 columns [\"?column?\"]",
            "2 row [Some(\"x\")]",
            "2 suspended",
            "3 closed",
            "ready Idle 3",
        ]
    );
}

#[test]
fn simple_queries() {
    let mut session = session();
    session.simple_query("a; b").unwrap();
    session.simple_query("").unwrap();
    let bytes = [
        columns(&["x"]),
        row(&[None]),
        complete("SELECT 1"),
        complete("DELETE 3"),
        error("22012", "zero"),
        ready(b'I'),
        message(b'I', b""),
        ready(b'I'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes),
        [
            "1 columns [\"x\"]",
            "1 row [None]",
            "1 complete SELECT 1",
            "1 complete DELETE 3",
            "Some(1) error 22012",
            "ready Idle 1",
            "2 empty",
            "ready Idle 2",
        ]
    );
}

#[test]
fn what_may_come_at_any_moment() {
    let mut session = session();
    execute(&mut session, "a");
    session.sync();
    let bytes = [
        &message(b'A', b"\0\0\0\x07news\0today\0"),
        PARSED,
        &message(b'S', b"TimeZone\0UTC\0"),
        BOUND,
        &message(b'N', b"SNOTICE\0Mlook\0Zunknown field\0\0"),
        NO_COLUMNS,
        &complete("SET"),
        &ready(b'I'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes),
        [
            "7 news today",
            "1 parsed",
            "TimeZone = UTC",
            "notice look",
            "1 no columns",
            "1 complete SET",
            "ready Idle 1"
        ]
    );
    assert_eq!(session.parameters().get("timezone"), Some("UTC"));
}

#[test]
fn answers_to_nothing() {
    let stray: [&[u8]; 12] = [
        PARSED,
        BOUND,
        NO_COLUMNS,
        &row(&[]),
        &columns(&[]),
        &complete("X"),
        &ready(b'I'),
        &message(b'I', b""),
        &message(b's', b""),
        &message(b'd', b""),
        &message(b'c', b""),
        &message(b'K', &[0; 8]),
    ];
    for bytes in stray {
        let result = events(&mut session(), bytes);
        assert!(
            matches!(result, Err(ProtocolError::Unexpected { .. })),
            "{bytes:?} {result:?}"
        );
    }
    // In the wrong order.
    for bytes in [[BOUND, PARSED], [PARSED, NO_COLUMNS], [PARSED, PARSED]] {
        let mut session = session();
        execute(&mut session, "a");
        session.sync();
        let result = events(&mut session, &bytes.concat());
        assert!(
            matches!(result, Err(ProtocolError::Unexpected { .. })),
            "{result:?}"
        );
    }
    // A row before its statement is bound, a Ready while a statement runs.
    for bytes in [row(&[]), ready(b'I')] {
        let mut session = session();
        execute(&mut session, "a");
        session.sync();
        assert!(events(&mut session, &bytes).is_err());
    }
}

#[test]
fn messages_that_lie() {
    for bytes in [
        &b"D\0\0\0\x03"[..],
        b"D\x7f\xff\xff\xff",
        b"Z\0\0\xff\xff",
        b"Y\0\0\0\x04",
        b"\0\0\0\0\0",
        &message(b'Z', b""),
        &message(b'Z', b"X"),
        &message(b'S', b"no zero"),
        &message(b'E', b"Sno end"),
    ] {
        let mut session = session();
        session.simple_query("a").unwrap();
        let result = events(&mut session, bytes);
        assert!(result.is_err(), "{bytes:?} {result:?}");
    }
    // A row whose lengths do not add up is found by whoever reads it.
    let mut session = session();
    session.simple_query("a").unwrap();
    for body in [
        &b"\0\x01\0\0\0\x09abc"[..],
        b"\0\x02\0\0\0\x01a",
        b"\0\x00a",
        b"\0\x01\0\0",
    ] {
        let events = events(&mut session, &message(b'D', body)).unwrap();
        let Event::Row { row, .. } = &events[0] else {
            panic!()
        };
        assert!(row.locate(&mut Vec::new()).is_err(), "{body:?}");
    }
}

#[test]
fn what_can_not_be_sent_is_not_queued() {
    let mut session = session();
    let many = vec![None; 70_000];
    assert!(matches!(
        session.simple_query("a\0"),
        Err(ProtocolError::Unencodable(_))
    ));
    assert!(session.prepare("a\0", "b", &[]).is_err());
    assert!(session.prepare("a", "b\0", &[]).is_err());
    assert!(session.close_statement("\0").is_err());
    assert!(
        session
            .execute(
                &Execution {
                    sql: Some("a"),
                    name: "\0",
                    ..Execution::default()
                },
                []
            )
            .is_err()
    );
    assert!(
        session
            .execute(
                &Execution {
                    sql: Some("a"),
                    ..Execution::default()
                },
                many
            )
            .is_err()
    );
    assert!(session.output().is_empty() && session.is_idle());
    session.terminate();
    assert_eq!(session.output(), message(b'X', b""));
}
