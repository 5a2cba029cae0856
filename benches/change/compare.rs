//! What comparing and planning cost for a database as it is, without reading it: `make -C benches change` runs this.
//!
//! Prints a line of JSON for each change of the schema, with seconds of CPU (Linux's account of this thread).
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::fs;

use hyperdj_catalog::{Options as Reading, inspect};
use hyperdj_change::{Options, PlanOptions, diff, plan, reverse};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::Schema;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give a database's URL")?;
    let mut client = Client::connect(&Config::parse(&url)?)?;
    let live = inspect(&mut client, &Reading::default())?.schema;
    let tables = live.relations.len();
    let cases = [
        ("nothing", live.clone()),
        ("a column more in each table", with_a_column(&live)),
        ("a column, a type, an index in each table", changed(&live)),
    ];
    for (what, wanted) in &cases {
        let start = cpu()?;
        let changes = diff(&live, wanted, &Options::default());
        let compared = cpu()?;
        let up = plan(&changes, &PlanOptions::default());
        let planned = cpu()?;
        let back = reverse(&live, wanted, &Options::default());
        let down = plan(&back, &PlanOptions::default());
        let reversed = cpu()?;
        println!(
            "{{\"tables\": {tables}, \"what\": \"{what}\", \"steps\": {}, \"steps_back\": {}, \"diff\": {:.6}, \
             \"plan\": {:.6}, \"back\": {:.6}}}",
            up.steps.len(),
            down.steps.len(),
            compared - start,
            planned - compared,
            reversed - planned
        );
    }
    Ok(())
}

/// Seconds of CPU that this thread has had.
fn cpu() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}

/// Each table with a column more.
fn with_a_column(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in &mut schema.relations {
        let Some(column) = table.columns.first() else {
            continue;
        };
        let mut column = column.clone();
        "added_later".clone_into(&mut column.name);
        "text".clone_into(&mut column.data_type);
        column.nullable = true;
        column.default = None;
        column.serial = None;
        column.identity = None;
        table.columns.push(column);
    }
    schema
}

/// Each table with a column more, another type of its last column of text, and an index less.
fn changed(schema: &Schema) -> Schema {
    let mut schema = with_a_column(schema);
    for table in &mut schema.relations {
        let texts = table.columns.iter_mut().rev();
        let mut texts =
            texts.filter(|column| column.data_type == "text" && column.generated.is_none());
        if let Some(text) = texts.nth(1) {
            "character varying(20)".clone_into(&mut text.data_type);
        }
        table.indexes.pop();
    }
    schema
}
