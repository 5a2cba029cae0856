//! COPY, in both directions: Python gives or takes the data piece by piece, and neither side runs ahead of the other.

use super::watch::resume_reading;
use super::{Connection, send};
use crate::errors;
use crate::operation::{Operation, Shape, Wishes, Work};
use crate::parameters::Encoded;
use crate::statement::Parameter;
use bytes::Bytes;
use hyperdj_protocol::{Format, Oid};
use hyperdj_values::{Kind, Type};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

/// With more than this waiting to be sent, the source is to wait, in bytes.
const FULL: usize = 512 * 1024;

/// With no more than this waiting to be sent, the source is to go on, in bytes.
const LOW: usize = 128 * 1024;

/// With more than this waiting to be taken, nothing is received, in bytes.
const UNREAD: usize = 512 * 1024;

/// PostgreSQL documentation, "COPY", "Binary Format": the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// The server has not said yet.
    Unknown,
    In,
    Out,
}

/// The COPY that a connection is in the middle of.
pub(super) struct Copying {
    direction: Direction,
    /// Nobody wants it any more.
    abandoned: bool,
    /// The server has had enough: what is sent from now on is ignored.
    failed: bool,
    received: Vec<Bytes>,
    received_size: usize,
    waiter: Option<Py<PyAny>>,
}

impl Connection {
    /// The server takes data from now on, which a statement has none of.
    pub(super) fn copy_in_began(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(copying) = &mut self.copying else {
            return self.fail_copy(
                py,
                "COPY FROM STDIN is not run as a statement; call copy_from",
            );
        };
        copying.direction = Direction::In;
        if copying.abandoned {
            self.fail_copy(py, "nobody waits for it any more")?;
        }
        self.wake_copy(py)
    }

    /// Data is coming from now on; whether this was asked for.
    pub(super) fn copy_out_began(&mut self) -> bool {
        self.copying
            .as_mut()
            .map(|copying| copying.direction = Direction::Out)
            .is_some()
    }

    /// A piece of data has come.
    pub(super) fn copy_received(&mut self, py: Python<'_>, data: Bytes) -> PyResult<()> {
        let Some(copying) = &mut self.copying else {
            return Ok(());
        };
        if copying.abandoned {
            return Ok(());
        }
        copying.received_size += data.len();
        copying.received.push(data);
        if copying.received_size > UNREAD {
            self.pause_reading(py)?;
        }
        Ok(())
    }

    /// The server reports an error of what runs.
    pub(super) fn copy_failed(&mut self) {
        if let Some(copying) = &mut self.copying {
            copying.failed = true;
        }
    }

    /// The COPY is over, one way or another.
    pub(super) fn copy_over(&mut self, py: Python<'_>) -> PyResult<()> {
        // What has come is still taken by `Copy::read`, which keeps it.
        let waiter = self
            .copying
            .as_mut()
            .and_then(|copying| copying.waiter.take());
        if let Some(copying) = &mut self.copying {
            if copying.received.is_empty() {
                self.copying = None;
            } else {
                copying.direction = Direction::Unknown;
                copying.failed = true;
                self.copied = self.copying.take().map(|copying| copying.received);
            }
        }
        wake(py, waiter)
    }

    /// Tells whoever waits that there is something to do.
    pub(super) fn wake_copy(&mut self, py: Python<'_>) -> PyResult<()> {
        if self.is_copy_ready() {
            let waiter = self
                .copying
                .as_mut()
                .and_then(|copying| copying.waiter.take());
            return wake(py, waiter);
        }
        Ok(())
    }

    fn is_copy_ready(&self) -> bool {
        match &self.copying {
            None => true,
            Some(copying) if copying.failed => false,
            Some(copying) => match copying.direction {
                Direction::Unknown => false,
                Direction::In => self.unsent() <= LOW,
                Direction::Out => !copying.received.is_empty(),
            },
        }
    }

    /// How much waits to be sent, in bytes.
    fn unsent(&self) -> usize {
        self.driven
            .as_ref()
            .map_or(0, |driven| driven.session().output().len())
    }

    fn fail_copy(&mut self, py: Python<'_>, reason: &str) -> PyResult<()> {
        if let Some(copying) = &mut self.copying {
            copying.failed = true;
        }
        // A zero byte would end the reason early.
        let reason = reason.replace('\0', " ");
        self.session(py)?
            .copy_fail(&reason)
            .map_err(|error| errors::interface(py, &error.to_string()))
    }

