//! `hyper grants`: the SQL of just the rights that a use needs, for who may grant them.

mod rights;

use hyperdj_catalog::{Options, inspect, owners};
use hyperdj_postgres::Client;
use hyperdj_schema::Relation;

use crate::arguments::GrantsArguments;
use crate::commands::inspectdb::inspection_failure;
use crate::database::chosen;
use crate::near::{alternatives, near};
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

/// The longest name that PostgreSQL takes, in bytes.
const LONGEST_NAME: usize = 63;

pub(crate) fn run(arguments: &GrantsArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let purpose = arguments.purpose;
    let role = match &arguments.role {
        Some(role) => role.clone(),
        None => format!("hyper_{}", purpose.word()),
    };
    if role.is_empty() || role.len() > LONGEST_NAME || role.contains('\0') || role == "public" {
        let what = format!("`{role}` can't be the name of a role");
        return Err(Failure::new(what).with_hint("A name has 1 to 63 bytes, and is not `public`."));
    }
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(&config)?;
    let schemas = arguments.tables.schemas();
    let options = Options {
        schemas: schemas.clone(),
        ..Options::default()
    };
    let found =
        inspect(&mut client, &options).map_err(|error| inspection_failure(error, &config))?;
    let owners = owners(&mut client, schemas.as_deref(), &role)
        .map_err(|error| inspection_failure(error, &config))?;
    drop(progress);
    let relations = selected(arguments, &found.schema.relations, &owners.database)?;
    printer.data(&rights::script(purpose, &role, &relations, &owners))?;
    let count = relations.len();
    let noun = if count == 1 {
        "table"
    } else {
        "tables and views"
    };
    printer.line(&format!(
        "The rights of role `{role}` for `{}` on {count} {noun}; nothing was granted.",
        purpose.word()
    ));
    Ok(Status::Done)
}

/// The relations that are asked for; every name must be one's.
fn selected<'a>(
    arguments: &GrantsArguments,
    relations: &'a [Relation],
    database: &str,
) -> Result<Vec<&'a Relation>, Failure> {
    let (wanted, excluded) = (&arguments.tables.table, &arguments.tables.exclude);
    for pattern in wanted.iter().chain(excluded) {
        if !relations.iter().any(|one| pattern.matches(&one.name)) {
            let names = relations.iter().map(|one| one.name.name.as_str());
            let near = near(pattern.text(), names);
            let what = format!("no table `{}` is in database `{database}`", pattern.text());
            return Err(Failure::new(what).with_hint(if near.is_empty() {
                "--schema names the schemas that are looked at.".to_owned()
            } else {
                format!("Did you mean {}?", alternatives(&near))
            }));
        }
    }
    let found: Vec<&Relation> = relations
        .iter()
        .filter(|one| arguments.tables.wants(&one.name))
        .collect();
    if found.is_empty() {
        let what = format!("there is no table to grant rights on in database `{database}`");
        return Err(Failure::new(what).with_hint("--schema names the schemas that are looked at."));
    }
    Ok(found)
}
