//! What `copy` and `pickle` keep of an instance: its values, decoded, and what was assigned. Its origin is not kept.

use super::attributes::{set_plainly, slot_value};
use super::state::{Extra, Positions, State};
use super::{expect, functions};
use crate::native;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::cell::Cell;

/// The state as Python keeps it: attributes, whether it is loaded, positions, and the cache.
#[derive(FromPyObject)]
struct Kept<'py>(
    Bound<'py, PyDict>,
    bool,
    Option<Vec<usize>>,
    Vec<usize>,
    Vec<usize>,
    Vec<Bound<'py, PyString>>,
    Option<Bound<'py, PyDict>>,
);

fn get_state<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = record.py();
    let cell = expect(record)?;
    let row = cell.borrow().row.clone();
    let mut annotations: Vec<Bound<'py, PyString>> = Vec::new();
    if let Some(row) = &row {
        for related in &row.layout.related {
            let name = related.name.bind(py);
            let own = record.getattr(intern!(py, "__dict__"))?;
            if !own.contains(name)? {
                let target = functions::related(record, name)?;
                if !target.is(&*pyo3::types::PyNotImplemented::get(py)) {
                    set_plainly(record, name, &target)?;
                }
            }
        }
        let extras = row.layout.extras().iter();
        annotations.extend(extras.map(|slot| slot.name.bind(py).clone()));
    }
    let attributes = record
        .getattr(intern!(py, "__dict__"))?
        .cast_into::<PyDict>()?
        .copy()?;
    let owner = cell.borrow().owner.clone();
    if let Some(owner) = owner
        && !attributes.contains(&owner.name)?
    {
        attributes.set_item(&owner.name, owner.get(py)?.0)?;
    }
    if let Some(row) = &row {
        for slot in &row.layout.slots {
            if !attributes.contains(&slot.name)? {
                attributes.set_item(&slot.name, slot_value(py, row.view(), slot)?)?;
            }
        }
    }
    let cache = match functions::has_cache(record)? {
        true => Some(functions::cache(record)?),
        false => None,
    };
    let (loaded, known, assigned, changed) = {
        let state = cell.borrow();
        let extra = state.extra.as_ref();
        let partial = state.row.is_some() || extra.is_some_and(|extra| extra.known.is_some());
        annotations.extend(
            extra
                .iter()
                .flat_map(|extra| &extra.annotations)
                .map(|name| name.bind(py).clone()),
        );
        let positions = |of: fn(&Extra) -> &Positions| -> Vec<usize> {
            extra.iter().flat_map(|extra| of(extra).iter()).collect()
        };
        (
            state.is_loaded(),
            partial.then(|| state.available()),
            positions(|extra| &extra.assigned),
            positions(|extra| &extra.changed),
        )
    };
    let known = known.map(|known| PyTuple::new(py, known)).transpose()?;
    (
        attributes,
        loaded,
        known,
        PyTuple::new(py, assigned)?,
        PyTuple::new(py, changed)?,
        PyTuple::new(py, annotations)?,
        cache,
    )
        .into_pyobject(py)
        .map(Bound::into_any)
}

fn set_state(record: &Bound<'_, PyAny>, kept: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = record.py();
    let Kept(attributes, loaded, known, assigned, changed, annotations, cache) = kept.extract()?;
    let positions = |list: Vec<usize>| {
        let mut positions = Positions::default();
        positions.extend(list.into_iter());
        positions
    };
    let state = State {
        row: None,
        extra: Some(Box::new(Extra {
            changed: positions(changed),
            assigned: positions(assigned),
            known: known.map(positions),
            annotations: annotations.into_iter().map(Bound::unbind).collect(),
            cache: cache
                .map(|cache| cache.copy().map(Bound::unbind))
                .transpose()?,
            ..Extra::default()
        })),
        owner: None,
        touched: Cell::new(true),
        loaded,
    };
    let old = std::mem::replace(&mut *expect(record)?.borrow_mut(), state);
    old.release(py);
    for (name, value) in attributes.copy()? {
        set_plainly(record, name.cast::<PyString>()?, &value)?;
    }
    Ok(())
}

pub(super) unsafe extern "C" fn get_state_method(
    record: *mut ffi::PyObject,
    _nothing: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls the method with an instance that is alive.
    unsafe {
        let py = Python::assume_attached();
        let record = Borrowed::from_ptr(py, record);
        native::give(py, get_state(&record))
    }
}

pub(super) unsafe extern "C" fn set_state_method(
    record: *mut ffi::PyObject,
    kept: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls the method with an instance and an argument that are alive.
    unsafe {
        let py = Python::assume_attached();
        let record = Borrowed::from_ptr(py, record);
        let kept = Borrowed::from_ptr(py, kept);
        native::give(
            py,
            set_state(&record, &kept).map(|()| py.None().into_bound(py)),
        )
    }
}
