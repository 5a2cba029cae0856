//! The Python literal that stands for a column's default, where our DDL for it deparses to the very same expression.
//!
//! The rules mirror how PostgreSQL reads a constant in `DEFAULT …` and prints it again (`get_const_expr` in its
//! `ruleutils.c`): an integer of four bytes and a decimal fraction are printed bare where they have no sign, all else
//! in quotes with the constant's own type behind. A default that was written with another type is not a literal.

use hyperdj_schema::{BaseType, Column, Schema, sql::quote_identifier, without_modifiers};

use crate::literal;

/// A default as Python code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DefaultLiteral {
    /// A literal of Python.
    Plain(String),
    /// The argument of `Decimal(…)`.
    Decimal(String),
}

/// The literal for a column's default, or `None` where only the expression itself says it.
pub(crate) fn default_literal(schema: &Schema, column: &Column) -> Option<DefaultLiteral> {
    let expression = column.default.as_deref()?;
    let data_type = column.data_type.as_str();
    if let Some(cast) = expression.strip_prefix("NULL::") {
        // PostgreSQL keeps DEFAULT NULL only where the type's length makes it an expression.
        let kept = data_type.contains('(') && cast == unmodified(data_type)?;
        return kept.then(|| DefaultLiteral::Plain("None".to_owned()));
    }
    let plain = |text: &str| Some(DefaultLiteral::Plain(text.to_owned()));
    match BaseType::of(data_type) {
        BaseType::SmallInt | BaseType::Integer | BaseType::BigInt => {
            let number = four_byte_integer(expression).or_else(|| {
                let text = quoted(expression, "bigint")?;
                let number: i64 = text.parse().ok()?;
                let is_long = BaseType::of(data_type) == BaseType::BigInt
                    && i32::try_from(number).is_err()
                    && number.to_string() == text;
                is_long.then_some(text)
            })?;
            plain(&number)
        }
        BaseType::Real | BaseType::DoublePrecision => {
            if let Some(number) = four_byte_integer(expression) {
                return plain(&number);
            }
            let text = decimal_fraction(expression)?;
            // Python prints a float as its shortest form, and from 1e16 on or below 1e-4 with an exponent.
            let value: f64 = text.parse().ok()?;
            let is_plain = value != 0.0 && (1e-4..1e16).contains(&value.abs());
            (is_plain && format!("{value:?}") == text).then_some(DefaultLiteral::Plain(text))
        }
        BaseType::Numeric | BaseType::Money => {
            if let Some(number) = four_byte_integer(expression) {
                return Some(DefaultLiteral::Decimal(number));
            }
            let text = decimal_fraction(expression)?;
            Some(DefaultLiteral::Decimal(literal::string(&text)))
        }
        BaseType::Boolean => match expression {
            "true" => plain("True"),
            "false" => plain("False"),
            _ => None,
        },
        BaseType::Text => Some(DefaultLiteral::Plain(literal::string(&quoted(
            expression, "text",
        )?))),
        BaseType::CharacterVarying => {
            let text = quoted(expression, "character varying")?;
            Some(DefaultLiteral::Plain(literal::string(&text)))
        }
        BaseType::Character => {
            let text = quoted(expression, "bpchar")?;
            Some(DefaultLiteral::Plain(literal::string(&text)))
        }
        BaseType::Name => Some(DefaultLiteral::Plain(literal::string(&quoted(
            expression, "name",
        )?))),
        BaseType::Bytea => {
            let text = quoted(expression, "bytea")?;
            let value = from_hex(text.strip_prefix("\\x")?)?;
            Some(DefaultLiteral::Plain(literal::bytes(&value)))
        }
        // A moment has no literal in Python.
        BaseType::Date
        | BaseType::Time
        | BaseType::TimeTz
        | BaseType::Timestamp
        | BaseType::TimestampTz => None,
        BaseType::Other => {
            let text = quoted(expression, data_type)?;
            takes_text_as_it_is(schema, data_type)
                .then(|| DefaultLiteral::Plain(literal::string(&text)))
        }
    }
}

