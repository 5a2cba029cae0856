//! SCRAM: the mechanism that fits the channel, and servers that do not prove that they know the password.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

mod support;

use hyperdj_protocol::{
    AuthenticationError, Channel, ChannelBindingMode, ProtocolError, Startup, StartupError,
    StartupOptions,
};
use support::{answer, authentication, options, sent};

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

const BOTH: &[u8] = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
const PLAIN: &[u8] = b"SCRAM-SHA-256\0\0";

#[test]
fn the_scram_mechanism_fits_the_channel() {
    let tls = Channel::Tls {
        end_point: Some(vec![1; 32]),
    };
    let odd = Channel::Tls { end_point: None };
    use ChannelBindingMode::{Disable, Prefer, Require};
    for (channel, mode, offer, expected) in [
        (
            &tls,
            Prefer,
            BOTH,
            Some(("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,")),
        ),
        (
            &tls,
            Require,
            BOTH,
            Some(("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,")),
        ),
        (&tls, Disable, BOTH, Some(("SCRAM-SHA-256", "n,,"))),
        // "I could": a server that could as well knows that its offer was removed on the way.
        (&tls, Prefer, PLAIN, Some(("SCRAM-SHA-256", "y,,"))),
        (&tls, Require, PLAIN, None),
        (&odd, Prefer, BOTH, Some(("SCRAM-SHA-256", "n,,"))),
        (&odd, Require, BOTH, None),
        (
            &Channel::Unencrypted,
            Prefer,
            PLAIN,
            Some(("SCRAM-SHA-256", "n,,")),
        ),
        (
            &Channel::Local,
            Prefer,
            PLAIN,
            Some(("SCRAM-SHA-256", "n,,")),
        ),
        (&Channel::Unencrypted, Require, PLAIN, None),
        // Channel binding without a channel to bind to.
        (&Channel::Unencrypted, Prefer, BOTH, None),
    ] {
        let options = StartupOptions {
            channel: channel.clone(),
            channel_binding: mode,
            ..options()
        };
        let mut startup = start(options);
        let result = answer(&mut startup, &authentication(10, offer));
        match expected {
            Some((mechanism, header)) => {
                assert!(
                    matches!(result, Ok(None)),
                    "{channel:?} {mode:?} {result:?}"
                );
                let bytes = sent(&mut startup);
                let text = String::from_utf8_lossy(&bytes[5..]).into_owned();
                assert!(text.starts_with(&format!("{mechanism}\0")), "{text:?}");
                assert!(text.contains(&format!("{header}n=,r=")), "{text:?}");
            }
            None => {
                assert!(
                    matches!(result, Err(StartupError::Authentication(_))),
                    "{channel:?} {mode:?} {result:?}"
                );
                assert_eq!(sent(&mut startup), b"");
            }
        }
    }
}

#[test]
fn a_server_that_does_not_prove_itself() {
    // Authenticated before, or in the middle of, the exchange.
    let mut startup = start(options());
    answer(&mut startup, &authentication(10, PLAIN)).unwrap();
    let first = String::from_utf8(sent(&mut startup)[5..].to_vec()).unwrap();
    let early = answer(&mut startup, &authentication(0, &[]));
    assert_eq!(
        early.unwrap_err(),
        StartupError::Authentication(AuthenticationError::ServerUnproven)
    );

    let mut startup = start(options());
    answer(&mut startup, &authentication(10, PLAIN)).unwrap();
    let nonce = String::from_utf8(sent(&mut startup)[5..].to_vec())
        .unwrap()
        .split_once("r=")
        .unwrap()
        .1
        .to_owned();
    assert!(
        !first.contains(&nonce),
        "the nonce must be a new one each time"
    );
    let challenge = format!("r={nonce}server,s=QSXCR+Q6sek8bf92,i=4096");
    answer(&mut startup, &authentication(11, challenge.as_bytes())).unwrap();
    assert!(
        String::from_utf8(sent(&mut startup)[5..].to_vec())
            .unwrap()
            .contains("p=")
    );
    let early = answer(&mut startup, &authentication(0, &[]));
    assert_eq!(
        early.unwrap_err(),
        StartupError::Authentication(AuthenticationError::ServerUnproven)
    );

    // A wrong proof, a foreign nonce, too many rounds, messages out of order, an error inside the exchange.
    let exchange = |challenge: &dyn Fn(&str) -> String, proof: &[u8]| {
        let mut startup = start(options());
        answer(&mut startup, &authentication(10, PLAIN)).unwrap();
        let nonce = String::from_utf8(sent(&mut startup)[5..].to_vec())
            .unwrap()
            .split_once("r=")
            .unwrap()
            .1
            .to_owned();
        match answer(
            &mut startup,
            &authentication(11, challenge(&nonce).as_bytes()),
        ) {
            Ok(_) => answer(&mut startup, &authentication(12, proof)).unwrap_err(),
            Err(error) => error,
        }
    };
    let good = |nonce: &str| format!("r={nonce}server,s=QSXCR+Q6sek8bf92,i=4096");
    for error in [
        exchange(&good, b"v=U+ppxD5XUKtradnv8e2MkeupiA8FU87Sg8CXzXHDAzw="),
        exchange(&good, b"e=invalid-proof"),
        exchange(&good, b"\xff"),
        exchange(&|_| "r=other,s=QSXCR+Q6sek8bf92,i=4096".to_owned(), b""),
        exchange(
            &|nonce| format!("r={nonce}x,s=QSXCR+Q6sek8bf92,i=2000000000"),
            b"",
        ),
    ] {
        assert!(
            matches!(
                error,
                StartupError::Authentication(AuthenticationError::Scram(_))
            ),
            "{error:?}"
        );
    }
    for code in [11, 12] {
        let error = refuse(options(), &authentication(code, b"r=x,s=eA==,i=1"));
        assert!(
            matches!(
                error,
                StartupError::Protocol(ProtocolError::Unexpected { .. })
            ),
            "{error:?}"
        );
    }
}
