//! The receive buffer: bytes from the connection, cut into messages.

use crate::{BorrowedRow, ProtocolError};
use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::message::backend::{self, Message};

/// The longest message that is accepted of the kinds that carry data or text.
///
/// PostgreSQL builds a message in one allocation, which is limited to 1 GiB.
const LONG: u64 = 1 << 30;

/// The longest message of all other kinds, and of every kind before the session is ready; libpq's number.
const SHORT: u64 = 30_000;

/// The most bytes of an empty buffer that are kept for what comes next.
const KEPT: usize = 1 << 18;

/// NegotiateProtocolVersion and CopyBothResponse, which `postgres-protocol` does not know.
const NEGOTIATE_PROTOCOL_VERSION_TAG: u8 = b'v';
const COPY_BOTH_RESPONSE_TAG: u8 = b'W';

/// One message from the server.
pub(crate) enum Incoming {
    /// A message that the library parses.
    Message(Message),
    /// BackendKeyData, whose secret may be longer than the library's four bytes.
    KeyData {
        /// The process serving this session.
        process_id: i32,
        /// The secret, 4 to 256 bytes.
        secret: Bytes,
    },
    /// NegotiateProtocolVersion.
    Negotiate {
        /// The newest minor version of protocol 3 that the server speaks.
        minor: i32,
        /// The protocol options that it did not recognise.
        unrecognised: Vec<String>,
    },
    /// CopyBothResponse: streaming replication, which nothing here asks for.
    CopyBoth,
}

/// Bytes received and not yet handed out as messages.
///
/// The buffer is initialised ahead of what has been received, so that a driver can read into it in safe code,
/// and that each region is zeroed once for its allocation, not once for each read.
#[derive(Default)]
pub(crate) struct Input {
    buffer: BytesMut,
    filled: usize,
}

impl Input {
    /// At least `size` writable bytes behind what has been received.
    pub(crate) fn room(&mut self, size: usize) -> &mut [u8] {
        let wanted = self.filled.saturating_add(size.max(1));
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        &mut self.buffer[self.filled..]
    }

