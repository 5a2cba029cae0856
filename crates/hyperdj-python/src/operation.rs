//! One statement on its way: what was asked for, and what has come back so far.

use crate::errors;
use crate::record::dict::from_row;
use crate::record::plan::Plan;
use crate::record::row::{Row, RowList};
use crate::record::rows::Rows;
use crate::statement::Statement;
use crate::values::to_python;
use hyperdj_protocol::{BorrowedRow, Oid, ServerError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use std::sync::Arc;

/// What an operation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The number of rows that were changed or selected.
    Count,
    /// All rows, as dicts.
    Dicts,
    /// The first row as a dict, or None.
    FirstDict,
    /// The first value of the first row, or None.
    FirstValue,
    /// All rows, as tuples.
    Tuples,
    /// All rows, as instances by a plan.
    Instances,
    /// The first value of each row.
    Values,
    /// All rows by a plan, as `Rows`.
    Rows,
}

impl Shape {
    pub(crate) fn from_code(py: Python<'_>, code: u8) -> PyResult<Self> {
        Ok(match code {
            0 => Self::Count,
            1 => Self::Dicts,
            2 => Self::FirstDict,
            3 => Self::FirstValue,
            4 => Self::Tuples,
            5 => Self::Instances,
            6 => Self::Values,
            7 => Self::Rows,
            _ => return Err(errors::interface(py, "there is no such shape of rows")),
        })
    }
}

/// What to run.
pub(crate) enum Work {
    /// A statement by the extended protocol, once for each tuple of parameters.
    Statement(Vec<Py<PyTuple>>),
    /// A script by the simple protocol.
    Script,
}

/// How a statement's values are to travel, and what its rows are to become.
#[derive(Default)]
pub(crate) struct Wishes {
    /// The columns, counted from 0, that are to come in PostgreSQL's own text form.
    pub(crate) text_columns: Vec<usize>,
    /// The parameters, counted from 0, that are to go in it.
    pub(crate) text_parameters: Vec<usize>,
    /// How rows become instances.
    pub(crate) plan: Option<Py<Plan>>,
}

/// A statement, from the request to the answer.
pub(crate) struct Operation {
    pub(crate) future: Py<PyAny>,
    pub(crate) sql: Py<PyString>,
    pub(crate) work: Work,
    pub(crate) shape: Shape,
    /// Whether the prepared statement is kept.
    pub(crate) cached: bool,
    pub(crate) wishes: Wishes,
    pub(crate) statement: Option<Arc<Statement>>,
    /// Whether the statement was prepared earlier, and so may be out of date.
    pub(crate) from_cache: bool,
    pub(crate) retried: bool,
    /// While it is being prepared: the statement's name, and its parameters' types.
    pub(crate) preparing: Option<(String, Vec<Oid>)>,
    pub(crate) rows: Option<Py<PyList>>,
    pub(crate) list: RowList,
    pub(crate) first: Option<Py<PyAny>>,
    pub(crate) count: u64,
    /// What the server says went wrong.
    pub(crate) error: Option<Box<ServerError>>,
    /// What went wrong on this side.
    pub(crate) failure: Option<PyErr>,
    /// Of a script, whether its text says that it leaves the session another one.
    pub(crate) changes_session: bool,
}

impl Operation {
    pub(crate) fn new(
        py: Python<'_>,
        future: Py<PyAny>,
        sql: Py<PyString>,
        work: Work,
        shape: Shape,
        cached: bool,
        wishes: Wishes,
    ) -> Self {
        let rows = matches!(
            shape,
            Shape::Dicts | Shape::Tuples | Shape::Instances | Shape::Values
        )
        .then(|| PyList::empty(py).unbind());
        Self {
            future,
            sql,
            work,
            shape,
            cached,
            wishes,
            statement: None,
            from_cache: false,
            retried: false,
            preparing: None,
            rows,
            list: RowList::default(),
            first: None,
            count: 0,
            error: None,
            failure: None,
            changes_session: false,
        }
    }

    /// A statement as this operation wants its columns.
    ///
    /// # Errors
    /// The statement lacks columns that the plan reads.
    pub(crate) fn adapt(
        &self,
        py: Python<'_>,
        statement: Arc<Statement>,
    ) -> PyResult<Arc<Statement>> {
        let Wishes {
            text_columns, plan, ..
        } = &self.wishes;
        if text_columns.is_empty() && plan.is_none() {
            Ok(statement)
        } else {
            statement.variant(py, plan.as_ref(), text_columns)
        }
    }

