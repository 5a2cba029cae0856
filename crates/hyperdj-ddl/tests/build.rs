//! The law: what DDL builds of a schema in an empty database is that schema.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may panic, and what is left aside must be seen"
)]

mod support;

use hyperdj_cluster::Cluster;
use hyperdj_ddl::Parts;
use hyperdj_schema::{Schema, from_json, to_json};
use support::{Outcome, comparable, connect, differences, load, read_whole, schemas};

/// Builds a schema; gives what its catalog then says, and the statements that failed.
fn build(cluster: &Cluster, database: &str, schema: &Schema) -> Outcome<(Schema, Vec<String>)> {
    cluster.create_database(database)?;
    let mut client = connect(cluster, database)?;
    for (name, value) in hyperdj_ddl::SETTINGS {
        client.batch_execute(&format!("SET {name} = {value}"))?;
    }
    let failed = hyperdj_ddl::create(schema, Parts { owners: true })
        .into_iter()
        .filter_map(|statement| match client.batch_execute(statement.sql()) {
            Ok(()) => None,
            Err(error) => Some(format!("{error}\n   {statement}")),
        })
        .collect();
    Ok((read_whole(&mut client)?, failed))
}

#[test]
fn what_is_built_is_the_schema() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let mut failures = Vec::new();
    for (number, (name, path)) in schemas()?.into_iter().enumerate() {
        let source = format!("source_{number}");
        load(&cluster, &source, &path)?;
        let mut client = connect(&cluster, &source)?;
        let wanted = read_whole(&mut client)?;
        assert_eq!(from_json(&to_json(&wanted)?)?, wanted, "{name}");
        let (built, failed) = build(&cluster, &format!("built_{number}"), &wanted)?;
        for failed in failed {
            failures.push(format!("{name}: {failed}"));
        }
        for difference in differences(&comparable(wanted), &comparable(built)) {
            failures.push(format!("{name}: {difference}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}
