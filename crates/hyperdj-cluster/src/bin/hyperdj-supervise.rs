//! A supervisor by itself, for tests: what `hyper` does in its hidden subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    hyperdj_cluster::supervise(std::env::args_os().skip(1)).into()
}
