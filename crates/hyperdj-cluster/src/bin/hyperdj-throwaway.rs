//! A throwaway PostgreSQL from a script: prints the URL, and keeps the server as long as standard input stays open.
//!
//! ```sh
//! hyperdj-throwaway                  # start one; it goes when standard input ends, or this process does
//! hyperdj-throwaway --exec PROGRAM   # the same, watched over by PROGRAM instead of /bin/sh
//! hyperdj-throwaway --keep NAME      # find the one kept under NAME, or start it; it stays
//! hyperdj-throwaway --find NAME      # print the URL of the one kept under NAME
//! hyperdj-throwaway --stop NAME      # stop it
//! ```

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use hyperdj_cluster::{Cluster, Options, Supervisor, find_kept, keep, stop_kept};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Result<ExitCode, Box<dyn Error>> {
    let mut options = Options::default();
    match arguments {
        [] => hold(&options),
        ["--exec", program, rest @ ..] => {
            options.supervisor = Supervisor::Exec {
                program: program.into(),
                arguments: rest.iter().map(Into::into).collect(),
            };
            hold(&options)
        }
        ["--keep", name] => say(&keep(name, &options)?.url("postgres")),
        ["--find", name] => match find_kept(name)? {
            Some(kept) => say(&kept.url("postgres")),
            None => Ok(ExitCode::FAILURE),
        },
        ["--stop", name] if stop_kept(name)? => Ok(ExitCode::SUCCESS),
        ["--stop", _] => Ok(ExitCode::FAILURE),
        _ => Err(
            "use --exec PROGRAM, --keep NAME, --find NAME, --stop NAME, or no argument at all"
                .into(),
        ),
    }
}

fn hold(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let cluster = Cluster::start(options)?;
    say(&cluster.url("postgres"))?;
    io::stdin().lock().read_to_end(&mut Vec::new())?;
    cluster.stop()?;
    Ok(ExitCode::SUCCESS)
}

fn say(url: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut output = io::stdout().lock();
    writeln!(output, "{url}")?;
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
