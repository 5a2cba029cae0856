//! The table locks that a statement takes, as far as its text says them.
//!
//! PostgreSQL documentation: 13.3.1 Table-Level Locks, and the page of each statement.

use hyperdj_change::LockMode;

use crate::words::Words;

/// The tables (or an index, for its table) that a statement locks, as their names stand, and how. What a statement of
/// another kind locks, or a function that it calls, is not known.
pub(crate) fn locks(sql: &str) -> Vec<(LockMode, String)> {
    let mut words = Words::new(sql);
    let words = &mut words;
    if words.take_all(&["alter", "table"]) {
        return alter_table(words);
    }
    if words.take_all(&["alter", "index"]) {
        words.take_all(&["if", "exists"]);
        return one(LockMode::ShareUpdateExclusive, words);
    }
    if words.take_all(&["drop", "table"]) || words.take("truncate") {
        words.take("table");
        words.take_all(&["if", "exists"]);
        words.take("only");
        return one(LockMode::AccessExclusive, words);
    }
    if words.take_all(&["drop", "index"]) {
        let mode = unless_concurrent(words, LockMode::AccessExclusive);
        words.take_all(&["if", "exists"]);
        return one(mode, words);
    }
    if words.take_all(&["refresh", "materialized", "view"]) {
        let mode = match words.take("concurrently") {
            true => LockMode::Exclusive,
            false => LockMode::AccessExclusive,
        };
        return one(mode, words);
    }
    if words.take("create") {
        return create(words);
    }
    if words.take("update") {
        words.take("only");
        return one(LockMode::RowExclusive, words);
    }
    if words.take_all(&["delete", "from"]) || words.take_all(&["insert", "into"]) {
        words.take("only");
        return one(LockMode::RowExclusive, words);
    }
    if words.take_all(&["comment", "on", "table"]) {
        return one(LockMode::ShareUpdateExclusive, words);
    }
    Vec::new()
}

fn alter_table(words: &mut Words<'_>) -> Vec<(LockMode, String)> {
    words.take_all(&["if", "exists"]);
    words.take("only");
    let Some(table) = words.name() else {
        return Vec::new();
    };
    let is_key = words.has(&["foreign", "key"]) && !words.has(&["column"]);
    let is_mild = words.has(&["validate", "constraint"])
        || words.has(&["attach", "partition"])
        || words.has(&["concurrently"])
        || words.has(&["set", "statistics"]);
    let mode = match (is_mild, is_key) {
        (true, _) => LockMode::ShareUpdateExclusive,
        (_, true) => LockMode::ShareRowExclusive,
        _ => LockMode::AccessExclusive,
    };
    let is_attached = words.has(&["attach", "partition"]);
    let mut found = vec![(mode, table)];
    if is_attached && words.skip_past("partition") {
        found.extend(one(LockMode::AccessExclusive, words));
    } else if words.skip_past("references") {
        found.extend(one(LockMode::ShareRowExclusive, words));
    }
    found
}

fn create(words: &mut Words<'_>) -> Vec<(LockMode, String)> {
    if words.take_all(&["unique", "index"]) || words.take("index") {
        let mode = unless_concurrent(words, LockMode::Share);
        if !words.skip_past("on") {
            return Vec::new();
        }
        words.take("only");
        return one(mode, words);
    }
    words.take_all(&["or", "replace"]);
    words.take("constraint");
    if words.take("trigger") && words.skip_past("on") {
        return one(LockMode::ShareRowExclusive, words);
    }
    let mut found = Vec::new();
    if words.take("table") {
        while words.skip_past("references") {
            found.extend(one(LockMode::ShareRowExclusive, words));
        }
    }
    found
}

fn unless_concurrent(words: &mut Words<'_>, mode: LockMode) -> LockMode {
    match words.take("concurrently") {
        true => LockMode::ShareUpdateExclusive,
        false => mode,
    }
}

fn one(mode: LockMode, words: &mut Words<'_>) -> Vec<(LockMode, String)> {
    words.name().map(|name| (mode, name)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::locks;
    use hyperdj_change::LockMode::{self, *};

    #[test]
    fn locks_are_those_of_the_documentation() {
        let cases: &[(&str, &[(LockMode, &str)])] = &[
            (
                "ALTER TABLE public.a ADD COLUMN b text",
                &[(AccessExclusive, "public.a")],
            ),
            (
                "ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES c (id) NOT VALID",
                &[(ShareRowExclusive, "a"), (ShareRowExclusive, "c")],
            ),
            (
                "ALTER TABLE a VALIDATE CONSTRAINT k",
                &[(ShareUpdateExclusive, "a")],
            ),
            (
                "ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1)",
                &[(ShareUpdateExclusive, "a"), (AccessExclusive, "b")],
            ),
            ("CREATE INDEX i ON ONLY a (b)", &[(Share, "a")]),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY i ON a (b)",
                &[(ShareUpdateExclusive, "a")],
            ),
            ("DROP INDEX i", &[(AccessExclusive, "i")]),
            ("UPDATE a SET b = 1", &[(RowExclusive, "a")]),
            (
                "CREATE TABLE a (b integer REFERENCES c)",
                &[(ShareRowExclusive, "c")],
            ),
            ("SELECT 1", &[]),
        ];
        for (sql, wanted) in cases {
            let found = locks(sql);
            let found: Vec<(LockMode, &str)> = found
                .iter()
                .map(|(mode, name)| (*mode, name.as_str()))
                .collect();
            assert_eq!(found, *wanted, "{sql}");
        }
    }
}
