//! Values that are given to instances: by the constructor, and to thousands of them at once.

use super::attributes::set_plainly;
use super::state::Positions;
use super::{expect, field};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyDict, PyList, PyString, PyTuple, PyTzInfo, PyTzInfoAccess};
use std::collections::HashMap;
use std::ffi::c_int;

static UTC: PyOnceLock<Py<PyTzInfo>> = PyOnceLock::new();

/// Whether a value is one of the field's as it is. A moment is where its zone is UTC itself, which `passes` then means.
fn passes(field: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_none() {
        return Ok(true);
    }
    if !field::passes(field)?.is_some_and(|kind| value.get_type().is(&kind)) {
        return Ok(false);
    }
    let Ok(moment) = value.cast::<PyDateTime>() else {
        return Ok(true);
    };
    let py = value.py();
    let utc = UTC.get_or_try_init(py, || PyTzInfo::utc(py).map(|utc| utc.to_owned().unbind()))?;
    Ok(moment.get_tzinfo().is_some_and(|zone| zone.is(utc)))
}

/// `Record.__init__(**values)`: what a model is constructed with.
///
/// A class whose `_meta.constructed` are its plain fields has them set here; whatever else there is to do, and all of it
/// for other classes, is for its method `__complete__`, which is given the values that are left.
pub(crate) unsafe extern "C" fn init(
    record: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: Python calls this function with an instance, a tuple, and a dict or null, all alive.
    unsafe {
        let py = Python::assume_attached();
        let record = Borrowed::from_ptr(py, record);
        let arguments = Borrowed::from_ptr(py, arguments);
        let keywords = Borrowed::from_ptr_or_opt(py, keywords);
        match construct(&record, &arguments, keywords.as_deref()) {
            Ok(()) => 0,
            Err(error) => {
                error.restore(py);
                -1
            }
        }
    }
}

fn construct<'py>(
    record: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyAny>,
    keywords: Option<&Bound<'py, PyAny>>,
) -> PyResult<()> {
    let py = record.py();
    let given = arguments.len()?;
    if given > 0 {
        let name = record.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "{name}() takes the names of fields with their values, and {given} positional \
             argument(s) were given"
        )));
    }
    let values = match keywords {
        Some(values) => values.cast::<PyDict>()?.clone(),
        None => PyDict::new(py),
    };
    let fields = record
        .getattr_opt(intern!(py, "_meta"))?
        .map(|meta| meta.getattr(intern!(py, "constructed")))
        .transpose()?;
    let left = match fields {
        Some(fields) if !fields.is_none() => {
            match fill(record, fields.cast::<PyDict>()?, &values)? {
                Some(others) => others,
                None => return Ok(()),
            }
        }
        _ => values,
    };
    record.call_method1(intern!(py, "__complete__"), (left,))?;
    Ok(())
}

/// Sets the fields of an instance whose values need no look, and gives the others, None if there are none.
#[pyfunction]
pub(crate) fn fill<'py>(
    record: &Bound<'py, PyAny>,
    fields: &Bound<'py, PyDict>,
    values: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let mut others: Option<Bound<'py, PyDict>> = None;
    let mut set = Positions::default();
    for (name, value) in values {
        let field = fields.get_item(&name)?;
        if let Some(field) = field
            && passes(&field, &value)?
        {
            set_plainly(record, name.cast::<PyString>()?, &value)?;
            set.insert(field::position(&field)?);
            continue;
        }
        let others = others.get_or_insert_with(|| PyDict::new(record.py()));
        others.set_item(name, value)?;
    }
    let mut state = expect(record)?.borrow_mut();
    state.touched.set(true);
    let extra = state.extra_mut();
    extra.changed.extend(set.iter());
    extra.assigned.extend(set.iter());
    Ok(others)
}

/// Sets a field of each instance to its value, as the database has given it.
#[pyfunction]
pub(crate) fn put_values(
    records: &Bound<'_, PyList>,
    field: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let position = field::position(field)?;
    let name = field::name(field)?;
    for (record, value) in records.iter().zip(values.try_iter()?) {
        set_plainly(&record, &name, &value?)?;
        super::functions::mark_changed(&record, position.try_into()?)?;
    }
    Ok(())
}

/// Says of each instance that it is in the database now, as it is.
#[pyfunction]
pub(crate) fn set_all_loaded(
    records: &Bound<'_, PyList>,
    origin: &Bound<'_, PyAny>,
) -> PyResult<()> {
    records
        .iter()
        .try_for_each(|record| super::functions::set_loaded(&record, origin.clone()))
}

/// Instances by the positions of the fields that can be read of them, in the order in which they first come.
#[pyfunction]
pub(crate) fn by_loaded_fields<'py>(
    records: &Bound<'py, PyList>,
) -> PyResult<Vec<(Bound<'py, PyTuple>, Bound<'py, PyList>)>> {
    let py = records.py();
    let mut places: HashMap<Vec<usize>, usize> = HashMap::new();
    let mut groups: Vec<(Bound<'py, PyTuple>, Bound<'py, PyList>)> = Vec::new();
    let mut last: Option<(Vec<usize>, usize)> = None;
    for record in records {
        let positions = expect(&record)?.borrow().available();
        let place = match &last {
            Some((same, place)) if *same == positions => *place,
            _ => {
                let place = match places.get(&positions) {
                    Some(place) => *place,
                    None => {
                        groups.push((PyTuple::new(py, &positions)?, PyList::empty(py)));
                        places.insert(positions.clone(), groups.len() - 1);
                        groups.len() - 1
                    }
                };
                last = Some((positions, place));
                place
            }
        };
        if let Some((_, group)) = groups.get(place) {
            group.append(record)?;
        }
    }
    Ok(groups)
}
