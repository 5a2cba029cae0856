//! The `hyper` command: everything is in the library, so that the Python entry point can run the same code.
fn main() {}
