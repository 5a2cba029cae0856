//! Python's values as JSON.

use super::text::{base64, decimal, duration, float, string, whole};
use super::{Problem, wire};
use crate::record::attributes::slot_value;
use crate::record::row::Row;
use crate::record::{self, dict, record_type};
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

/// How many lists and dicts may stand in each other.
const DEEPEST: usize = 1000;

static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static UUID: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static ENUM: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static FIELDS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A writer of one document.
pub(super) struct Encoder<'py> {
    py: Python<'py>,
    pub(super) output: Vec<u8>,
    decimals_are_numbers: bool,
    default: Option<Bound<'py, PyAny>>,
    depth: usize,
    decimal: Bound<'py, PyAny>,
    /// `Record.to_dict` itself: a class that overrides it is written as it says.
    to_dict: Bound<'py, PyAny>,
    /// The class of the record that was written last, and whether it overrides `to_dict`.
    last: Option<(Bound<'py, PyType>, bool)>,
}

type Outcome = Result<(), Problem>;

impl<'py> Encoder<'py> {
    pub(super) fn new(
        py: Python<'py>,
        decimals_are_numbers: bool,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            py,
            output: Vec::with_capacity(1024),
            decimals_are_numbers,
            default,
            depth: 0,
            decimal: DECIMAL.import(py, "decimal", "Decimal")?.clone(),
            to_dict: record_type(py)?.getattr(intern!(py, "to_dict"))?,
            last: None,
        })
    }

    pub(super) fn write(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        if let Ok(text) = value.cast_exact::<PyString>() {
            return self.text(text);
        }
        if value.is_none() {
            self.output.extend_from_slice(b"null");
            return Ok(());
        }
        if let Ok(truth) = value.cast_exact::<PyBool>() {
            let word: &[u8] = if truth.is_true() { b"true" } else { b"false" };
            self.output.extend_from_slice(word);
            return Ok(());
        }
        if let Ok(number) = value.cast_exact::<PyInt>() {
            return self.int(number);
        }
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            return self.float(number.value());
        }
        if let Ok(dict) = value.cast_exact::<PyDict>() {
            return self.nested(|this| this.dict(dict));
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            return self.nested(|this| this.sequence(list.iter().map(Ok)));
        }
        if record::cell(value).is_some() {
            return self.nested(|this| this.record(value));
        }
        if value.get_type_ptr() == self.decimal.as_ptr().cast() {
            return self.decimal(value);
        }
        self.other(value)
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

    fn nested(&mut self, write: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if self.depth >= DEEPEST {
            return Err(Problem::new(
                "is nested more than 1,000 levels deep, or contains itself",
            ));
        }
        self.depth += 1;
        let outcome = write(self);
        self.depth -= 1;
        outcome
    }

    fn sequence(&mut self, elements: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> Outcome {
        self.output.push(b'[');
        for (index, element) in elements.enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            let element = element?;
            self.write(&element)
                .map_err(|problem| problem.at(|| format!("[{index}]")))?;
        }
        self.output.push(b']');
        Ok(())
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>) -> Outcome {
        let size = dict.len();
        let mut position = 0;
        let mut first = true;
        self.output.push(b'{');
        while let Some((key, value)) = next(dict, &mut position) {
            if !std::mem::take(&mut first) {
                self.output.push(b',');
            }
            self.key(&key)?;
            self.output.push(b':');
            self.write(&value)
                .map_err(|problem| problem.at(|| step(&key)))?;
            if dict.len() != size {
                return Err(Problem::new("was changed while it was written"));
            }
        }
        self.output.push(b'}');
        Ok(())
    }

    fn key(&mut self, key: &Bound<'py, PyAny>) -> Outcome {
        let py = self.py;
        if let Ok(text) = key.cast_exact::<PyString>() {
            return self.text(text);
        }
        if key.is_instance(ENUM.import(py, "enum", "Enum")?)? {
            let inner = key.getattr(intern!(py, "value"))?;
            return self.nested(|this| this.key(&inner));
        }
        if let Ok(text) = key.cast::<PyString>() {
            return self.text(text);
        }
        if let Some(number) = crate::values::whole(key) {
            self.output.push(b'"');
            self.int(&number)?;
            self.output.push(b'"');
            return Ok(());
        }
        if key.is_instance(&self.decimal)? {
            self.output.push(b'"');
            decimal(key.str()?.to_str()?, &mut self.output);
            self.output.push(b'"');
            return Ok(());
        }
        if key.is_instance(UUID.import(py, "uuid", "UUID")?)? {
            return self.printed(key.str()?.as_any());
        }
        if key.is_instance_of::<PyDate>() && !key.is_instance_of::<PyDateTime>() {
            return self.printed(&key.call_method0(intern!(py, "isoformat"))?);
        }
        Err(Problem::new(format!(
            "has a {} as a key; give a str, int, UUID, date or Decimal",
            key.get_type().name()?
        )))
    }

    fn text(&mut self, text: &Bound<'py, PyString>) -> Outcome {
        match text.to_str() {
            Ok(text) => {
                string(text, &mut self.output);
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

    fn int(&mut self, number: &Bound<'py, PyInt>) -> Outcome {
        let mut overflow: c_int = 0;
        // SAFETY: the object is an int and alive.
        let small =
            unsafe { ffi::PyLong_AsLongLongAndOverflow(number.as_ptr(), &raw mut overflow) };
        if overflow == 0 {
            whole(small, &mut self.output);
            return Ok(());
        }
        // SAFETY: as above. A subclass's own __str__ is not asked.
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

    fn decimal(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
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
    fn printed(&mut self, text: &Bound<'py, PyAny>) -> Outcome {
        let text = text.cast::<PyString>().map_err(PyErr::from)?;
        self.text(text)
    }

    fn dataclass(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        let py = self.py;
        let fields = FIELDS
            .import(py, "dataclasses", "fields")?
            .call1((value,))?;
        self.output.push(b'{');
        for (index, field) in fields.try_iter()?.enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            let name = field?.getattr(intern!(py, "name"))?;
            self.printed(&name)?;
            self.output.push(b':');
            let name = name.cast::<PyString>().map_err(PyErr::from)?;
            let inner = value.getattr(name)?;
            self.write(&inner)
                .map_err(|problem| problem.at(|| step(name)))?;
        }
        self.output.push(b'}');
        Ok(())
    }

    fn record(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        if self.overrides(value)? {
            let made = value.call_method0(intern!(self.py, "to_dict"))?;
            return self.write(&made);
        }
        match dict::untouched(value)? {
            Some(row) => self.row(&row),
            None => {
                let made = dict::to_dict(value)?;
                self.dict(&made)
            }
        }
    }

    fn overrides(&mut self, value: &Bound<'py, PyAny>) -> PyResult<bool> {
        let class = value.get_type();
        if let Some((last, overrides)) = &self.last
            && last.is(&class)
        {
            return Ok(*overrides);
        }
        let overrides = !class
            .getattr(intern!(self.py, "to_dict"))?
            .is(&self.to_dict);
        self.last = Some((class, overrides));
        Ok(overrides)
    }

    fn row(&mut self, row: &Row) -> Outcome {
        self.output.push(b'{');
        for (index, slot) in row.layout.slots.iter().enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            self.output.extend_from_slice(&slot.key);
            let Some(bytes) = row.value(slot.column) else {
                self.output.extend_from_slice(b"null");
                continue;
            };
            let place = |problem: Problem| problem.at(|| step(slot.name.bind(self.py)));
            let written = if slot.convert {
                wire::Written::Python
            } else {
                wire::write(
                    slot.kind,
                    bytes,
                    self.decimals_are_numbers,
                    &mut self.output,
                )
                .map_err(|error| place(Problem::new(format!("can't be read: {error}"))))?
            };
            match written {
                wire::Written::Yes => {}
                wire::Written::NotFinite => return Err(place(not_finite())),
                wire::Written::Python => {
                    let value = slot_value(self.py, row, slot)?;
                    let name = slot.name.bind(self.py);
                    self.write(&value)
                        .map_err(|problem| problem.at(|| step(name)))?;
                }
            }
        }
        self.output.push(b'}');
        Ok(())
    }
}

fn not_finite() -> Problem {
    Problem::new(
        "is NaN or infinite, which JSON has no number for; store NULL, or convert it first",
    )
}

/// The next entry of a dict. Unlike PyO3's iterator it does not panic if the dict is changed meanwhile.
fn next<'py>(
    dict: &Bound<'py, PyDict>,
    position: &mut ffi::Py_ssize_t,
) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let mut key = std::ptr::null_mut();
    let mut value = std::ptr::null_mut();
    // SAFETY: the dict is alive; both objects are borrowed from it, and references of our own are taken at once.
    unsafe {
        let found = ffi::PyDict_Next(dict.as_ptr(), position, &raw mut key, &raw mut value);
        (found != 0).then(|| {
            let py = dict.py();
            (
                Bound::from_borrowed_ptr(py, key),
                Bound::from_borrowed_ptr(py, value),
            )
        })
    }
}

/// A step of a path: `.name`, or `["a name"]`.
fn step(key: &Bound<'_, PyAny>) -> String {
    let name = key.str().map_or_else(
        |_| "?".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let is_plain = !name.is_empty()
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_');
    if is_plain {
        format!(".{name}")
    } else {
        format!("[{name:?}]")
    }
}