    /// Says how many bytes were put into [`Input::room`].
    pub(crate) fn filled(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count).min(self.buffer.len());
    }

    /// Appends a copy of `bytes`.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
            self.filled(bytes.len());
        }
    }

    /// What has been received and not yet been handed out.
    pub(crate) fn received(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Lends the rows that are complete and come next, one after the other, and is then past them.
    ///
    /// What is no whole row, or can't be one, is left to [`Input::next`].
    pub(crate) fn rows(&mut self, mut take: impl FnMut(BorrowedRow<'_>)) {
        let received = &self.buffer[..self.filled];
        let mut at = 0;
        while let Some((&[backend::DATA_ROW_TAG, a, b, c, d], rest)) =
            received[at..].split_first_chunk::<5>()
        {
            let length = u32::from_be_bytes([a, b, c, d]);
            let body = usize::try_from(length)
                .ok()
                .and_then(|length| rest.get(..length.checked_sub(4)?))
                .filter(|_| u64::from(length) <= LONG);
            let Some((body, row)) = body.and_then(|body| Some((body, BorrowedRow::read(body)?)))
            else {
                break;
            };
            take(row);
            at += 5 + body.len();
        }
        self.filled -= at;
        if self.filled == 0 {
            // The buffer is used again from its beginning, as it is; one that a long row has needed is given back.
            if self.buffer.capacity() > KEPT {
                self.buffer = BytesMut::new();
            }
            return;
        }
        self.buffer.advance(at);
    }

    /// The next complete message; `None` until all its bytes are there.
    ///
    /// `ready` says whether the session has been ready for a query, which allows long messages.
    /// No memory is reserved for an announced length: the buffer grows with what really arrives.
    pub(crate) fn next(&mut self, ready: bool) -> Result<Option<Incoming>, ProtocolError> {
        let Some(&[kind, a, b, c, d]) = self.received().first_chunk::<5>() else {
            return Ok(None);
        };
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        let limit = match limit(kind) {
            None => {
                return Err(ProtocolError::Malformed(format!(
                    "no message has the kind {:?}",
                    char::from(kind)
                )));
            }
            Some(_) if !ready => SHORT,
            Some(limit) => limit,
        };
        if length < 4 {
            return Err(ProtocolError::Malformed(format!(
                "a message of kind {:?} announces a length of {length}, less than the length itself takes",
                char::from(kind)
            )));
        }
        if length > limit {
            return Err(ProtocolError::TooLong {
                kind: char::from(kind),
                length,
                limit,
            });
        }
        let total = usize::try_from(length).map_err(ProtocolError::malformed)? + 1;
        if self.filled < total {
            return Ok(None);
        }
        let mut message = self.buffer.split_to(total);
        self.filled -= total;
        match kind {
            backend::BACKEND_KEY_DATA_TAG => key_data(message.freeze().slice(5..)).map(Some),
            NEGOTIATE_PROTOCOL_VERSION_TAG => negotiate(message.freeze().slice(5..)).map(Some),
            COPY_BOTH_RESPONSE_TAG => Ok(Some(Incoming::CopyBoth)),
            _ => match Message::parse(&mut message).map_err(ProtocolError::malformed)? {
                Some(message) => Ok(Some(Incoming::Message(message))),
                None => Err(ProtocolError::Malformed(
                    "a message ends before its length".to_owned(),
                )),
            },
        }
    }
}

/// The longest message of a kind; `None` for kinds that do not exist.
fn limit(kind: u8) -> Option<u64> {
    match kind {
        backend::ROW_DESCRIPTION_TAG
        | backend::DATA_ROW_TAG
        | backend::COPY_DATA_TAG
        | backend::ERROR_RESPONSE_TAG
        | backend::NOTICE_RESPONSE_TAG
        | backend::NOTIFICATION_RESPONSE_TAG
        | backend::PARAMETER_DESCRIPTION_TAG
        | backend::PARAMETER_STATUS_TAG => Some(LONG),
        backend::PARSE_COMPLETE_TAG
        | backend::BIND_COMPLETE_TAG
        | backend::CLOSE_COMPLETE_TAG
        | backend::COPY_DONE_TAG
        | backend::COMMAND_COMPLETE_TAG
        | backend::COPY_IN_RESPONSE_TAG
        | backend::COPY_OUT_RESPONSE_TAG
        | backend::EMPTY_QUERY_RESPONSE_TAG
        | backend::BACKEND_KEY_DATA_TAG
        | backend::NO_DATA_TAG
        | backend::AUTHENTICATION_TAG
        | backend::PORTAL_SUSPENDED_TAG
        | backend::READY_FOR_QUERY_TAG
        | NEGOTIATE_PROTOCOL_VERSION_TAG
        | COPY_BOTH_RESPONSE_TAG => Some(SHORT),
        _ => None,
    }
}

/// Reads BackendKeyData: the process, then all the rest is the secret.
fn key_data(mut body: Bytes) -> Result<Incoming, ProtocolError> {
    if !(8..=260).contains(&body.len()) {
        return Err(ProtocolError::Malformed(format!(
            "a cancellation key of {} bytes",
            body.len()
        )));
    }
    let process_id = body.get_i32();
    // A copy: the key lives as long as the session and must not hold the receive buffer.
    Ok(Incoming::KeyData {
        process_id,
        secret: Bytes::copy_from_slice(&body),
    })
}

/// Reads NegotiateProtocolVersion: the minor version, a count, and as many zero-terminated names.
fn negotiate(mut body: Bytes) -> Result<Incoming, ProtocolError> {
    if body.len() < 8 {
        return Err(ProtocolError::Malformed(
            "a negotiation of the protocol version that ends early".to_owned(),
        ));
    }
    let version = body.get_i32();
    let count = body.get_i32();
    let names: Vec<String> = body
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    if usize::try_from(count) != Ok(names.len()) {
        return Err(ProtocolError::Malformed(format!(
            "a negotiation of the protocol version announces {count} options and has {}",
            names.len()
        )));
    }
    // Servers disagree whether to send the minor number alone or the whole version.
    Ok(Incoming::Negotiate {
        minor: version & 0xffff,
        unrecognised: names,
    })
}
