//! Schemas to test with, servers to build them on, and what a comparison must look past.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may panic, what is skipped must be seen, and not every test uses everything"
)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hyperdj_catalog::{Options, inspect};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::{Check, Schema, settled};

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A client program beside the server's, else the one on the path: packages of servers alone have none.
pub fn program(cluster: &Cluster, name: &str) -> PathBuf {
    let own = cluster.bin_dir().join(name);
    if own.is_file() {
        own
    } else {
        PathBuf::from(name)
    }
}

/// The schemas to test with: a name and the file to load.
pub fn schemas() -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = vec![(
        "legacy_shop".to_owned(),
        root().join("examples/legacy_shop/schema.sql"),
    )];
    for entry in fs::read_dir(root().join("tests/cases"))? {
        let path = entry?.path().join("schema.sql");
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        if path.exists() {
            found.push((folder.to_string_lossy().into_owned(), path.clone()));
        }
    }
    match std::env::var_os("HYPER_CORPUS") {
        Some(folder) => {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "sql") {
                    let name = path.file_stem().unwrap_or_default();
                    found.push((name.to_string_lossy().into_owned(), path.clone()));
                }
            }
        }
        None => eprintln!("HYPER_CORPUS is not set: its schemas are skipped"),
    }
    found.sort();
    Ok(found)
}

/// Loads a file into a new database. Some dumps have statements that fail where an extension is missing: what loads is
/// what is tested.
pub fn load(cluster: &Cluster, database: &str, path: &Path) -> Outcome<()> {
    cluster.create_database(database)?;
    Command::new(program(cluster, "psql"))
        .args(["-X", "-q", "-f"])
        .arg(path)
        .arg(cluster.url(database))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(())
}

pub fn connect(cluster: &Cluster, database: &str) -> Outcome<Client> {
    Ok(Client::connect(&Config::parse(&cluster.url(database))?)?)
}

/// All that models can say, and views.
pub fn read(client: &mut Client) -> Outcome<Schema> {
    read_with(client, false)
}

/// All that the catalog says.
pub fn read_whole(client: &mut Client) -> Outcome<Schema> {
    read_with(client, true)
}

fn read_with(client: &mut Client, definitions: bool) -> Outcome<Schema> {
    let options = Options {
        schemas: None,
        views: true,
        definitions,
        ..Options::default()
    };
    Ok(inspect(client, &options)?.schema)
}

/// What two schemas must have in common: expressions in the form that reading back leaves alone, nothing unmodelled, no
/// index that is the rest of a failed build.
pub fn comparable(mut schema: Schema) -> Schema {
    let settle = |text: &mut String| *text = settled(text);
    let settle_checks = |checks: &mut Vec<Check>| {
        for check in checks {
            check.expression = settled(&check.expression);
        }
    };
    schema.unmodelled.clear();
    for definition in &mut schema.definitions {
        // A copy has nothing that could be withheld.
        definition.withheld = None;
    }
    for domain in &mut schema.domains {
        settle_checks(&mut domain.checks);
    }
    for relation in &mut schema.relations {
        settle_checks(&mut relation.checks);
        for index in &mut relation.indexes {
            index.predicate.iter_mut().for_each(settle);
        }
        relation
            .view
            .iter_mut()
            .for_each(|view| settle(&mut view.definition));
        relation
            .indexes
            .retain(|index| index.valid || relation.partition_by.is_some());
    }
    schema
}

/// Everything that differs, told so that a person can find it.
pub fn differences(wanted: &Schema, found: &Schema) -> Vec<String> {
    let mut told = Vec::new();
    for relation in &wanted.relations {
        match found.relation(&relation.name) {
            Some(built) if built == relation => {}
            Some(built) => told.push(line_difference(
                &format!("{}", relation.name),
                &format!("{relation:#?}"),
                &format!("{built:#?}"),
            )),
            None => told.push(format!("{} is missing", relation.name)),
        }
    }
    for relation in &found.relations {
        if wanted.relation(&relation.name).is_none() {
            told.push(format!("{} is too much", relation.name));
        }
    }
    let rest = |schema: &Schema| {
        let mut rest = schema.clone();
        rest.relations.clear();
        rest.unmodelled.clear();
        format!("{rest:#?}")
    };
    if rest(wanted) != rest(found) {
        told.push(line_difference(
            "beside relations",
            &rest(wanted),
            &rest(found),
        ));
    }
    told
}

/// The lines between what two texts have in common at both ends.
fn line_difference(what: &str, wanted: &str, found: &str) -> String {
    let wanted: Vec<&str> = wanted.lines().collect();
    let found: Vec<&str> = found.lines().collect();
    let before = wanted
        .iter()
        .zip(&found)
        .take_while(|(left, right)| left == right)
        .count();
    let behind = wanted[before..]
        .iter()
        .rev()
        .zip(found[before..].iter().rev())
        .take_while(|(left, right)| left == right)
        .count();
    let context = before.saturating_sub(4);
    format!(
        "{what}:\n wanted:\n{}\n found:\n{}",
        wanted[context..wanted.len() - behind].join("\n"),
        found[context..found.len() - behind].join("\n")
    )
}
