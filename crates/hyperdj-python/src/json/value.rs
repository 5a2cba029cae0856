//! Python's values as JSON.

use super::text::{base64, decimal, duration, float, string, whole};
use super::{Problem, wire};
use crate::decimals::{Decimals, decimals};
use crate::moments::{self, Places, Seen, Zone};
use crate::record::rows::Rows;
use crate::record::{self, record_type};
use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDate, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyFloat,
    PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyString, PyTime, PyTuple, PyType,
};
use std::ffi::c_int;

pub(super) static UUID: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
pub(super) static ENUM: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A writer of one document.
pub(super) struct Encoder<'py> {
    pub(super) py: Python<'py>,
    pub(super) output: Vec<u8>,
    pub(super) decimals_are_numbers: bool,
    default: Option<Bound<'py, PyAny>>,
    pub(super) depth: usize,
    decimals: &'static Decimals,
    pub(super) decimal: Bound<'py, PyAny>,
    places: &'static Places,
    /// `Record.to_dict` itself: a class that overrides it is written as it says.
    pub(super) to_dict: Bound<'py, PyAny>,
    /// The keys of the dict that was written last, with what was written for them: the next often has the same.
    pub(super) keys: Vec<(Bound<'py, PyString>, Vec<u8>)>,
    /// The class of the record that was written last, and whether it overrides `to_dict`.
    pub(super) last: Option<(Bound<'py, PyType>, bool)>,
}

pub(super) type Outcome = Result<(), Problem>;

impl<'py> Encoder<'py> {
    pub(super) fn new(
        py: Python<'py>,
        decimals_are_numbers: bool,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let decimals = decimals(py)?;
        Ok(Self {
            py,
            output: Vec::with_capacity(1024),
            decimals_are_numbers,
            default,
            depth: 0,
            decimals,
            decimal: decimals.class().bind(py).clone().into_any(),
            places: moments::places(py)?,
            to_dict: record_type(py)?.getattr(intern!(py, "to_dict"))?,
            keys: Vec::new(),
            last: None,
        })
    }

    pub(super) fn write(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        if self.simple(value)? {
            return Ok(());
        }
        if let Ok(text) = value.cast_exact::<PyString>() {
            return self.text(text);
        }
        if let Ok(dict) = value.cast_exact::<PyDict>() {
            return self.nested(|this| this.dict(dict));
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            return self.nested(|this| this.sequence(list.iter().map(Ok)));
        }
        if value.get_type_ptr() == self.decimal.as_ptr().cast() {
            return self.decimal(value);
        }
        if record::cell(value).is_some() {
            return self.nested(|this| this.record(value));
        }
        if let Ok(rows) = value.cast_exact::<Rows>() {
            return self.nested(|this| this.rows(&rows.get().list));
        }
        self.other(value)
    }

    /// Writes a value of one of the most frequent types, for which no Python code runs and nothing of a container's
    /// kind is made; whether it was one. Then what is borrowed stays where it is, even without a reference of its own.
    pub(super) fn simple(&mut self, value: &Bound<'py, PyAny>) -> Result<bool, Problem> {
        if let Ok(text) = value.cast_exact::<PyString>() {
            let mut length = 0;
            // SAFETY: the object is a str and alive. Its UTF-8 form lives as long as it does.
            let bytes = unsafe {
                let start = ffi::PyUnicode_AsUTF8AndSize(text.as_ptr(), &raw mut length);
                if start.is_null() {
                    // It is said again, and then reported.
                    ffi::PyErr_Clear();
                    return Ok(false);
                }
                std::slice::from_raw_parts(start.cast::<u8>(), length.unsigned_abs())
            };
            string(bytes, &mut self.output);
            return Ok(true);
        }
        if value.is_none() {
            self.output.extend_from_slice(b"null");
            return Ok(true);
        }
        if let Ok(truth) = value.cast_exact::<PyBool>() {
            let word: &[u8] = if truth.is_true() { b"true" } else { b"false" };
            self.output.extend_from_slice(word);
            return Ok(true);
        }
        if value.is_exact_instance_of::<PyInt>() {
            return Ok(self.small_int(value));
        }
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            let number = number.value();
            if number.is_finite() {
                float(number, &mut self.output);
            }
            return Ok(number.is_finite());
        }
        if let Some(number) = self.decimals.read(value) {
            let quote: &[u8] = if self.decimals_are_numbers {
                b""
            } else {
                b"\""
            };
            self.output.extend_from_slice(quote);
            number.write_text(&mut self.output);
            self.output.extend_from_slice(quote);
            return Ok(true);
        }
        match self.places.read(value)? {
            Some(Seen::Date(day)) => {
                wire::day(day, &mut self.output);
                Ok(true)
            }
            Some(Seen::Datetime(day, clock)) => {
                let zone: &[u8] = match self.places.zone(value)? {
                    Zone::None => b"",
                    Zone::Utc => b"Z",
                    Zone::Other => return Ok(false),
                };
                wire::datetime((day, clock), zone, &mut self.output);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// What is not among the most frequent types.
    fn other(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        let py = self.py;
        // A moment is a date as well, and an enumeration's member may be an int or a str.
        if value.is_instance_of::<PyDateTime>() {
            return self.moment(value);
        }
        if value.is_instance_of::<PyDate>() {
            return self.printed(&value.call_method0(intern!(py, "isoformat"))?);
        }
        if value.is_instance(ENUM.import(py, "enum", "Enum")?)? {
            let inner = value.getattr(intern!(py, "value"))?;
            return self.nested(|this| this.write(&inner));
        }
        if let Ok(text) = value.cast::<PyString>() {
            return self.text(text);
        }
        if let Ok(number) = value.cast::<PyInt>() {
            return self.int(number);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return self.float(number.value());
        }
        if value.is_instance(&self.decimal)? {
            return self.decimal(value);
        }
        if value.is_instance(UUID.import(py, "uuid", "UUID")?)? {
            return self.printed(value.str()?.as_any());
        }
        if value.is_instance_of::<PyTime>() {
            return self.moment(value);
        }
        if let Ok(delta) = value.cast::<PyDelta>() {
            let (days, seconds) = (delta.get_days(), delta.get_seconds());
            duration(days, seconds, delta.get_microseconds(), &mut self.output);
            return Ok(());
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            base64(bytes.as_bytes(), &mut self.output);
            return Ok(());
        }
        if value.is_instance_of::<PyByteArray>() || value.is_instance_of::<PyMemoryView>() {
            let copy = py.get_type::<PyBytes>().call1((value,))?;
            let copy = copy.cast::<PyBytes>().map_err(PyErr::from)?;
            base64(copy.as_bytes(), &mut self.output);
            return Ok(());
        }
        if let Ok(tuple) = value.cast::<PyTuple>() {
            return self.nested(|this| this.sequence(tuple.iter().map(Ok)));
        }
        if let Ok(list) = value.cast::<PyList>() {
            return self.nested(|this| this.sequence(list.iter().map(Ok)));
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            return self.nested(|this| this.dict(dict));
        }
        if value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
            let elements = value.try_iter()?;
            return self.nested(|this| this.sequence(elements));
        }
        self.rare(value)
    }

    fn rare(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        let py = self.py;
        let class = value.get_type();
        if class.hasattr(intern!(py, "__dataclass_fields__"))? {
            return self.nested(|this| this.dataclass(value));
        }
        if class
            .module()
            .is_ok_and(|module| module.to_string_lossy() == "ipaddress")
        {
            return self.printed(value.str()?.as_any());
        }
        if let Some(default) = self.default.clone() {
            let made = default.call1((value,))?;
            return self.nested(|this| this.write(&made));
        }
        Err(Problem::new(format!(
            "is a {}, which has no form in JSON; convert it first, or by default=",
            class.name()?
        )))
    }

    pub(super) fn text(&mut self, text: &Bound<'py, PyString>) -> Outcome {
        match text.to_str() {
            Ok(text) => {
                string(text.as_bytes(), &mut self.output);
                Ok(())
            }
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(self.py) => {
                Err(Problem::new(
                    "has half of a surrogate pair in its text, which has no form in UTF-8",
                ))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes an int of 64 bits; whether it is one.
    fn small_int(&mut self, number: &Bound<'py, PyAny>) -> bool {
        let mut overflow: c_int = 0;
        // SAFETY: the object is an int and alive.
        let small =
            unsafe { ffi::PyLong_AsLongLongAndOverflow(number.as_ptr(), &raw mut overflow) };
        if overflow == 0 {
            whole(small, &mut self.output);
        }
        overflow == 0
    }

    pub(super) fn int(&mut self, number: &Bound<'py, PyInt>) -> Outcome {
        if self.small_int(number.as_any()) {
            return Ok(());
        }
        // SAFETY: the object is an int and alive. A subclass's own __str__ is not asked.
        let text = unsafe {
            Bound::from_owned_ptr_or_err(self.py, ffi::PyNumber_ToBase(number.as_ptr(), 10))
        }?;
        let text = text.cast::<PyString>().map_err(PyErr::from)?;
        self.output.extend_from_slice(text.to_str()?.as_bytes());
        Ok(())
    }

    fn float(&mut self, number: f64) -> Outcome {
        if !number.is_finite() {
            return Err(not_finite());
        }
        float(number, &mut self.output);
        Ok(())
    }

    pub(super) fn decimal(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        let text = value.str()?;
        let text = text.to_str()?;
        if !self.decimals_are_numbers {
            self.output.push(b'"');
            decimal(text, &mut self.output);
            self.output.push(b'"');
            return Ok(());
        }
        if text.contains(['N', 'I']) {
            return Err(not_finite());
        }
        decimal(text, &mut self.output);
        Ok(())
    }

    /// A datetime or time, with Z for UTC.
    fn moment(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        let printed = value.call_method0(intern!(self.py, "isoformat"))?;
        let printed = printed.cast::<PyString>().map_err(PyErr::from)?;
        let text = printed.to_str()?;
        self.output.push(b'"');
        match text.strip_suffix("+00:00") {
            Some(plain) => {
                self.output.extend_from_slice(plain.as_bytes());
                self.output.push(b'Z');
            }
            None => self.output.extend_from_slice(text.as_bytes()),
        }
        self.output.push(b'"');
        Ok(())
    }

    /// What Python has printed.
    pub(super) fn printed(&mut self, text: &Bound<'py, PyAny>) -> Outcome {
        let text = text.cast::<PyString>().map_err(PyErr::from)?;
        self.text(text)
    }
}

pub(super) fn not_finite() -> Problem {
    Problem::new(
        "is NaN or infinite, which JSON has no number for; store NULL, or convert it first",
    )
}
