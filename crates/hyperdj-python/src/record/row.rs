//! A row that belongs to an instance: a copy of its bytes, with an index of where each value stands.
//!
//! Each row has an allocation of its own. A slice of the receive buffer would save the copy, some 20 nanoseconds for a
//! row of 100 bytes, and would keep tens of kilobytes alive for an instance that is kept alone.

use super::layout::Layout;
use hyperdj_protocol::{BorrowedRow, ProtocolError};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// How an index entry is stored: where a value begins, its length being in the four bytes before it.
const ENTRY: usize = size_of::<u32>();

fn malformed() -> ProtocolError {
    ProtocolError::Malformed("a row has fewer values than columns".to_owned())
}

/// Writes a row's index and content into a place of their size, whole.
///
/// # Errors
/// Lengths and content of the message do not agree; then a part of the place was not written.
fn lay_out(
    columns: usize,
    body: &[u8],
    place: &mut [MaybeUninit<u8>],
) -> Result<(), ProtocolError> {
    let index = columns * ENTRY;
    let (entries, copy) = place.split_at_mut(index);
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
    Ok(())
}

/// A row that somebody else holds.
#[derive(Clone, Copy)]
pub(crate) struct RowView<'a> {
    pub(crate) layout: &'a Layout,
    /// The index, then the content.
    bytes: &'a [u8],
}

impl<'a> RowView<'a> {
    /// The value of a column; `None` is NULL.
    pub(crate) fn value(self, column: usize) -> Option<&'a [u8]> {
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
        let mut bytes = Arc::<[u8]>::new_uninit_slice(layout.columns * ENTRY + body.len());
        // Nobody else has it yet.
        let Some(room) = Arc::get_mut(&mut bytes) else {
            return Err(malformed());
        };
        lay_out(layout.columns, body, room)?;
        Ok(Self {
            layout: Arc::clone(layout),
            // SAFETY: the whole place was written.
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

    /// The row, to look at.
    pub(crate) fn view(&self) -> RowView<'_> {
        RowView {
            layout: &self.layout,
            bytes: &self.bytes,
        }
    }

    /// The value of a column; `None` is NULL.
    pub(crate) fn value(&self, column: usize) -> Option<&[u8]> {
        self.view().value(column)
    }
}

/// The rows of a result, one behind another, of which no instances are made.
#[derive(Default)]
pub(crate) struct RowList {
    layout: Option<Arc<Layout>>,
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl RowList {
    /// Copies a row to the end.
    ///
    /// # Errors
    /// Lengths and content of the message do not agree.
    pub(crate) fn push(
        &mut self,
        layout: &Arc<Layout>,
        row: BorrowedRow<'_>,
    ) -> Result<(), ProtocolError> {
        let body = row.bytes();
        let size = layout.columns * ENTRY + body.len();
        let start = self.bytes.len();
        self.bytes.reserve(size);
        let room = self
            .bytes
            .spare_capacity_mut()
            .get_mut(..size)
            .ok_or_else(malformed)?;
        lay_out(layout.columns, body, room)?;
        // SAFETY: so many bytes were reserved, and all of them written.
        unsafe { self.bytes.set_len(start + size) };
        self.ends.push(start + size);
        if self.layout.is_none() {
            self.layout = Some(Arc::clone(layout));
        }
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = RowView<'_>> {
        let mut start = 0;
        let layout = self.layout.as_deref();
        self.ends.iter().filter_map(move |end| {
            let bytes = self.bytes.get(start..*end)?;
            start = *end;
            Some(RowView {
                layout: layout?,
                bytes,
            })
        })
    }
}
