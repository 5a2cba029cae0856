//! One row, left in the buffer that it was received in.

use crate::ProtocolError;
use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, DataRowRanges};
use std::ops::Range;

/// Where a value stands in [`DataRow::bytes`]; `None` is NULL.
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
        ValueRanges {
            inner: self.body.ranges(),
            failed: false,
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

/// The places of a row's values, see [`DataRow::ranges`].
pub struct ValueRanges<'row> {
    inner: DataRowRanges<'row>,
    failed: bool,
}

impl Iterator for ValueRanges<'_> {
    type Item = Result<ValueRange, ProtocolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match self.inner.next() {
            Ok(range) => range.map(Ok),
            Err(error) => {
                self.failed = true;
                Some(Err(ProtocolError::malformed(error)))
            }
        }
    }
}
