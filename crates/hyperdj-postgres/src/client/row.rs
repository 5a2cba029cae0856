//! A row whose values are read as text.

use crate::Error;
use hyperdj_protocol::{Column, Columns, DataRow, ProtocolError, ValueRange};
use std::sync::Arc;

/// A row of a result, in PostgreSQL's text form.
#[derive(Debug, Clone)]
pub struct Row {
    columns: Arc<Columns>,
    data: DataRow,
    ranges: Vec<ValueRange>,
}

impl Row {
    pub(super) fn new(columns: Arc<Columns>, data: DataRow) -> Result<Self, ProtocolError> {
        let mut ranges = Vec::with_capacity(columns.len());
        data.locate(&mut ranges)?;
        let row = Self {
            columns,
            data,
            ranges,
        };
        row.check()?;
        Ok(row)
    }

    /// Puts another row in the place of this one, which spares an allocation.
    pub(super) fn refill(
        &mut self,
        columns: &Arc<Columns>,
        data: DataRow,
    ) -> Result<(), ProtocolError> {
        data.locate(&mut self.ranges)?;
        if !Arc::ptr_eq(&self.columns, columns) {
            self.columns = Arc::clone(columns);
        }
        self.data = data;
        self.check()
    }

    fn check(&self) -> Result<(), ProtocolError> {
        if self.ranges.len() == self.columns.len() {
            return Ok(());
        }
        Err(ProtocolError::Malformed(format!(
            "a row has {} values, and the result {} columns",
            self.ranges.len(),
            self.columns.len()
        )))
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether the result has no columns.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The position of the first column with this name, counted from 0.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The value of the column with this index, counted from 0; `None` for NULL.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no such column, or its value is not UTF-8.
    pub fn get(&self, index: usize) -> Result<Option<&str>, Error> {
        let Some(bytes) = self.get_bytes(index)? else {
            return Ok(None);
        };
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|error| Error::Value {
                column: self
                    .columns
                    .get(index)
                    .map_or_else(|| index.to_string(), |column| format!("{:?}", column.name)),
                reason: format!(
                    "the value is not UTF-8 from byte {} on",
                    error.valid_up_to()
                ),
            })
    }

    /// The bytes of the value of the column with this index, counted from 0; `None` for NULL.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no such column.
    pub fn get_bytes(&self, index: usize) -> Result<Option<&[u8]>, Error> {
        match self.ranges.get(index) {
            Some(Some(range)) => Ok(self.data.bytes().get(range.clone())),
            Some(None) => Ok(None),
            None => Err(Error::Value {
                column: index.to_string(),
                reason: format!(
                    "the result has {} columns, counted from 0",
                    self.ranges.len()
                ),
            }),
        }
    }
}
