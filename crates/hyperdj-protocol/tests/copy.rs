//! COPY, in both directions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_protocol::Session;
use support::told::{BOUND, NO_COLUMNS, PARSED, execute, told};
use support::{complete, error, message, ready, session};

#[test]
fn copying_out() {
    let mut session = session();
    execute(&mut session, "COPY t TO STDOUT");
    session.sync();
    let bytes = [
        PARSED,
        BOUND,
        NO_COLUMNS,
        &message(b'H', b"\0\0\x01\0\0"),
        &message(b'd', b"1\n"),
        &message(b'd', b""),
        &message(b'c', b""),
        &complete("COPY 1"),
        &ready(b'I'),
    ]
    .concat();
    assert_eq!(
        told(&mut session, &bytes)[2..],
        [
            "1 copy out",
            "1 data 1\n",
            "1 data ",
            "1 copy done",
            "1 complete COPY 1",
            "ready Idle 1"
        ]
    );
}

/// Begins an extended COPY FROM STDIN, whose Sync the server ignores.
fn copying_in() -> Session {
    let mut session = session();
    execute(&mut session, "COPY t FROM STDIN");
    session.sync();
    session.written(usize::MAX);
    let bytes = [PARSED, BOUND, NO_COLUMNS, &message(b'G', b"\0\0\x01\0\0")].concat();
    assert_eq!(told(&mut session, &bytes)[2..], ["1 copy in"]);
    session
}

#[test]
fn copying_in_sends_the_ignored_sync_again() {
    let mut session = copying_in();
    session.copy_data(b"1\n").unwrap();
    session.copy_done();
    let sent = [
        message(b'd', b"1\n"),
        message(b'c', b""),
        message(b'S', b""),
    ]
    .concat();
    assert_eq!(session.output(), sent);
    let bytes = [complete("COPY 1"), ready(b'I')].concat();
    assert_eq!(
        told(&mut session, &bytes),
        ["1 complete COPY 1", "ready Idle 1"]
    );

    let mut session = copying_in();
    session.copy_fail("no").unwrap();
    assert_eq!(
        session.output(),
        [message(b'f', b"no\0"), message(b'S', b"")].concat()
    );
    let bytes = [error("57014", "failed"), ready(b'I')].concat();
    assert_eq!(
        told(&mut session, &bytes),
        ["Some(1) error 57014", "ready Idle 1"]
    );

    // The server gives up by itself.
    let mut session = copying_in();
    session.copy_data(b"x\n").unwrap();
    assert_eq!(
        told(&mut session, &error("22P02", "no number")),
        ["Some(1) error 22P02"]
    );
    assert_eq!(
        session.output(),
        [message(b'd', b"x\n"), message(b'S', b"")].concat()
    );
    assert_eq!(told(&mut session, &ready(b'I')), ["ready Idle 1"]);

    // A simple query has no Sync.
    let mut session = support::session();
    session.simple_query("COPY t FROM STDIN").unwrap();
    session.written(usize::MAX);
    assert_eq!(
        told(&mut session, &message(b'G', b"\0\0\x01\0\0")),
        ["1 copy in"]
    );
    session.copy_done();
    assert_eq!(session.output(), message(b'c', b""));
}
