//! What a plan says of its steps is what the server does: which tables it writes anew, and which locks it takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "tests may panic, and what is left aside must be seen"
)]

#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;
mod working;

use hyperdj_change::{Hazard, LockMode, Options, Plan, PlanOptions, diff, plan};
use hyperdj_cluster::Cluster;
use hyperdj_postgres::Client;
use hyperdj_schema::{Column, QualifiedName, Relation, RelationKind, Schema};
use support::{Outcome, connect, read};

const TYPES: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "numeric(10,2)",
    "numeric(12,2)",
    "numeric(12,3)",
    "text",
    "character varying",
    "character varying(20)",
    "character varying(40)",
    "character(5)",
    "timestamp without time zone",
    "timestamp(3) without time zone",
    "timestamp with time zone",
    "date",
    "time without time zone",
    "time(0) without time zone",
    "boolean",
    "money",
    "time with time zone",
    "cidr",
    "inet",
    "bit varying(5)",
    "bit varying(9)",
    "json",
    "jsonb",
    "uuid",
    "interval",
    "text[]",
    "integer[]",
];

fn one_column(data_type: &str) -> Schema {
    let mut table = Relation::new(QualifiedName::new("public", "t"), RelationKind::Table);
    table.columns.push(Column::new("c", data_type));
    Schema {
        relations: vec![table],
        ..Schema::default()
    }
}

fn cell(client: &mut Client, sql: &str) -> Outcome<String> {
    let rows = client.query(sql, &[])?;
    Ok(rows[0].get(0)?.unwrap_or_default().to_owned())
}

#[test]
fn a_table_that_is_written_anew_is_said_to_be() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    cluster.create_database("rewrites")?;
    let mut client = connect(&cluster, "rewrites")?;
    let mut kept = 0;
    for from in TYPES {
        for to in TYPES.iter().filter(|to| *to != from) {
            let changes = diff(&one_column(from), &one_column(to), &Options::default());
            let planned = plan(&changes, &PlanOptions::default());
            client.batch_execute(&format!("BEGIN; CREATE TABLE public.t (c {from})"))?;
            client.batch_execute("INSERT INTO public.t VALUES (NULL)")?;
            let file = "SELECT pg_relation_filenode('public.t'::regclass)::text";
            let before = cell(&mut client, file)?;
            // Every pair of types has a way, if perhaps not every value.
            for step in &planned.steps {
                client.batch_execute(step.statement.sql())?;
            }
            let is_rewritten = before != cell(&mut client, file)?;
            let is_said = planned.hazards().contains(&Hazard::TableRewrite);
            assert!(
                is_said || !is_rewritten,
                "{from} to {to} writes the table anew"
            );
            kept += usize::from(!is_said);
            client.batch_execute("ROLLBACK")?;
        }
    }
    // The list of what is spared must not be empty.
    assert!(kept >= 15, "{kept}");
    Ok(())
}

