//! What is looked at, what is renamed, and what of it stands in a file.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use std::collections::BTreeSet;

use hyperdj_change::file::write;
use hyperdj_change::{Change, Options, PlanOptions, Rename, Scope, diff, plan, reverse};
use hyperdj_schema::{
    Check, Column, Enum, Namespace, QualifiedName, Relation, RelationKind, Schema, Sequence,
    SequenceOptions, Serial, Unmodelled,
};

fn name(name: &str) -> QualifiedName {
    QualifiedName::new("public", name)
}

fn table(own: &str, columns: &[(&str, &str)]) -> Relation {
    let mut table = Relation::new(name(own), RelationKind::Table);
    table.columns = columns
        .iter()
        .map(|(name, data_type)| Column::new(*name, *data_type))
        .collect();
    table
}

fn schema(relations: Vec<Relation>) -> Schema {
    Schema {
        relations,
        ..Schema::default()
    }
}

fn statements(changes: &[Change]) -> Vec<String> {
    plan(changes, &PlanOptions::default())
        .steps
        .iter()
        .map(|step| step.statement.to_string())
        .collect()
}

/// What makemigrations asks: only what managed models name.
fn only(names: &[&str]) -> Options {
    Options {
        relations: Scope::Only(names.iter().map(|own| name(own)).collect()),
        types: Scope::none(),
        sequences: Scope::none(),
        namespaces: Scope::none(),
        ..Options::default()
    }
}

#[test]
fn what_is_not_looked_at_is_nobodys_to_change() {
    let mut from = schema(vec![
        table("legacy", &[("a", "integer")]),
        table("other", &[("a", "integer")]),
        table("users", &[("id", "integer"), ("name", "text")]),
    ]);
    from.namespaces = vec![
        Namespace {
            name: "old".to_owned(),
            comment: None,
            of_extension: false,
        },
        Namespace {
            name: "public".to_owned(),
            comment: Some("words".to_owned()),
            of_extension: false,
        },
    ];
    from.enums.push(Enum {
        name: name("mood"),
        labels: vec!["a".to_owned()],
        comment: None,
    });
    from.sequences.push(Sequence {
        name: name("numbers"),
        data_type: "bigint".to_owned(),
        options: SequenceOptions::default(),
        owned_by: None,
        unlogged: false,
        comment: None,
    });
    from.unmodelled.push(Unmodelled {
        kind: "function".to_owned(),
        name: "public.f()".to_owned(),
    });
    let to = schema(vec![
        table("other", &[("a", "text")]),
        table(
            "users",
            &[("id", "integer"), ("name", "text"), ("email", "text")],
        ),
    ]);
    assert_eq!(
        statements(&diff(&from, &to, &only(&["users"]))),
        ["ALTER TABLE public.users ADD COLUMN email text;"]
    );
    assert_eq!(
        statements(&reverse(&from, &to, &only(&["users"]))),
        ["ALTER TABLE public.users DROP COLUMN email;"]
    );
}

#[test]
fn a_namespace_comes_with_what_needs_it_and_goes_on_the_way_back() {
    let mut own = table("users", &[("id", "integer")]);
    own.name.schema = "Shop".to_owned();
    let to = schema(vec![own]);
    let mut options = only(&[]);
    options.relations = Scope::Only(BTreeSet::from([QualifiedName::new("Shop", "users")]));
    assert_eq!(
        statements(&diff(&Schema::default(), &to, &options)),
        [
            "CREATE SCHEMA \"Shop\";",
            "CREATE TABLE \"Shop\".users (\n    id integer\n);"
        ]
    );
    assert_eq!(
        statements(&reverse(&Schema::default(), &to, &options)),
        ["DROP TABLE \"Shop\".users;", "DROP SCHEMA \"Shop\";"]
    );
}

