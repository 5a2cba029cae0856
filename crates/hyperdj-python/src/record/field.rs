//! `FieldReader`, the native base of fields: the class attribute that reads a field out of an instance's row.

use super::attributes;
use crate::native;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};
use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A field in memory: what every Python object has, then its four attributes, which Python reads and sets itself.
#[repr(C)]
struct FieldObject {
    head: ffi::PyObject,
    position: ffi::Py_ssize_t,
    name: *mut ffi::PyObject,
    kind: *mut ffi::PyObject,
    passes: *mut ffi::PyObject,
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static POINTER: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(ptr::null_mut());
static BASE: PyOnceLock<(ffi::newfunc, Py<PyTuple>)> = PyOnceLock::new();

/// The type, made when it is first asked for.
pub(crate) fn field_type(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    let made = TYPE.get_or_try_init(py, || {
        let object = py.get_type::<PyAny>();
        BASE.get_or_try_init(py, || {
            Ok::<_, PyErr>((native::maker(&object)?, PyTuple::empty(py).unbind()))
        })?;
        let made = make(py)?;
        POINTER.store(made.bind(py).as_type_ptr(), Ordering::Release);
        Ok::<_, PyErr>(made)
    })?;
    Ok(made.bind(py).clone())
}

fn make(py: Python<'_>) -> PyResult<Py<PyType>> {
    #[allow(deprecated)] // None for what is not set is what is wanted here.
    let object = ffi::_Py_T_OBJECT;
    let members = vec![
        native::member(
            c"position",
            ffi::Py_T_PYSSIZET,
            offset_of!(FieldObject, position),
            c"int, the place among the model's fields, from 0.",
        ),
        native::member(
            c"name",
            object,
            offset_of!(FieldObject, name),
            c"str, the field's name in the class.",
        ),
        native::member(
            c"kind",
            object,
            offset_of!(FieldObject, kind),
            c"str | None, the name of the type of its values, \"any\" or \"made\"; None until it is asked for.",
        ),
        native::member(
            c"passes",
            object,
            offset_of!(FieldObject, passes),
            c"type | None, whose values are the field's as they are: of datetime, those in UTC.",
        ),
    ];
    let slots = [
        (ffi::Py_tp_new, new as *mut c_void),
        (ffi::Py_tp_dealloc, deallocate as *mut c_void),
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_descr_get, get as *mut c_void),
        (ffi::Py_tp_members, native::forever(members)),
        (
            ffi::Py_tp_doc,
            c"What reads a field out of an instance's row.".as_ptr() as *mut c_void,
        ),
    ];
    // SAFETY: the functions and members are those of `FieldObject`, which begins with a Python object's head.
    unsafe { native::make_type::<FieldObject>(py, c"hyperdjango._engine.FieldReader", &slots) }
}

fn object(field: &Bound<'_, PyAny>) -> PyResult<*mut FieldObject> {
    let wanted = POINTER.load(Ordering::Acquire);
    // SAFETY: the object is alive, and so is the type, which is never freed.
    if wanted.is_null() || unsafe { ffi::PyObject_TypeCheck(field.as_ptr(), wanted) } == 0 {
        return Err(PyTypeError::new_err("a field of a model is needed"));
    }
    // Instances of the type and of its subclasses begin with a `FieldObject`.
    Ok(field.as_ptr().cast::<FieldObject>())
}

/// The position that a field says.
///
/// # Errors
/// `TypeError` for an object that is no field, or whose position is negative.
pub(crate) fn position(field: &Bound<'_, PyAny>) -> PyResult<usize> {
    // SAFETY: the field is alive.
    let position = unsafe { (*object(field)?).position };
    usize::try_from(position).map_err(|_| PyTypeError::new_err("a field's position is negative"))
}

/// The name of a field, as it says it.
pub(crate) fn name<'py>(field: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    Ok(field
        .getattr(pyo3::intern!(field.py(), "name"))?
        .cast_into::<PyString>()?)
}

/// The type whose values are the field's as they are, where that is known.
///
/// # Errors
/// `TypeError` for an object that is no field.
pub(crate) fn passes<'py>(field: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: the field is alive, and owns what it holds.
    Ok(unsafe { Bound::from_borrowed_ptr_or_opt(field.py(), (*object(field)?).passes) })
}

/// `FieldReader.__get__`: Python calls it for what is not in the instance's own attributes.
unsafe extern "C" fn get(
    field: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    _owner: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this function with a field that is alive, and an instance that is alive or null.
    unsafe {
        if instance.is_null() {
            ffi::Py_INCREF(field);
            return field;
        }
        let py = Python::assume_attached();
        let position = (*field.cast::<FieldObject>()).position;
        let instance = Borrowed::from_ptr(py, instance);
        let field = Borrowed::from_ptr(py, field);
        native::give(py, attributes::read(&field, position, &instance))
    }
}

/// `FieldReader.__new__`, which ignores its arguments.
unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _arguments: *mut ffi::PyObject,
    _keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this function with a class that is alive. The base allocates the object with all our
    // members zero, which is right for them.
    unsafe {
        let py = Python::assume_attached();
        let Some((make, nothing)) = BASE.get(py) else {
            return ptr::null_mut();
        };
        let made = make(class, nothing.as_ptr(), ptr::null_mut());
        if !made.is_null() {
            (*made.cast::<FieldObject>()).name = pyo3::intern!(py, "").clone().into_ptr();
        }
        made
    }
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: Python calls this once for an object that nothing refers to any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let class = ffi::Py_TYPE(object);
        clear(object);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: Python calls this with an object of ours; what is null is not visited.
    unsafe {
        let field = object.cast::<FieldObject>();
        let held = [(*field).name, (*field).kind, (*field).passes];
        for held in std::iter::once(ffi::Py_TYPE(object).cast()).chain(held) {
            if !held.is_null() {
                let result = visit(held, argument);
                if result != 0 {
                    return result;
                }
            }
        }
    }
    0
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with an object of ours, whose members own their references; they are taken out first.
    unsafe {
        let field = object.cast::<FieldObject>();
        let held = [
            ptr::replace(&raw mut (*field).name, ptr::null_mut()),
            ptr::replace(&raw mut (*field).kind, ptr::null_mut()),
            ptr::replace(&raw mut (*field).passes, ptr::null_mut()),
        ];
        held.into_iter().for_each(|object| ffi::Py_XDECREF(object));
    }
    0
}
