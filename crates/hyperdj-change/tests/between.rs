//! The law: a plan from one schema to another, run on a database of the first, makes it one of the second; the next
//! difference is empty, and the way back leads back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may panic, and what is left aside must be seen"
)]

#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;
mod working;

use hyperdj_change::{Options, diff};
use hyperdj_cluster::Cluster;
use hyperdj_schema::Schema;
use support::{Outcome, connect, load, read, schemas};
use working::{build, there_and_back};

/// What the catalog says of each schema that DDL builds whole in an empty database.
fn built(cluster: &Cluster) -> Outcome<Vec<(String, Schema)>> {
    let mut found = Vec::new();
    for (number, (name, path)) in schemas()?.into_iter().enumerate() {
        let source = format!("source_{number}");
        load(cluster, &source, &path)?;
        let source = read(&mut connect(cluster, &source)?)?;
        assert!(
            diff(&source, &source, &Options::default()).is_empty(),
            "{name} differs from itself"
        );
        // Extensions are not compared. In a namespace of their own, they would be in the way of dropping that.
        let is_apart = |schema: &str| !matches!(schema, "public" | "pg_catalog");
        if source.extensions.iter().any(|own| is_apart(&own.schema)) {
            eprintln!("{name} is left aside: its extensions have a namespace of their own");
            continue;
        }
        let database = format!("built_{number}");
        match build(cluster, &database, &source)? {
            Ok(schema) => {
                let next = diff(&source, &schema, &Options::default());
                assert!(next.is_empty(), "{name} differs when built: {next:#?}");
                found.push((name, schema));
            }
            Err(reason) => eprintln!("{name} is left aside: {reason}"),
        }
    }
    Ok(found)
}

#[test]
fn every_schema_becomes_another_and_itself_again() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let schemas = built(&cluster)?;
    // Each schema has as many partners as HYPER_PAIRS says; one is enough for every day.
    let rounds = match std::env::var("HYPER_PAIRS") {
        Ok(number) => number.parse()?,
        Err(_) => 1,
    };
    let mut failures = Vec::new();
    for round in 0..rounds {
        for (number, (name, from)) in schemas.iter().enumerate() {
            let (other, to) = &schemas[(number * (7 + 2 * round) + 3 + 5 * round) % schemas.len()];
            let database = format!("pair_{round}_{number}");
            let online = round % 2 == 0;
            let told = there_and_back(&cluster, &database, from, to, &Options::default(), online)?;
            failures.extend(told.map(|told| format!("{name} to {other}: {told}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}
