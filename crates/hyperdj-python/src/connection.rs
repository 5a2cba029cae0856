//! A session with the server that Python's event loop drives, as Python sees it.

use crate::errors;
use crate::operation::{Operation, Shape, Wishes, Work};
use crate::parameters::Encoded;
use crate::record::plan::Plan;
use crate::settings::Cancellation;
use crate::statement::Cache;
use bytes::Bytes;
use hyperdj_postgres::{Driven, TransactionStatus};
use hyperdj_protocol::{Oid, ServerError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd};

mod copy;
mod events;
mod start;
mod wake;
mod watch;

pub(crate) use copy::Copy;
use wake::{Awaiter, wake};
use watch::{Callbacks, resume_reading};

/// A session. Operations may be asked for while others run: they are sent at once, and answered in their order.
#[pyclass(module = "hyperdjango._engine", weakref)]
pub(crate) struct Connection {
    driven: Option<Driven>,
    cache: Cache,
    /// The parameters of the operation that is being sent, kept for its memory.
    encoded: Encoded,
    /// What was sent and is not answered, in order.
    running: VecDeque<Operation>,
    /// What waits until a statement is prepared: sent before, it would overtake it.
    held: VecDeque<Operation>,
    /// Whether the session's settings may be others than at its beginning.
    changed: bool,
    /// Whether statements were prepared in SQL, of which only the end of the session makes sure to be rid.
    spoiled: bool,
    /// Whether the event loop watches for room to send.
    writing: bool,
    /// Why the server ended the session, if it said so.
    fatal: Option<Box<ServerError>>,
    event_loop: Option<EventLoop>,
    /// The COPY that is under way.
    copying: Option<copy::Copying>,
    /// What the last COPY gave and nobody has taken yet.
    copied: Option<Vec<Bytes>>,
    /// Whether nothing is received, since nobody takes it.
    paused: bool,
    callbacks: Callbacks,
    /// Whether the event loop has called for what arrived: whoever awaits it can go on in the same turn.
    is_turn: bool,
    /// Who goes on when nothing is borrowed any more.
    woken: Vec<Awaiter>,
}

/// What is needed of the event loop.
struct EventLoop {
    object: Py<PyAny>,
    create_future: Py<PyAny>,
}

impl Connection {
    pub(crate) fn new(driven: Driven, statement_cache_size: usize) -> Self {
        Self {
            driven: Some(driven),
            cache: Cache::new(statement_cache_size),
            encoded: Encoded::default(),
            running: VecDeque::new(),
            held: VecDeque::new(),
            changed: false,
            spoiled: false,
            writing: false,
            fatal: None,
            event_loop: None,
            copying: None,
            copied: None,
            paused: false,
            callbacks: Callbacks::default(),
            is_turn: false,
            woken: Vec::new(),
        }
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty() && self.held.is_empty()
    }

    fn transaction_status(&self) -> TransactionStatus {
        self.driven
            .as_ref()
            .map_or(TransactionStatus::Idle, |driven| {
                driven.session().transaction()
            })
    }

    fn new_future(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match (&self.event_loop, &self.driven) {
            (_, None) => Err(errors::lost(py, "the connection is closed")),
            (None, _) => Err(errors::interface(
                py,
                "the connection is attached to no event loop",
            )),
            (Some(event_loop), _) => event_loop.create_future.call0(py),
        }
    }

    /// Ends the session: what has no answer yet fails.
    fn end(&mut self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let Some(driven) = self.driven.take() else {
            return Ok(());
        };
        let fd = driven.as_fd().as_raw_fd();
        driven.close();
        if let Some(event_loop) = &self.event_loop {
            let object = event_loop.object.bind(py);
            // A loop that is closed watches nothing any more.
            if !object.call_method0(intern!(py, "is_closed"))?.is_truthy()? {
                object.call_method1(intern!(py, "remove_reader"), (fd,))?;
                object.call_method1(intern!(py, "remove_writer"), (fd,))?;
            }
        }
        let waiting: Vec<Operation> = self.running.drain(..).chain(self.held.drain(..)).collect();
        for mut operation in waiting {
            if operation.error.is_none() {
                operation.error = self.fatal.clone();
            }
            if operation.error.is_none() {
                operation.failure = Some(errors::lost(py, reason));
            }
            self.settle(py, operation)?;
        }
        self.copy_over(py)?;
        self.tell_end(py)
    }

