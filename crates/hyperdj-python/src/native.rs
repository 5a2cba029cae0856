//! Types that are made by hand, by Python's own `PyType_FromSpec`: what PyO3's classes are too slow for.

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::ffi::{CStr, c_int, c_uint, c_void};

/// Makes a type whose instances are of the layout of `T`, which begins with a Python object's head.
///
/// # Safety
/// The slots must fit the layout, and end with nothing: the function adds the end.
pub(crate) unsafe fn make_type<T>(
    py: Python<'_>,
    name: &'static CStr,
    slots: &[(c_int, *mut c_void)],
) -> PyResult<Py<PyType>> {
    let mut all: Vec<ffi::PyType_Slot> = slots
        .iter()
        .map(|(slot, pointer)| ffi::PyType_Slot {
            slot: *slot,
            pfunc: *pointer,
        })
        .collect();
    all.push(ffi::PyType_Slot::default());
    let mut spec = ffi::PyType_Spec {
        name: name.as_ptr(),
        basicsize: c_int::try_from(size_of::<T>())?,
        itemsize: 0,
        flags: c_uint::try_from(
            ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE | ffi::Py_TPFLAGS_HAVE_GC,
        )?,
        slots: all.as_mut_ptr(),
    };
    // SAFETY: the specification is complete and lives until the call is over; the caller vouches for the slots.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&mut spec)) }?;
    Ok(made.cast_into::<PyType>()?.unbind())
}

/// A list of Python's definitions that lives as long as the process, as that of a type's members and methods must.
pub(crate) fn forever<T: Default>(definitions: Vec<T>) -> *mut c_void {
    let mut all = definitions;
    all.push(T::default());
    Box::leak(all.into_boxed_slice()).as_mut_ptr().cast()
}

/// Whether an object's type is one that the collector looks into: only such objects can be part of a circle.
pub(crate) fn is_container(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the object is alive, and so is its type.
    unsafe { ffi::PyType_GetFlags(ffi::Py_TYPE(object.as_ptr())) & ffi::Py_TPFLAGS_HAVE_GC != 0 }
}

/// Has the collector look at an object; nothing happens if it does so already.
pub(crate) fn track(object: &Bound<'_, PyAny>) {
    // SAFETY: the object is alive, and of a type that the collector knows, which is what the callers make.
    unsafe {
        if ffi::PyObject_GC_IsTracked(object.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(object.as_ptr().cast());
        }
    }
}

/// The definition of a method.
pub(crate) fn method(
    name: &'static CStr,
    function: ffi::PyCFunction,
    flags: c_int,
    documentation: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunction: function,
        },
        ml_flags: flags,
        ml_doc: documentation.as_ptr(),
    }
}

/// The definition of an attribute that stands in the object itself.
pub(crate) fn member(
    name: &'static CStr,
    type_code: c_int,
    offset: usize,
    documentation: &'static CStr,
) -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code,
        // An offset into a small structure.
        offset: offset as ffi::Py_ssize_t,
        flags: 0,
        doc: documentation.as_ptr(),
    }
}

/// Hands a result to Python: the object, or null with the error set.
pub(crate) fn give(py: Python<'_>, result: PyResult<Bound<'_, PyAny>>) -> *mut ffi::PyObject {
    match result {
        Ok(object) => object.into_ptr(),
        Err(error) => {
            error.restore(py);
            std::ptr::null_mut()
        }
    }
}

/// A function that makes objects: a type's `tp_new`.
///
/// # Errors
/// A type without one.
pub(crate) fn maker(class: &Bound<'_, PyType>) -> PyResult<ffi::newfunc> {
    // SAFETY: every type has slots, and the type is alive.
    let slot = unsafe { ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new) };
    if slot.is_null() {
        return Err(PyMemoryError::new_err("the class makes no instances"));
    }
    // SAFETY: what stands in this slot, if not null, is a `newfunc`.
    Ok(unsafe { std::mem::transmute::<*mut c_void, ffi::newfunc>(slot) })
}
