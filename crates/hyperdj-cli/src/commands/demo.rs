//! `hyper demo`: the main job on a sample database, with a server of its own.

mod application;

use std::path::Path;
use std::process::{Command, Stdio};

use hyperdj_cluster::{Cluster, Options, Server, keep, stop_kept};
use hyperdj_postgres::Config;

use crate::arguments::{DemoArguments, InspectdbArguments};
use crate::commands::inspectdb::write_models;
use crate::progress::Progress;
use crate::python::{find, no_answer};
use crate::{Failure, Printer, Status};

const SCHEMA: &str = include_str!("../../../../examples/legacy_shop/schema.sql");
const DATA: &str = include_str!("../../../../examples/legacy_shop/data.sql");
const QUERIES: &str = include_str!("../../../../examples/legacy_shop/queries.py");
const DATABASE: &str = "legacy_shop";
/// What the kept server is remembered under.
const KEPT: &str = "demo";

pub(crate) fn run(arguments: &DemoArguments, printer: &mut Printer) -> Result<Status, Failure> {
    if arguments.stop {
        let was_running = stop_kept(KEPT)?;
        printer.line(if was_running {
            "The demo's server is stopped and its files are removed."
        } else {
            "No server of the demo is running."
        });
        return Ok(Status::Done);
    }
    if arguments.url {
        return kept(printer);
    }
    let progress = Progress::start(printer, "Starting a throwaway PostgreSQL".to_owned());
    let cluster = Cluster::start(&Options::default())?;
    progress.say("Loading the sample database".to_owned());
    load(&cluster)?;
    drop(progress);
    printer.line(&format!(
        "A throwaway PostgreSQL {} holds the sample database `{DATABASE}`. $ hyper inspectdb",
        cluster.version()
    ));
    let config = Config::parse(&cluster.url(DATABASE))?;
    write_models(&config, &all_tables(None), printer)?;
    printer.finish()?;
    // What is written for the rest is in the cluster's folder, which goes whatever happens.
    let models = all_tables(Some(&cluster.folder().join("models.py")));
    write_models(&config, &models, &mut Printer::silent())?;
    printer.line("");
    show_queries(&cluster, printer)?;
    printer.line("");
    show_application(&cluster, printer)?;
    printer.line("");
    printer.line("Try next:");
    printer
        .line("  export DATABASE_URL=\"$(hyper demo --url)\"      keep such a server, and its URL");
    printer.line("  hyper inspectdb --table orders order_items     some tables only");
    printer
        .line("  hyper inspectdb --include-views -o models.py   views too, into a file to import");
    printer.line(
        "  hyper serve                                    look at it in a browser, and as JSON",
    );
    printer.line("  psql \"$DATABASE_URL\"                           look at the database itself");
    printer.line("  hyper demo --stop                              end that server");
    Ok(Status::Done)
}

/// Runs queries through the models that were just written, and shows both; without a Python that has the package, says so.
fn show_queries(cluster: &Cluster, printer: &mut Printer) -> Result<(), Failure> {
    let folder = cluster.folder();
    std::fs::write(folder.join("queries.py"), QUERIES)
        .map_err(|error| Failure::new(format!("queries.py could not be written: {error}")))?;
    let output = match find() {
        Ok(python) => Command::new(python)
            .arg("queries.py")
            .current_dir(folder)
            .env("DATABASE_URL", cluster.url(DATABASE))
            .env_remove("HYPER_DATABASE_URL")
            .env("PYTHONIOENCODING", "utf-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::new(format!("Python could not be started: {error}")))?,
        Err(failure) => {
            printer.line(&format!("The models were not used: {failure}."));
            return Ok(());
        }
    };
    if !output.status.success() {
        let failure = no_answer(&output.stderr);
        printer.line(&format!("The models were not used: {failure}."));
        return Ok(());
    }
    printer.line("The same models at work. $ python queries.py");
    printer.line("");
    let body = QUERIES
        .lines()
        .skip_while(|line| !line.starts_with("async def"));
    for line in body.skip(2).filter(|line| !line.starts_with("asyncio.run")) {
        printer.line(line.strip_prefix("    ").unwrap_or(line));
    }
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        printer.line(line);
    }
    Ok(())
}

/// Runs the sample's application on these models.
fn show_application(cluster: &Cluster, printer: &mut Printer) -> Result<(), Failure> {
    let progress = Progress::start(printer, "Running the sample's application".to_owned());
    let outcome = application::run(cluster.folder(), &cluster.url(DATABASE))?;
    drop(progress);
    application::report(&outcome, printer);
    Ok(())
}

/// Starts the kept server, or finds it, and prints its URL.
fn kept(printer: &mut Printer) -> Result<Status, Failure> {
    let progress = Progress::start(printer, "Starting a throwaway PostgreSQL".to_owned());
    let server = keep(KEPT, &Options::default())?;
    if server.is_new()
        && let Err(failure) = load(&server)
    {
        // A server without its data must not be found by the next command.
        let _ = stop_kept(KEPT);
        return Err(failure);
    }
    drop(progress);
    printer.data(&format!("{}\n", server.url(DATABASE)))?;
    printer.line("The server stays until: hyper demo --stop");
    Ok(Status::Done)
}

fn load(server: &Server) -> Result<(), Failure> {
    server.create_database(DATABASE)?;
    server.batch_execute(DATABASE, SCHEMA)?;
    server.batch_execute(DATABASE, DATA)?;
    Ok(())
}

/// `hyper inspectdb` with no arguments but where to write to.
fn all_tables(output: Option<&Path>) -> InspectdbArguments {
    InspectdbArguments {
        output: output.map(Path::to_path_buf),
        statement_timeout: 60,
        ..InspectdbArguments::default()
    }
}
