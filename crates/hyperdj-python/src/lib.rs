//! The native half of the Python package: the only crate that names PyO3.

use std::ffi::OsString;

use pyo3::prelude::*;

mod connection;
mod errors;
mod operation;
mod parameters;
mod settings;
mod statement;
mod values;

/// What `hyperdjango` calls, and nobody else.
#[pymodule]
mod _engine {
    use super::*;

    #[pymodule_export]
    use crate::connection::{Connection, Copy};
    #[pymodule_export]
    use crate::settings::{Cancellation, Settings};

    /// The version of the engine.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const version: &str = env!("CARGO_PKG_VERSION");

    /// Runs the `hyper` command in this process and gives its exit code.
    #[pyfunction]
    fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
        py.detach(|| {
            let name = std::iter::once(OsString::from("hyper"));
            hyperdj_cli::run(name.chain(arguments))
        })
    }
}