const BEFORE: &str = "
    CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE users (id serial PRIMARY KEY, email varchar(20), name text, mood mood, age integer, extra text);
    CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, total numeric(10,2) DEFAULT 1, note text NOT NULL);
    CREATE INDEX by_note ON orders (note);
    CREATE TABLE logs (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
";

const AFTER: &str = "
    CREATE TYPE mood AS ENUM ('a', 'b', 'c');
    CREATE TABLE users (id serial PRIMARY KEY, email varchar(40) UNIQUE, name text NOT NULL, mood mood DEFAULT 'c',
        age integer CHECK (age > 0), added integer DEFAULT 5);
    COMMENT ON TABLE users IS 'who';
    CREATE TABLE orders (id integer PRIMARY KEY, user_id integer REFERENCES users, total numeric(12,2) DEFAULT 2, note text)
        WITH (fillfactor = 70);
    CREATE INDEX by_total ON orders (total);
    CREATE TABLE logs (id bigint NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE INDEX by_at ON logs (at);
    CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE logs_2025 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
";

fn loaded(cluster: &Cluster, database: &str, sql: &str) -> Outcome<Schema> {
    cluster.create_database(database)?;
    cluster.batch_execute(database, sql)?;
    read(&mut connect(cluster, database)?)
}

/// The strongest lock on a table that this transaction holds.
fn strongest(client: &mut Client, table: &QualifiedName) -> Outcome<Option<String>> {
    let rows = client.query(
        "SELECT mode FROM pg_locks
         WHERE pid = pg_backend_pid() AND relation = to_regclass($1) AND granted",
        &[Some(&table.to_string())],
    )?;
    let names = [
        "AccessShareLock",
        "RowShareLock",
        "RowExclusiveLock",
        "ShareUpdateExclusiveLock",
        "ShareLock",
        "ShareRowExclusiveLock",
        "ExclusiveLock",
        "AccessExclusiveLock",
    ];
    let mut strongest = None;
    for row in &rows {
        let mode = row.get(0)?.unwrap_or_default();
        strongest = strongest.max(names.iter().position(|name| *name == mode));
    }
    Ok(strongest.map(|position| names[position].to_owned()))
}

fn catalog_word(mode: LockMode) -> String {
    let words: String = mode
        .to_string()
        .split(' ')
        .map(|word| word[..1].to_owned() + &word[1..].to_lowercase())
        .collect();
    words + "Lock"
}

#[test]
fn locks_are_those_that_are_said() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let from = loaded(&cluster, "locks", BEFORE)?;
    let to = loaded(&cluster, "after", AFTER)?;
    let mut client = connect(&cluster, "locks")?;
    let up = plan(
        &diff(&from, &to, &Options::default()),
        &PlanOptions::default(),
    );
    let mut compared = 0;
    for step in &up.steps {
        if step.statement.sql().contains("CONCURRENTLY") {
            assert!(!step.transactional);
            client.batch_execute(step.statement.sql())?;
            continue;
        }
        client.batch_execute("BEGIN")?;
        client.batch_execute(step.statement.sql())?;
        for lock in &step.locks {
            let held = strongest(&mut client, &lock.relation)?;
            let gone = held.is_none() && step.statement.sql().starts_with("DROP");
            assert!(
                gone || held.as_deref() == Some(catalog_word(lock.mode).as_str()),
                "{}: {held:?} and not {}",
                step.statement,
                lock.mode
            );
            compared += 1;
        }
        client.batch_execute("COMMIT")?;
    }
    assert!(compared > 15, "{compared}");
    assert!(diff(&read(&mut client)?, &to, &Options::default()).is_empty());
    Ok(())
}

/// The statements, with those that run by themselves marked.
fn said(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| {
            let alone = if step.transactional { "" } else { "alone: " };
            format!("{alone}{}", step.statement)
        })
        .collect()
}

#[test]
fn busy_tables_are_spared() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let from = loaded(&cluster, "before", BEFORE)?;
    let to = loaded(&cluster, "after", AFTER)?;
    let up = plan(
        &diff(&from, &to, &Options::default()),
        &PlanOptions::default(),
    );
    let statements = said(&up);
    for expected in [
        "alone: ALTER TYPE public.mood ADD VALUE 'c';",
        "alone: CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON public.users USING btree (email);",
        "ALTER TABLE public.users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;",
        "ALTER TABLE public.users ADD CONSTRAINT users_age_check CHECK ((age > 0)) NOT VALID;",
        "alone: ALTER TABLE public.users VALIDATE CONSTRAINT users_age_check;",
        "ALTER TABLE public.users ADD CONSTRAINT users_name_not_null CHECK (name IS NOT NULL) NOT VALID;",
        "ALTER TABLE public.users ALTER COLUMN name SET NOT NULL;",
        "alone: ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user_id_fkey;",
        "alone: DROP INDEX CONCURRENTLY public.by_note;",
        "alone: CREATE INDEX CONCURRENTLY logs_2024_at_idx ON public.logs_2024 USING btree (at);",
        "CREATE INDEX by_at ON public.logs USING btree (at);",
        "ALTER TABLE public.logs ATTACH PARTITION public.logs_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    ] {
        assert!(
            statements.iter().any(|statement| statement == expected),
            "{expected} is not among\n{}",
            statements.join("\n")
        );
    }
    assert_eq!(up.hazards(), [Hazard::DataLoss, Hazard::EnumValueInUse]);
    let plain = plan(
        &diff(&from, &to, &Options::default()),
        &PlanOptions { online: false },
    );
    assert!(
        plain
            .steps
            .iter()
            .all(|step| step.transactional || step.statement.sql().contains("ADD VALUE"))
    );
    Ok(())
}
