//! `Record.to_dict`: every value of an instance by its name.

use super::attributes::{bytes_value, slot_value};
use super::layout::VERSION;
use super::row::Row;
use super::{expect, instance};
use crate::native;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::ffi::CStr;

pub(crate) const DOCUMENTATION: &CStr = c"to_dict($self, /)\n--\n\n\
Every field's value by its name, in the order of the fields.\n\
\n\
Fields that the query left out, by only() or defer(), are left out here unless they were assigned. Annotations of\n\
the query follow the fields. Of a constructed instance, fields that were never set are None.\n\
\n\
Returns:\n\
    A new dict, whose values are those of the attributes.\n\
\n\
>>> from hyperdjango.models import Field, Model\n\
>>> class Tag(Model):\n\
...     id: int = Field(primary_key=True)\n\
...     label: str = Field()\n\
...\n\
...     class Meta:\n\
...         table_name = \"tags\"\n\
>>> Tag(label=\"new\").to_dict()\n\
{'id': None, 'label': 'new'}\n";

/// Makes the instance that a row is.
///
/// # Errors
/// Those of the class's own `__new__`, and of annotations' values.
pub(crate) fn from_row(py: Python<'_>, row: Row) -> PyResult<Bound<'_, PyAny>> {
    if row.layout.extras().is_empty() && row.layout.version.is_none() {
        // The class lives as long as the layout, which the row keeps until the instance has it.
        let (class, maker) = (row.layout.model.bind(py).clone(), row.layout.maker);
        return instance(&class, maker, super::state::State::of_row(row));
    }
    let layout = row.layout.clone();
    let class = layout.model.bind(py);
    // The class has no attribute that could read an annotation when it is asked for.
    let made = instance(
        class,
        layout.maker,
        super::state::State::of_row(row.clone()),
    )?;
    for slot in layout.extras() {
        let value = slot_value(py, row.view(), slot)?;
        super::attributes::set_plainly(&made, slot.name.bind(py), &value)?;
    }
    if let Some(column) = layout.version
        && let Some(bytes) = row.value(column)
    {
        let version = String::from_utf8_lossy(bytes);
        super::functions::cache(&made)?.set_item(VERSION, version.as_ref())?;
    }
    Ok(made)
}

/// The dict of an instance.
pub(crate) fn to_dict<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = record.py();
    let row = untouched(record)?;
    match row {
        Some(row) => {
            let dict = row.layout.template.bind(py).copy()?;
            for slot in &row.layout.slots {
                // NULL is what the template has.
                if let Some(bytes) = row.value(slot.column) {
                    dict.set_item(&slot.name, bytes_value(py, slot, bytes)?)?;
                }
            }
            Ok(dict)
        }
        None => {
            let dict = PyDict::new(py);
            for name in names(record)? {
                dict.set_item(&name, record.getattr(&name)?)?;
            }
            Ok(dict)
        }
    }
}

/// The row of an instance that is nothing but its row.
pub(crate) fn untouched(record: &Bound<'_, PyAny>) -> PyResult<Option<Row>> {
    let state = expect(record)?.borrow();
    Ok(if state.touched.get() {
        None
    } else {
        state.row.clone()
    })
}

/// The names of everything that `to_dict` gives for an instance that may differ from its row.
pub(crate) fn names<'py>(record: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyString>>> {
    let py = record.py();
    let (row, positions, all, known_extras) = {
        let state = expect(record)?.borrow();
        let extra = state.extra.as_ref();
        let partial = state.row.is_some() || extra.is_some_and(|extra| extra.known.is_some());
        let known_extras: Vec<_> = extra
            .iter()
            .flat_map(|extra| &extra.annotations)
            .map(|name| name.bind(py).clone())
            .collect();
        (state.row.clone(), state.available(), !partial, known_extras)
    };
    let fields = fields(record)?;
    let mut names = Vec::new();
    if all {
        for field in fields.iter().flatten() {
            names.push(super::field::name(&field)?);
        }
    }
    for position in positions.into_iter().filter(|_| !all) {
        let slot = row.as_ref().and_then(|row| row.layout.slot(position));
        if let Some(slot) = slot {
            names.push(slot.name.bind(py).clone());
        } else if let Some(fields) = &fields {
            names.push(super::field::name(&fields.get_item(position)?)?);
        }
    }
    if let Some(row) = &row {
        let extras = row.layout.extras().iter();
        names.extend(extras.map(|slot| slot.name.bind(py).clone()));
    }
    names.extend(known_extras);
    Ok(names)
}

/// The fields of the instance's model; none for a class that is no model.
pub(crate) fn fields<'py>(record: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let py = record.py();
    let Some(meta) = record.get_type().getattr_opt(intern!(py, "_meta"))? else {
        return Ok(None);
    };
    Ok(Some(
        meta.getattr(intern!(py, "fields"))?
            .cast_into::<PyTuple>()?,
    ))
}

pub(super) unsafe extern "C" fn to_dict_method(
    record: *mut ffi::PyObject,
    _nothing: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls the method with an instance that is alive.
    unsafe {
        let py = Python::assume_attached();
        let record = Borrowed::from_ptr(py, record);
        native::give(py, to_dict(&record).map(Bound::into_any))
    }
}