#[test]
fn columns_in_another_order_and_checks_read_back_are_no_difference() {
    let mut from = table("t", &[("code", "character varying(5)"), ("b", "integer")]);
    let mut to = table("t", &[("b", "integer"), ("code", "character varying(5)")]);
    let check = |expression: &str| Check {
        name: "t_code_check".to_owned(),
        expression: expression.to_owned(),
        no_inherit: false,
        validated: true,
        inherited: false,
        comment: None,
    };
    from.checks.push(check(
        "((code)::text = ANY ((ARRAY['a'::character varying])::text[]))",
    ));
    to.checks.push(check(
        "((code)::text = ANY (ARRAY[('a'::character varying)::text]))",
    ));
    assert_eq!(
        diff(&schema(vec![from]), &schema(vec![to]), &Options::default()),
        []
    );
}

#[test]
fn new_names_are_given_and_never_guessed() {
    let serial = Column {
        serial: Some(Serial::default()),
        nullable: false,
        ..Column::new("id", "integer")
    };
    let mut users = table("users", &[("mail", "text")]);
    users.columns.insert(0, serial.clone());
    let mut people = table("people", &[("email", "text")]);
    people.columns.insert(0, serial);
    let (from, to) = (schema(vec![users]), schema(vec![people]));
    let guessed = statements(&diff(&from, &to, &Options::default()));
    assert!(guessed[0].starts_with("DROP TABLE"), "{guessed:?}");
    let options = Options {
        renames: vec![
            Rename::Relation {
                from: name("users"),
                to: name("people"),
            },
            Rename::Column {
                relation: name("people"),
                from: "mail".to_owned(),
                to: "email".to_owned(),
            },
        ],
        ..Options::default()
    };
    assert_eq!(
        statements(&diff(&from, &to, &options)),
        [
            "ALTER TABLE public.users RENAME TO people;",
            "ALTER SEQUENCE public.users_id_seq RENAME TO people_id_seq;",
            "ALTER TABLE public.people RENAME COLUMN mail TO email;",
        ]
    );
    assert_eq!(
        statements(&reverse(&from, &to, &options)),
        [
            "ALTER TABLE public.people RENAME TO users;",
            "ALTER SEQUENCE public.people_id_seq RENAME TO users_id_seq;",
            "ALTER TABLE public.users RENAME COLUMN email TO mail;",
        ]
    );
}

#[test]
fn a_file_says_what_is_to_be_known() {
    let from = schema(vec![table("users", &[("id", "integer"), ("name", "text")])]);
    let mut to = schema(vec![table("users", &[("id", "bigint")])]);
    to.relations[0].columns[0].nullable = false;
    let options = Options::default();
    let planned = PlanOptions::default();
    let text = write(
        "Wider numbers.",
        &plan(&diff(&from, &to, &options), &planned),
        &plan(&reverse(&from, &to, &options), &planned),
    );
    assert_eq!(
        text,
        "\
-- Wider numbers.

-- UP

-- hazard: data-loss: Data goes with it, and the way back does not bring it back.
-- safer: Keep a copy first, or stop using it for a release and drop it with the next one.
ALTER TABLE public.users DROP COLUMN name;

-- hazard: table-rewrite: The whole table is written anew, and no one can read or write it for that time.
-- safer: Add a new column without a default, fill it in batches, and change over to it in a later migration.
ALTER TABLE public.users ALTER COLUMN id TYPE bigint;

ALTER TABLE public.users ADD CONSTRAINT users_id_not_null CHECK (id IS NOT NULL) NOT VALID;

-- transaction: no
ALTER TABLE public.users VALIDATE CONSTRAINT users_id_not_null;

-- The check proves it: no row is read again.
ALTER TABLE public.users ALTER COLUMN id SET NOT NULL;

ALTER TABLE public.users DROP CONSTRAINT users_id_not_null;

-- DOWN

-- -- What the way up took away does not come back: tables and columns come back empty.

-- -- hazard: table-rewrite: The whole table is written anew, and no one can read or write it for that time.
-- -- safer: Add a new column without a default, fill it in batches, and change over to it in a later migration.
-- -- hazard: values-may-not-fit: It fails if a value that is there has no place in the new type.
-- -- safer: Look for such values with a SELECT first, and put them right in a migration of their own; or say how they become the new type: --using TABLE.COLUMN:EXPRESSION.
-- ALTER TABLE public.users ALTER COLUMN id TYPE integer;

-- ALTER TABLE public.users ALTER COLUMN id DROP NOT NULL;

-- ALTER TABLE public.users ADD COLUMN name text;
"
    );
}