    /// Takes a row, unless nobody wants it any more.
    pub(crate) fn row(&mut self, py: Python<'_>, row: BorrowedRow<'_>) {
        if self.failure.is_some() {
            return;
        }
        if let Err(error) = self.take_row(py, row) {
            self.failure = Some(error);
        }
    }

    fn take_row(&mut self, py: Python<'_>, row: BorrowedRow<'_>) -> PyResult<()> {
        let Some(statement) = &self.statement else {
            return Ok(());
        };
        match self.shape {
            Shape::Count => {}
            Shape::FirstDict | Shape::FirstValue if self.first.is_some() => {}
            Shape::FirstDict => self.first = Some(dict(py, statement, row)?.unbind()),
            Shape::FirstValue => self.first = Some(first_value(py, statement, row)?.unbind()),
            Shape::Dicts => {
                if let Some(rows) = &self.rows {
                    rows.bind(py).append(dict(py, statement, row)?)?;
                }
            }
            Shape::Tuples => {
                if let Some(rows) = &self.rows {
                    rows.bind(py).append(tuple(py, statement, row)?)?;
                }
            }
            Shape::Values => {
                if let Some(rows) = &self.rows {
                    rows.bind(py).append(first_value(py, statement, row)?)?;
                }
            }
            Shape::Rows => {
                if let Some(layout) = &statement.layout {
                    self.list
                        .push(layout, row)
                        .map_err(|error| malformed(py, &error))?;
                }
            }
            Shape::Instances => {
                if let (Some(rows), Some(layout)) = (&self.rows, &statement.layout) {
                    let row = Row::copy(layout, row).map_err(|error| malformed(py, &error))?;
                    rows.bind(py).append(from_row(py, row)?)?;
                }
            }
        }
        Ok(())
    }

    /// What the operation gives in the end.
    pub(crate) fn result(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(match self.shape {
            Shape::Count => self.count.into_pyobject(py)?.into_any().unbind(),
            Shape::Dicts | Shape::Tuples | Shape::Instances | Shape::Values => {
                match self.rows.take() {
                    Some(rows) => rows.into_any(),
                    None => py.None(),
                }
            }
            Shape::Rows => {
                let list = std::mem::take(&mut self.list);
                Bound::new(py, Rows { list })?.into_any().unbind()
            }
            Shape::FirstDict | Shape::FirstValue => self.first.take().unwrap_or_else(|| py.None()),
        })
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self, py: Python<'_>) {
        self.statement = None;
        self.preparing = None;
        self.rows = self.rows.take().map(|_| PyList::empty(py).unbind());
        self.list = RowList::default();
        self.first = None;
        self.count = 0;
        self.error = None;
        self.failure = None;
    }
}

fn malformed(py: Python<'_>, error: &hyperdj_protocol::ProtocolError) -> PyErr {
    errors::data(py, &error.to_string())
}

fn dict<'py>(
    py: Python<'py>,
    statement: &Statement,
    row: BorrowedRow<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let dict = statement.template.bind(py).copy()?;
    let bytes = row.bytes();
    for ((key, kind), range) in statement
        .keys
        .iter()
        .zip(&statement.kinds)
        .zip(row.ranges())
    {
        // NULL is what the template has.
        if let Some(range) = range.map_err(|error| malformed(py, &error))? {
            dict.set_item(key, to_python(py, *kind, &bytes[range])?)?;
        }
    }
    Ok(dict.into_any())
}

fn tuple<'py>(
    py: Python<'py>,
    statement: &Statement,
    row: BorrowedRow<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut values = Vec::with_capacity(statement.kinds.len());
    for (kind, range) in statement.kinds.iter().zip(row.ranges()) {
        values.push(match range.map_err(|error| malformed(py, &error))? {
            Some(range) => to_python(py, *kind, &row.bytes()[range])?,
            None => py.None().into_bound(py),
        });
    }
    Ok(PyTuple::new(py, values)?.into_any())
}

fn first_value<'py>(
    py: Python<'py>,
    statement: &Statement,
    row: BorrowedRow<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let (Some(kind), Some(range)) = (statement.kinds.first(), row.ranges().next()) else {
        return Ok(py.None().into_bound(py));
    };
    match range.map_err(|error| malformed(py, &error))? {
        Some(range) => to_python(py, *kind, &row.bytes()[range]),
        None => Ok(py.None().into_bound(py)),
    }
}
