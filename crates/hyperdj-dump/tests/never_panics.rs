//! No text makes the reader panic, and an error is always at a place of the text: schemas with pieces taken out, put
//! elsewhere and put in.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::Path;

use hyperdj_dump::{Options, read};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What is put in: what the grammar hangs on.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ".",
    "::",
    "$$",
    "--",
    "/*",
    "\\",
    "E'",
    "U&'",
    "\u{0}",
    "ü",
    " ",
    "\n",
    "-",
    "CASE ",
    "END ",
    "NOT ",
    "IN (",
    "BETWEEN ",
    "DEFAULT ",
    "CHECK (",
    "PRIMARY KEY ",
    "REFERENCES ",
    "INHERITS (",
    "PARTITION OF ",
    "ATTACH PARTITION ",
    "GENERATED ",
    "EXCLUDE USING gist (",
    "COPY t FROM stdin;\n",
    "ARRAY[",
    "NULL",
    "SELECT pg_catalog.set_config('search_path', '', false);",
    "1e",
    "99999999999999999999",
    "-9223372036854775808",
    "timestamp with time zone",
    "'9999-12-31 23:59:59-23'",
    "numeric(",
    "interval ",
    "public",
    "_",
    "$1",
];

/// One change of a text.
#[derive(Clone, Debug)]
enum Edit {
    Cut(Index, usize),
    Put(Index, &'static str),
    Move(Index, usize, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Edit::Put(at, piece)),
        (any::<Index>(), 1..80_usize, any::<Index>())
            .prop_map(|(at, length, to)| Edit::Move(at, length, to)),
    ]
}

fn apply(characters: &mut Vec<char>, edit: &Edit) {
    let place = |at: &Index, length: usize| at.index(length + 1).min(length);
    match edit {
        Edit::Cut(at, length) => {
            let start = place(at, characters.len());
            let end = (start + length).min(characters.len());
            characters.drain(start..end);
        }
        Edit::Put(at, piece) => {
            let start = place(at, characters.len());
            characters.splice(start..start, piece.chars());
        }
        Edit::Move(at, length, to) => {
            let start = place(at, characters.len());
            let end = (start + length).min(characters.len());
            let moved: Vec<char> = characters.drain(start..end).collect();
            let to = place(to, characters.len());
            characters.splice(to..to, moved);
        }
    }
}

/// Every schema of the project's cases, and every one in the folder that `HYPER_CORPUS` names that is not too long.
fn schemas() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths: Vec<_> = fs::read_dir(root.join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("schema.sql"))
        .collect();
    if let Some(folder) = std::env::var_os("HYPER_CORPUS") {
        paths.extend(
            fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        );
    }
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    texts.filter(|text| text.len() < 60_000).collect()
}

fn check(text: &str) -> Result<(), TestCaseError> {
    for views in [false, true] {
        let options = Options {
            schemas: None,
            views,
        };
        if let Err(error) = read(text, &options) {
            prop_assert!(
                error.offset <= text.len(),
                "{error} at {} of {}",
                error.offset,
                text.len()
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn schemas_with_changes_are_read_or_refused(which in any::<Index>(), edits in vec(edit(), 1..12)) {
        let all = schemas();
        let mut characters: Vec<char> = which.get(&all).chars().collect();
        for edit in &edits {
            apply(&mut characters, edit);
        }
        check(&characters.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}", pieces in vec(select(PIECES), 0..40)) {
        check(&text)?;
        check(&pieces.concat())?;
        check(&format!("CREATE TABLE t (a text, b numeric, c text DEFAULT {});", pieces.join(" ")))?;
        check(&format!("CREATE TABLE t (a text, b numeric, CHECK ({}));", pieces.join(" ")))?;
    }
}

#[test]
fn what_is_very_deep_is_refused() {
    for (open, close) in [
        ("(", ")"),
        ("NOT ", ""),
        ("- ", ""),
        ("CASE WHEN ", " THEN 1 END"),
        ("ARRAY[", "]"),
        ("lower(", ")"),
    ] {
        let text = format!(
            "CREATE TABLE t (a text, CHECK ({}a{}))",
            open.repeat(50_000),
            close.repeat(50_000)
        );
        assert!(read(&text, &Options::default()).is_err(), "{open}");
    }
}

#[test]
fn tables_can_not_be_put_under_themselves() {
    for text in [
        "CREATE TABLE a (id integer); ALTER TABLE a INHERIT a; ALTER TABLE a ADD CHECK (id > 0);",
        "CREATE TABLE a (id integer); CREATE TABLE b () INHERITS (a); ALTER TABLE a INHERIT b;",
        "CREATE TABLE a (id integer) PARTITION BY LIST (id); ALTER TABLE a ATTACH PARTITION a DEFAULT;",
        "CREATE TABLE a (id integer); CREATE INDEX i ON a (id); ALTER INDEX i ATTACH PARTITION i;",
    ] {
        assert!(read(text, &Options::default()).is_err(), "{text}");
    }
}
