//! How an operation gets on its way: at once, or after its statement is prepared.

use super::Connection;
use crate::errors;
use crate::operation::{Operation, Shape, Work};
use crate::parameters::Encoded;
use crate::statement::{Statement, changes_session};
use hyperdj_protocol::{Execution, Format, ProtocolError, Session};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

fn unencodable(py: Python<'_>, error: &ProtocolError) -> PyErr {
    errors::interface(py, &error.to_string())
}

impl Connection {
    /// Sends an operation, or holds it back until what it must not overtake is sent.
    pub(super) fn begin(&mut self, py: Python<'_>, operation: Operation) -> PyResult<()> {
        // What is sent while a COPY takes data makes it fail.
        if self.is_preparing() || !self.held.is_empty() || self.copying.is_some() {
            self.held.push_back(operation);
            return Ok(());
        }
        self.start(py, operation)
    }

    pub(super) fn is_preparing(&self) -> bool {
        self.running
            .back()
            .is_some_and(|operation| operation.preparing.is_some())
    }

    pub(super) fn session(&mut self, py: Python<'_>) -> PyResult<&mut Session> {
        match &mut self.driven {
            Some(driven) => Ok(driven.session_mut()),
            None => Err(errors::lost(py, "the connection is closed")),
        }
    }

    pub(super) fn start(&mut self, py: Python<'_>, operation: Operation) -> PyResult<()> {
        let sql = operation.sql.clone_ref(py);
        self.prepare_or_execute(py, operation)
            .map_err(|error| errors::about(py, error, &sql))
    }

    fn prepare_or_execute(&mut self, py: Python<'_>, mut operation: Operation) -> PyResult<()> {
        let sql = operation.sql.clone_ref(py).into_bound(py);
        if sql.to_str().is_err() {
            return Err(errors::interface(
                py,
                "the statement has half of a surrogate pair in its text, which is no character and has no UTF-8",
            ));
        }
        if matches!(operation.work, Work::Script) {
            operation.changes_session = changes_session(sql.to_str()?);
            self.session(py)?
                .simple_query(sql.to_str()?)
                .map_err(|error| unencodable(py, &error))?;
            self.running.push_back(operation);
            return Ok(());
        }
        let known = if operation.cached {
            self.cache.get(&sql)?
        } else {
            None
        };
        if let Some(statement) = known {
            let statement = operation.adapt(py, statement)?;
            self.execute(py, &operation, &statement)?;
            operation.from_cache = true;
            operation.statement = Some(statement);
        } else {
            let name = if operation.cached {
                self.cache.new_name()
            } else {
                String::new()
            };
            let session = self.session(py)?;
            session
                .prepare(&name, sql.to_str()?, &[])
                .map_err(|error| unencodable(py, &error))?;
            // Not a Sync: behind a pooler, what follows one may run on another server, which has no such statement.
            session.flush();
            operation.preparing = Some((name, Vec::new()));
        }
        self.running.push_back(operation);
        Ok(())
    }

    /// Sends the executions of a prepared statement, and the Sync behind them; on an error nothing.
    pub(super) fn execute(
        &mut self,
        py: Python<'_>,
        operation: &Operation,
        statement: &Arc<Statement>,
    ) -> PyResult<()> {
        if matches!(operation.shape, Shape::Dicts | Shape::FirstDict) {
            statement.check_names(py)?;
        }
        let Work::Statement(tuples) = &operation.work else {
            return Ok(());
        };
        if let [values] = tuples.as_slice() {
            let mut encoded = std::mem::take(&mut self.encoded);
            let text = &operation.wishes.text_parameters;
            let sent = self.execute_once(py, statement, values.bind(py), text, &mut encoded);
            self.encoded = encoded;
            sent?;
        } else {
            // All values are looked at before the first is sent: either all rows are changed or none.
            let mut sets = Vec::with_capacity(tuples.len());
            for values in tuples {
                let mut encoded = Encoded::default();
                encoded.fill(
                    &statement.parameters,
                    values.bind(py),
                    &operation.wishes.text_parameters,
                )?;
                sets.push(encoded);
            }
            for encoded in &sets {
                if let Err(error) = queue(self.session(py)?, statement, encoded) {
                    self.end(py, "a statement could not be sent")?;
                    return Err(unencodable(py, &error));
                }
            }
        }
        self.session(py)?.sync();
        Ok(())
    }

    fn execute_once(
        &mut self,
        py: Python<'_>,
        statement: &Statement,
        values: &Bound<'_, PyTuple>,
        text: &[usize],
        encoded: &mut Encoded,
    ) -> PyResult<()> {
        encoded.fill(&statement.parameters, values, text)?;
        queue(self.session(py)?, statement, encoded).map_err(|error| unencodable(py, &error))
    }
}

fn queue(
    session: &mut Session,
    statement: &Statement,
    encoded: &Encoded,
) -> Result<(), ProtocolError> {
    const BINARY: &[Format] = &[Format::Binary];
    let all_binary = |formats: &[Format]| formats.iter().all(|format| *format == Format::Binary);
    let execution = Execution {
        name: &statement.name,
        parameter_formats: if all_binary(&encoded.formats) {
            BINARY
        } else {
            &encoded.formats
        },
        result_formats: if all_binary(&statement.formats) {
            BINARY
        } else {
            &statement.formats
        },
        ..Execution::default()
    };
    session.execute(&execution, encoded.values()).map(|_| ())
}
