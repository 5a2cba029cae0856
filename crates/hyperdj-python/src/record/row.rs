//! A row that belongs to an instance: a copy of its bytes, with an index of where each value stands.
//!
//! Each row has an allocation of its own. A slice of the receive buffer would save the copy, some 20 nanoseconds for a
//! row of 100 bytes, and would keep tens of kilobytes alive for an instance that is kept alone.

use super::layout::Layout;
use hyperdj_protocol::{BorrowedRow, ProtocolError};
use std::sync::Arc;

/// How an index entry is stored: where a value begins, its length being in the four bytes before it.
const ENTRY: usize = size_of::<u32>();

fn malformed() -> ProtocolError {
    ProtocolError::Malformed("a row has fewer values than columns".to_owned())
}

/// The bytes of a row and what they mean. Instances made of one row share the bytes.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) layout: Arc<Layout>,
    bytes: Arc<[u8]>,
}

impl Row {
    /// Copies a row, looking over it once.
    ///
    /// # Errors
    /// Lengths and content of the message do not agree.
    pub(crate) fn copy(layout: &Arc<Layout>, row: BorrowedRow<'_>) -> Result<Self, ProtocolError> {
        let body = row.bytes();
        let index = layout.columns * ENTRY;
        let mut bytes = Arc::<[u8]>::new_uninit_slice(index + body.len());
        // Nobody else has it yet.
        let Some(room) = Arc::get_mut(&mut bytes) else {
            return Err(malformed());
        };
        let (entries, copy) = room.split_at_mut(index);
        copy.write_copy_of_slice(body);
        let mut at = 0;
        for entry in entries.chunks_exact_mut(ENTRY) {
            let length = body
                .get(at..)
                .and_then(|rest| rest.first_chunk::<4>())
                .map(|bytes| i32::from_be_bytes(*bytes))
                .ok_or_else(malformed)?;
            at += 4;
            // 0 stands for NULL: the index itself is there. A message is shorter than 4 GiB by far.
            let mut start = 0;
            if length != -1 {
                start = u32::try_from(index + at).map_err(|_| malformed())?;
                at += usize::try_from(length).map_err(|_| malformed())?;
                if at > body.len() {
                    return Err(malformed());
                }
            }
            entry.write_copy_of_slice(&start.to_ne_bytes());
        }
        Ok(Self {
            layout: Arc::clone(layout),
            // SAFETY: both parts were written whole: the copy at once, and the index entry by entry, to its end.
            bytes: unsafe { bytes.assume_init() },
        })
    }

    /// The same bytes with another meaning.
    pub(crate) fn with_layout(&self, layout: &Arc<Layout>) -> Self {
        Self {
            layout: Arc::clone(layout),
            bytes: Arc::clone(&self.bytes),
        }
    }

    /// The value of a column; `None` is NULL.
    pub(crate) fn value(&self, column: usize) -> Option<&[u8]> {
        let at = column * ENTRY;
        let start = self.bytes.get(at..at + ENTRY)?.try_into().ok()?;
        let start = u32::from_ne_bytes(start) as usize;
        if start == 0 {
            return None;
        }
        let length = self.bytes.get(start - 4..start)?.try_into().ok()?;
        let length = usize::try_from(i32::from_be_bytes(length)).ok()?;
        self.bytes.get(start..start + length)
    }
}
