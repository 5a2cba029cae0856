//! `hyper demo`: the main job on a sample database, with a server of its own.

mod application;

use std::path::Path;

use hyperdj_cluster::{Cluster, Options, Server, keep, stop_kept};
use hyperdj_postgres::Config;

use crate::arguments::{DemoArguments, InspectdbArguments};
use crate::commands::inspectdb::write_models;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

const SCHEMA: &str = include_str!("../../../../examples/legacy_shop/schema.sql");
const DATA: &str = include_str!("../../../../examples/legacy_shop/data.sql");
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
    printer.line("");
    show_application(&cluster, &config, printer)?;
    printer.line("");
    printer.line("Try next:");
    printer
        .line("  export DATABASE_URL=\"$(hyper demo --url)\"      keep such a server, and its URL");
    printer.line("  hyper inspectdb --table orders order_items     some tables only");
    printer
        .line("  hyper inspectdb --include-views -o models.py   views too, into a file to import");
    printer.line("  psql \"$DATABASE_URL\"                           look at the database itself");
    printer.line("  hyper demo --stop                              end that server");
    Ok(Status::Done)
}

/// Runs the sample's application on these models. Its files are in the cluster's folder, which goes whatever happens.
fn show_application(
    cluster: &Cluster,
    config: &Config,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let progress = Progress::start(printer, "Running the sample's application".to_owned());
    let folder = cluster.folder();
    let models = all_tables(Some(&folder.join("models.py")));
    write_models(config, &models, &mut Printer::silent())?;
    let outcome = application::run(folder, &cluster.url(DATABASE))?;
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
        database: None,
        schema: Vec::new(),
        table: Vec::new(),
        exclude: Vec::new(),
        include_views: false,
        output: output.map(Path::to_path_buf),
        force: false,
        statement_timeout: 60,
        verbose: false,
    }
}
