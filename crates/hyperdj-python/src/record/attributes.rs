//! An attribute that is read: decoded out of the row, and kept in the instance.

use super::cell;
use super::layout::Slot;
use super::row::{Row, RowView};
use crate::errors;
use crate::native;
use crate::values::{self, Plain};
use hyperdj_values::{Kind, Type, ValueError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Sets an attribute as `object.__setattr__` does, whatever the class says. All that sets attributes goes this way, so
/// that the collector looks at an instance from the moment on in which it refers to something that may refer to it.
pub(crate) fn set_plainly(
    instance: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    // SAFETY: all three are alive.
    let result =
        unsafe { ffi::PyObject_GenericSetAttr(instance.as_ptr(), name.as_ptr(), value.as_ptr()) };
    if result == 0 {
        if native::is_container(value) {
            native::track(instance);
        }
        Ok(())
    } else {
        Err(PyErr::fetch(instance.py()))
    }
}

/// What a look at the state finds.
enum Found<'py> {
    /// A value that is made again sooner than it is kept.
    Brief(Bound<'py, PyAny>),
    /// The value, whole.
    Value(Bound<'py, PyString>, Bound<'py, PyAny>),
    /// It takes Python code to make the value, for which nothing may be borrowed.
    Slow(Row),
    /// The instance was loaded without the field.
    NotLoaded,
    /// Bytes that are no value.
    Wrong(ValueError),
    /// The instance was constructed, and the field was never set.
    Unset,
}

/// The value of a field that is not among the instance's own attributes.
pub(crate) fn read<'py>(
    field: &Bound<'py, PyAny>,
    position: isize,
    instance: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = instance.py();
    let Some(cell) = cell(instance) else {
        return Ok(py.None().into_bound(py));
    };
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    let found = {
        let state = cell.borrow();
        match &state.row {
            Some(row) => match row.layout.slot(position) {
                Some(slot) => {
                    let found = look(py, row, slot);
                    if !matches!(found, Found::Brief(_)) {
                        state.touched.set(true);
                    }
                    found
                }
                None => Found::NotLoaded,
            },
            None => match state.extra.as_ref().and_then(|extra| extra.known.as_ref()) {
                Some(known) if !known.contains(position) => Found::NotLoaded,
                _ => Found::Unset,
            },
        }
    };
    match found {
        Found::Brief(value) => Ok(value),
        Found::Value(name, value) => {
            set_plainly(instance, &name, &value)?;
            Ok(value)
        }
        Found::Slow(row) => {
            let Some(slot) = row.layout.slot(position) else {
                return Ok(py.None().into_bound(py));
            };
            let value = slot_value(py, row.view(), slot)?;
            set_plainly(instance, slot.name.bind(py), &value)?;
            Ok(value)
        }
        Found::Unset => Ok(py.None().into_bound(py)),
        Found::Wrong(error) => Err(errors::data(py, &error.to_string())),
        Found::NotLoaded => Err(not_loaded(field, instance)?),
    }
}

fn look<'py>(py: Python<'py>, row: &Row, slot: &Slot) -> Found<'py> {
    let name = || slot.name.bind(py).clone();
    let Some(bytes) = row.value(slot.column) else {
        return Found::Brief(py.None().into_bound(py));
    };
    if slot.convert {
        return Found::Slow(row.clone());
    }
    match values::plain(py, slot.kind, bytes) {
        Ok(Plain::Value(value)) if is_brief(slot.kind) => Found::Brief(value),
        Ok(Plain::Value(value)) => Found::Value(name(), value),
        Ok(Plain::Slow) => Found::Slow(row.clone()),
        Err(error) => Found::Wrong(error),
    }
}

/// Whether a type's values are a few bytes that nothing can change, and take no more time to make than to look up.
fn is_brief(kind: Type) -> bool {
    matches!(
        kind,
        Type::Scalar(Kind::Bool | Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid)
    )
}

/// The value of a slot of a row that nothing else can change. Python code may run.
pub(crate) fn slot_value<'py>(
    py: Python<'py>,
    row: RowView<'_>,
    slot: &Slot,
) -> PyResult<Bound<'py, PyAny>> {
    match row.value(slot.column) {
        Some(bytes) => bytes_value(py, slot, bytes),
        None => Ok(py.None().into_bound(py)),
    }
}

/// As [`slot_value`], of the value's bytes.
pub(crate) fn bytes_value<'py>(
    py: Python<'py>,
    slot: &Slot,
    bytes: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let value = values::to_python(py, slot.kind, bytes)?;
    match &slot.field {
        Some(field) if slot.convert && (slot.always || !values::is_text_of(slot.kind, &value)) => {
            field
                .bind(py)
                .call_method1(intern!(py, "convert"), (value,))
        }
        _ => Ok(value),
    }
}

fn not_loaded(field: &Bound<'_, PyAny>, instance: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let py = field.py();
    let model = instance.get_type().name()?;
    let name = super::field::name(field)?;
    let message = format!(
        "{model}.{name} was not fetched with its row; await refresh_from_db(), or don't leave the field out of the \
         query with defer() or only()"
    );
    Ok(errors::raise(py, "FieldNotLoaded", &message))
}
