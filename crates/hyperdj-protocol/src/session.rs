//! A session that is ready for queries: statements go in, events come out in order.

use crate::columns::{self, Columns, Format};
use crate::input::{Incoming, Input};
use crate::{
    BorrowedRow, CancelKey, DataRow, Execution, Oid, ProtocolError, ServerError, ServerParameters,
    TransactionStatus,
};
use bytes::{Buf, Bytes, BytesMut};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{ColumnFormats, Message};
use postgres_protocol::message::frontend;
use std::collections::VecDeque;
use std::fmt;

mod steps;
use steps::{Copying, Step, Waits};

/// The formats of a COPY's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFormat {
    /// The format of the whole.
    pub overall: Format,
    /// The format of each column.
    pub columns: Vec<Format>,
}

/// Something that the server said. `statement` is the number that queueing the statement returned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The statement's text was accepted.
    Parsed {
        /// Which statement.
        statement: u64,
    },
    /// The types of the statement's parameters, after [`Session::prepare`].
    Parameters {
        /// Which statement.
        statement: u64,
        /// The types, in order.
        types: Vec<Oid>,
    },
    /// The columns of the result.
    Columns {
        /// Which statement.
        statement: u64,
        /// The columns, in order.
        columns: Columns,
    },
    /// The statement returns no rows.
    NoColumns {
        /// Which statement.
        statement: u64,
    },
    /// One row of the result.
    Row {
        /// Which statement.
        statement: u64,
        /// The row, still on the receive buffer.
        row: DataRow,
    },
    /// The statement has run; in a simple query, one of its statements.
    Complete {
        /// Which statement.
        statement: u64,
        /// What was done, such as `SELECT 5`, `INSERT 0 1`, `CREATE TABLE`.
        tag: String,
    },
    /// The row limit was reached, more rows are there.
    Suspended {
        /// Which statement.
        statement: u64,
    },
    /// The statement was empty.
    Empty {
        /// Which statement.
        statement: u64,
    },
    /// The prepared statement is closed.
    Closed {
        /// Which request to close.
        statement: u64,
    },
    /// An error. Statements queued behind it, up to the next Sync, are skipped by the server and get no event.
    Error {
        /// The statement that failed; `None` for an error at a Sync (such as a deferred constraint's) or between statements.
        statement: Option<u64>,
        /// What the server says.
        error: Box<ServerError>,
    },
    /// The server waits for data: [`Session::copy_data`], then [`Session::copy_done`] or [`Session::copy_fail`].
    CopyIn {
        /// Which statement.
        statement: u64,
        /// The formats that it expects.
        format: CopyFormat,
    },
    /// Data is coming.
    CopyOut {
        /// Which statement.
        statement: u64,
        /// The formats that it has.
        format: CopyFormat,
    },
    /// A piece of data; in the text formats, one line.
    CopyData {
        /// Which statement.
        statement: u64,
        /// The data, still on the receive buffer.
        data: Bytes,
    },
    /// No more data.
    CopyDone {
        /// Which statement.
        statement: u64,
    },
    /// A notice, at any moment.
    Notice(Box<ServerError>),
    /// A notification, at any moment.
    Notification {
        /// The server process that sent it.
        process_id: i32,
        /// The channel.
        channel: String,
        /// What was sent along.
        payload: String,
    },
    /// A setting that the server reports has changed; [`Session::parameters`] already has it.
    Parameter {
        /// The setting's name.
        name: String,
        /// Its new value.
        value: String,
    },
    /// Everything up to a Sync or simple query is done.
    Ready {
        /// Whether a transaction is open.
        transaction: TransactionStatus,
        /// The number of the last statement that this answers, run or skipped; 0 if none was queued.
        through: u64,
    },
}

/// The state machine of a session.
pub struct Session {
    input: Input,
    output: BytesMut,
    steps: VecDeque<Step>,
    last_statement: u64,
    transaction: TransactionStatus,
    parameters: ServerParameters,
    key: Option<CancelKey>,
    copying: Copying,
}

impl Session {
    pub(crate) fn new(input: Input, parameters: ServerParameters, key: Option<CancelKey>) -> Self {
        Self {
            input,
            output: BytesMut::new(),
            steps: VecDeque::new(),
            last_statement: 0,
            transaction: TransactionStatus::Idle,
            parameters,
            key,
            copying: Copying::No,
        }
    }

    /// At least `size` bytes to read into from the connection; then say how many with [`Session::filled`].
    pub fn room(&mut self, size: usize) -> &mut [u8] {
        self.input.room(size)
    }

    /// Says how many bytes were read into [`Session::room`].
    pub fn filled(&mut self, count: usize) {
        self.input.filled(count);
    }

