//! What a connection tells its owner without being asked, and holding back what comes while the owner is busy.

use super::Connection;
use hyperdj_protocol::ServerError;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use std::os::fd::{AsFd, AsRawFd};

/// Whom to tell; the event loop calls them in its next turn, so that they may use the connection.
#[derive(Default)]
pub(super) struct Callbacks {
    /// Of a notice: severity, message, detail, hint, SQLSTATE.
    pub(super) notice: Option<Py<PyAny>>,
    /// Of a notification: channel, payload, process.
    pub(super) notification: Option<Py<PyAny>>,
    /// Of the end of the session.
    pub(super) end: Option<Py<PyAny>>,
}

impl Connection {
    pub(super) fn tell_notice(&self, py: Python<'_>, notice: &ServerError) -> PyResult<()> {
        let Some(callback) = &self.callbacks.notice else {
            return Ok(());
        };
        self.call_soon(
            py,
            (
                callback,
                &notice.severity,
                &notice.message,
                &notice.detail,
                &notice.hint,
                &notice.code,
            ),
        )
    }

    pub(super) fn tell_notification(
        &self,
        py: Python<'_>,
        channel: &str,
        payload: &str,
        process_id: i32,
    ) -> PyResult<()> {
        let Some(callback) = &self.callbacks.notification else {
            return Ok(());
        };
        self.call_soon(py, (callback, channel, payload, process_id))
    }

    /// Tells the end of the session, once.
    pub(super) fn tell_end(&mut self, py: Python<'_>) -> PyResult<()> {
        // They refer to the connection's owner, which refers to the connection.
        let callbacks = std::mem::take(&mut self.callbacks);
        match callbacks.end {
            Some(callback) => self.call_soon(py, (callback,)),
            None => Ok(()),
        }
    }

    pub(super) fn call_soon<'py>(
        &self,
        py: Python<'py>,
        arguments: impl pyo3::call::PyCallArgs<'py>,
    ) -> PyResult<()> {
        if let Some(event_loop) = &self.event_loop {
            let object = event_loop.object.bind(py);
            if !object.call_method0(intern!(py, "is_closed"))?.is_truthy()? {
                object.call_method1(intern!(py, "call_soon"), arguments)?;
            }
        }
        Ok(())
    }

    /// Receives nothing more until [`resume_reading`]: what the server sends waits on its side.
    pub(super) fn pause_reading(&mut self, py: Python<'_>) -> PyResult<()> {
        if !self.paused
            && let (Some(driven), Some(event_loop)) = (&self.driven, &self.event_loop)
        {
            let fd = driven.as_fd().as_raw_fd();
            event_loop
                .object
                .call_method1(py, intern!(py, "remove_reader"), (fd,))?;
            self.paused = true;
        }
        Ok(())
    }
}

/// Receives again after [`Connection::pause_reading`].
pub(super) fn resume_reading(slf: &Bound<'_, Connection>) -> PyResult<()> {
    let py = slf.py();
    let (object, fd) = {
        let mut this = slf.borrow_mut();
        if !this.paused {
            return Ok(());
        }
        this.paused = false;
        let (Some(driven), Some(event_loop)) = (&this.driven, &this.event_loop) else {
            return Ok(());
        };
        (event_loop.object.clone_ref(py), driven.as_fd().as_raw_fd())
    };
    let callback = slf.getattr(intern!(py, "_on_readable"))?;
    object.call_method1(
        py,
        intern!(py, "add_reader"),
        (fd, callback.into_py_any(py)?),
    )?;
    Ok(())
}
