//! What holds values, as JSON: lists, dicts, dataclasses, and instances of models.

use super::text::decimal;
use super::value::{ENUM, Encoder, Outcome, UUID, not_finite};
use super::{Problem, wire};
use crate::record::attributes::slot_value;
use crate::record::row::{RowList, RowView};
use crate::record::{self, dict};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyDateTime, PyDict, PyString};

/// How many lists and dicts may stand in each other.
const DEEPEST: usize = 1000;

/// How many bytes are asked for before they are written.
const MOST_AHEAD: usize = 1 << 20;

static FIELDS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

impl<'py> Encoder<'py> {
    pub(super) fn nested(&mut self, write: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
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

    pub(super) fn sequence(
        &mut self,
        elements: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    ) -> Outcome {
        let (others, _) = elements.size_hint();
        let start = self.output.len();
        self.output.push(b'[');
        for (index, element) in elements.enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            let element = element?;
            self.write(&element)
                .map_err(|problem| problem.at(|| format!("[{index}]")))?;
            if index == 0 {
                self.expect_like(self.output.len() - start, others);
            }
        }
        self.output.push(b']');
        Ok(())
    }

    /// The others are often as long as the first: there is room for them at once, within reason.
    fn expect_like(&mut self, first: usize, others: usize) {
        let like_this = first.saturating_mul(others);
        self.output
            .reserve(like_this.saturating_add(like_this / 8).min(MOST_AHEAD));
    }

    pub(super) fn dict(&mut self, dict: &Bound<'py, PyDict>) -> Outcome {
        let size = dict.len();
        let mut position = 0;
        let mut index = 0;
        self.output.push(b'{');
        loop {
            let before = position;
            let start = self.output.len();
            let Some((key, value)) = next(dict, &mut position) else {
                break;
            };
            if index > 0 {
                self.output.push(b',');
            }
            if self.same_key(&key, index) && self.simple(&value)? {
                index += 1;
                continue;
            }
            // From here on Python code may run: the entry is looked up again, with references of our own.
            self.output.truncate(start);
            position = before;
            let Some((key, value)) = next(dict, &mut position) else {
                break;
            };
            let (key, value) = (key.to_owned(), value.to_owned());
            if index > 0 {
                self.output.push(b',');
            }
            self.new_key(&key, index)?;
            index += 1;
            self.write(&value)
                .map_err(|problem| problem.at(|| step(&key)))?;
            if dict.len() != size {
                return Err(Problem::new("was changed while it was written"));
            }
        }
        self.output.push(b'}');
        Ok(())
    }

    /// Writes a key and the colon as the last time, if the last dict had the same object at this place.
    fn same_key(&mut self, key: &Bound<'py, PyAny>, index: usize) -> bool {
        match self.keys.get(index) {
            Some((known, written)) if known.is(key) => {
                self.output.extend_from_slice(written);
                true
            }
            _ => false,
        }
    }

    /// Writes a key and the colon, and remembers them.
    fn new_key(&mut self, key: &Bound<'py, PyAny>, index: usize) -> Outcome {
        const MOST: usize = 64;
        let start = self.output.len();
        if self.same_key(key, index) {
            return Ok(());
        }
        self.key(key)?;
        self.output.push(b':');
        if index < MOST
            && index <= self.keys.len()
            && let Ok(text) = key.cast_exact::<PyString>()
        {
            let entry = (text.clone(), self.output[start..].to_vec());
            match self.keys.get_mut(index) {
                Some(known) => *known = entry,
                None => self.keys.push(entry),
            }
        }
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

    pub(super) fn dataclass(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
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

    pub(super) fn record(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        if self.overrides(value)? {
            let made = value.call_method0(intern!(self.py, "to_dict"))?;
            return self.write(&made);
        }
        {
            let state = record::expect(value)?.borrow();
            if let (false, Some(row)) = (state.touched.get(), &state.row)
                && row.layout.native_json
            {
                // No Python code runs, so that the row may be borrowed meanwhile.
                return self.row(row.view());
            }
        }
        match dict::untouched(value)? {
            Some(row) => self.row(row.view()),
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

    /// Writes the rows of a result as a list.
    pub(super) fn rows(&mut self, list: &RowList) -> Outcome {
        let count = list.len();
        self.output.push(b'[');
        for (index, row) in list.iter().enumerate() {
            if index > 0 {
                self.output.push(b',');
            }
            self.nested(|this| this.row(row))
                .map_err(|problem| problem.at(|| format!("[{index}]")))?;
            if index == 0 {
                self.expect_like(self.output.len(), count);
            }
        }
        self.output.push(b']');
        Ok(())
    }

    fn row(&mut self, row: RowView<'_>) -> Outcome {
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

/// An entry of a dict, without references of its own.
type Entry<'a, 'py> = (Borrowed<'a, 'py, PyAny>, Borrowed<'a, 'py, PyAny>);

/// The next entry of a dict. It may be used for as long as nothing changes the dict.
fn next<'a, 'py>(
    dict: &'a Bound<'py, PyDict>,
    position: &mut ffi::Py_ssize_t,
) -> Option<Entry<'a, 'py>> {
    let mut key = std::ptr::null_mut();
    let mut value = std::ptr::null_mut();
    // SAFETY: the dict is alive, and both objects are borrowed from it. A position that the dict no longer has gives
    // nothing. The caller takes references before it does what could change the dict.
    unsafe {
        let found = ffi::PyDict_Next(dict.as_ptr(), position, &raw mut key, &raw mut value);
        (found != 0).then(|| {
            let py = dict.py();
            (Borrowed::from_ptr(py, key), Borrowed::from_ptr(py, value))
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
