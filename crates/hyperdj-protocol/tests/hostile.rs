//! Servers that send anything at all: no panic, no waiting for ever, no memory for a promise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_protocol::{BorrowedRow, Event, Execution, Session, Startup, StartupEvent};
use proptest::prelude::*;
use support::{authentication, columns, complete, error, greeting, message, options, ready, row};

/// A whole conversation, as a server would hold it with [`busy`].
fn conversation() -> Vec<u8> {
    [
        b"1\0\0\0\x042\0\0\0\x04".to_vec(),
        columns(&["a", "b"]),
        row(&[Some("one"), None]),
        row(&[Some("two"), Some("")]),
        complete("SELECT 2"),
        message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mhello\0\0"),
        b"1\0\0\0\x042\0\0\0\x04n\0\0\0\x04".to_vec(),
        message(b'H', b"\0\0\x01\0\0"),
        message(b'd', b"line\n"),
        message(b'c', b""),
        complete("COPY 1"),
        b"1\0\0\0\x04".to_vec(),
        error("42P01", "nothing there"),
        ready(b'I'),
        message(b'A', b"\0\0\0\x07news\0today\0"),
        message(b'S', b"TimeZone\0UTC\0"),
        columns(&["x"]),
        row(&[Some("y")]),
        complete("SELECT 1"),
        ready(b'T'),
    ]
    .concat()
}

/// A session that waits for [`conversation`].
fn busy() -> Session {
    let mut session = support::session();
    for sql in ["a", "b", "c", "d"] {
        session
            .execute(
                &Execution {
                    sql: Some(sql),
                    describe: true,
                    ..Execution::default()
                },
                [],
            )
            .unwrap();
    }
    session.sync();
    session.simple_query("e").unwrap();
    session
}

/// Takes events until there are none or the session is out of step; all that can be read is read.
fn exhaust(session: &mut Session) -> (Vec<String>, bool) {
    let mut seen = Vec::new();
    let mut ranges = Vec::new();
    loop {
        match session.next_event() {
            Ok(Some(event)) => {
                if let Event::Row { row, .. } = &event {
                    let _ = row.locate(&mut ranges);
                    for range in ranges.iter().flatten() {
                        assert!(row.bytes().get(range.clone()).is_some());
                    }
                }
                if let Event::CopyIn { .. } = &event {
                    session.copy_fail("no").unwrap();
                }
                seen.push(format!("{event:?}"));
            }
            Ok(None) => return (seen, true),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return (seen, false);
            }
        }
    }
}

/// The values of a row, as far as they can be read.
fn values(row: BorrowedRow<'_>) -> String {
    let seen: Vec<_> = row
        .ranges()
        .map(|range| range.map(|range| range.map(|range| &row.bytes()[range])))
        .collect();
    format!("{seen:?}")
}

/// What a session gives for these bytes, rows lent where that is asked for.
fn lent_or_not(bytes: &[u8], sizes: &[usize], lent: bool) -> Vec<String> {
    let mut session = busy();
    let mut seen = Vec::new();
    let mut rest = bytes;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = (*sizes.next().unwrap_or(&1)).clamp(1, rest.len());
        session.room(size)[..size].copy_from_slice(&rest[..size]);
        session.filled(size);
        rest = &rest[size..];
        loop {
            if lent {
                session.take_rows(|row| seen.push(values(row)));
            }
            match session.next_event() {
                Ok(Some(Event::Row { row, .. })) => seen.push(values(row.borrow())),
                Ok(Some(event)) => {
                    if let Event::CopyIn { .. } = &event {
                        session.copy_fail("no").unwrap();
                    }
                    seen.push(format!("{event:?}"));
                }
                Ok(None) => break,
                Err(error) => {
                    seen.push(error.to_string());
                    return seen;
                }
            }
        }
    }
    seen
}

/// The events of a conversation that comes in pieces of these sizes.
fn in_pieces(bytes: &[u8], sizes: &[usize]) -> (Vec<String>, bool) {
    let mut session = busy();
    let mut seen = Vec::new();
    let mut rest = bytes;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = (*sizes.next().unwrap_or(&1)).clamp(1, rest.len());
        // Through the buffer itself, as a driver does it.
        session.room(size)[..size].copy_from_slice(&rest[..size]);
        session.filled(size);
        rest = &rest[size..];
        let (more, good) = exhaust(&mut session);
        seen.extend(more);
        if !good {
            return (seen, false);
        }
    }
    (seen, true)
}

#[test]
fn the_conversation_is_a_good_one() {
    let (seen, good) = in_pieces(&conversation(), &[usize::MAX]);
    assert!(good);
    assert_eq!(seen.len(), 21, "{seen:#?}");
    assert!(seen[20].contains("Ready"));
}

#[test]
fn a_promise_takes_no_memory() {
    let mut session = busy();
    session.feed(b"D\x3f\xff\xff\xff");
    assert!(
        matches!(session.next_event(), Ok(None)),
        "a row of 1 GiB may be on its way"
    );
    // The buffer is what has arrived and what is asked for, not what was announced.
    assert!(session.room(1000).len() < 1 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() })]

    #[test]
    fn pieces_do_not_matter(sizes in prop::collection::vec(1usize..40, 1..20)) {
        prop_assert_eq!(in_pieces(&conversation(), &sizes), in_pieces(&conversation(), &[usize::MAX]));
    }

    #[test]
    fn random_bytes_in_a_session(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut session = busy();
        session.feed(&bytes);
        exhaust(&mut session);
    }

    #[test]
    fn random_messages_in_a_session(messages in prop::collection::vec(
        (prop::sample::select(b"123AcCdDEGHIKnNRsStTvWZ".to_vec()), prop::collection::vec(any::<u8>(), 0..24)), 0..20)) {
        let mut session = busy();
        for (kind, body) in &messages {
            session.feed(&message(*kind, body));
        }
        exhaust(&mut session);
    }

    #[test]
    fn rows_that_are_lent_are_the_rows_of_the_events(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        sizes in prop::collection::vec(1usize..100, 1..5),
    ) {
        let mut bytes = conversation();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        prop_assert_eq!(lent_or_not(&bytes, &sizes, true), lent_or_not(&bytes, &sizes, false));
    }

    #[test]
    fn a_conversation_with_errors(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), sizes in prop::collection::vec(1usize..100, 1..5)) {
        let mut bytes = conversation();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        prop_assert_eq!(in_pieces(&bytes, &sizes), in_pieces(&bytes, &[usize::MAX]));
    }

    #[test]
    fn random_bytes_at_the_start(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut startup = Startup::new(options()).unwrap();
        startup.feed(&bytes);
        while let Ok(Some(StartupEvent::Notice(_))) = startup.next_event() {}
        let _ = hyperdj_protocol::tls_answer(&bytes);
    }

    #[test]
    fn random_messages_at_the_start(
        requests in prop::collection::vec((0i32..14, prop::collection::vec(any::<u8>(), 0..40)), 0..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes: Vec<u8> = requests.iter().flat_map(|(code, body)| authentication(*code, body)).collect();
        bytes.extend(greeting());
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        let mut startup = Startup::new(options()).unwrap();
        startup.feed(&bytes);
        loop {
            match startup.next_event() {
                Ok(Some(StartupEvent::Notice(_))) => {}
                Ok(Some(StartupEvent::Ready(mut session))) => {
                    exhaust(&mut session);
                    break;
                }
                Ok(None) => break,
                Err(error) => {
                    let shown = format!("{error} {error:?}");
                    prop_assert!(!shown.contains("geheim"), "{}", shown);
                    break;
                }
            }
        }
    }
}
