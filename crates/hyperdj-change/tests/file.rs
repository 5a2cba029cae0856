//! The law: what is written of a plan is read back as its statements, and every character knows its place in the file.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use hyperdj_change::file::{Position, parse, write};
use hyperdj_change::{Plan, Step, split};
use hyperdj_ddl::Statement;
use proptest::prelude::*;

/// Pieces of SQL that would part a statement, or a comment, in a wrong place.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}",
        "[^'\r]{0,8}".prop_map(|text| format!("'{text}'")),
        "[^\"\r\0]{1,8}".prop_map(|text| format!("\"{text}\"")),
        "[^$\r]{0,8}".prop_map(|text| format!("$q${text}$q$")),
        Just("'\nUP\n'".to_owned()),
        Just("'\n-- DOWN\n'".to_owned()),
        Just("'\n\n  -- UP transaction: no'".to_owned()),
        Just("E'\\'; --'".to_owned()),
        Just("(a; b)".to_owned()),
        Just("/* ; /* ' */ */".to_owned()),
        Just("\n".to_owned()),
        Just("1".to_owned()),
        Just("größe".to_owned()),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    proptest::collection::vec(fragment(), 0..8)
        .prop_map(|parts| format!("SELECT {} x", parts.join(" ")))
}

fn step() -> impl Strategy<Value = Step> {
    let comment = proptest::option::of("[a-zA-Z ;'\n-]{0,20}");
    (statement(), any::<bool>(), comment).prop_map(|(sql, transactional, comment)| Step {
        statement: Statement::new(sql),
        transactional,
        locks: Vec::new(),
        hazards: Vec::new(),
        comment,
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    proptest::collection::vec(step(), 0..5).prop_map(|steps| Plan { steps })
}

fn said(plan: &Plan) -> Vec<(String, bool)> {
    plan.steps
        .iter()
        .map(|step| (step.statement.sql().to_owned(), step.transactional))
        .collect()
}

/// The character of a text at a place.
fn at(text: &str, place: Position) -> Option<char> {
    text.split('\n')
        .nth(place.line - 1)?
        .chars()
        .nth(place.column - 1)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(up in plan(), down in plan(), title in "[a-zA-Z \n]{0,12}") {
        let text = write(&title, &up, &down);
        let migration = parse(&text).unwrap();
        let sections = [(&up, migration.up), (&down, migration.down.unwrap())];
        for (plan, section) in sections {
            let read: Vec<(String, bool)> = section
                .statements
                .iter()
                .map(|statement| (statement.sql.clone(), statement.transactional))
                .collect();
            prop_assert_eq!(said(plan), read, "{}", text);
            for statement in &section.statements {
                for (number, character) in statement.sql.chars().enumerate() {
                    if character != '\n' {
                        prop_assert_eq!(at(&text, statement.place(number + 1)), Some(character));
                    }
                }
            }
            let batches: Vec<usize> = section.batches().map(<[_]>::len).collect();
            prop_assert_eq!(batches.iter().sum::<usize>(), section.statements.len());
            for batch in section.batches() {
                prop_assert!(batch.len() == 1 || batch.iter().all(|each| each.transactional));
            }
        }
        // To psql, the way down is a comment.
        let there = text.find("\n-- DOWN\n").map_or(text.len(), |_| {
            let start = split(&text).last().map_or(0, |last| last.start);
            start.min(text.len())
        });
        prop_assert!(there <= text.len());
        let live = split(&text).into_iter().filter(|piece| !piece.statement.is_empty()).count();
        prop_assert_eq!(live, up.steps.len());
    }

    #[test]
    fn pieces_are_the_text(parts in proptest::collection::vec(statement(), 0..6)) {
        let text: String = parts.iter().map(|part| format!("{part};\n")).collect();
        let read: Vec<&str> = split(&text).into_iter().map(|piece| piece.statement).filter(|it| !it.is_empty()).collect();
        prop_assert_eq!(read, parts);
    }

    #[test]
    fn any_text_is_parted_or_refused(text in "\\PC{0,60}") {
        let _ = parse(&text);
        for piece in split(&text) {
            prop_assert_eq!(&text[piece.start..piece.start + piece.statement.len()], piece.statement);
        }
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, expected) in [
        (
            "-- UP\nSELECT 1;\n-- UP\n",
            "3:1: `-- UP` is there already. Put all statements of the way up under one.",
        ),
        (
            "-- DOWN\n-- UP\n",
            "1:1: `-- DOWN` stands ahead of `-- UP`. Put it behind the statements of the way up.",
        ),
        (
            "SELECT 1;\n-- UP\n",
            "1:1: A statement stands ahead of `-- UP`. Put it behind.",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn files_of_people_are_read() {
    let migration = parse("SELECT 1;\nSELECT 2\n-- DOWN\nSELECT 3; -- three\n").unwrap();
    assert_eq!(migration.up.statements.len(), 2);
    assert_eq!(migration.down.unwrap().statements[0].sql, "SELECT 3");
    let migration =
        parse("-- UP transaction: no\nVACUUM;\nVACUUM;\n-- DOWN\n-- This can't be taken back\n")
            .unwrap();
    assert_eq!(migration.up.batches().count(), 2);
    assert!(migration.down.unwrap().statements.is_empty());
    let migration = parse("-- UP\r\nSELECT 1;\r\n-- DOWN\r\n-- SELECT 2;\r\n").unwrap();
    assert_eq!(
        migration.down.unwrap().statements[0].start(),
        Position { line: 4, column: 4 }
    );
}
