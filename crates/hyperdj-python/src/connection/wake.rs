//! Going on at once: a task that awaits what has arrived runs in the turn of the event loop in which it arrived.
//!
//! A future that is done has the loop call its callbacks in the next turn, and a turn costs as much as all that we do
//! for a small query: a look at all sockets, and the bookkeeping around it. The loop has called us for this socket, no
//! task is running, and the next thing that it would do for this one is what is done here instead.

use super::Connection;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCFunction, PyList, PyTuple, PyType};

/// The task that alone awaits a future, as asyncio left it with the future.
pub(super) struct Awaiter {
    future: Py<PyAny>,
    /// What the task has the future call.
    callback: Py<PyAny>,
    /// The context variables that it is to be called with.
    context: Py<PyAny>,
}

impl Awaiter {
    /// Takes over what a future would have the loop call later, if that is one task of asyncio's own kind and no more.
    pub(super) fn take(future: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        static TASK: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let py = future.py();
        // Every Python that we know has it; one that has not wakes tasks in the usual way.
        let Ok(callbacks) = future.getattr(intern!(py, "_callbacks")) else {
            return Ok(None);
        };
        let Ok(callbacks) = callbacks.cast_into::<PyList>() else {
            return Ok(None);
        };
        if callbacks.len() != 1 {
            return Ok(None);
        }
        let first = callbacks.get_item(0)?;
        let Ok((callback, context)) = first
            .cast::<PyTuple>()
            .map_err(PyErr::from)
            .and_then(|pair| pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>())
        else {
            return Ok(None);
        };
        // A task written in Python has a method called, as a nested loop's does, in which another task is running.
        if !callback.is_instance_of::<PyCFunction>() {
            return Ok(None);
        }
        let of = callback.getattr(intern!(py, "__self__"))?;
        if !of.is_instance(TASK.import(py, "asyncio", "Task")?)? {
            return Ok(None);
        }
        future.call_method1(intern!(py, "remove_done_callback"), (&callback,))?;
        Ok(Some(Self {
            future: future.clone().unbind(),
            callback: callback.unbind(),
            context: context.unbind(),
        }))
    }

    /// Runs the task until it waits again.
    fn run(&self, py: Python<'_>) -> PyResult<()> {
        self.context
            .call_method1(py, intern!(py, "run"), (&self.callback, &self.future))?;
        Ok(())
    }
}

/// Has those go on whose futures are done, in their order.
///
/// # Errors
/// What asyncio lets through a task: `KeyboardInterrupt` and `SystemExit`. The others go on in the loop's next turn.
pub(super) fn wake(slf: &Bound<'_, Connection>, woken: Vec<Awaiter>) -> PyResult<()> {
    let py = slf.py();
    let mut woken = woken.into_iter();
    while let Some(awaiter) = woken.next() {
        if let Err(error) = awaiter.run(py) {
            for awaiter in woken {
                slf.borrow().call_soon(
                    py,
                    (
                        &awaiter.context.getattr(py, intern!(py, "run"))?,
                        &awaiter.callback,
                        &awaiter.future,
                    ),
                )?;
            }
            return Err(error);
        }
    }
    Ok(())
}
