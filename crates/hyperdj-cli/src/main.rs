//! The `hyper` command: everything is in the library, so that the Python entry point runs the same code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(hyperdj_cli::run(std::env::args_os()))
}
