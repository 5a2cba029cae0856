//! `OwnDict`: the `__dict__` of instances, as Python has it, with a word to the collector.

use super::expect;
use crate::native;
use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ptr;

/// The descriptor that stands in `Model` for `__dict__`: who holds an instance's dict can put anything into it, as
/// `functools.cached_property` does, so that the collector has to look at the instance from then on.
#[pyclass(module = "hyperdjango._engine", frozen)]
pub(crate) struct OwnDict;

#[pymethods]
impl OwnDict {
    #[new]
    fn new() -> Self {
        Self
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        instance: Option<Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(instance) = instance else {
            return Ok(slf.into_any());
        };
        expect(&instance)?;
        native::track(&instance);
        // SAFETY: the instance is alive, and of a class whose instances have a dict.
        unsafe {
            Bound::from_owned_ptr_or_err(
                instance.py(),
                ffi::PyObject_GenericGetDict(instance.as_ptr(), ptr::null_mut()),
            )
        }
    }

    fn __set__(&self, instance: &Bound<'_, PyAny>, value: &Bound<'_, PyDict>) -> PyResult<()> {
        expect(instance)?;
        native::track(instance);
        // SAFETY: both are alive, and instances of the class have a dict.
        let result = unsafe {
            ffi::PyObject_GenericSetDict(instance.as_ptr(), value.as_ptr(), ptr::null_mut())
        };
        if result == 0 {
            Ok(())
        } else {
            Err(PyErr::fetch(instance.py()))
        }
    }

    fn __delete__(&self, _instance: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyAttributeError::new_err(
            "the __dict__ of an instance can't be deleted",
        ))
    }
}
