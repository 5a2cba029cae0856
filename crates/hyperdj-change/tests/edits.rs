//! The law over schemas that a random hand has edited: there, nothing left to do, and back; rows that fit both stay.
//!
//! HYPER_SEEDS says how many hands there are: `300`, or `200..300`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "tests may panic, and what is left aside must be seen"
)]

mod hand;
#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;
mod working;

use hand::Hand;
use hyperdj_change::{Change, Hazard, Options, PlanOptions, diff, plan, reverse};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::Client;
use hyperdj_schema::{QualifiedName, RelationKind, Schema};
use support::{Outcome, connect, differences, load, read, schemas};
use working::{build, run, text, there_and_back, unordered};

/// Cases with something of everything that can be edited.
const SOURCES: &[&str] = &[
    "legacy_shop",
    "checks",
    "enums",
    "foreign_key_actions",
    "foreign_keys",
    "generated_columns",
    "identity",
    "index_details",
    "inheritance",
    "partitions",
    "serials",
    "unique_constraints",
    "views_included",
    "domains",
    "composite_types",
    "types_of_types",
];

/// Builds what can be built of a schema, and gives what its catalog then says.
fn settle(cluster: &Cluster, database: &str, schema: &Schema) -> Outcome<Schema> {
    cluster.create_database(database)?;
    let mut client = connect(cluster, database)?;
    for statement in hyperdj_ddl::create(schema, hyperdj_ddl::Parts::default()) {
        // A hand also writes what no server takes: that part of its schema is not there, then.
        let _ = client.batch_execute(statement.sql());
    }
    read(&mut client)
}

#[test]
fn edited_schemas_are_reached_and_left() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let seeds = match std::env::var("HYPER_SEEDS") {
        Ok(words) => match words.split_once("..") {
            Some((first, end)) => first.parse()?..end.parse()?,
            None => 0..words.parse()?,
        },
        Err(_) => 0..32,
    };
    let mut sources = Vec::new();
    for (name, path) in schemas()? {
        if SOURCES.contains(&name.as_str()) {
            load(&cluster, &name, &path)?;
            let mut schema = read(&mut connect(&cluster, &name)?)?;
            schema.unmodelled.clear();
            let built = build(&cluster, &format!("{name}_built"), &schema)?;
            sources.push((name, built.unwrap()));
        }
    }
    let mut failures = Vec::new();
    for seed in seeds {
        let (name, from) = &sources[seed as usize % sources.len()];
        let mut hand = Hand::new(seed);
        let mut wanted = from.clone();
        let mut options = Options::default();
        for _ in 0..1 + seed % 5 {
            hand.edit(&mut wanted, &mut options);
        }
        hand::sort(&mut wanted);
        let to = settle(&cluster, &format!("edited_{seed}"), &wanted)?;
        let online = seed % 3 != 0;
        let database = format!("moved_{seed}");
        let told = there_and_back(&cluster, &database, from, &to, &options, online)?.or(rows_stay(
            &cluster,
            &format!("rows_{seed}"),
            from,
            &to,
            &options,
        )?);
        failures.extend(told.map(|told| format!("seed {seed} of {name}, {:?}: {told}", hand.told)));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

/// Whether rows can be in the way of a change, by right.
fn minds_rows(change: &Change) -> bool {
    matches!(
        change,
        Change::AddConstraint { .. }
            | Change::ValidateConstraint { .. }
            | Change::SetNotNull { .. }
            | Change::AddDomainCheck { .. }
            | Change::SetDomainNotNull { .. }
            | Change::AttachPartition { .. }
            | Change::RebuildTypes { .. }
            | Change::AddIdentity { .. }
    ) || matches!(change, Change::CreateIndex { index, .. } if index.unique)
}

/// Tables of both sides that are changed, and never made anew, keep their rows.
fn rows_stay(
    cluster: &Cluster,
    database: &str,
    from: &Schema,
    to: &Schema,
    options: &Options,
) -> Outcome<Option<String>> {
    let up = diff(from, to, options);
    let down = reverse(from, to, options);
    let (planned_up, planned_down) = (
        plan(&up, &PlanOptions::default()),
        plan(&down, &PlanOptions::default()),
    );
    let refuses = [Hazard::NotNullWithoutDefault, Hazard::ValuesMayNotFit];
    let minds = up.iter().chain(&down).any(minds_rows)
        || [&planned_up, &planned_down]
            .iter()
            .any(|plan| plan.hazards().iter().any(|hazard| refuses.contains(hazard)));
    if minds || up.is_empty() {
        return Ok(None);
    }
    if let Err(error) = build(cluster, database, from)? {
        return Ok(Some(error));
    }
    let mut client = connect(cluster, database)?;
    let mut filled: Vec<(QualifiedName, i64)> = Vec::new();
    for table in &from.relations {
        let is_renamed = to.relation(&table.name).is_none();
        if table.kind != RelationKind::Table || is_renamed {
            continue;
        }
        for _ in 0..2 {
            // A table that has no defaults for all its columns stays empty.
            let _ = client.batch_execute(&format!("INSERT INTO {} DEFAULT VALUES", table.name));
        }
    }
    for table in &from.relations {
        if to.relation(&table.name).is_some() && table.kind == RelationKind::Table {
            filled.push((table.name.clone(), count(&mut client, &table.name)?));
        }
    }
    for planned in [&planned_up, &planned_down] {
        if let Err(error) = run(&mut client, planned) {
            return Ok(Some(format!("with rows: {error}")));
        }
        for (table, rows) in &filled {
            let left = count(&mut client, table)?;
            if left != *rows {
                return Ok(Some(format!(
                    "{table} has {left} rows of {rows}\n{}",
                    text(planned)
                )));
            }
        }
    }
    let told = differences(&unordered(from), &unordered(&read(&mut client)?));
    Ok((!told.is_empty()).then(|| told.join("\n")))
}

fn count(client: &mut Client, table: &QualifiedName) -> Outcome<i64> {
    let rows = client.query(&format!("SELECT count(*) FROM {table}"), &[])?;
    Ok(rows[0].get(0)?.unwrap_or_default().parse()?)
}
