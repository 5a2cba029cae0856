//! Running statements: pipelines, single queries, batches.

use super::{Client, Row, Statement};
use crate::Error;
use hyperdj_protocol::{Columns, Event, Execution, ProtocolError, ServerError};
use std::sync::Arc;

/// What is said to a server that waits for the data of a COPY nobody has.
const NO_COPY: &str = "COPY FROM STDIN has no data to read here";

/// The first error that the server reported while it answered.
pub(super) struct Failure {
    /// The session's number of the statement.
    pub(super) statement: Option<u64>,
    pub(super) error: Box<ServerError>,
}

impl Client {
    /// Sends all statements in one flight, as one transaction unless they say otherwise, and hands over each row as it
    /// comes, with the statement's index.
    ///
    /// The server runs the statements in order and skips the rest after the first error. Everything is in text form;
    /// nothing but the row at hand is kept.
    ///
    /// # Errors
    /// The first error: the server's ([`Error::Server`] with the statement's index), the connection's, or whatever
    /// `on_row` returns, which is then not called again. The session stays usable unless the connection itself failed;
    /// a transaction that a BEGIN among the statements opened is still open, and failed, after an error.
    pub fn pipeline<E: From<Error>>(
        &mut self,
        statements: &[Statement<'_>],
        on_row: &mut dyn FnMut(usize, &Row) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check()?;
        let Some(first) = self.queue(statements)? else {
            return Ok(());
        };
        let index_of =
            |statement: u64| usize::try_from(statement.saturating_sub(first)).unwrap_or(usize::MAX);
        let mut columns: Arc<Columns> = Arc::default();
        let mut row: Option<Row> = None;
        let mut stopped: Option<E> = None;
        let mut copied = false;
        let failure = self.drive(&mut |event| {
            match event {
                Event::Columns {
                    columns: described, ..
                } => columns = Arc::new(described),
                Event::Row {
                    statement,
                    row: data,
                } if stopped.is_none() => {
                    let row = match &mut row {
                        Some(row) => {
                            row.refill(&columns, data)?;
                            row
                        }
                        None => row.insert(Row::new(Arc::clone(&columns), data)?),
                    };
                    stopped = on_row(index_of(statement), row).err();
                }
                Event::CopyOut { .. } => copied = true,
                _ => {}
            }
            Ok(())
        })?;
        if let Some(error) = stopped {
            return Err(error);
        }
        match failure {
            Some(Failure { statement, error }) => Err(Error::Server {
                statement: statement.map(index_of),
                error,
            }
            .into()),
            None if copied => Err(copy_out().into()),
            None => Ok(()),
        }
    }

    /// Runs one statement and returns all its rows. Parameters are `$1`, `$2` … in PostgreSQL's text form.
    ///
    /// # Errors
    /// As [`Client::pipeline`].
    pub fn query(&mut self, sql: &str, parameters: &[Option<&str>]) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        self.pipeline(&[Statement { sql, parameters }], &mut |_, row| {
            rows.push(row.clone());
            Ok::<(), Error>(())
        })?;
        Ok(rows)
    }

    /// Runs any number of statements, separated by semicolons, by the simple protocol, as one transaction unless they
    /// say otherwise; results are thrown away.
    ///
    /// # Errors
    /// As [`Client::pipeline`].
    pub fn batch_execute(&mut self, sql: &str) -> Result<(), Error> {
        self.check()?;
        self.session
            .simple_query(sql)
            .map_err(|error| self.unencodable(error))?;
        let mut copied = false;
        let failure = self.drive(&mut |event| {
            copied |= matches!(event, Event::CopyOut { .. });
            Ok(())
        })?;
        match failure {
            Some(Failure { error, .. }) => Err(Error::Server {
                statement: None,
                error,
            }),
            None if copied => Err(copy_out()),
            None => Ok(()),
        }
    }

    /// Queues all statements and a Sync; the number of the first. If one can't be encoded, none is run.
    fn queue(&mut self, statements: &[Statement<'_>]) -> Result<Option<u64>, Error> {
        let mut first = None;
        for statement in statements {
            // Checked before anything is queued: a zero byte is the one thing in a text that no message can hold.
            if statement.sql.contains('\0') {
                return Err(self.unencodable(ProtocolError::Unencodable(
                    "its text contains a zero byte".to_owned(),
                )));
            }
            if statement.parameters.len() > usize::from(u16::MAX) {
                return Err(self.unencodable(ProtocolError::Unencodable(format!(
                    "it has {} parameters, and 65535 are the most",
                    statement.parameters.len()
                ))));
            }
        }
        for statement in statements {
            let execution = Execution {
                sql: Some(statement.sql),
                describe: true,
                ..Execution::default()
            };
            let parameters = statement
                .parameters
                .iter()
                .map(|value| value.map(str::as_bytes));
            let number = self
                .session
                .execute(&execution, parameters)
                .map_err(|error| {
                    // Only a message over 2 GiB is left to fail: what is queued before it can't be taken back.
                    self.over = true;
                    self.unencodable(error)
                })?;
            first.get_or_insert(number);
            // The answer to each goes out at once, so that its rows are worked on while the server is at the next.
            self.session.flush();
        }
        if first.is_some() {
            self.session.sync();
        }
        Ok(first)
    }

    /// Takes events until the server is ready again; the first error that it reported, if any. A COPY FROM STDIN fails.
    pub(super) fn drive(
        &mut self,
        handle: &mut dyn FnMut(Event) -> Result<(), ProtocolError>,
    ) -> Result<Option<Failure>, Error> {
        let mut failure = None;
        let mut fatal = false;
        loop {
            let event = match self.next_event() {
                Ok(event) => event,
                // A server that says why and then closes the connection: why is the better answer.
                Err(Error::Closed { .. }) if fatal => return Ok(failure),
                Err(error) => return Err(error),
            };
            match event {
                Event::Ready { .. } => return Ok(failure),
                Event::Error { statement, error } => {
                    fatal |= error.is_fatal();
                    failure.get_or_insert(Failure { statement, error });
                }
                Event::CopyIn { .. } => {
                    self.session
                        .copy_fail(NO_COPY)
                        .map_err(|error| self.unencodable(error))?;
                }
                event => {
                    if let Err(error) = handle(event) {
                        self.over = true;
                        return Err(Error::Protocol {
                            place: self.place.clone(),
                            error,
                        });
                    }
                }
            }
        }
    }

    pub(super) fn unencodable(&self, error: ProtocolError) -> Error {
        Error::Protocol {
            place: self.place.clone(),
            error,
        }
    }
}

fn copy_out() -> Error {
    Error::Unsupported("COPY TO STDOUT sends data that is not read here")
}
