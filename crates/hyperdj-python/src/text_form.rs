//! Values in PostgreSQL's text form: a parameter of any type as text, and lists as array literals.

use crate::parameters::Refusal;
use crate::values::{sequence, whole};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyString};

static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

const WANTED: Refusal =
    Refusal::Wanted("a str in PostgreSQL's text form, a number, or a list of such");

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
    if let Ok(text) = value.cast::<PyString>() {
        output.extend_from_slice(text.to_str()?.as_bytes());
        return Ok(());
    }
    output.extend_from_slice(number(value)?.as_bytes());
    Ok(())
}

/// The text of a truth value or number, which needs no quotes anywhere.
fn number(value: &Bound<'_, PyAny>) -> Result<String, Refusal> {
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(if truth.is_true() { "true" } else { "false" }.to_owned());
    }
    let decimal = DECIMAL.import(value.py(), "decimal", "Decimal")?;
    let is_number = whole(value).is_some()
        || value.is_instance_of::<PyFloat>()
        || value.is_instance(decimal)?;
    if !is_number {
        return Err(WANTED);
    }
    // PostgreSQL reads Python's spelling of each, in any case: 1e-07, inf, NaN.
    Ok(value.str()?.to_str()?.to_owned())
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
        } else if let Ok(text) = element.cast::<PyString>() {
            output.push(b'"');
            for byte in text.to_str()?.bytes() {
                if matches!(byte, b'"' | b'\\') {
                    output.push(b'\\');
                }
                output.push(byte);
            }
            output.push(b'"');
        } else {
            output.extend_from_slice(number(element)?.as_bytes());
        }
    }
    output.push(b'}');
    Ok(())
}
