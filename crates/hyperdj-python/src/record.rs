//! `Record`, the native base of models: an object that keeps its row's bytes until an attribute is read.
//!
//! The type is made by hand and not by PyO3's `#[pyclass]`, since a thousand instances are made for one page and each
//! of their attributes is read through [`field`]. A class that subclasses it in Python has the attribute values that
//! Python gives its own classes. What Rust keeps for an instance is a [`State`] in a `RefCell`; no borrow of it is held
//! while Python code can run, which any allocation of a container can cause.

pub(crate) mod adopt;
pub(crate) mod assign;
pub(crate) mod attributes;
pub(crate) mod dict;
pub(crate) mod field;
pub(crate) mod functions;
pub(crate) mod layout;
pub(crate) mod own_dict;
pub(crate) mod owner;
pub(crate) mod pickle;
pub(crate) mod plan;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod state;
pub(crate) mod stitch;

use crate::native;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};
use state::State;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An instance in memory: what every Python object has, then ours.
#[repr(C)]
struct RecordObject {
    head: ffi::PyObject,
    state: RefCell<State>,
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
/// The same, for comparisons; null before the type is made.
static POINTER: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(ptr::null_mut());
static BASE: PyOnceLock<(ffi::newfunc, Py<PyTuple>)> = PyOnceLock::new();

/// The type, made when it is first asked for.
pub(crate) fn record_type(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    let made = TYPE.get_or_try_init(py, || {
        let made = make(py)?;
        BASE.get_or_try_init(py, || {
            let object = py.get_type::<PyAny>();
            Ok::<_, PyErr>((native::maker(&object)?, PyTuple::empty(py).unbind()))
        })?;
        POINTER.store(made.bind(py).as_type_ptr(), Ordering::Release);
        Ok::<_, PyErr>(made)
    })?;
    Ok(made.bind(py).clone())
}

fn make(py: Python<'_>) -> PyResult<Py<PyType>> {
    let methods = vec![
        native::method(
            c"to_dict",
            dict::to_dict_method,
            ffi::METH_NOARGS,
            dict::DOCUMENTATION,
        ),
        native::method(
            c"__getstate__",
            pickle::get_state_method,
            ffi::METH_NOARGS,
            c"__getstate__($self, /)\n--\n\nWhat copy and pickle keep of the instance.",
        ),
        native::method(
            c"__setstate__",
            pickle::set_state_method,
            ffi::METH_O,
            c"__setstate__($self, state, /)\n--\n\nTake what __getstate__ gave.",
        ),
    ];
    let slots = [
        (ffi::Py_tp_new, new as *mut c_void),
        (ffi::Py_tp_init, assign::init as *mut c_void),
        (ffi::Py_tp_dealloc, deallocate as *mut c_void),
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_methods, native::forever(methods)),
        (
            ffi::Py_tp_doc,
            c"Record(**values)\n--\n\nThe native base of models, whose instances may hold a row."
                .as_ptr() as *mut c_void,
        ),
    ];
    // SAFETY: the functions are those of `RecordObject`, which begins with a Python object's head.
    unsafe { native::make_type::<RecordObject>(py, c"hyperdjango._engine.Record", &slots) }
}

/// What Rust keeps of an instance; `None` for an object of another type.
pub(crate) fn cell<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a RefCell<State>> {
    let wanted = POINTER.load(Ordering::Acquire);
    // SAFETY: the object is alive, and so is the type, which is never freed.
    if wanted.is_null() || unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), wanted) } == 0 {
        return None;
    }
    // SAFETY: instances of the type and of its subclasses begin with a `RecordObject` that `new` has made complete,
    // and it lives as long as the reference that is borrowed here.
    Some(unsafe { &(*object.as_ptr().cast::<RecordObject>()).state })
}

/// As [`cell`], with an error for an object of another type.
pub(crate) fn expect<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<&'a RefCell<State>> {
    cell(object).ok_or_else(|| {
        let given = object
            .get_type()
            .name()
            .map_or_else(|_| "object".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("an instance of a model is needed, not a {given}"))
    })
}

