//! What PostgreSQL itself has: types, operators, functions, casts and operator classes of `pg_catalog`.
//!
//! Each table is a file of lines, made by the query in the `.sql` file of its name, run on PostgreSQL 15 with
//! `psql -At -F ' ' -f NAME.sql`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A type of `pg_catalog`.
pub(crate) struct BuiltinType {
    /// `pg_type.typcategory`.
    pub(crate) category: char,
    /// `pg_type.typispreferred`.
    pub(crate) preferred: bool,
    /// `pg_type.typstorage`.
    pub(crate) storage: char,
}

/// An operator of `pg_catalog`; `left` is `None` where it stands in front of its operand.
pub(crate) struct Operator {
    pub(crate) left: Option<&'static str>,
    pub(crate) right: &'static str,
    pub(crate) result: &'static str,
}

/// A function of `pg_catalog`.
pub(crate) struct Function {
    pub(crate) result: &'static str,
    pub(crate) defaults: usize,
    pub(crate) variadic: Option<&'static str>,
    pub(crate) arguments: Vec<&'static str>,
}

/// Where a cast is applied without being asked for (`pg_cast.castcontext`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Context {
    Implicit,
    Assignment,
    Explicit,
}

/// The names of two types.
type Pair = (&'static str, &'static str);

type Table<V> = LazyLock<HashMap<&'static str, V>>;

pub(crate) static TYPES: Table<BuiltinType> = LazyLock::new(|| {
    let rows = rows(include_str!("types.txt")).filter_map(|row| match row.as_slice() {
        [name, category, preferred, storage] => Some((
            *name,
            BuiltinType {
                category: first(category),
                preferred: *preferred == "p",
                storage: first(storage),
            },
        )),
        _ => None,
    });
    rows.collect()
});

pub(crate) static OPERATORS: Table<Vec<Operator>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Vec<Operator>> = HashMap::new();
    for row in rows(include_str!("operators.txt")) {
        if let [name, left, right, result] = row.as_slice() {
            table.entry(name).or_default().push(Operator {
                left: unless_dash(left),
                right,
                result,
            });
        }
    }
    table
});

pub(crate) static FUNCTIONS: Table<Vec<Function>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Vec<Function>> = HashMap::new();
    for row in rows(include_str!("functions.txt")) {
        if let [name, result, defaults, variadic, arguments @ ..] = row.as_slice() {
            table.entry(name).or_default().push(Function {
                result,
                defaults: defaults.parse().unwrap_or_default(),
                variadic: unless_dash(variadic),
                arguments: arguments
                    .iter()
                    .copied()
                    .filter(|name| !name.is_empty())
                    .collect(),
            });
        }
    }
    table
});

/// By source and target: the context, and whether a function does it.
pub(crate) static CASTS: LazyLock<HashMap<Pair, (Context, bool)>> = LazyLock::new(|| {
    let rows = rows(include_str!("casts.txt")).filter_map(|row| match row.as_slice() {
        [source, target, context, method] => {
            let context = match *context {
                "i" => Context::Implicit,
                "a" => Context::Assignment,
                _ => Context::Explicit,
            };
            Some(((*source, *target), (context, *method != "b")))
        }
        _ => None,
    });
    rows.collect()
});

/// The operator classes of an access method: name, input type, whether it is the default of that.
pub(crate) fn operator_classes(
    method: &str,
) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    rows(include_str!("operator_classes.txt")).filter_map(move |row| match row.as_slice() {
        [found, name, input, default] if *found == method => Some((*name, *input, *default == "d")),
        _ => None,
    })
}

/// The functions of an extension of PostgreSQL's own: name, result type and argument types, all of `pg_catalog`.
pub(crate) fn extension_functions(
    extension: &str,
) -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    rows(include_str!("extension_functions.txt")).filter_map(move |row| match row.as_slice() {
        [found, name, result, arguments @ ..] if *found == extension => {
            let arguments = arguments.iter().copied();
            Some((
                *name,
                *result,
                arguments.filter(|name| !name.is_empty()).collect(),
            ))
        }
        _ => None,
    })
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().map(|line| line.split(' ').collect())
}

fn unless_dash(word: &'static str) -> Option<&'static str> {
    (word != "-").then_some(word)
}

fn first(word: &str) -> char {
    word.chars().next().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        assert_eq!(TYPES.len(), include_str!("types.txt").lines().count());
        assert_eq!(CASTS.len(), include_str!("casts.txt").lines().count());
        let operators: usize = OPERATORS.values().map(Vec::len).sum();
        assert_eq!(operators, include_str!("operators.txt").lines().count());
        let functions: usize = FUNCTIONS.values().map(Vec::len).sum();
        assert_eq!(functions, include_str!("functions.txt").lines().count());
        let trigrams: Vec<_> = extension_functions("pg_trgm").collect();
        assert!(trigrams.contains(&("similarity", "float4", vec!["text", "text"])));
        assert!(operator_classes("btree").any(|class| class == ("int4_ops", "int4", true)));
    }
}
