//! One row, left in the buffer that it was received in.

use crate::ProtocolError;
use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::DataRowBody;
use std::ops::Range;

/// Where a value stands in the bytes of a row; `None` is NULL.
pub type ValueRange = Option<Range<usize>>;

/// A row as it came: a reference-counted slice of the receive buffer, not yet looked into.
#[derive(Debug, Clone)]
pub struct DataRow {
    body: DataRowBody,
}

impl DataRow {
    pub(crate) fn new(body: DataRowBody) -> Self {
        Self { body }
    }

    /// The bytes that the ranges of [`DataRow::ranges`] point into.
    pub fn bytes(&self) -> &Bytes {
        self.body.buffer_bytes()
    }

    /// Walks over the values, giving where each stands.
    pub fn ranges(&self) -> ValueRanges<'_> {
        self.borrow().ranges()
    }

    /// The row without a reference of its own.
    pub fn borrow(&self) -> BorrowedRow<'_> {
        BorrowedRow {
            // It begins with their number.
            count: self.body.ranges().size_hint().0,
            bytes: self.bytes(),
        }
    }

    /// Puts where each value stands into `ranges`, which is emptied first so that it can be used again and again.
    ///
    /// # Errors
    /// [`ProtocolError::Malformed`] when lengths and content do not agree.
    pub fn locate(&self, ranges: &mut Vec<ValueRange>) -> Result<(), ProtocolError> {
        ranges.clear();
        for range in self.ranges() {
            ranges.push(range?);
        }
        Ok(())
    }
}

/// A row that still lies in the session's receive buffer, see [`crate::Session::take_rows`].
#[derive(Debug, Clone, Copy)]
pub struct BorrowedRow<'a> {
    count: usize,
    bytes: &'a [u8],
}

impl<'a> BorrowedRow<'a> {
    /// Reads the body of a DataRow: the number of values, then each with its length before it.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let (count, bytes) = body.split_first_chunk::<2>()?;
        Some(Self {
            count: u16::from_be_bytes(*count).into(),
            bytes,
        })
    }

    /// The bytes that the ranges of [`BorrowedRow::ranges`] point into.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Walks over the values, giving where each stands.
    pub fn ranges(&self) -> ValueRanges<'a> {
        ValueRanges {
            bytes: self.bytes,
            left: self.count,
            at: 0,
        }
    }
}

/// The places of a row's values, see [`DataRow::ranges`].
pub struct ValueRanges<'a> {
    bytes: &'a [u8],
    /// How many values are still to come.
    left: usize,
    at: usize,
}

impl ValueRanges<'_> {
    fn next_range(&mut self) -> Option<ValueRange> {
        let length = self.bytes.get(self.at..)?.first_chunk::<4>()?;
        self.at += 4;
        // A negative length is NULL's.
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            return Some(None);
        };
        let range = self.at..self.at + length;
        self.at = range.end;
        (range.end <= self.bytes.len()).then_some(Some(range))
    }
}

impl Iterator for ValueRanges<'_> {
    type Item = Result<ValueRange, ProtocolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let is_whole = self.at == self.bytes.len();
            self.at = self.bytes.len();
            return (!is_whole).then(|| Err(malformed("has more bytes than values")));
        }
        self.left -= 1;
        let found = self.next_range();
        if found.is_none() {
            (self.left, self.at) = (0, self.bytes.len());
        }
        Some(found.ok_or_else(|| malformed("ends within a value")))
    }
}

fn malformed(what: &str) -> ProtocolError {
    ProtocolError::Malformed(format!("a row {what}"))
}
