//! How long comparing and planning take for many tables, for a person to read: `cargo test --release -p hyperdj-change
//! --test large -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::time::Instant;

use hyperdj_change::file::{parse, write};
use hyperdj_change::{Options, PlanOptions, diff, plan, reverse};
use hyperdj_schema::{
    Column, ForeignKey, Index, PrimaryKey, QualifiedName, Relation, RelationKind, Schema, Serial,
};

/// Tables of thirty columns, each with a key, two indexes and a reference to the one before.
fn tables(count: usize) -> Schema {
    let name = |number: usize| QualifiedName::new("public", format!("table_{number:06}"));
    let relations = (0..count).map(|number| {
        let mut table = Relation::new(name(number), RelationKind::Table);
        for column in 0..30 {
            let data_type = ["integer", "text", "timestamp with time zone"][column % 3];
            table
                .columns
                .push(Column::new(format!("column_{column}"), data_type));
        }
        table.columns[0].nullable = false;
        table.columns[0].serial = Some(Serial::default());
        table.primary_key = Some(PrimaryKey::new(
            format!("table_{number:06}_pkey"),
            vec!["column_0".to_owned()],
        ));
        for column in [1, 2] {
            let index = format!("table_{number:06}_column_{column}_idx");
            let columns = [format!("column_{column}")];
            table.indexes.push(Index::btree(&index, &columns));
        }
        table.foreign_keys.push(ForeignKey::new(
            format!("table_{number:06}_column_3_fkey"),
            vec!["column_3".to_owned()],
            name(number.saturating_sub(1)),
            vec!["column_0".to_owned()],
        ));
        table
    });
    Schema {
        relations: relations.collect(),
        ..Schema::default()
    }
}

/// The same with an edit of every table: a column, an index less, a type, a NOT NULL.
fn edited(schema: &Schema) -> Schema {
    let mut edited = schema.clone();
    for table in &mut edited.relations {
        table.columns.push(Column::new("added", "text"));
        table.columns[4].data_type = "character varying(20)".to_owned();
        table.columns[5].nullable = false;
        table.indexes.pop();
    }
    edited
}

#[test]
#[ignore = "it only tells how long things take"]
fn many_tables() {
    for count in [1_300, 10_000] {
        let from = tables(count);
        let to = edited(&from);
        for (what, from, to) in [
            ("the same", &from, &from.clone()),
            ("all edited", &from, &to),
            ("all new", &Schema::default(), &from),
            ("all gone", &from, &Schema::default()),
        ] {
            let start = Instant::now();
            let changes = diff(from, to, &Options::default());
            let compared = start.elapsed();
            let up = plan(&changes, &PlanOptions::default());
            let planned = start.elapsed() - compared;
            let down = plan(
                &reverse(from, to, &Options::default()),
                &PlanOptions::default(),
            );
            let text = write("", &up, &down);
            let start = Instant::now();
            let read = parse(&text).unwrap();
            assert_eq!(read.up.statements.len(), up.steps.len());
            println!(
                "{count} tables, {what}: compared in {compared:?}, {} steps planned in {planned:?}, {} bytes read in {:?}",
                up.steps.len(),
                text.len(),
                start.elapsed()
            );
        }
    }
}
