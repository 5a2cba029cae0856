//! What the server's answers do to the operations that wait for them.

use super::Connection;
use super::wake::Awaiter;
use crate::errors;
use crate::operation::Operation;
use crate::statement::Statement;
use hyperdj_postgres::{Error, TransactionStatus};
use hyperdj_protocol::{Column, Event, ServerError};
use pyo3::intern;
use pyo3::prelude::*;
use std::sync::Arc;

impl Connection {
    /// Receives what has arrived, one socket buffer at most, so that a long result does not stall the event loop.
    pub(super) fn receive(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(driven) = &mut self.driven else {
            return Ok(());
        };
        let received = driven.receive();
        // What came before the end of the connection says why it ended.
        self.take_events(py)?;
        match received {
            Ok(()) => Ok(()),
            Err(error) => self.end(py, &words(&error)),
        }
    }

    fn take_events(&mut self, py: Python<'_>) -> PyResult<()> {
        loop {
            let Some(driven) = &mut self.driven else {
                return Ok(());
            };
            if let Some(operation) = self.running.front_mut() {
                let session = driven.session_mut();
                session.take_rows(|row| operation.row(py, row));
            }
            match driven.session_mut().next_event() {
                Ok(Some(event)) => self.event(py, event)?,
                Ok(None) => return self.wake_copy(py),
                Err(error) => {
                    let place = driven.place().to_string();
                    return self.end(
                        py,
                        &format!("the server at {place} does not keep to the protocol: {error}"),
                    );
                }
            }
        }
    }

