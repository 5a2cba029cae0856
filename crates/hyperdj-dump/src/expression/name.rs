//! What an expression adds to the name of an index over it (`FigureIndexColname`).

use super::parse::{Node, Raw};

/// The name that an expression suggests: a function's, a type's, or `expr`.
pub(super) fn index_name(raw: &Raw<'_>) -> String {
    suggested(raw).map_or_else(|| "expr".to_owned(), |(name, _)| name)
}

/// A name, and whether it is a good one: that of a type gives way to any other.
fn suggested(raw: &Raw<'_>) -> Option<(String, bool)> {
    let good = |name: &str| Some((name.to_owned(), true));
    match &raw.node {
        Node::Column(parts) | Node::Call(parts, _) => good(parts.last()?),
        Node::Special(word, _) => good(word),
        Node::Value(word, _) => good(word),
        Node::Extract(..) => good("extract"),
        Node::AtTimeZone(..) => good("timezone"),
        Node::Array(_) => good("array"),
        Node::Collate(inner, _) => suggested(inner),
        Node::Cast(inner, name) => match suggested(inner) {
            Some((name, true)) => Some((name, true)),
            _ => {
                let mut name = name.clone();
                let named = crate::types::parse(&mut name, &|schema, name| {
                    let user = hyperdj_schema::QualifiedName::new(schema.unwrap_or_default(), name);
                    Some(match crate::facts::TYPES.contains_key(name) {
                        true => crate::types::Type::builtin(name),
                        false => crate::types::Type::user(user),
                    })
                })
                .ok()?;
                let name = match named.base {
                    crate::types::Base::Builtin(name) => name,
                    crate::types::Base::User(name) => name.name,
                };
                Some((name, false))
            }
        },
        Node::Case(_, _, otherwise) => match otherwise.as_deref().and_then(suggested) {
            Some((name, true)) => Some((name, true)),
            _ => Some(("case".to_owned(), false)),
        },
        _ => None,
    }
}

/// Whether an expression is printed as a call, which needs no parentheses as a key.
pub(super) fn is_call(raw: &Raw<'_>) -> bool {
    matches!(
        raw.node,
        Node::Call(..)
            | Node::Special(..)
            | Node::Value(..)
            | Node::Extract(..)
            | Node::AtTimeZone(..)
    )
}