    /// Sends what there is to send; whether the event loop is to say when there is room for more.
    fn send(&mut self) -> bool {
        self.driven.as_mut().is_some_and(Driven::send)
    }
}

/// Sends, and has the event loop watch for room as long as something is left.
fn send(slf: &Bound<'_, Connection>) -> PyResult<()> {
    let py = slf.py();
    let (object, fd, left) = {
        let mut this = slf.borrow_mut();
        let left = this.send();
        if left == this.writing {
            return Ok(());
        }
        let (Some(driven), Some(event_loop)) = (&this.driven, &this.event_loop) else {
            return Ok(());
        };
        let fd = driven.as_fd().as_raw_fd();
        let object = event_loop.object.clone_ref(py);
        this.writing = left;
        (object, fd, left)
    };
    if left {
        let callback = slf.getattr(intern!(py, "_on_writable"))?;
        object.call_method1(py, intern!(py, "add_writer"), (fd, callback))?;
    } else {
        object.call_method1(py, intern!(py, "remove_writer"), (fd,))?;
    }
    Ok(())
}

#[pymethods]
impl Connection {
    /// Has an event loop drive the session from now on.
    fn attach(slf: &Bound<'_, Self>, event_loop: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let fd = {
            let mut this = slf.borrow_mut();
            let Some(driven) = &this.driven else {
                return Err(errors::lost(py, "the connection is closed"));
            };
            let fd = driven.as_fd().as_raw_fd();
            this.event_loop = Some(EventLoop {
                object: event_loop.clone().unbind(),
                create_future: event_loop.getattr("create_future")?.unbind(),
            });
            fd
        };
        event_loop.call_method1("add_reader", (fd, slf.getattr("_on_readable")?))?;
        Ok(())
    }

    /// Runs a statement; a future of what `shape` says.
    #[pyo3(signature = (sql, parameters, shape, cached=true, text_columns=Vec::new(), plan=None, text_parameters=Vec::new()))]
    #[allow(clippy::too_many_arguments)] // They are Python's.
    fn run(
        slf: &Bound<'_, Self>,
        sql: Bound<'_, PyString>,
        parameters: Bound<'_, PyTuple>,
        shape: u8,
        cached: bool,
        text_columns: Vec<usize>,
        plan: Option<Py<Plan>>,
        text_parameters: Vec<usize>,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let shape = Shape::from_code(py, shape)?;
        if matches!(shape, Shape::Instances | Shape::Rows) != plan.is_some() {
            return Err(errors::interface(
                py,
                "instances need a plan, and nothing else takes one",
            ));
        }
        let wishes = Wishes {
            text_columns,
            text_parameters,
            plan,
        };
        let work = Work::Statement(vec![parameters.unbind()]);
        begin(slf, sql, work, shape, cached, wishes)
    }

    /// Runs a statement once for each tuple of parameters, all or none; a future of the number of rows.
    fn run_many(
        slf: &Bound<'_, Self>,
        sql: Bound<'_, PyString>,
        parameters: Bound<'_, PyList>,
    ) -> PyResult<Py<PyAny>> {
        let tuples = parameters
            .iter()
            .map(|item| Ok(item.cast_into::<PyTuple>()?.unbind()))
            .collect::<PyResult<Vec<_>>>()?;
        begin(
            slf,
            sql,
            Work::Statement(tuples),
            Shape::Count,
            true,
            Wishes::default(),
        )
    }

    /// Forgets a prepared statement; nothing happens if it is not kept.
    fn forget(&mut self, py: Python<'_>, sql: Bound<'_, PyString>) -> PyResult<()> {
        if let Some(statement) = self.cache.get(&sql)?
            && !statement.name.is_empty()
        {
            self.cache.forget(&statement);
            // It is sent with what comes next.
            self.session(py)?
                .close_statement(&statement.name)
                .map_err(|error| errors::interface(py, &error.to_string()))?;
        }
        Ok(())
    }

    /// Runs one or more statements without parameters by the simple protocol; a future of the number of rows.
    fn run_script(slf: &Bound<'_, Self>, sql: Bound<'_, PyString>) -> PyResult<Py<PyAny>> {
        begin(
            slf,
            sql,
            Work::Script,
            Shape::Count,
            false,
            Wishes::default(),
        )
    }

    /// Begins a COPY by the simple protocol; `columns` are name and type of what `Copy.write_rows` will be given.
    #[pyo3(name = "copy", signature = (sql, columns=Vec::new()))]
    fn begin_copy(
        slf: &Bound<'_, Self>,
        sql: Bound<'_, PyString>,
        columns: Vec<(String, Oid)>,
    ) -> PyResult<Copy> {
        copy::begin(slf, sql, columns)
    }

    /// Says whom to tell of notices, of notifications and of the end of the session.
    #[pyo3(signature = (notice, notification, end))]
    fn watch(
        &mut self,
        notice: Option<Py<PyAny>>,
        notification: Option<Py<PyAny>>,
        end: Option<Py<PyAny>>,
    ) {
        self.callbacks = Callbacks {
            notice,
            notification,
            end,
        };
    }

    /// Receives nothing more until `resume`.
    fn pause(&mut self, py: Python<'_>) -> PyResult<()> {
        self.pause_reading(py)
    }

    /// Receives again.
    fn resume(slf: &Bound<'_, Self>) -> PyResult<()> {
        resume_reading(slf)
    }

    /// Says goodbye and closes the connection; what has no answer yet fails.
    fn close(&mut self, py: Python<'_>) -> PyResult<()> {
        self.end(py, "the connection was closed by this program")
    }

    /// What cancels the running statement; None if the server can't.
    fn cancellation(&self) -> Option<Cancellation> {
        let token = self.driven.as_ref()?.cancel_token()?;
        Some(Cancellation::new(token))
    }

    /// Says that the session's settings are those of its beginning again.
    fn mark_clean(&mut self) {
        self.changed = false;
    }

    /// Whether the session is over.
    #[getter]
    fn closed(&self) -> bool {
        self.driven.is_none()
    }

    /// Whether everything was answered.
    #[getter]
    fn idle(&self) -> bool {
        self.is_idle()
    }

    /// Whether the session can serve anybody: open, idle, outside of a transaction, its settings unchanged.
    #[getter]
    fn clean(&self) -> bool {
        self.driven.is_some()
            && self.is_idle()
            && !self.changed
            && !self.spoiled
            && self.transaction_status() == TransactionStatus::Idle
    }

    /// Whether statements were prepared in SQL: nothing makes the session what it was.
    #[getter]
    fn spoiled(&self) -> bool {
        self.spoiled
    }

    /// Whether a transaction is open: "idle", "open" or "failed".
    #[getter]
    fn transaction(&self) -> &'static str {
        match self.transaction_status() {
            TransactionStatus::Idle => "idle",
            TransactionStatus::Open => "open",
            TransactionStatus::Failed => "failed",
        }
    }

    /// Whether others can't read along.
    #[getter]
    fn encrypted(&self) -> bool {
        self.driven.as_ref().is_some_and(Driven::is_encrypted)
    }

    /// How many prepared statements are kept.
    #[getter]
    fn statements(&self) -> usize {
        self.cache.len()
    }

    /// The event loop calls it when something can be received.
    fn _on_readable(slf: &Bound<'_, Self>) -> PyResult<()> {
        let (received, woken) = {
            let mut this = slf.borrow_mut();
            this.is_turn = true;
            let received = this.receive(slf.py());
            this.is_turn = false;
            (received, std::mem::take(&mut this.woken))
        };
        let sent = send(slf);
        // Whatever went wrong, nobody may be left waiting.
        wake(slf, woken)?;
        received.and(sent)
    }

    /// The event loop calls it when there is room to send.
    fn _on_writable(slf: &Bound<'_, Self>) -> PyResult<()> {
        send(slf)?;
        slf.borrow_mut().wake_copy(slf.py())
    }
}

/// Begins an operation; its future.
fn begin(
    slf: &Bound<'_, Connection>,
    sql: Bound<'_, PyString>,
    work: Work,
    shape: Shape,
    cached: bool,
    wishes: Wishes,
) -> PyResult<Py<PyAny>> {
    let py = slf.py();
    let future = {
        let mut this = slf.borrow_mut();
        let future = this.new_future(py)?;
        let operation = Operation::new(
            py,
            future.clone_ref(py),
            sql.unbind(),
            work,
            shape,
            cached,
            wishes,
        );
        this.begin(py, operation)?;
        future
    };
    send(slf)?;
    Ok(future)
}
