//! The native half of the Python package: the only crate that names PyO3.
