//! What goes wrong, as Python's exceptions of `hyperdjango.errors`.

use hyperdj_postgres::Error;
use hyperdj_protocol::ServerError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// An exception of `hyperdjango.errors` by its name; whatever keeps it from being made instead.
pub(crate) fn raise(py: Python<'_>, class: &str, message: &str) -> PyErr {
    let made = py
        .import("hyperdjango.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1((message,)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// The library was used wrongly.
pub(crate) fn interface(py: Python<'_>, message: &str) -> PyErr {
    raise(py, "InterfaceError", message)
}

/// A value does not fit.
pub(crate) fn data(py: Python<'_>, message: &str) -> PyErr {
    raise(py, "DataError", message)
}

/// The connection has ended.
pub(crate) fn lost(py: Python<'_>, message: &str) -> PyErr {
    raise(py, "ConnectionLost", message)
}

/// An error that the server reports, about a statement if it is known which.
pub(crate) fn server(py: Python<'_>, error: &ServerError, statement: Option<&str>) -> PyErr {
    let make = || -> PyResult<Bound<'_, PyAny>> {
        let fields = PyDict::new(py);
        for (name, value) in [
            ("detail", &error.detail),
            ("hint", &error.hint),
            ("schema", &error.schema),
            ("table", &error.table),
            ("column", &error.column),
            ("constraint", &error.constraint),
            ("context", &error.context),
        ] {
            if let Some(value) = value {
                fields.set_item(name, value)?;
            }
        }
        py.import("hyperdjango.errors")?
            .getattr("_server_error")?
            .call1((
                &error.code,
                &error.message,
                statement,
                error.position,
                fields,
            ))
    };
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// An error of this side about a statement, which it then names; any other error as it is.
pub(crate) fn about(py: Python<'_>, error: PyErr, statement: &Py<PyString>) -> PyErr {
    let named = py
        .import("hyperdjango.errors")
        .and_then(|module| module.getattr("_about"))
        .and_then(|about| about.call1((error.value(py), statement)));
    match named {
        Ok(_) => error,
        Err(problem) => problem,
    }
}

/// A session could not be opened.
pub(crate) fn connect(py: Python<'_>, error: &Error) -> PyErr {
    let message = match error.hint() {
        Some(hint) => format!("{error}\n{hint}"),
        None => error.to_string(),
    };
    let exception = raise(py, "ConnectionFailed", &message);
    if let Some(code) = error.sqlstate()
        && let Err(problem) = exception.value(py).setattr("sqlstate", code)
    {
        return problem;
    }
    exception
}
