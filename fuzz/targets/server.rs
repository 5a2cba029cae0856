//! A server that says anything at all, in pieces of any size: from the greeting on, and in the midst of a conversation.
#![no_main]

use hyperdj_protocol::{
    Channel, ChannelBindingMode, Event, Execution, ProtocolVersion, RequiredMethods, Session,
    Startup, StartupEvent, StartupOptions,
};
use libfuzzer_sys::fuzz_target;

/// `AuthenticationOk`, `BackendKeyData`, `ReadyForQuery`.
const GREETING: &[u8] = b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I";

fn started(bytes: &[u8]) -> Option<Session> {
    let options = StartupOptions {
        user: "me".to_owned(),
        database: None,
        parameters: Vec::new(),
        password: Some(b"secret".to_vec()),
        channel: Channel::Unencrypted,
        channel_binding: ChannelBindingMode::Prefer,
        required_methods: RequiredMethods::default(),
        newest_version: ProtocolVersion::V3_0,
        oldest_version: ProtocolVersion::V3_0,
    };
    let mut startup = Startup::new(options).ok()?;
    startup.feed(bytes);
    for _ in 0..100 {
        match startup.next_event() {
            Ok(Some(StartupEvent::Ready(session))) => return Some(*session),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return None,
        }
    }
    None
}

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (from_the_start, size, bytes) = input;
    if from_the_start {
        let _ = started(bytes);
        return;
    }
    let mut session = started(GREETING).expect("a greeting is one");
    for sql in ["a", "b"] {
        let execution = Execution {
            sql: Some(sql),
            describe: true,
            ..Execution::default()
        };
        session.execute(&execution, []).expect("it is ready");
    }
    session.sync();
    let mut ranges = Vec::new();
    for piece in bytes.chunks(usize::from(size).max(1)) {
        session.feed(piece);
        loop {
            match session.next_event() {
                Ok(Some(Event::Row { row, .. })) => {
                    let _ = row.locate(&mut ranges);
                    for range in ranges.iter().flatten() {
                        assert!(row.bytes().get(range.clone()).is_some());
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
});
