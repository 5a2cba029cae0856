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
use hyperdj_ddl::Statement;
use hyperdj_schema::Schema;
use support::{Outcome, comparable, connect, differences, load, read, schemas, unsaid};

/// Builds a schema. What fails is tried again when the objects that a schema can't say are there.
fn build(
    cluster: &Cluster,
    database: &str,
    schema: &Schema,
    unsaid: &[String],
) -> Outcome<(Schema, Vec<String>)> {
    cluster.create_database(database)?;
    let mut client = connect(cluster, database)?;
    let mut refused: Vec<Statement> = hyperdj_ddl::create(schema)
        .into_iter()
        .filter(|statement| client.batch_execute(statement.sql()).is_err())
        .collect();
    let mut failed = Vec::new();
    if !refused.is_empty() {
        for text in unsaid {
            // One that needs what is not there yet shows in what it is needed for.
            let _ = client.batch_execute(text);
        }
        refused.retain(|statement| match client.batch_execute(statement.sql()) {
            Ok(()) => false,
            Err(error) => {
                failed.push(format!("{error}\n   {statement}"));
                true
            }
        });
    }
    Ok((read(&mut client)?, failed))
}

#[test]
fn what_is_built_is_the_schema() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let mut failures = Vec::new();
    for (number, (name, path)) in schemas()?.into_iter().enumerate() {
        let source = format!("source_{number}");
        load(&cluster, &source, &path)?;
        let mut client = connect(&cluster, &source)?;
        let wanted = read(&mut client)?;
        let unsaid = unsaid(&mut client)?;
        let (built, failed) = build(&cluster, &format!("built_{number}"), &wanted, &unsaid)?;
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
