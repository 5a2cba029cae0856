//! The names that PostgreSQL (12 and later) gives to constraints, indexes and sequences that are created without one.
//!
//! They follow `makeObjectName`, `ChooseIndexName`, `ChooseConstraintName` and their neighbours in PostgreSQL's
//! `src/backend/commands/indexcmds.c` and `src/backend/parser/parse_utilcmd.c`, with no number behind: what is already
//! taken is not known here, and a numbered name is one to write down.

use crate::{Index, KeyTarget};

/// `NAMEDATALEN - 1`: the bytes that a name may have.
const MAX_NAME_BYTES: usize = 63;

/// `{table}_pkey`
pub fn primary_key_name(table: &str) -> String {
    object_name(table, None, "pkey")
}

/// What the columns of an index or a key add to its name: the columns with `_` between, each that repeats an earlier one
/// with a number behind it.
pub fn columns_addition<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    joined(&distinct(columns))
}

/// `{table}_{columns}_key`; columns are the key's and then the included ones.
pub fn unique_name<'a>(table: &str, columns: impl IntoIterator<Item = &'a str>) -> String {
    object_name(table, Some(&joined(&distinct(columns))), "key")
}

/// `{table}_{columns}_fkey`
pub fn foreign_key_name<'a>(table: &str, columns: impl IntoIterator<Item = &'a str>) -> String {
    let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
    object_name(table, Some(&joined(&columns)), "fkey")
}

/// `{table}_{column}_check` where the check reads exactly one column, else `{table}_check`.
pub fn check_name(table: &str, columns: &[String]) -> String {
    match columns {
        [column] => object_name(table, Some(column), "check"),
        _ => object_name(table, None, "check"),
    }
}

/// `{table}_{elements}_excl`
pub fn exclusion_name<'a>(table: &str, columns: impl IntoIterator<Item = &'a str>) -> String {
    object_name(table, Some(&joined(&distinct(columns))), "excl")
}

/// `{table}_{column}_seq`
pub fn sequence_name(table: &str, column: &str) -> String {
    object_name(table, Some(column), "seq")
}

/// `{table}_{columns}_idx`; a function call gives its function's name, any other expression `expr`.
pub fn index_name(table: &str, index: &Index) -> String {
    let keys = index.keys.iter().map(|key| match &key.target {
        KeyTarget::Column(name) => name.as_str(),
        KeyTarget::Expression(text) => expression_name(text),
    });
    let columns = keys.chain(index.include.iter().map(String::as_str));
    object_name(table, Some(&joined(&distinct(columns))), "idx")
}

/// What `FigureIndexColname` makes of the common expressions. A wrong guess does no harm: the name is then written.
pub fn expression_name(text: &str) -> &str {
    let Some(open) = text.find('(') else {
        return "expr";
    };
    let function = text[..open].rsplit('.').next().unwrap_or_default();
    let is_word = !function.is_empty()
        && function
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word && text.ends_with(')') {
        // COALESCE, GREATEST and their like are printed in capitals and named in small letters.
        match function {
            "COALESCE" => "coalesce",
            "GREATEST" => "greatest",
            "LEAST" => "least",
            _ => function,
        }
    } else {
        "expr"
    }
}

/// Columns with a number behind each that repeats an earlier one, as `ChooseIndexColumnNames` does.
fn distinct<'a>(columns: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let mut name = column.to_owned();
        let mut number = 1;
        while names.contains(&name) {
            let suffix = number.to_string();
            name = format!("{}{suffix}", clip(column, MAX_NAME_BYTES - suffix.len()));
            number += 1;
        }
        names.push(name);
    }
    names
}

/// Column names with `_` between, ending with the one that passes the length of a name.
fn joined(columns: &[String]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(clip(column, MAX_NAME_BYTES));
        if text.len() > MAX_NAME_BYTES {
            break;
        }
    }
    text
}

/// `{first}_{second}_{label}` (`makeObjectName`): the longer of the two names gives way, a byte at a time, until all fits.
pub fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(second.is_some());
    let available = MAX_NAME_BYTES - overhead;
    let mut first_length = first.len();
    let mut second_length = second.map_or(0, str::len);
    while first_length + second_length > available {
        if first_length > second_length {
            first_length -= 1;
        } else {
            second_length -= 1;
        }
    }
    let first = clip(first, first_length);
    match second {
        Some(second) => format!("{first}_{}_{label}", clip(second, second_length)),
        None => format!("{first}_{label}"),
    }
}

/// At most `length` bytes of a text, never a part of a character (`pg_mbcliplen`).
fn clip(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_postgresql() {
        assert_eq!(primary_key_name("users"), "users_pkey");
        assert_eq!(unique_name("users", ["email"]), "users_email_key");
        assert_eq!(
            foreign_key_name("lines", ["order_id", "number"]),
            "lines_order_id_number_fkey"
        );
        assert_eq!(check_name("t", &["a".to_owned()]), "t_a_check");
        assert_eq!(check_name("t", &[]), "t_check");
        assert_eq!(sequence_name("users", "id"), "users_id_seq");
        assert_eq!(exclusion_name("t", ["a", "expr"]), "t_a_expr_excl");
    }

    #[test]
    fn long_names_are_cut_evenly_and_at_characters() {
        let table = "a".repeat(60);
        let column = "b".repeat(60);
        let name = sequence_name(&table, &column);
        assert_eq!(name, format!("{}_{}_seq", "a".repeat(29), "b".repeat(29)));
        assert!(primary_key_name(&"ü".repeat(31)).len() <= 63);
    }
}