    /// Whether the server waits for data.
    fn takes_data(&self) -> bool {
        self.copying.as_ref().is_some_and(|copying| {
            copying.direction == Direction::In && !copying.failed && !copying.abandoned
        })
    }
}

fn wake(py: Python<'_>, waiter: Option<Py<PyAny>>) -> PyResult<()> {
    if let Some(waiter) = waiter {
        let waiter = waiter.bind(py);
        if !waiter.call_method0(intern!(py, "done"))?.is_truthy()? {
            waiter.call_method1(intern!(py, "set_result"), (py.None(),))?;
        }
    }
    Ok(())
}

/// Begins a COPY on a connection that is idle.
pub(super) fn begin(
    connection: &Bound<'_, Connection>,
    sql: Bound<'_, PyString>,
    columns: Vec<(String, Oid)>,
) -> PyResult<Copy> {
    let py = connection.py();
    let result = {
        let mut this = connection.borrow_mut();
        let future = this.new_future(py)?;
        if !this.is_idle() {
            return Err(errors::interface(
                py,
                "COPY needs a connection on which nothing else runs",
            ));
        }
        let operation = Operation::new(
            py,
            future.clone_ref(py),
            sql.unbind(),
            Work::Script,
            Shape::Count,
            false,
            Wishes::default(),
        );
        this.begin(py, operation)?;
        this.copied = None;
        this.copying = Some(Copying {
            direction: Direction::Unknown,
            abandoned: false,
            failed: false,
            received: Vec::new(),
            received_size: 0,
            waiter: None,
        });
        future
    };
    send(connection)?;
    let (names, parameters) = columns
        .into_iter()
        .map(|(name, oid)| {
            let kind = Type::of(oid);
            (name, Parameter { oid, kind })
        })
        .unzip();
    Ok(Copy {
        connection: connection.clone().unbind(),
        result,
        names,
        parameters,
        rows: 0,
        encoded: Encoded::default(),
        buffer: Vec::new(),
    })
}

/// A COPY that is under way.
#[pyclass(module = "hyperdjango._engine")]
pub(crate) struct Copy {
    connection: Py<Connection>,
    /// The future of the number of rows.
    result: Py<PyAny>,
    names: Vec<String>,
    parameters: Vec<Parameter>,
    /// How many rows were given.
    rows: u64,
    encoded: Encoded,
    buffer: Vec<u8>,
}

