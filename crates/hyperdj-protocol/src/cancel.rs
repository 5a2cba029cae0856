//! The key that cancels a running statement from a second connection.

use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;

/// What the server handed out at startup to name this session in a request to cancel.
///
/// Up to protocol 3.0 the secret is four bytes long, from 3.2 on up to 256
/// (PostgreSQL documentation, "Message Formats", BackendKeyData and CancelRequest).
#[derive(Clone, PartialEq, Eq)]
pub struct CancelKey {
    process_id: i32,
    secret: Bytes,
}

impl CancelKey {
    /// The code of a CancelRequest: 1234 in the upper 16 bits, 5678 in the lower.
    const CODE: i32 = 80_877_102;

    pub(crate) fn new(process_id: i32, secret: Bytes) -> Self {
        Self { process_id, secret }
    }

    /// The server process of the session, as `pg_backend_pid()` gives it.
    pub fn process_id(&self) -> i32 {
        self.process_id
    }

    /// The whole request, to be written to a fresh connection (after TLS, if the session uses it), which the
    /// server then closes without a word.
    pub fn request(&self) -> Bytes {
        let mut request = BytesMut::with_capacity(12 + self.secret.len());
        // The secret is at most 256 bytes long, see `Input`.
        request.put_i32(i32::try_from(12 + self.secret.len()).unwrap_or(i32::MAX));
        request.put_i32(Self::CODE);
        request.put_i32(self.process_id);
        request.extend_from_slice(&self.secret);
        request.freeze()
    }
}

impl fmt::Debug for CancelKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CancelKey")
            .field("process_id", &self.process_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_carries_keys_of_both_lengths() {
        let short = CancelKey::new(7, Bytes::from_static(&[1, 2, 3, 4]));
        assert_eq!(
            &short.request()[..],
            &[0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 7, 1, 2, 3, 4]
        );
        let long = CancelKey::new(7, Bytes::from(vec![9; 32]));
        assert_eq!(long.request().len(), 44);
        assert_eq!(long.request()[3], 44);
    }

    #[test]
    fn secret_is_not_shown() {
        let key = CancelKey::new(7, Bytes::from_static(b"wxyz"));
        assert!(!format!("{key:?}").contains("wxyz"));
        assert!(!format!("{key:?}").contains("119"));
    }
}
