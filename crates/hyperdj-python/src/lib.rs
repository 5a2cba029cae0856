//! The native half of the Python package: the only crate that names PyO3.

// What PyO3 has no safe word for: types made by hand, the functions of `datetime`, and
// the memory of a `Decimal`. Each place says why it is sound.
#![allow(unsafe_code)]
#![deny(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]

use std::ffi::OsString;

use pyo3::prelude::*;

mod connection;
mod decimals;
mod errors;
mod json;
mod moments;
mod native;
mod operation;
mod parameters;
mod record;
mod routing;
mod settings;
mod statement;
mod text_form;
mod values;

/// What `hyperdjango` calls, and nobody else.
#[pymodule]
mod _engine {
    use super::*;

    #[pymodule_export]
    use crate::connection::{Connection, Copy};
    #[pymodule_export]
    use crate::json::encode_json;
    #[pymodule_export]
    use crate::record::adopt::adopt;
    #[pymodule_export]
    use crate::record::assign::{by_loaded_fields, fill, put_values, set_all_loaded};
    #[pymodule_export]
    use crate::record::functions::{
        cache, cached, changed, clear_changed, forget_related, has_cache, is_loaded, loaded_fields,
        mark_changed, origin, related, set_attribute, set_loaded,
    };
    #[pymodule_export]
    use crate::record::own_dict::OwnDict;
    #[pymodule_export]
    use crate::record::plan::Plan;
    #[pymodule_export]
    use crate::record::rows::Rows;
    #[pymodule_export]
    use crate::record::stitch::stitch;
    #[pymodule_export]
    use crate::routing::Routes;
    #[pymodule_export]
    use crate::settings::{Cancellation, Settings};

    /// Adds the types that are made by hand.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        module.add("Record", crate::record::record_type(py)?)?;
        module.add("FieldReader", crate::record::field::field_type(py)?)
    }

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
