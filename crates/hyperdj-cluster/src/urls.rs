//! Connection URLs as libpq reads them (PostgreSQL documentation, "Connection URIs").

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A URL through the socket in `folder`; it needs no password.
pub(crate) fn socket(folder: &Path, port: u16, database: &str) -> String {
    let host = encode(folder.as_os_str().as_bytes(), b"/");
    format!(
        "postgresql://postgres@/{}?host={host}&port={port}",
        encode(database.as_bytes(), b"")
    )
}

/// A URL through the loopback address.
pub(crate) fn tcp(password: &str, port: u16, database: &str) -> String {
    let password = encode(password.as_bytes(), b"");
    format!(
        "postgresql://postgres:{password}@127.0.0.1:{port}/{}",
        encode(database.as_bytes(), b"")
    )
}

/// Percent-encodes all but RFC 3986's unreserved characters and those in `kept`.
fn encode(text: &[u8], kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_encoded() {
        assert_eq!(
            socket(Path::new("/tmp/a b"), 5, "my shop/ü?"),
            "postgresql://postgres@/my%20shop%2F%C3%BC%3F?host=/tmp/a%20b&port=5"
        );
        assert_eq!(
            tcp("a@b", 5, "x"),
            "postgresql://postgres:a%40b@127.0.0.1:5/x"
        );
    }
}
