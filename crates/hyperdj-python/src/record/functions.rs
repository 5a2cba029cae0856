//! What the ORM asks of instances and tells them: functions of the module, so that no name is taken from the columns.

use super::attributes::set_plainly;
use super::dict::from_row;
use super::expect;
use crate::native;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyNotImplemented, PyString, PyTuple};

/// Sets an attribute as `object.__setattr__` does, which is not to be used: the collector would not be told.
#[pyfunction]
pub(crate) fn set_attribute(
    record: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    expect(record)?;
    set_plainly(record, name, value)
}

/// Whether an instance came from the database, or was saved.
#[pyfunction]
pub(crate) fn is_loaded(record: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(expect(record)?.borrow().is_loaded())
}

/// Says that an instance is in the database now, as it is.
#[pyfunction]
pub(crate) fn set_loaded(record: &Bound<'_, PyAny>, origin: Bound<'_, PyAny>) -> PyResult<()> {
    let old = {
        let mut state = expect(record)?.borrow_mut();
        native::track(record);
        state.loaded = true;
        let extra = state.extra_mut();
        extra.changed.clear();
        extra.origin.replace(origin.unbind())
    };
    drop(old);
    Ok(())
}

/// Where an instance came from: what its plan or `set_loaded` says.
#[pyfunction]
pub(crate) fn origin(record: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = record.py();
    let state = expect(record)?.borrow();
    let own = state.extra.as_ref().and_then(|extra| extra.origin.as_ref());
    let of_row = state.row.as_ref().map(|row| &row.layout.origin);
    Ok(own
        .or(of_row)
        .map_or_else(|| py.None(), |origin| origin.clone_ref(py)))
}

/// Notes that the field of a position was assigned; -1 notes an attribute that is no field.
#[pyfunction]
pub(crate) fn mark_changed(record: &Bound<'_, PyAny>, position: isize) -> PyResult<()> {
    let has_rows = {
        let mut state = expect(record)?.borrow_mut();
        state.touched.set(true);
        if let Ok(position) = usize::try_from(position) {
            let extra = state.extra_mut();
            extra.changed.insert(position);
            extra.assigned.insert(position);
        }
        state
            .extra
            .as_ref()
            .is_some_and(|extra| !extra.owned.is_empty())
    };
    if has_rows {
        super::owner::keep_alive(record)?;
    }
    Ok(())
}

/// The positions of the fields that were assigned since the instance was loaded or saved.
#[pyfunction]
pub(crate) fn changed<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let positions: Vec<usize> = {
        let state = expect(record)?.borrow();
        let extra = state.extra.iter();
        extra.flat_map(|extra| extra.changed.iter()).collect()
    };
    PyTuple::new(record.py(), positions)
}

/// Forgets which fields were assigned.
#[pyfunction]
pub(crate) fn clear_changed(record: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Some(extra) = &mut expect(record)?.borrow_mut().extra {
        extra.changed.clear();
    }
    Ok(())
}

/// The positions of the fields that can be read: fetched with the row, or assigned.
#[pyfunction]
pub(crate) fn loaded_fields<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let positions = expect(record)?.borrow().available();
    PyTuple::new(record.py(), positions)
}

/// The target of a relation: the instance that the row was prefetched for, or one made of the same row; `NotImplemented`
/// if there is none of that name. One that was made is kept as the instance's attribute.
#[pyfunction]
pub(crate) fn related<'py>(
    record: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = record.py();
    let unknown = || PyNotImplemented::get(py).to_owned().into_any();
    let same = |one: &Bound<'_, PyString>| one.is(name) || one.as_any().eq(name).unwrap_or(false);
    let owner = expect(record)?.borrow().owner.clone();
    if let Some(owner) = owner
        && same(owner.name.bind(py))
    {
        let (object, is_new) = owner.get(py)?;
        if is_new {
            set_plainly(record, name, &object)?;
        }
        return Ok(object);
    }
    let (row, forgotten) = {
        let state = expect(record)?.borrow();
        let forgotten: Vec<_> = state
            .extra
            .iter()
            .flat_map(|extra| &extra.forgotten)
            .map(|name| name.bind(py).clone())
            .collect();
        (state.row.clone(), forgotten)
    };
    let Some(row) = row else {
        return Ok(unknown());
    };
    if forgotten.iter().any(same) {
        return Ok(unknown());
    }
    let Some(found) = row
        .layout
        .related
        .iter()
        .find(|related| same(related.name.bind(py)))
    else {
        return Ok(unknown());
    };
    let is_absent = !found.absent.is_empty()
        && found
            .absent
            .iter()
            .all(|column| row.value(*column).is_none());
    let target = if is_absent {
        py.None().into_bound(py)
    } else {
        from_row(py, row.with_layout(&found.layout))?
    };
    set_plainly(record, name, &target)?;
    Ok(target)
}