    fn event(&mut self, py: Python<'_>, event: Event) -> PyResult<()> {
        match event {
            Event::Row { row, .. } => {
                if let Some(operation) = self.running.front_mut() {
                    operation.row(py, row.borrow());
                }
            }
            Event::Parameters { types, .. } => {
                if let Some(operation) = self.running.front_mut()
                    && let Some((_, known)) = &mut operation.preparing
                {
                    *known = types;
                }
            }
            Event::Columns { columns, .. } => self.prepared(py, &columns)?,
            Event::NoColumns { .. } => self.prepared(py, &[])?,
            Event::Complete { tag, .. } => self.complete(&tag),
            Event::Error { error, .. } => self.error(py, error)?,
            Event::Ready { transaction, .. } => self.ready(py, transaction)?,
            // A setting that clients are told of was changed, by whatever means.
            Event::Parameter { .. } => self.changed = true,
            Event::Notice(notice) => self.tell_notice(py, &notice)?,
            Event::Notification {
                process_id,
                channel,
                payload,
            } => self.tell_notification(py, &channel, &payload, process_id)?,
            Event::CopyIn { .. } => self.copy_in_began(py)?,
            Event::CopyData { data, .. } => self.copy_received(py, data)?,
            Event::CopyOut { .. } => {
                if !self.copy_out_began()
                    && let Some(operation) = self.running.front_mut()
                {
                    operation.failure = Some(errors::raise(
                        py,
                        "NotSupportedError",
                        "COPY TO STDOUT is not run as a statement; call copy_to",
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A statement's parameters and columns are known: it can be run.
    fn prepared(&mut self, py: Python<'_>, columns: &[Column]) -> PyResult<()> {
        let Some(mut operation) = self.running.pop_front() else {
            return Ok(());
        };
        if let Some((name, types)) = operation.preparing.take()
            && let Err(error) = self.run_prepared(py, &mut operation, name, &types, columns)
        {
            operation.failure = Some(error);
            self.session(py)?.sync();
        }
        self.running.push_front(operation);
        Ok(())
    }

    fn run_prepared(
        &mut self,
        py: Python<'_>,
        operation: &mut Operation,
        name: String,
        types: &[hyperdj_protocol::Oid],
        columns: &[Column],
    ) -> PyResult<()> {
        let sql = operation.sql.clone_ref(py);
        let statement = Arc::new(Statement::new(py, name, sql, types, columns)?);
        if operation.cached
            && let Some(gone) = self.cache.insert(py, &statement)?
        {
            self.session(py)?
                .close_statement(&gone.name)
                .map_err(|error| errors::interface(py, &error.to_string()))?;
        }
        let statement = operation.adapt(py, statement)?;
        operation.statement = Some(Arc::clone(&statement));
        if is_done(py, operation)? {
            // Cancelled meanwhile: it must not run any more.
            self.session(py)?.sync();
            return Ok(());
        }
        self.execute(py, operation, &statement)
    }

    fn complete(&mut self, tag: &str) {
        // A procedure or a block of code may do all of that.
        self.changed |= matches!(tag, "LISTEN" | "DO" | "CALL");
        self.spoiled |= tag == "PREPARE";
        if let Some(operation) = self.running.front_mut() {
            self.changed |= match &operation.statement {
                Some(statement) => statement.changes_session || tag == "SET" && !statement.is_local,
                None => operation.changes_session || tag == "SET",
            };
            let rows = tag.rsplit(' ').next().and_then(|last| last.parse().ok());
            operation.count += rows.unwrap_or(0_u64);
        }
    }

    fn error(&mut self, py: Python<'_>, error: Box<ServerError>) -> PyResult<()> {
        self.copy_failed();
        if error.is_fatal() {
            self.fatal = Some(error.clone());
        }
        let Some(operation) = self.running.front_mut() else {
            return Ok(());
        };
        operation.error.get_or_insert(error);
        if operation.preparing.take().is_some() {
            // The server waits for a Sync, which is otherwise sent behind the execution.
            self.session(py)?.sync();
        }
        Ok(())
    }

    fn ready(&mut self, py: Python<'_>, transaction: TransactionStatus) -> PyResult<()> {
        let Some(operation) = self.running.pop_front() else {
            return Ok(());
        };
        self.copy_over(py)?;
        let outdated = is_outdated(&operation);
        if outdated && let Some(statement) = &operation.statement {
            self.cache.forget(statement);
        }
        if outdated
            && !operation.retried
            && transaction == TransactionStatus::Idle
            && !is_done(py, &operation)?
        {
            self.retry(py, operation)?;
        } else {
            self.settle(py, operation)?;
        }
        while !self.is_preparing()
            && let Some(operation) = self.held.pop_front()
        {
            self.start_or_fail(py, operation)?;
        }
        Ok(())
    }

    /// Prepares a statement anew that DDL has made useless, and runs it again: it did nothing the first time.
    fn retry(&mut self, py: Python<'_>, mut operation: Operation) -> PyResult<()> {
        operation.reset(py);
        operation.retried = true;
        if self.is_preparing() {
            self.held.push_front(operation);
            return Ok(());
        }
        self.start_or_fail(py, operation)
    }

    fn start_or_fail(&mut self, py: Python<'_>, operation: Operation) -> PyResult<()> {
        let future = operation.future.clone_ref(py);
        if future
            .call_method0(py, intern!(py, "done"))?
            .is_truthy(py)?
        {
            return Ok(());
        }
        match self.start(py, operation) {
            Ok(()) => Ok(()),
            Err(error) => {
                future.call_method1(py, intern!(py, "set_exception"), (error,))?;
                Ok(())
            }
        }
    }

    /// Gives an operation's result, or what went wrong, to whoever awaits it, if anybody still does.
    pub(super) fn settle(&mut self, py: Python<'_>, mut operation: Operation) -> PyResult<()> {
        if is_done(py, &operation)? {
            return Ok(());
        }
        let outcome = match (&operation.error, operation.failure.take()) {
            (Some(error), _) => {
                let sql = operation.sql.bind(py).to_string_lossy();
                Err(errors::server(py, error, Some(&sql)))
            }
            (None, Some(failure)) => Err(errors::about(py, failure, &operation.sql)),
            (None, None) => operation
                .result(py)
                .map_err(|error| errors::about(py, error, &operation.sql)),
        };
        let future = operation.future.bind(py);
        if self.is_turn
            && let Some(awaiter) = Awaiter::take(future)?
        {
            self.woken.push(awaiter);
        }
        match outcome {
            Ok(result) => future.call_method1(intern!(py, "set_result"), (result,))?,
            Err(error) => future.call_method1(intern!(py, "set_exception"), (error,))?,
        };
        Ok(())
    }
}

/// Whether the server no longer runs a statement that it has prepared: its result would have other columns
/// ("cached plan must not change result type"), or it was deallocated.
fn is_outdated(operation: &Operation) -> bool {
    operation.from_cache
        && operation.error.as_ref().is_some_and(|error| {
            error.code == "26000"
                || (error.code == "0A000"
                    && error.routine.as_deref() == Some("RevalidateCachedQuery"))
        })
}

fn is_done(py: Python<'_>, operation: &Operation) -> PyResult<bool> {
    operation
        .future
        .call_method0(py, intern!(py, "done"))?
        .is_truthy(py)
}

fn words(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}\n{hint}"),
        None => error.to_string(),
    }
}
