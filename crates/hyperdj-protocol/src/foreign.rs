//! Servers that are not PostgreSQL, recognised by the first bytes that they send.

use std::fmt;

/// What seems to be listening where a PostgreSQL server was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForeignServer {
    /// A web server.
    Http,
    /// An SSH server.
    Ssh,
    /// A MySQL or MariaDB server.
    MySql,
    /// A server that speaks TLS from its first byte.
    Tls,
    /// A mail or file transfer server, which greets with a number.
    Greeting,
    /// Something else; the first byte that it sent.
    Unknown(u8),
}

impl fmt::Display for ForeignServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http => formatter.write_str("it answers like a web server (HTTP)"),
            Self::Ssh => formatter.write_str("it answers like an SSH server"),
            Self::MySql => formatter.write_str("it answers like a MySQL or MariaDB server"),
            Self::Tls => formatter
                .write_str("it answers with TLS where PostgreSQL's own handshake was expected"),
            Self::Greeting => formatter.write_str("it answers like a mail or file transfer server"),
            Self::Unknown(byte) => {
                write!(formatter, "its answer starts with the byte 0x{byte:02x}")
            }
        }
    }
}

/// Recognises a foreign server by the bytes that it has sent so far.
///
/// Returns `None` while the bytes could still be PostgreSQL's, or are too few to tell.
pub(crate) fn recognise(bytes: &[u8]) -> Option<ForeignServer> {
    if bytes.starts_with(b"HTTP/") {
        return Some(ForeignServer::Http);
    }
    if bytes.starts_with(b"SSH-") {
        return Some(ForeignServer::Ssh);
    }
    // MySQL's packet: three bytes of length, the least first, the packet's number 0, then protocol 10 or an error.
    // PostgreSQL opens no conversation with a message of 10 bytes; with one of 255, an error or a notice could.
    if let [length, 0, 0, 0, 0x0a | 0xff, ..] = bytes
        && (bytes[4] == 0x0a || !matches!(length, b'E' | b'N'))
    {
        return Some(ForeignServer::MySql);
    }
    // A TLS alert or handshake record: kind 21 or 22, then version 3.x.
    if let [0x15 | 0x16, 3, 0..=4, ..] = bytes {
        return Some(ForeignServer::Tls);
    }
    if let [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] = bytes {
        return Some(ForeignServer::Greeting);
    }
    None
}

/// Recognises whatever opens a conversation with a byte that no PostgreSQL server opens one with.
pub(crate) fn recognise_or_unknown(bytes: &[u8]) -> ForeignServer {
    recognise(bytes).unwrap_or_else(|| match bytes.first() {
        Some(b'H') => ForeignServer::Http,
        Some(byte) => ForeignServer::Unknown(*byte),
        None => ForeignServer::Unknown(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_are_recognised() {
        assert_eq!(
            recognise(b"HTTP/1.1 400 Bad Request\r\n"),
            Some(ForeignServer::Http)
        );
        assert_eq!(
            recognise(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
            Some(ForeignServer::Ssh)
        );
        assert_eq!(
            recognise(b"\x4a\0\0\0\x0a8.0.36\0"),
            Some(ForeignServer::MySql)
        );
        assert_eq!(
            recognise(b"\x45\0\0\0\xffj\x04Host"),
            None,
            "an error of 255 bytes is PostgreSQL's as well"
        );
        assert_eq!(
            recognise(b"\x15\x03\x01\0\x02\x02\x0a"),
            Some(ForeignServer::Tls)
        );
        assert_eq!(
            recognise(b"220 mail.example ESMTP"),
            Some(ForeignServer::Greeting)
        );
    }

    #[test]
    fn postgresql_is_not_foreign() {
        assert_eq!(recognise(b"R\0\0\0\x08\0\0\0\0"), None);
        assert_eq!(recognise(b"E\0\0\0\x60SFATAL\0"), None);
        assert_eq!(recognise(b"S"), None);
        assert_eq!(recognise(b"N"), None);
    }
}