/// Whether a constant of a type is printed with that type: built-in types and enums. A domain's is its base type's.
fn takes_text_as_it_is(schema: &Schema, data_type: &str) -> bool {
    let element = data_type.trim_end_matches("[]");
    let is_built_in = !element.contains(['.', '(']);
    is_built_in
        || schema.enums.iter().any(|found| {
            let name = format!(
                "{}.{}",
                quote_identifier(&found.name.schema),
                quote_identifier(&found.name.name)
            );
            name == element
        })
}

/// A type with its modifiers left aside, as a cast names it; `None` where it has none.
fn unmodified(data_type: &str) -> Option<String> {
    let name = without_modifiers(data_type)?;
    Some(if name == "character" {
        "bpchar".to_owned()
    } else {
        name
    })
}

/// `5`, or `'-5'::integer`, where four bytes hold it.
fn four_byte_integer(expression: &str) -> Option<String> {
    let text = match quoted(expression, "integer") {
        Some(text) if text.starts_with('-') => text,
        Some(_) => return None,
        None => expression.to_owned(),
    };
    let number: i32 = text.parse().ok()?;
    (number.to_string() == text).then_some(text)
}

/// `0.50`, or `'-0.50'::numeric`.
fn decimal_fraction(expression: &str) -> Option<String> {
    let text = match quoted(expression, "numeric") {
        Some(text) if text.starts_with('-') => text,
        Some(_) => return None,
        None => expression.to_owned(),
    };
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(&text).split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then_some(text)
}

/// The text of `'…'::data_type`.
fn quoted(expression: &str, data_type: &str) -> Option<String> {
    let inner = expression
        .strip_prefix('\'')?
        .strip_suffix(data_type)?
        .strip_suffix("'::")?;
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character == '\'' && characters.next() != Some('\'') {
            return None;
        }
        text.push(character);
    }
    Some(text)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| {
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(data_type: &str, expression: &str) -> Option<String> {
        let column = Column {
            nullable: false,
            default: Some(expression.to_owned()),
            ..Column::new("c", data_type)
        };
        default_literal(&Schema::default(), &column).map(|found| match found {
            DefaultLiteral::Plain(text) => text,
            DefaultLiteral::Decimal(text) => format!("Decimal({text})"),
        })
    }

    #[test]
    fn literals_are_found() {
        for (data_type, expression, expected) in [
            (
                "character varying(20)",
                "'pending'::character varying",
                "\"pending\"",
            ),
            ("text", "'it''s'::text", "\"it's\""),
            ("character(1)", "'Y'::bpchar", "\"Y\""),
            ("integer", "0", "0"),
            ("integer", "'-1'::integer", "-1"),
            ("bigint", "'5000000000'::bigint", "5000000000"),
            ("double precision", "1.5", "1.5"),
            ("real", "0", "0"),
            ("numeric(10,2)", "0.00", "Decimal(\"0.00\")"),
            ("numeric", "'-1.5'::numeric", "Decimal(\"-1.5\")"),
            ("numeric", "0", "Decimal(0)"),
            ("boolean", "false", "False"),
            ("jsonb", "'{}'::jsonb", "\"{}\""),
            ("text[]", "'{}'::text[]", "\"{}\""),
            ("bytea", "'\\x6100'::bytea", "b\"a\\x00\""),
            ("character varying(255)", "NULL::character varying", "None"),
        ] {
            assert_eq!(
                literal(data_type, expression).as_deref(),
                Some(expected),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_deparses_otherwise_stays_an_expression() {
        for (data_type, expression) in [
            ("bigint", "'0'::bigint"),
            ("text", "'x'::character varying"),
            ("integer", "(1 + 1)"),
            ("timestamp with time zone", "now()"),
            ("text", "('a'::text || 'b'::text)"),
            ("numeric", "'1'::numeric"),
            ("double precision", "1.50"),
            ("double precision", "0.00001"),
            ("character varying", "NULL::character varying"),
            ("public.positive", "'1'::public.positive"),
            ("date", "'2020-01-01'::date"),
            ("integer", "007"),
        ] {
            assert_eq!(literal(data_type, expression), None, "{expression}");
        }
    }
}
