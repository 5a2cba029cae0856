//! Opening a session, message by message.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_protocol::{
    AuthenticationError, AuthenticationMethod, Channel, ChannelBindingMode, ForeignServer,
    ProtocolError, ProtocolVersion, RequiredMethods, Startup, StartupError, StartupEvent,
    StartupOptions,
};
use support::{answer, authentication, error, greeting, message, options, sent};

fn start(options: StartupOptions) -> Startup {
    let mut startup = Startup::new(options).unwrap();
    sent(&mut startup);
    startup
}

fn refuse(options: StartupOptions, bytes: &[u8]) -> StartupError {
    match answer(&mut start(options), bytes) {
        Err(error) => error,
        other => panic!("{other:?}"),
    }
}

fn policy(options: StartupOptions, bytes: &[u8]) -> AuthenticationError {
    match refuse(options, bytes) {
        StartupError::Authentication(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_startup_message() {
    let mut startup = Startup::new(StartupOptions {
        parameters: vec![("application_name".to_owned(), "test".to_owned())],
        ..options()
    })
    .unwrap();
    let bytes = sent(&mut startup);
    let mut expected = vec![0, 0, 0, 0, 0, 3, 0, 0];
    expected.extend_from_slice(
        b"user\0me\0database\0shop\0client_encoding\0UTF8\0application_name\0test\0\0",
    );
    expected[3] = u8::try_from(expected.len()).unwrap();
    assert_eq!(bytes, expected);
    let mut startup = Startup::new(StartupOptions {
        newest_version: ProtocolVersion::V3_2,
        ..options()
    })
    .unwrap();
    assert_eq!(sent(&mut startup)[4..8], [0, 3, 0, 2]);
    for parameters in [
        vec![("options".to_owned(), "a\0b".to_owned())],
        vec![("options".to_owned(), "x".repeat(10_000))],
    ] {
        let result = Startup::new(StartupOptions {
            parameters,
            ..options()
        });
        assert!(
            matches!(result, Err(ProtocolError::Unencodable(_))),
            "{result:?}"
        );
    }
}

#[test]
fn a_trusting_server() {
    let mut startup = start(options());
    assert!(!startup.heard());
    let Ok(Some(StartupEvent::Ready(session))) = answer(&mut startup, &greeting()) else {
        panic!()
    };
    assert!(startup.heard());
    assert_eq!(
        session.parameters().get("server_version"),
        Some("15.4 (Debian)")
    );
    assert_eq!(session.cancel_key().unwrap().process_id(), 9);
    assert!(session.is_idle());
}

#[test]
fn bytes_behind_the_greeting_belong_to_the_session() {
    let mut startup = start(options());
    let notice = message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mhello\0\0");
    let bytes = [notice.clone(), greeting(), notice].concat();
    let first = answer(&mut startup, &bytes);
    assert!(
        matches!(&first, Ok(Some(StartupEvent::Notice(notice))) if notice.message == "hello"),
        "{first:?}"
    );
    let Ok(Some(StartupEvent::Ready(mut session))) = startup.next_event() else {
        panic!()
    };
    assert!(matches!(
        session.next_event(),
        Ok(Some(hyperdj_protocol::Event::Notice(_)))
    ));
}

#[test]
fn a_key_of_protocol_3_2() {
    let mut startup = start(StartupOptions {
        newest_version: ProtocolVersion::V3_2,
        ..options()
    });
    let bytes = [
        message(b'v', &[0, 0, 0, 0, 0, 0, 0, 0]),
        authentication(0, &[]),
        message(b'K', &[&[0, 0, 0, 9][..], &[7; 32]].concat()),
        support::ready(b'I'),
    ]
    .concat();
    let Ok(Some(StartupEvent::Ready(session))) = answer(&mut startup, &bytes) else {
        panic!()
    };
    assert_eq!(session.cancel_key().unwrap().request().len(), 12 + 32);
    // Nothing was asked for that could be negotiated, or the answer is not acceptable.
    for (newest, oldest, body) in [
        (
            ProtocolVersion::V3_0,
            ProtocolVersion::V3_0,
            &[0, 0, 0, 0, 0, 0, 0, 0][..],
        ),
        (
            ProtocolVersion::V3_2,
            ProtocolVersion::V3_2,
            &[0, 3, 0, 0, 0, 0, 0, 0],
        ),
        (
            ProtocolVersion::V3_2,
            ProtocolVersion::V3_0,
            &[0, 3, 0, 9, 0, 0, 0, 0],
        ),
        (
            ProtocolVersion::V3_2,
            ProtocolVersion::V3_0,
            b"\0\0\0\0\0\0\0\x01_pq_.x\0",
        ),
        (
            ProtocolVersion::V3_2,
            ProtocolVersion::V3_0,
            b"\0\0\0\0\0\0\0\x02_pq_.x\0",
        ),
        (ProtocolVersion::V3_2, ProtocolVersion::V3_0, b"\0\0\0"),
    ] {
        let options = StartupOptions {
            newest_version: newest,
            oldest_version: oldest,
            ..options()
        };
        let error = refuse(options, &message(b'v', body));
        assert!(
            matches!(error, StartupError::Protocol(ProtocolError::Malformed(_))),
            "{error:?}"
        );
    }
}

#[test]
fn passwords_in_clear_text() {
    let request = authentication(3, &[]);
    for (channel, required, allowed) in [
        (Channel::Unencrypted, "", false),
        (Channel::Unencrypted, "!md5", false),
        (Channel::Unencrypted, "password", true),
        (Channel::Local, "", true),
        (Channel::Tls { end_point: None }, "", true),
    ] {
        let required_methods = RequiredMethods::parse(required).unwrap();
        let mut startup = start(StartupOptions {
            channel: channel.clone(),
            required_methods,
            ..options()
        });
        let result = answer(&mut startup, &request);
        if allowed {
            assert!(matches!(result, Ok(None)), "{result:?}");
            assert_eq!(sent(&mut startup), message(b'p', b"geheim\0"));
        } else {
            assert_eq!(
                result.unwrap_err(),
                StartupError::Authentication(AuthenticationError::CleartextRefused)
            );
            assert_eq!(sent(&mut startup), b"");
        }
    }
    // Whatever the channel, what the settings exclude is not answered.
    let required_methods = RequiredMethods::parse("scram-sha-256").unwrap();
    let error = policy(
        StartupOptions {
            channel: Channel::Local,
            required_methods,
            ..options()
        },
        &request,
    );
    assert_eq!(
        error,
        AuthenticationError::Excluded(AuthenticationMethod::Password)
    );
}

#[test]
fn md5() {
    let mut startup = start(options());
    assert!(matches!(
        answer(&mut startup, &authentication(5, &[1, 2, 3, 4])),
        Ok(None)
    ));
    let bytes = sent(&mut startup);
    assert_eq!(bytes.len(), 5 + 35 + 1);
    assert!(bytes[5..].starts_with(b"md5"));
    // A server that asks twice is after something.
    let again = answer(&mut startup, &authentication(3, &[]));
    assert!(
        matches!(
            again,
            Err(StartupError::Protocol(ProtocolError::Unexpected { .. }))
        ),
        "{again:?}"
    );
}

#[test]
fn methods_that_are_not_spoken() {
    for (code, method) in [
        (2, AuthenticationMethod::Kerberos),
        (6, AuthenticationMethod::ScmCredential),
        (7, AuthenticationMethod::Gss),
        (9, AuthenticationMethod::Sspi),
        (13, AuthenticationMethod::Unknown(13)),
        (-1, AuthenticationMethod::Unknown(-1)),
    ] {
        assert_eq!(
            policy(options(), &authentication(code, &[])),
            AuthenticationError::Unsupported(method)
        );
    }
    let error = policy(
        options(),
        &authentication(10, b"SCRAM-SHA-1\0OAUTHBEARER\0\0"),
    );
    assert_eq!(
        error,
        AuthenticationError::NoMechanism(vec!["SCRAM-SHA-1".to_owned(), "OAUTHBEARER".to_owned()])
    );
    for password in [None, Some(Vec::new())] {
        for request in [
            authentication(5, &[0; 4]),
            authentication(10, b"SCRAM-SHA-256\0\0"),
        ] {
            let error = policy(
                StartupOptions {
                    password: password.clone(),
                    ..options()
                },
                &request,
            );
            assert!(
                matches!(error, AuthenticationError::PasswordMissing(_)),
                "{error:?}"
            );
        }
    }
}

#[test]
fn what_must_happen_before_the_client_is_in() {
    let ok = authentication(0, &[]);
    let error = policy(
        StartupOptions {
            channel_binding: ChannelBindingMode::Require,
            ..options()
        },
        &ok,
    );
    assert!(matches!(
        error,
        AuthenticationError::ChannelBindingMissing(_)
    ));
    let error = policy(
        StartupOptions {
            required_methods: RequiredMethods::parse("!none").unwrap(),
            ..options()
        },
        &ok,
    );
    assert_eq!(error, AuthenticationError::NoneExcluded);
    // Nothing but authentication comes before authentication.
    for bytes in [
        support::ready(b'I'),
        message(b'K', &[0; 8]),
        message(b'S', b"a\0b\0"),
    ] {
        let bytes = [message(b'N', b"SNOTICE\0\0"), bytes].concat();
        let mut startup = start(options());
        assert!(matches!(
            answer(&mut startup, &bytes),
            Ok(Some(StartupEvent::Notice(_)))
        ));
        let error = startup.next_event().unwrap_err();
        assert!(
            matches!(
                error,
                StartupError::Protocol(ProtocolError::Unexpected { .. })
            ),
            "{error:?}"
        );
    }
}

#[test]
fn errors_of_the_server() {
    let refused = refuse(options(), &error("28P01", "password authentication failed"));
    assert!(
        matches!(&refused, StartupError::Server(error) if error.code == "28P01" && error.class() == "28")
    );
    let bare = refuse(options(), b"Ecould not fork new process\n\0");
    assert!(
        matches!(&bare, StartupError::Server(error) if error.message == "could not fork new process")
    );
}

#[test]
fn other_servers() {
    for (bytes, found) in [
        (&b"HTTP/1.0 400 Bad Request"[..], ForeignServer::Http),
        (b"SSH-2.0-x", ForeignServer::Ssh),
        (b"\x4a\0\0\0\x0a8.0.36", ForeignServer::MySql),
        (b"220 hello there", ForeignServer::Greeting),
        (b"-ERR unknown", ForeignServer::Unknown(b'-')),
        (b"Rubbish", ForeignServer::Unknown(b'R')),
    ] {
        let error = refuse(options(), bytes);
        assert_eq!(
            error,
            StartupError::Protocol(ProtocolError::NotPostgres(found))
        );
        // Byte by byte it comes to the same.
        let mut startup = start(options());
        let error = bytes
            .iter()
            .find_map(|byte| answer(&mut startup, &[*byte]).err());
        assert!(
            matches!(
                error,
                Some(StartupError::Protocol(ProtocolError::NotPostgres(_)))
            ),
            "{error:?}"
        );
    }
}

#[test]
fn nothing_shows_the_password() {
    let shown = format!("{:?} {:?}", options(), start(options()));
    assert!(
        !shown.contains("geheim") && !shown.contains("103, 101"),
        "{shown}"
    );
}
