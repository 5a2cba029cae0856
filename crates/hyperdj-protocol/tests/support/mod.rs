//! What the tests share: messages as a server writes them, and ways to feed them.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod told;

use hyperdj_protocol::{
    Channel, ChannelBindingMode, Event, ProtocolError, ProtocolVersion, RequiredMethods, Session,
    Startup, StartupError, StartupEvent, StartupOptions,
};

/// A message: its kind, its length, its body.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// An authentication request with this code.
pub(crate) fn authentication(code: i32, more: &[u8]) -> Vec<u8> {
    message(b'R', &[&code.to_be_bytes(), more].concat())
}

pub(crate) fn error(code: &str, text: &str) -> Vec<u8> {
    message(
        b'E',
        format!("SERROR\0VERROR\0C{code}\0M{text}\0\0").as_bytes(),
    )
}

pub(crate) fn complete(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0").as_bytes())
}

pub(crate) fn ready(status: u8) -> Vec<u8> {
    message(b'Z', &[status])
}

pub(crate) fn row(values: &[Option<&str>]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        match value {
            None => body.extend_from_slice(&(-1i32).to_be_bytes()),
            Some(text) => {
                body.extend_from_slice(&i32::try_from(text.len()).unwrap().to_be_bytes());
                body.extend_from_slice(text.as_bytes());
            }
        }
    }
    message(b'D', &body)
}

pub(crate) fn columns(names: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0]);
        body.extend_from_slice(&[0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    }
    message(b'T', &body)
}

/// Everything from AuthenticationOk to the first ReadyForQuery.
pub(crate) fn greeting() -> Vec<u8> {
    [
        authentication(0, &[]),
        message(b'S', b"server_version\x0015.4 (Debian)\0"),
        message(b'K', &[0, 0, 0, 9, 1, 2, 3, 4]),
        ready(b'I'),
    ]
    .concat()
}

pub(crate) fn options() -> StartupOptions {
    StartupOptions {
        user: "me".to_owned(),
        database: Some("shop".to_owned()),
        parameters: Vec::new(),
        password: Some(b"geheim".to_vec()),
        channel: Channel::Unencrypted,
        channel_binding: ChannelBindingMode::Prefer,
        required_methods: RequiredMethods::default(),
        newest_version: ProtocolVersion::V3_0,
        oldest_version: ProtocolVersion::V3_0,
    }
}

/// Takes what is to be sent.
pub(crate) fn sent(startup: &mut Startup) -> Vec<u8> {
    let bytes = startup.output().to_vec();
    startup.written(bytes.len());
    bytes
}

/// Feeds a startup, its StartupMessage taken, until an event, an error or the end of the bytes.
pub(crate) fn answer(
    startup: &mut Startup,
    bytes: &[u8],
) -> Result<Option<StartupEvent>, StartupError> {
    startup.feed(bytes);
    startup.next_event()
}

pub(crate) fn session() -> Session {
    let mut startup = Startup::new(options()).unwrap();
    match answer(&mut startup, &greeting()) {
        Ok(Some(StartupEvent::Ready(session))) => *session,
        other => panic!("{other:?}"),
    }
}

/// All events that these bytes give.
pub(crate) fn events(session: &mut Session, bytes: &[u8]) -> Result<Vec<Event>, ProtocolError> {
    session.feed(bytes);
    let mut events = Vec::new();
    while let Some(event) = session.next_event()? {
        events.push(event);
    }
    Ok(events)
}
