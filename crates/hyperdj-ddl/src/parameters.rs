//! Storage parameters, options of foreign objects, and lists of names.

use hyperdj_schema::sql::{quote_identifier, quote_literal};

/// `fillfactor = 70, toast.autovacuum_enabled = false`: the inside of `WITH (…)`.
///
/// PostgreSQL documentation: CREATE TABLE, "Storage Parameters".
pub fn storage_parameters(options: &[(String, String)]) -> String {
    let written: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{} = {}", parameter_name(name), parameter_value(value)))
        .collect();
    written.join(", ")
}

/// A parameter's name; that of a TOAST table has its namespace in front.
pub fn parameter_name(name: &str) -> String {
    let parts: Vec<_> = name.splitn(2, '.').map(quote_identifier).collect();
    parts.join(".")
}

/// Plain where it is a number or a word that can't be anything else.
fn parameter_value(value: &str) -> String {
    let is_number = !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && value.starts_with(|first: char| first.is_ascii_digit())
        && value.matches('.').count() <= 1;
    if is_number || matches!(value, "true" | "false" | "on" | "off") {
        value.to_owned()
    } else {
        quote_literal(value)
    }
}

/// ` WITH (…)`, or nothing.
pub(crate) fn with_clause(options: &[(String, String)]) -> String {
    if options.is_empty() {
        String::new()
    } else {
        format!(" WITH ({})", storage_parameters(options))
    }
}

/// `name 'value', …`: the inside of `OPTIONS (…)`.
///
/// PostgreSQL documentation: CREATE FOREIGN TABLE.
pub fn foreign_options(options: &[(String, String)]) -> String {
    let written: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{} {}", quote_identifier(name), quote_literal(value)))
        .collect();
    written.join(", ")
}

/// ` OPTIONS (…)`, or nothing.
pub(crate) fn options_clause(options: &[(String, String)]) -> String {
    if options.is_empty() {
        String::new()
    } else {
        format!(" OPTIONS ({})", foreign_options(options))
    }
}

/// Names with commas between, quoted where needed.
pub(crate) fn name_list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| quote_identifier(name)).collect();
    quoted.join(", ")
}