/// Whether instances of a class are made by [`new`] alone: `__new__` is not overridden.
pub(crate) fn is_own_maker(maker: ffi::newfunc) -> bool {
    ptr::fn_addr_eq(maker, new as ffi::newfunc)
}

/// Makes an instance of a class with this state, without running its `__init__`.
///
/// # Errors
/// Those of the class's own `__new__`, or no memory.
pub(crate) fn instance<'py>(
    class: &Bound<'py, PyType>,
    maker: ffi::newfunc,
    state: State,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    if is_own_maker(maker) {
        let is_plain = state.extra.is_none();
        let made = allocate(py, class.as_type_ptr(), state)?;
        if is_plain {
            // A row's bytes refer to nothing: the collector need not look at thousands of such instances again and
            // again. Whatever comes to refer to more says so, see `native::track`.
            // SAFETY: the object is alive and of a type that the collector knows.
            unsafe { ffi::PyObject_GC_UnTrack(made.as_ptr().cast()) };
        }
        return Ok(made);
    }
    let nothing = PyTuple::empty(py);
    // SAFETY: `maker` is the class's `tp_new`, and takes a tuple and no keywords.
    let made = unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            maker(class.as_type_ptr(), nothing.as_ptr(), ptr::null_mut()),
        )
    }?;
    *expect(&made)?.borrow_mut() = state;
    Ok(made)
}

fn allocate<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
    state: State,
) -> PyResult<Bound<'py, PyAny>> {
    let Some((make, nothing)) = BASE.get(py) else {
        return Err(PyTypeError::new_err("the type of records is not made yet"));
    };
    // SAFETY: `make` is `object.__new__`, which allocates an instance of any class; it is of the size that the class
    // says, which has room for a `RecordObject`. Nobody has seen the object when the state is written.
    unsafe {
        let made = make(class, nothing.as_ptr(), ptr::null_mut());
        if made.is_null() {
            return Err(PyErr::fetch(py));
        }
        (&raw mut (*made.cast::<RecordObject>()).state).write(RefCell::new(state));
        Ok(Bound::from_owned_ptr(py, made))
    }
}

/// `Record.__new__`, which ignores its arguments.
unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _arguments: *mut ffi::PyObject,
    _keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this function, so the thread is attached.
    let py = unsafe { Python::assume_attached() };
    native::give(py, allocate(py, class, State::default()))
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: Python calls this once for an object that nothing refers to any more, and whose state `new` has written.
    // The state is taken out before anything is released, since releasing can run Python code; the memory is given
    // back as a collected object's, and then the object's reference to its type, which is made at runtime.
    unsafe {
        let py = Python::assume_attached();
        ffi::PyObject_GC_UnTrack(object.cast());
        let class = ffi::Py_TYPE(object);
        (&raw mut (*object.cast::<RecordObject>()).state)
            .read()
            .into_inner()
            .release(py);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: Python calls this while nothing else runs, with an object whose state `new` has written, or whose memory
    // is still zero, in which case there is nothing in it: `Option`s of pointers are null. A borrow in progress can't
    // be, since none is held while the collector can run; if there were one, its objects would merely stay.
    unsafe {
        let class = ffi::Py_TYPE(object);
        if !class.is_null() {
            let result = visit(class.cast(), argument);
            if result != 0 {
                return result;
            }
        }
        let state = &(*object.cast::<RecordObject>()).state;
        if let Ok(state) = state.try_borrow() {
            for held in state.objects() {
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
    // SAFETY: Python calls this with an object whose state `new` has written. What is released is first taken out.
    unsafe {
        let py = Python::assume_attached();
        let state = &(*object.cast::<RecordObject>()).state;
        let extra = state
            .try_borrow_mut()
            .ok()
            .and_then(|mut state| state.extra.take());
        if let Some(extra) = extra {
            extra.release(py);
        }
    }
    0
}