    /// Takes a copy of bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.feed(bytes);
    }

    /// What is to be written to the connection.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Says how many bytes of [`Session::output`] were written.
    pub fn written(&mut self, count: usize) {
        self.output.advance(count.min(self.output.len()));
    }

    /// Whether a transaction is open, as of the last [`Event::Ready`].
    pub fn transaction(&self) -> TransactionStatus {
        self.transaction
    }

    /// The settings that the server reports.
    pub fn parameters(&self) -> &ServerParameters {
        &self.parameters
    }

    /// The key that cancels what this session runs; servers and poolers without cancellation give none.
    pub fn cancel_key(&self) -> Option<&CancelKey> {
        self.key.as_ref()
    }

    /// Whether nothing that was sent is still unanswered.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty() && self.output.is_empty()
    }

    /// Queues a statement for execution; nothing runs for certain before a [`Session::sync`].
    ///
    /// Returns the number by which events name it.
    ///
    /// # Errors
    /// [`ProtocolError::Unencodable`]: a zero byte in the text or the name, more than 65,535 parameters, or a message
    /// over 2 GiB. Nothing is queued then.
    pub fn execute<'p>(
        &mut self,
        execution: &Execution<'_>,
        parameters: impl IntoIterator<Item = Option<&'p [u8]>>,
    ) -> Result<u64, ProtocolError> {
        execution.encode(parameters, &mut self.output)?;
        let mut waits = Waits::BIND | Waits::EXECUTE;
        if execution.sql.is_some() {
            waits |= Waits::PARSE;
        }
        if execution.describe {
            waits |= Waits::DESCRIBE;
        }
        Ok(self.queue_extended(waits))
    }

    /// Queues the parsing and description of a statement: [`Event::Parameters`], then [`Event::Columns`] or [`Event::NoColumns`].
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn prepare(
        &mut self,
        name: &str,
        sql: &str,
        parameter_types: &[Oid],
    ) -> Result<u64, ProtocolError> {
        let before = self.output.len();
        frontend::parse(name, sql, parameter_types.iter().copied(), &mut self.output)
            .and_then(|()| frontend::describe(b'S', name, &mut self.output))
            .map_err(|error| {
                self.output.truncate(before);
                ProtocolError::unencodable(error)
            })?;
        Ok(self.queue_extended(Waits::PARSE | Waits::PARAMETERS | Waits::DESCRIBE))
    }

    /// Queues the removal of a prepared statement, which need not exist.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn close_statement(&mut self, name: &str) -> Result<u64, ProtocolError> {
        let before = self.output.len();
        frontend::close(b'S', name, &mut self.output).map_err(|error| {
            self.output.truncate(before);
            ProtocolError::unencodable(error)
        })?;
        Ok(self.queue_extended(Waits::CLOSE))
    }

    /// Ends a pipeline: the server runs what is queued, and answers with [`Event::Ready`].
    pub fn sync(&mut self) {
        frontend::sync(&mut self.output);
        self.steps.push_back(Step::Sync {
            through: self.last_statement,
        });
    }

    /// Asks the server to send the answers that it has without ending the pipeline.
    pub fn flush(&mut self) {
        frontend::flush(&mut self.output);
    }

    /// Queues a text of any number of statements, run by the simple protocol in one transaction unless they say otherwise.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn simple_query(&mut self, sql: &str) -> Result<u64, ProtocolError> {
        let before = self.output.len();
        frontend::query(sql, &mut self.output).map_err(|error| {
            self.output.truncate(before);
            ProtocolError::unencodable(error)
        })?;
        self.last_statement += 1;
        self.steps.push_back(Step::Simple {
            statement: self.last_statement,
        });
        Ok(self.last_statement)
    }

    /// Sends a piece of data of a COPY FROM STDIN.
    ///
    /// # Errors
    /// [`ProtocolError::Unencodable`] for more than 2 GiB at once.
    pub fn copy_data(&mut self, data: &[u8]) -> Result<(), ProtocolError> {
        frontend::CopyData::new(data)
            .map_err(ProtocolError::unencodable)?
            .write(&mut self.output);
        Ok(())
    }

    /// Ends a COPY FROM STDIN: all data was sent.
    pub fn copy_done(&mut self) {
        frontend::copy_done(&mut self.output);
        self.end_copy_in();
    }

    /// Ends a COPY FROM STDIN: it is to fail, for this reason.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn copy_fail(&mut self, reason: &str) -> Result<(), ProtocolError> {
        frontend::copy_fail(reason, &mut self.output).map_err(ProtocolError::unencodable)?;
        self.end_copy_in();
        Ok(())
    }

    /// Says goodbye: the connection is to be closed once this is written.
    pub fn terminate(&mut self) {
        frontend::terminate(&mut self.output);
    }

    fn queue_extended(&mut self, waits: Waits) -> u64 {
        self.last_statement += 1;
        self.steps.push_back(Step::Extended {
            statement: self.last_statement,
            waits,
        });
        self.last_statement
    }

    fn end_copy_in(&mut self) {
        if let Copying::In { sync_swallowed } = self.copying {
            self.copying = Copying::No;
            if let Some(through) = sync_swallowed {
                frontend::sync(&mut self.output);
                self.steps.push_back(Step::Sync { through });
            }
        }
    }
}

mod events;

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("transaction", &self.transaction)
            .field("unanswered", &self.steps.len())
            .finish_non_exhaustive()
    }
}
