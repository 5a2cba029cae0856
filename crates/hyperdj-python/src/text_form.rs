//! Values in PostgreSQL's text form: a parameter of any type as text, and lists as array literals.

use crate::parameters::Refusal;
use crate::values::{range_class, sequence};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyFloat, PyInt, PyString, PyTime};

static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static UUID: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

const WANTED: Refusal = Refusal::Wanted(
    "a str in PostgreSQL's text form, a number, date, time, UUID, Range or network address, or a list of such",
);

/// The most lists in lists: the dimensions of an array.
const DEEPEST: usize = 6;

/// Appends a value other than None.
pub(crate) fn write(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    match sequence(value) {
        Some(elements) => array(&elements, 1, output),
        None => scalar(value, output),
    }
}

fn scalar(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    output.extend_from_slice(text(value)?.to_str()?.as_bytes());
    Ok(())
}

/// The text of a value that has one form for PostgreSQL and for Python.
fn text<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyString>, Refusal> {
    let py = value.py();
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.clone());
    }
    // PostgreSQL reads Python's spelling of each, in any case: True, 1e-07, inf, NaN, 2024-02-29 01:02:03+00:00.
    let is_known = value.is_instance_of::<PyInt>()
        || value.is_instance_of::<PyFloat>()
        || value.is_instance_of::<PyDate>()
        || value.is_instance_of::<PyTime>()
        || value.is_instance(DECIMAL.import(py, "decimal", "Decimal")?)?
        || value.is_instance(UUID.import(py, "uuid", "UUID")?)?
        || is_address(value)
        || value.is_instance(range_class(py)?)?;
    if is_known {
        Ok(value.str()?)
    } else {
        Err(WANTED)
    }
}

/// Whether a value is of the module `ipaddress`, which is not imported to tell.
fn is_address(value: &Bound<'_, PyAny>) -> bool {
    value
        .get_type()
        .module()
        .is_ok_and(|module| module.to_string_lossy() == "ipaddress")
}

fn array(elements: &[Bound<'_, PyAny>], depth: usize, output: &mut Vec<u8>) -> Result<(), Refusal> {
    if depth > DEEPEST {
        return Err(hyperdj_values::ValueError::TooDeep.into());
    }
    output.push(b'{');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            output.push(b',');
        }
        if element.is_none() {
            output.extend_from_slice(b"NULL");
        } else if let Some(inner) = sequence(element) {
            array(&inner, depth + 1, output)?;
        } else {
            output.push(b'"');
            for byte in text(element)?.to_str()?.bytes() {
                if matches!(byte, b'"' | b'\\') {
                    output.push(b'\\');
                }
                output.push(byte);
            }
            output.push(b'"');
        }
    }
    output.push(b'}');
    Ok(())
}
