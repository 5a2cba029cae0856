//! JSON: Python's values and rows, written as UTF-8.

mod containers;
mod text;
mod value;
mod wire;

use crate::errors;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
pub(crate) use text::key;
use value::Encoder;

/// Why a value can't be written, and where it is.
pub(crate) struct Problem {
    kind: ProblemKind,
    /// The way to the value, the last step first.
    path: Vec<String>,
}

enum ProblemKind {
    /// What is said of the value.
    Words(String),
    /// Python had an error of its own.
    Python(PyErr),
}

impl Problem {
    fn new(words: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Words(words.into()),
            path: Vec::new(),
        }
    }

    /// The same problem, seen from one step further out.
    fn at(mut self, step: impl FnOnce() -> String) -> Self {
        self.path.push(step());
        self
    }

    fn into_error(self, py: Python<'_>) -> PyErr {
        match self.kind {
            ProblemKind::Python(error) => error,
            ProblemKind::Words(words) => {
                let mut path = "$".to_owned();
                let steps = self.path.iter().rev();
                steps.take(20).for_each(|step| path.push_str(step.as_str()));
                if self.path.len() > 20 {
                    path.push('…');
                }
                errors::data(py, &format!("{path} {words}"))
            }
        }
    }
}

impl From<PyErr> for Problem {
    fn from(error: PyErr) -> Self {
        Self {
            kind: ProblemKind::Python(error),
            path: Vec::new(),
        }
    }
}

/// Writes a value as JSON.
#[pyfunction]
#[pyo3(signature = (value, *, decimals="string", default=None))]
pub(crate) fn encode_json<'py>(
    value: &Bound<'py, PyAny>,
    decimals: &str,
    default: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = value.py();
    let numbers = match decimals {
        "string" => false,
        "number" => true,
        _ => {
            return Err(PyValueError::new_err(
                "decimals is \"string\" or \"number\"",
            ));
        }
    };
    let mut encoder = Encoder::new(py, numbers, default)?;
    match encoder.write(value) {
        Ok(()) => Ok(PyBytes::new(py, &encoder.output)),
        Err(problem) => Err(problem.into_error(py)),
    }
}
