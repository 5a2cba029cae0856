//! `--via-server`: a throwaway server that a dump is loaded into and read from.

use hyperdj_catalog::{Inspection, Options};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::{Client, Config};

use super::load::Loader;
use super::source::Source;
use crate::commands::inspectdb::failure::failure_of;
use crate::progress::Progress;
use crate::{Failure, Printer};

/// The database that the dump is loaded into.
const DATABASE: &str = "dump";
/// The role that loads it. It owns what it makes and may do nothing else: the file may be anyone's.
const ROLE: &str = "hyperdjango_dump";

/// Loads a dump into a server of its own, reads its catalog, and throws the server away.
pub(super) fn inspect(
    source: &Source,
    options: &Options,
    printer: &mut Printer,
) -> Result<Inspection, Failure> {
    // What must not be carried out is told before a server is started for it.
    let statements = hyperdj_dump::statements(&source.text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| super::failure(&error, source))?;
    let progress = Progress::start(printer, "Starting a throwaway PostgreSQL".to_owned());
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    cluster.create_database(DATABASE)?;
    cluster.batch_execute(
        "postgres",
        &format!("CREATE ROLE {ROLE} LOGIN; ALTER DATABASE {DATABASE} OWNER TO {ROLE}"),
    )?;
    let mut config = Config::parse(&cluster.url(DATABASE))?;
    config.user = Some(ROLE.to_owned());
    config.application_name = Some("hyper".to_owned());
    let mut loader = Loader::new(&cluster, DATABASE, Client::connect(&config)?, source);
    loader.prepare(&statements)?;
    let count = statements.len();
    for (number, (statement, purpose)) in statements.iter().enumerate() {
        if number % 50 == 0 {
            progress.say(format!(
                "Loading {} into a throwaway PostgreSQL {}: {number} of {count} statements",
                source.name,
                cluster.version()
            ));
        }
        loader.run(statement, purpose)?;
    }
    let warnings = loader.finish();
    progress.say(format!("Reading the catalog of {}", source.name));
    // By the same role: nothing that the file left behind is run with more rights than it was loaded with.
    let mut client = Client::connect(&config)?;
    let read = hyperdj_catalog::inspect(&mut client, options);
    drop(client);
    drop(progress);
    let mut found = read.map_err(|error| failure_of(error, &source.place()))?;
    found.database.clone_from(&source.name);
    for warning in warnings {
        printer.warning(&warning);
    }
    Ok(found)
}
