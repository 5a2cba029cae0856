//! The law: what a dump says, read as text, is what the catalog says once it is loaded.
//!
//! It runs over the project's own schemas as they are written, over what pg_dump makes of each, and over every `*.sql` in
//! the folder that `HYPER_CORPUS` names.

#![allow(clippy::print_stderr, reason = "what is skipped must be seen")]

#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use hyperdj_cluster::Cluster;
use hyperdj_dump::Place;
use hyperdj_schema::Schema;
use support::{Outcome, connect, program, schemas};

/// Schemas that someone wrote and that say something which only a server can tell. All that pg_dump writes is read.
const FOR_A_SERVER: &[&str] = &[
    "adventureworks",
    "arrays",
    "comments",
    "composite_types",
    "default_expressions",
    "definitions_in_order",
    "definitions_of_every_kind",
    "definitions_since_18",
    "encoding",
    "extension_types",
    "hostile_values",
    "layout",
    "objects_counted",
    "rich_types",
    "sequences_shared",
    "temporal",
];

/// Loads a file into a new database as psql does; gives what psql complained of.
fn load(cluster: &Cluster, database: &str, path: &Path) -> Outcome<String> {
    cluster.create_database(database)?;
    let output = Command::new(program(cluster, "psql"))
        .args(["-X", "-q", "-f"])
        .arg(path)
        .arg(cluster.url(database))
        .env("PGOPTIONS", "-c client_min_messages=error")
        .stdout(Stdio::null())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What a catalog says, of some schemas or of all.
fn catalog(cluster: &Cluster, database: &str, schemas: Option<Vec<String>>) -> Outcome<Schema> {
    let mut client = connect(cluster, database)?;
    let options = hyperdj_catalog::Options {
        schemas,
        ..hyperdj_catalog::Options::default()
    };
    Ok(without_versions(
        hyperdj_catalog::inspect(&mut client, &options)?.schema,
    ))
}

/// A dump does not say which version of an extension was there.
fn without_versions(mut schema: Schema) -> Schema {
    for extension in &mut schema.extensions {
        extension.version.clear();
    }
    schema
}

/// Leaves out the extensions that a server could not install, as it has them not.
fn without_missing(mut schema: Schema, missing: &[String]) -> Schema {
    schema
        .extensions
        .retain(|extension| !missing.contains(&extension.name));
    schema
        .unmodelled
        .retain(|object| object.kind != "extension" || !missing.contains(&object.name));
    schema
}

/// The names in psql's complaints: `could not open extension control file ".../pg_partman.control"`.
fn missing_extensions(complaints: &str) -> Vec<String> {
    let lines = complaints
        .lines()
        .filter(|line| line.contains("is not available"));
    lines
        .filter_map(|line| {
            Some(
                line.split("extension \"")
                    .nth(1)?
                    .split('"')
                    .next()?
                    .to_owned(),
            )
        })
        .collect()
}

/// Compares what a text says with a catalog, whole and schema by schema; gives the first difference.
fn compare(
    cluster: &Cluster,
    database: &str,
    text: &str,
    missing: &[String],
) -> Outcome<Option<String>> {
    let whole = catalog(cluster, database, None)?;
    let mut parts = vec![None];
    // Where there is only one schema, it is the whole.
    let namespaces = whole
        .namespaces
        .iter()
        .filter(|_| whole.namespaces.len() > 1);
    parts.extend(namespaces.map(|namespace| Some(vec![namespace.name.clone()])));
    for schemas in parts {
        let options = hyperdj_dump::Options {
            schemas: schemas.clone(),
            views: false,
        };
        let said = match hyperdj_dump::read(text, &options) {
            Ok(said) => without_missing(without_versions(said.schema), missing),
            Err(error) => return Ok(Some(format!("{}: {error}", Place::of(text, error.offset)))),
        };
        if let Some(difference) =
            first_difference(&catalog(cluster, database, schemas.clone())?, &said)
        {
            return Ok(Some(format!("{schemas:?}: {difference}")));
        }
    }
    Ok(None)
}

/// The first difference, told so that a person can find it.
fn first_difference(catalog: &Schema, said: &Schema) -> Option<String> {
    if catalog == said {
        return None;
    }
    for relation in &catalog.relations {
        match said.relation(&relation.name) {
            Some(found) if found == relation => {}
            found => return Some(format!("catalog: {relation:#?}\ndump: {found:#?}")),
        }
    }
    let rest = |schema: &Schema| {
        let mut rest = schema.clone();
        rest.relations.clear();
        rest
    };
    Some(format!(
        "catalog: {:#?}\ndump: {:#?}",
        rest(catalog),
        rest(said)
    ))
}

#[test]
fn dumps_say_what_the_catalog_says() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let folder = tempfile::tempdir()?;
    let mut failures = Vec::new();
    let mut refused = Vec::new();
    for (number, (name, path)) in schemas()?.into_iter().enumerate() {
        let database = format!("written_{number}");
        let complaints = load(&cluster, &database, &path)?;
        let text = fs::read_to_string(&path)?;
        match hyperdj_dump::read(&text, &hyperdj_dump::Options::default()) {
            Err(error) => {
                assert!(error.is_for_server, "{name}: {error}");
                refused.push(name.clone());
            }
            Ok(_) => {
                let missing = missing_extensions(&complaints);
                if let Some(difference) = compare(&cluster, &database, &text, &missing)? {
                    failures.push(format!("{name}, as it is written: {difference}"));
                }
            }
        }
        if name == "checks" {
            // The comparison itself must be able to fail.
            let altered = text.replacen("price > 0", "price > 1", 1);
            assert!(compare(&cluster, &database, &altered, &[])?.is_some());
        }

        let dump = folder.path().join(format!("{name}.sql"));
        let status = Command::new(program(&cluster, "pg_dump"))
            .args(["--schema-only", "--file"])
            .arg(&dump)
            .arg(cluster.url(&database))
            .status()?;
        assert!(status.success(), "pg_dump of {name}");
        let database = format!("dumped_{number}");
        let complaints = load(&cluster, &database, &dump)?;
        if complaints.contains("ERROR") {
            eprintln!("{name}: what pg_dump writes can't be loaded, and is skipped: {complaints}");
            continue;
        }
        if let Some(difference) = compare(&cluster, &database, &fs::read_to_string(&dump)?, &[])? {
            failures.push(format!("{name}, as pg_dump writes it: {difference}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let expected: Vec<&str> = FOR_A_SERVER
        .iter()
        .copied()
        .filter(|name| {
            std::env::var_os("HYPER_CORPUS").is_some()
                || !["adventureworks", "temporal"].contains(name)
        })
        .collect();
    assert_eq!(refused, expected);
    Ok(())
}
