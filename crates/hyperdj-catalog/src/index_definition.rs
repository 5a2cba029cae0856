//! What `pg_get_indexdef` prints behind each key of an index: collation, operator class, order.
//!
//! The catalog's columns say all of it for plain columns. For an expression they do not say what its own collation
//! and default operator class are, so that only the deparser knows whether they must be named.

use hyperdj_schema::{NullsOrder, QualifiedName};

/// What stands behind a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeySuffix {
    pub(crate) collation: Option<QualifiedName>,
    pub(crate) operator_class: Option<QualifiedName>,
    pub(crate) descending: bool,
    pub(crate) nulls: Option<NullsOrder>,
}

/// The suffixes of an index's keys.
///
/// `definition` is `pg_get_indexdef(index)`, `keys` are `pg_get_indexdef(index, n, false)` of each key: they say where
/// a key ends, whatever is in it.
pub(crate) fn key_suffixes(
    definition: &str,
    method: &str,
    keys: &[String],
) -> Option<Vec<KeySuffix>> {
    let opening = format!(" USING {method} (");
    // A hostile table name can hold the same words: the first place where all keys follow is the right one.
    definition
        .match_indices(&opening)
        .find_map(|(position, _)| parse_keys(&definition[position + opening.len()..], keys))
}

fn parse_keys(mut rest: &str, keys: &[String]) -> Option<Vec<KeySuffix>> {
    let mut suffixes = Vec::with_capacity(keys.len());
    for (position, key) in keys.iter().enumerate() {
        rest = rest.strip_prefix(key.as_str())?;
        let (suffix, after) = parse_suffix(rest)?;
        suffixes.push(suffix);
        rest = if position + 1 < keys.len() {
            after.strip_prefix(", ")?
        } else {
            after.strip_prefix(')')?
        };
    }
    Some(suffixes)
}

fn parse_suffix(mut rest: &str) -> Option<(KeySuffix, &str)> {
    let mut suffix = KeySuffix::default();
    if let Some(after) = rest.strip_prefix(" COLLATE ") {
        let (name, after) = parse_qualified_name(after)?;
        suffix.collation = Some(name);
        rest = after;
    }
    let is_order = ["DESC", "NULLS"].iter().any(|word| {
        rest.strip_prefix(' ')
            .is_some_and(|rest| rest.starts_with(word))
    });
    if rest.starts_with(' ') && !is_order {
        let (name, after) = parse_qualified_name(&rest[1..])?;
        suffix.operator_class = Some(name);
        rest = match after.strip_prefix(" (") {
            Some(options) => skip_options(options)?,
            None => after,
        };
    }
    if let Some(after) = rest.strip_prefix(" DESC") {
        suffix.descending = true;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(" NULLS FIRST") {
        suffix.nulls = Some(NullsOrder::First);
        rest = after;
    } else if let Some(after) = rest.strip_prefix(" NULLS LAST") {
        suffix.nulls = Some(NullsOrder::Last);
        rest = after;
    }
    Some((suffix, rest))
}

/// `name` or `schema.name`; what has no namespace is in `pg_catalog`, because the search path is empty.
fn parse_qualified_name(text: &str) -> Option<(QualifiedName, &str)> {
    let (first, rest) = parse_identifier(text)?;
    match rest.strip_prefix('.') {
        Some(rest) => {
            let (second, rest) = parse_identifier(rest)?;
            Some((QualifiedName::new(first, second), rest))
        }
        None => Some((QualifiedName::new("pg_catalog", first), rest)),
    }
}

fn parse_identifier(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut characters = quoted.char_indices().peekable();
        while let Some((position, character)) = characters.next() {
            if character != '"' {
                name.push(character);
            } else if characters.next_if(|(_, next)| *next == '"').is_some() {
                name.push('"');
            } else {
                return Some((name, &quoted[position + 1..]));
            }
        }
        None
    } else {
        let end = text
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(text.len());
        (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
    }
}

/// What follows the options of an operator class, `siglen='32')…`.
fn skip_options(text: &str) -> Option<&str> {
    let mut in_quotes = false;
    for (position, character) in text.char_indices() {
        match character {
            '\'' => in_quotes = !in_quotes,
            ')' if !in_quotes => return Some(&text[position + 1..]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_read() {
        let keys = [
            "lower(name)".to_owned(),
            "(a || ', '::text)".to_owned(),
            "c".to_owned(),
        ];
        let definition = "CREATE INDEX i ON public.\" USING gist (x)\" USING gist (lower(name) COLLATE \"de-x\" \
             public.gist_trgm_ops (siglen='3)2'), (a || ', '::text) DESC NULLS LAST, c NULLS FIRST) INCLUDE (d)";
        let found = key_suffixes(definition, "gist", &keys).unwrap();
        assert_eq!(
            found,
            [
                KeySuffix {
                    collation: Some(QualifiedName::new("pg_catalog", "de-x")),
                    operator_class: Some(QualifiedName::new("public", "gist_trgm_ops")),
                    descending: false,
                    nulls: None,
                },
                KeySuffix {
                    descending: true,
                    nulls: Some(NullsOrder::Last),
                    ..KeySuffix::default()
                },
                KeySuffix {
                    nulls: Some(NullsOrder::First),
                    ..KeySuffix::default()
                },
            ]
        );
    }
}