/// Says that the relation of the row is no longer the instance's, since its key was assigned.
#[pyfunction]
pub(crate) fn forget_related(record: &Bound<'_, PyAny>, name: Bound<'_, PyString>) -> PyResult<()> {
    let py = record.py();
    let owner = expect(record)?.borrow().owner.clone();
    if let Some(owner) = owner
        && owner.name.bind(py).as_any().eq(&name)?
    {
        expect(record)?.borrow_mut().owner = None;
    }
    let mut state = expect(record)?.borrow_mut();
    let has_any = state
        .row
        .as_ref()
        .is_some_and(|row| !row.layout.related.is_empty());
    if has_any {
        state.extra_mut().forgotten.push(name.unbind());
    }
    Ok(())
}

/// A dict of the instance's own, made when it is first asked for.
#[pyfunction]
pub(crate) fn cache<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = record.py();
    let cell = expect(record)?;
    let present = |cell: &std::cell::RefCell<super::state::State>| {
        let state = cell.borrow();
        let cache = state.extra.as_ref().and_then(|extra| extra.cache.as_ref());
        cache.map(|cache| cache.bind(py).clone())
    };
    let cache = match present(cell) {
        Some(cache) => cache,
        None => {
            let made = PyDict::new(py);
            // Making a dict may have run a finalizer that made one as well.
            match present(cell) {
                Some(cache) => cache,
                None => {
                    cell.borrow_mut().extra_mut().cache = Some(made.clone().unbind());
                    native::track(record);
                    made
                }
            }
        }
    };
    let prefetched = std::mem::take(&mut cell.borrow_mut().extra_mut().prefetched);
    for (name, rows) in prefetched {
        cache.set_item(name.into_bound(py), rows.into_bound(py))?;
    }
    Ok(cache)
}

/// Puts the rows of a relation into an instance's `cache`.
pub(crate) fn set_prefetched(
    record: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    rows: Bound<'_, PyList>,
) -> PyResult<()> {
    if cached(record, name)?.is_some() {
        return cache(record)?.set_item(name, rows);
    }
    let mut state = expect(record)?.borrow_mut();
    let entry = (name.clone().unbind(), rows.unbind());
    state.extra_mut().prefetched.push(entry);
    native::track(record);
    Ok(())
}

/// What an instance's `cache` has under a name; None where it has nothing.
#[pyfunction]
pub(crate) fn cached<'py>(
    record: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = record.py();
    let cache = {
        let state = expect(record)?.borrow();
        let Some(extra) = &state.extra else {
            return Ok(None);
        };
        for (key, rows) in &extra.prefetched {
            // Two texts are compared: no Python code runs.
            if key.is(name) || key.bind(py).to_str()? == name.to_str()? {
                return Ok(Some(rows.bind(py).clone().into_any()));
            }
        }
        extra.cache.as_ref().map(|cache| cache.bind(py).clone())
    };
    cache.map_or(Ok(None), |cache| cache.get_item(name))
}

/// Whether an instance has a `cache` already.
#[pyfunction]
pub(crate) fn has_cache(record: &Bound<'_, PyAny>) -> PyResult<bool> {
    let state = expect(record)?.borrow();
    Ok(state
        .extra
        .as_ref()
        .is_some_and(|extra| extra.cache.is_some() || !extra.prefetched.is_empty()))
}
