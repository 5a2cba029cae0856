//! `Rows`: what a queryset gives that is to become JSON, with no instance made of any row.

use super::row::RowList;
use pyo3::prelude::*;

/// The rows of a result, for `encode_json` alone; immutable.
#[pyclass(module = "hyperdjango._engine", frozen)]
pub(crate) struct Rows {
    pub(crate) list: RowList,
}

#[pymethods]
impl Rows {
    fn __len__(&self) -> usize {
        self.list.len()
    }

    fn __repr__(&self) -> String {
        format!("<Rows: {}>", self.list.len())
    }
}
