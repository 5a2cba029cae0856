//! Running plans on a server, and comparing what comes of them.
#![allow(dead_code, unreachable_pub, reason = "not every test uses everything")]

use hyperdj_change::{Options, Plan, PlanOptions, diff, plan, reverse};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::Client;
use hyperdj_schema::Schema;

use crate::support::{Outcome, comparable, connect, differences, read};

/// Builds a schema in a new database: what its catalog then says, or the first statement that failed.
pub fn build(
    cluster: &Cluster,
    database: &str,
    schema: &Schema,
) -> Outcome<Result<Schema, String>> {
    cluster.create_database(database)?;
    let mut client = connect(cluster, database)?;
    for statement in hyperdj_ddl::create(schema, hyperdj_ddl::Parts::default()) {
        if let Err(error) = client.batch_execute(statement.sql()) {
            return Ok(Err(format!("{error}\n  {statement}")));
        }
    }
    Ok(Ok(read(&mut client)?))
}

/// Runs the steps: neighbours in one transaction, those that must be alone alone.
pub fn run(client: &mut Client, plan: &Plan) -> Result<(), String> {
    let mut is_open = false;
    for step in &plan.steps {
        if step.transactional != is_open {
            let words = if is_open { "COMMIT" } else { "BEGIN" };
            client
                .batch_execute(words)
                .map_err(|error| error.to_string())?;
            is_open = step.transactional;
        }
        if let Err(error) = client.batch_execute(step.statement.sql()) {
            let text: String = plan
                .steps
                .iter()
                .map(|step| format!("  {}\n", step.statement))
                .collect();
            return Err(format!("{error}\n  {}\n of:\n{text}", step.statement));
        }
    }
    if is_open {
        client
            .batch_execute("COMMIT")
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A schema with what is no difference laid aside: the order of columns, and what nobody compares.
pub fn unordered(schema: &Schema) -> Schema {
    let mut schema = comparable(schema.clone());
    schema.extensions.clear();
    for relation in &mut schema.relations {
        // A check that a child has had by itself stays its own when it comes under a parent that has it too.
        if !relation.inherits.is_empty() {
            for check in &mut relation.checks {
                check.inherited = false;
            }
        }
        // It counts with its parent. PostgreSQL 17 and 18 forget that of a partition's partitions when it is attached.
        if relation.partition_of.is_some() {
            for column in &mut relation.columns {
                column.identity = None;
            }
        }
        if !relation.kind.is_view() {
            relation
                .columns
                .sort_by(|left, right| left.name.cmp(&right.name));
        }
    }
    for composite in &mut schema.composites {
        composite.attributes.sort();
    }
    schema
}

/// Builds `from`, goes to `to` and back; tells what is not as it should be.
pub fn there_and_back(
    cluster: &Cluster,
    database: &str,
    from: &Schema,
    to: &Schema,
    options: &Options,
    online: bool,
) -> Outcome<Option<String>> {
    // Extensions are not compared: those of both sides are there from the start.
    let mut whole = from.clone();
    for extension in &to.extensions {
        if !whole
            .extensions
            .iter()
            .any(|own| own.name == extension.name)
        {
            whole.extensions.push(extension.clone());
        }
    }
    if let Err(error) = build(cluster, database, &whole)? {
        return Ok(Some(error));
    }
    let mut client = connect(cluster, database)?;
    let planned = PlanOptions { online };
    let up = plan(&diff(from, to, options), &planned);
    if let Err(error) = run(&mut client, &up) {
        return Ok(Some(format!("up: {error}")));
    }
    let reached = read(&mut client)?;
    let told = differences(&unordered(to), &unordered(&reached));
    if !told.is_empty() {
        return Ok(Some(format!("up: {}\n{}", told.join("\n"), text(&up))));
    }
    let next = diff(&reached, to, &Options::default());
    if !next.is_empty() {
        return Ok(Some(format!("the next difference: {next:#?}")));
    }
    let down = plan(&reverse(from, to, options), &planned);
    if let Err(error) = run(&mut client, &down) {
        return Ok(Some(format!("down: {error}")));
    }
    let back = read(&mut client)?;
    let told = differences(&unordered(from), &unordered(&back));
    if !told.is_empty() {
        return Ok(Some(format!("down: {}\n{}", told.join("\n"), text(&down))));
    }
    Ok(None)
}

/// The statements of a plan.
pub fn text(plan: &Plan) -> String {
    plan.steps
        .iter()
        .map(|step| format!("  {}\n", step.statement))
        .collect()
}
