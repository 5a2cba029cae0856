//! `adopt`: an instance becomes what another one of its row is, and stays the same object.

use super::attributes::set_plainly;
use super::state::{Extra, State};
use super::{dict, expect};
use crate::native;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::cell::Cell;

/// The names of the attributes that come from the database: fields, relations and annotations.
fn stored_names<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = record.py();
    let names = PyDict::new(py);
    if let Some(meta) = record.get_type().getattr_opt(intern!(py, "_meta"))? {
        let attributes = meta.getattr(intern!(py, "attributes"))?;
        names.update(attributes.cast::<PyDict>()?.as_mapping())?;
    }
    for name in dict::names(record)? {
        names.set_item(name, py.None())?;
    }
    Ok(names)
}

/// Has an instance take over another's row, and forgets what was read or assigned before.
#[pyfunction]
pub(crate) fn adopt(record: &Bound<'_, PyAny>, other: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = record.py();
    let cell = expect(record)?;
    if record.is(other) {
        return Ok(());
    }
    let own = record
        .getattr(intern!(py, "__dict__"))?
        .cast_into::<PyDict>()?;
    for name in stored_names(record)?.keys() {
        if own.contains(&name)? {
            own.del_item(&name)?;
        }
    }
    let state = {
        let other = expect(other)?.borrow();
        let extra = other.extra.as_ref().map(|extra| {
            Box::new(Extra {
                assigned: extra.assigned.clone(),
                known: extra.known.clone(),
                annotations: extra
                    .annotations
                    .iter()
                    .map(|name| name.clone_ref(py))
                    .collect(),
                forgotten: extra
                    .forgotten
                    .iter()
                    .map(|name| name.clone_ref(py))
                    .collect(),
                origin: extra.origin.as_ref().map(|origin| origin.clone_ref(py)),
                ..Extra::default()
            })
        });
        State {
            row: other.row.clone(),
            extra,
            owner: None,
            touched: Cell::new(other.touched.get()),
            loaded: other.loaded,
        }
    };
    let mut old = std::mem::replace(&mut *cell.borrow_mut(), state);
    cell.borrow_mut().inherit_rows(&mut old);
    native::track(record);
    old.release(py);
    let stored = stored_names(other)?;
    let theirs = other
        .getattr(intern!(py, "__dict__"))?
        .cast_into::<PyDict>()?
        .copy()?;
    for (name, value) in theirs {
        if stored.contains(&name)? {
            set_plainly(record, name.cast::<PyString>()?, &value)?;
        }
    }
    Ok(())
}
