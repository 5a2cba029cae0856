//! What a column's DEFAULT deparses to when our DDL gives it a Python literal.
//!
//! The inverse of what the models' writer does, by the same rules of PostgreSQL (`get_const_expr` in `ruleutils.c`).

use hyperdj_schema::without_modifiers;

use crate::document::Default;

/// The expression that `pg_get_expr` prints for a literal on a column of a type; `None` where there is no default.
pub(crate) fn default_expression(data_type: &str, default: &Default) -> Option<String> {
    let Default::Literal { of, value } = default else {
        return None;
    };
    let text = match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(value) => value.to_string(),
        // PostgreSQL keeps DEFAULT NULL only where the type's length makes it an expression.
        _ => {
            let (name, has_modifier) = unmodified(data_type);
            return has_modifier.then(|| format!("NULL::{name}"));
        }
    };
    Some(match of.as_str() {
        "bool" => text,
        "int" => integer(&text),
        "float" | "Decimal" if text.contains('.') => fraction(&text),
        "float" | "Decimal" => integer(&text),
        "bytes" => format!("'\\x{text}'::bytea"),
        _ => {
            let (name, _) = unmodified(data_type);
            format!("'{}'::{name}", text.replace('\'', "''"))
        }
    })
}

/// A whole number: bare in four bytes without a sign, else in quotes with the type that the number has.
fn integer(text: &str) -> String {
    let Ok(number) = text.parse::<i64>() else {
        return format!("'{text}'::numeric");
    };
    match i32::try_from(number) {
        Ok(0..) => text.to_owned(),
        Ok(_) => format!("'{text}'::integer"),
        Err(_) => format!("'{text}'::bigint"),
    }
}

fn fraction(text: &str) -> String {
    if text.starts_with('-') {
        format!("'{text}'::numeric")
    } else {
        text.to_owned()
    }
}

/// A type as a cast names it, without length and precision, and whether it had any.
fn unmodified(data_type: &str) -> (String, bool) {
    let stripped = without_modifiers(data_type);
    let has_modifier = stripped.is_some();
    let name = stripped.unwrap_or_else(|| data_type.to_owned());
    let name = match name.as_str() {
        "character" => "bpchar".to_owned(),
        _ => name,
    };
    (name, has_modifier)
}
