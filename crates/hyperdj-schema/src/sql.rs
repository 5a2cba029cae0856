//! Quoting for SQL: identifiers and literals, by the rules of PostgreSQL's lexer.

use std::borrow::Cow;

use crate::keywords::KEYWORDS_TO_QUOTE;

/// An identifier as SQL, quoted only where PostgreSQL's own `quote_ident` would quote it, or a later version might.
///
/// PostgreSQL documentation: 4.1.1 Identifiers and Key Words.
pub fn quote_identifier(name: &str) -> Cow<'_, str> {
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        && !name.as_bytes()[0].is_ascii_digit()
        && KEYWORDS_TO_QUOTE.binary_search(&name).is_err();
    if plain {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// A text as a string constant of SQL, right whatever `standard_conforming_strings` is.
///
/// PostgreSQL documentation: 4.1.2 Constants.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

#[cfg(test)]
mod tests {
    use super::{quote_identifier, quote_literal};
    use crate::keywords::KEYWORDS_TO_QUOTE;

    #[test]
    fn identifiers_are_quoted_where_needed() {
        assert_eq!(quote_identifier("users"), "users");
        assert_eq!(quote_identifier("order"), "\"order\"");
        assert_eq!(quote_identifier("Order"), "\"Order\"");
        assert_eq!(quote_identifier("9lives"), "\"9lives\"");
        assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote_identifier(""), "\"\"");
        assert_eq!(quote_identifier("größe"), "\"größe\"");
    }

    #[test]
    fn literals_end_where_they_should() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal("\\'; drop"), "E'\\\\''; drop'");
    }

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS_TO_QUOTE.is_sorted());
    }
}
