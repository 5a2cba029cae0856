//! The request for TLS that comes before everything else, and its one-byte answer.

use crate::{ProtocolError, foreign};

/// The request for TLS: the length 8 and the code 80877103 (PostgreSQL documentation, "SSL Session Encryption").
pub const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The server's answer to [`TLS_REQUEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsAnswer {
    /// The next bytes are the TLS handshake, which the client starts.
    Accepted,
    /// The server has no TLS; the client may go on without, or leave.
    Refused,
}

/// Reads the answer from everything that the server has sent since the request.
///
/// Returns `None` while nothing has arrived.
///
/// # Errors
/// [`ProtocolError::BytesBehindTlsAnswer`] when more than the one byte arrived,
/// [`ProtocolError::ErrorInTlsNegotiation`] when the server answered with an error,
/// [`ProtocolError::NotPostgres`] for any other answer.
pub fn tls_answer(received: &[u8]) -> Result<Option<TlsAnswer>, ProtocolError> {
    let Some((first, rest)) = received.split_first() else {
        return Ok(None);
    };
    if let Some(found) = foreign::recognise(received) {
        return Err(ProtocolError::NotPostgres(found));
    }
    match first {
        b'S' | b'N' if !rest.is_empty() => Err(ProtocolError::BytesBehindTlsAnswer),
        b'S' => Ok(Some(TlsAnswer::Accepted)),
        b'N' => Ok(Some(TlsAnswer::Refused)),
        b'E' => Err(ProtocolError::ErrorInTlsNegotiation),
        _ => Err(ProtocolError::NotPostgres(foreign::recognise_or_unknown(
            received,
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForeignServer;

    #[test]
    fn answers() {
        assert_eq!(tls_answer(b""), Ok(None));
        assert_eq!(tls_answer(b"S"), Ok(Some(TlsAnswer::Accepted)));
        assert_eq!(tls_answer(b"N"), Ok(Some(TlsAnswer::Refused)));
        assert_eq!(
            tls_answer(b"S\x16\x03\x03"),
            Err(ProtocolError::BytesBehindTlsAnswer)
        );
        assert_eq!(
            tls_answer(b"NR\0\0\0\x08\0\0\0\0"),
            Err(ProtocolError::BytesBehindTlsAnswer)
        );
        assert_eq!(
            tls_answer(b"EFATAL"),
            Err(ProtocolError::ErrorInTlsNegotiation)
        );
        assert_eq!(
            tls_answer(b"SSH-2.0-x"),
            Err(ProtocolError::NotPostgres(ForeignServer::Ssh))
        );
        assert_eq!(
            tls_answer(b"H"),
            Err(ProtocolError::NotPostgres(ForeignServer::Http))
        );
        assert_eq!(
            tls_answer(b"\x07"),
            Err(ProtocolError::NotPostgres(ForeignServer::Unknown(7)))
        );
    }
}
