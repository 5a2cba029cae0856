//! Types that are made anew, with rows of them: values are moved there and back, whatever the types are made of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;
mod working;

use hyperdj_change::{Change, Options, PlanOptions, diff, plan, reverse};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::Client;
use hyperdj_schema::Schema;
use support::{Outcome, connect, differences, load, read, schemas};
use working::{run, text, unordered};

const CASE: &str = "types_of_types";

const ROWS: &str = "INSERT INTO people (mood, best, earlier, last, week, today) VALUES
    ('sad', 'ok', '{sad,NULL}', '(\"2020-01-01 00:00+00\",sad,7)', ARRAY[NULL, ROW(NULL, 'ok', 1)::reading], NULL),
    ('ok', DEFAULT, DEFAULT, ROW(NULL, NULL, NULL)::reading, '{}', ROW(ROW(NULL, 'happy', 2)::reading, NULL, 'a, \"b\"')::day),
    ('happy', NULL, NULL, NULL, NULL, ROW(NULL, NULL, NULL)::day);
    INSERT INTO children (mood, toy) VALUES ('ok', 'ball');
    INSERT INTO visits VALUES (1, 'sad'), (2, DEFAULT), (3, NULL)";

const VALUES: &str = "SELECT concat_ws('|', id, mood, best::text, earlier::text, last::text, week::text, today::text, is_sad, label)
    FROM people UNION ALL SELECT concat_ws('|', id, mood) FROM visits UNION ALL SELECT concat_ws('|', id, wanted) FROM sad_people
    ORDER BY 1";

fn values(client: &mut Client) -> Outcome<Vec<String>> {
    let rows = client.query(VALUES, &[])?;
    rows.iter()
        .map(|row| Ok(row.get(0)?.unwrap_or_default().to_owned()))
        .collect()
}

/// An edit of the types, in words and at work.
type Edit = (&'static str, fn(&mut Schema));

const EDITS: &[Edit] = &[
    ("labels in another order", |schema| {
        schema.enums[0].labels.reverse()
    }),
    ("an attribute of another type", |schema| {
        attribute(schema, "reading", "strength", "integer")
    }),
    ("an attribute of another type, and labels", |schema| {
        schema.enums[0].labels.swap(0, 1);
        attribute(schema, "reading", "strength", "text");
    }),
    ("a domain over another type", |schema| {
        let moods = schema
            .domains
            .iter_mut()
            .find(|own| own.name.name == "moods");
        moods.unwrap().base_type = "text[]".to_owned();
    }),
    ("attributes that come along with another type", |schema| {
        attribute(schema, "day", "note", "character varying(200)");
        let day = composite(schema, "day");
        day.attributes.push(("late".to_owned(), "text".to_owned()));
    }),
];

fn composite<'s>(schema: &'s mut Schema, name: &str) -> &'s mut hyperdj_schema::Composite {
    let mut composites = schema.composites.iter_mut();
    composites.find(|own| own.name.name == name).unwrap()
}

fn attribute(schema: &mut Schema, of: &str, name: &str, data_type: &str) {
    let mut attributes = composite(schema, of).attributes.iter_mut();
    attributes.find(|(known, _)| known == name).unwrap().1 = data_type.to_owned();
}

#[test]
fn values_are_moved_there_and_back() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let (_, path) = schemas()?
        .into_iter()
        .find(|(name, _)| name == CASE)
        .expect("the case is there");
    for (number, (told, edit)) in EDITS.iter().enumerate() {
        let database = format!("types_{number}");
        load(&cluster, &database, &path)?;
        let mut client = connect(&cluster, &database)?;
        client.batch_execute(ROWS)?;
        let from = read(&mut client)?;
        let before = values(&mut client)?;
        assert!(before.len() > 6, "{before:?}");
        let mut to = from.clone();
        edit(&mut to);
        let options = Options::default();
        let changes = diff(&from, &to, &options);
        let is_rebuilt = |change: &Change| matches!(change, Change::RebuildTypes { .. });
        assert!(changes.iter().any(is_rebuilt), "{told}: {changes:#?}");
        let up = plan(&changes, &PlanOptions::default());
        let down = plan(&reverse(&from, &to, &options), &PlanOptions::default());
        if let Err(error) = run(&mut client, &up) {
            panic!("{told}: {error}");
        }
        let there = read(&mut client)?;
        let next = diff(&there, &to, &options);
        assert!(next.is_empty(), "{told}: {next:#?}\n{}", text(&up));
        if let Err(error) = run(&mut client, &down) {
            panic!("{told}, back: {error}");
        }
        let back = unordered(&read(&mut client)?);
        let left = differences(&unordered(&from), &back);
        assert!(left.is_empty(), "{told}, back: {}", left.join("\n"));
        assert_eq!(values(&mut client)?, before, "{told}, back");
    }
    Ok(())
}