impl Copy {
    /// Whether this is what the connection is in the middle of.
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        self.result
            .call_method0(py, intern!(py, "done"))?
            .is_truthy(py)
    }

    /// Sends data; whether the source is to wait.
    fn send(&self, py: Python<'_>, data: &[u8]) -> PyResult<bool> {
        let connection = self.connection.bind(py);
        {
            let mut this = connection.borrow_mut();
            if !this.takes_data() {
                return Ok(true);
            }
            this.session(py)?
                .copy_data(data)
                .map_err(|error| errors::interface(py, &error.to_string()))?;
        }
        send(connection)?;
        Ok(connection.borrow().unsent() > FULL)
    }

    /// Adds a row to the buffer.
    fn encode(&mut self, row: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = row.py();
        let tuple = match row.cast::<PyTuple>() {
            Ok(tuple) => tuple.clone(),
            Err(_) => row
                .cast::<PyList>()
                .map_err(|_| {
                    PyTypeError::new_err(format!("row {} is no tuple and no list", self.rows + 1))
                })?
                .to_tuple(),
        };
        if tuple.len() != self.parameters.len() {
            return Err(errors::data(
                py,
                &format!(
                    "row {} has {} values, and there are {} columns",
                    self.rows + 1,
                    tuple.len(),
                    self.parameters.len()
                ),
            ));
        }
        self.encoded
            .fill(&self.parameters, &tuple, &[])
            .map_err(|error| self.explain(py, error))?;
        let count = u16::try_from(self.parameters.len()).unwrap_or(u16::MAX);
        self.buffer.extend_from_slice(&count.to_be_bytes());
        if self
            .encoded
            .formats
            .iter()
            .any(|format| *format != Format::Binary)
        {
            return Err(errors::data(
                py,
                &format!("row {} has a value without a binary form", self.rows + 1),
            ));
        }
        for value in self.encoded.values() {
            match value {
                None => self.buffer.extend_from_slice(&(-1_i32).to_be_bytes()),
                Some(bytes) => {
                    let length = i32::try_from(bytes.len())
                        .map_err(|_| errors::data(py, "a value is longer than 2 GiB"))?;
                    self.buffer.extend_from_slice(&length.to_be_bytes());
                    self.buffer.extend_from_slice(bytes);
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Says the row and the column instead of the parameter.
    fn explain(&self, py: Python<'_>, error: PyErr) -> PyErr {
        let text = error.value(py).to_string();
        let words = text.strip_prefix("parameter $").and_then(|rest| {
            let (number, rest) = rest.split_once(' ')?;
            let name = self
                .names
                .get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
            Some(format!("row {}, column {name:?}: it {rest}", self.rows + 1))
        });
        match words {
            Some(words) => errors::data(py, &words),
            None => error,
        }
    }
}

#[pymethods]
impl Copy {
    /// The future of the number of rows.
    #[getter]
    fn result(&self, py: Python<'_>) -> Py<PyAny> {
        self.result.clone_ref(py)
    }

    /// A future that is done when data can be given or taken, or the COPY is over.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut this = self.connection.bind(py).borrow_mut();
        let future = match &this.event_loop {
            Some(event_loop) => event_loop.create_future.call0(py)?,
            None => return Err(errors::lost(py, "the connection is closed")),
        };
        if this.is_copy_ready() {
            future.call_method1(py, intern!(py, "set_result"), (py.None(),))?;
        } else if let Some(copying) = &mut this.copying {
            copying.waiter = Some(future.clone_ref(py));
        }
        Ok(future)
    }

    /// Whether every value of a type has a binary form here; an interval may have to travel as text.
    #[staticmethod]
    fn has_binary(oid: Oid) -> bool {
        let kind = Type::of(oid);
        let is_interval = matches!(
            kind,
            Type::Scalar(Kind::Interval)
                | Type::Array {
                    kind: Kind::Interval,
                    ..
                }
        );
        kind.is_binary() && !is_interval
    }

    /// Sends data; whether to wait before more is sent.
    fn write(&self, data: &Bound<'_, PyBytes>) -> PyResult<bool> {
        self.send(data.py(), data.as_bytes())
    }

    /// Sends rows in the binary format; whether to wait before more are sent. With an error none of them is sent.
    fn write_rows(&mut self, rows: &Bound<'_, PyList>) -> PyResult<bool> {
        let py = rows.py();
        if rows.is_empty() {
            return Ok(false);
        }
        self.buffer.clear();
        if self.rows == 0 {
            self.buffer.extend_from_slice(HEADER);
        }
        for row in rows.iter() {
            self.encode(&row)?;
        }
        let buffer = std::mem::take(&mut self.buffer);
        let full = self.send(py, &buffer);
        self.buffer = buffer;
        full
    }

    /// Says that all data was sent.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let connection = self.connection.bind(py);
        if connection.borrow().takes_data() {
            if !self.parameters.is_empty() {
                if self.rows == 0 {
                    self.send(py, HEADER)?;
                }
                self.send(py, &(-1_i16).to_be_bytes())?;
            }
            let mut this = connection.borrow_mut();
            if let Some(copying) = &mut this.copying {
                copying.failed = true;
            }
            this.session(py)?.copy_done();
        }
        send(connection)
    }

    /// What has come so far; empty if nothing has.
    fn read<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let connection = self.connection.bind(py);
        let pieces = {
            let mut this = connection.borrow_mut();
            match &mut this.copying {
                Some(copying) => {
                    copying.received_size = 0;
                    std::mem::take(&mut copying.received)
                }
                None => this.copied.take().unwrap_or_default(),
            }
        };
        let size = pieces.iter().map(Bytes::len).sum();
        let bytes = PyBytes::new_with(py, size, |buffer| {
            let mut rest = buffer;
            for piece in &pieces {
                let (here, behind) = rest.split_at_mut(piece.len());
                here.copy_from_slice(piece);
                rest = behind;
            }
            Ok(())
        })?;
        resume_reading(connection)?;
        Ok(bytes)
    }

    /// Has it end soon, whatever it is at: nobody gives or takes data any more.
    fn abandon(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let connection = self.connection.bind(py);
        if self.is_over(py)? && connection.borrow().copying.is_none() {
            connection.borrow_mut().copied = None;
            return Ok(());
        }
        {
            let mut this = connection.borrow_mut();
            if this.takes_data() {
                this.fail_copy(py, reason)?;
            }
            if let Some(copying) = &mut this.copying {
                copying.abandoned = true;
                copying.received.clear();
                copying.received_size = 0;
            }
        }
        send(connection)?;
        resume_reading(connection)
    }
}
