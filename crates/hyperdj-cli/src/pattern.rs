//! What `--table` and `--exclude` take: a table's name or `schema.table`, with `*` for any characters.

use hyperdj_schema::QualifiedName;

/// A pattern for tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Pattern {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.0.contains('*')
    }

    /// The schema that the pattern names, where it names one whole.
    pub(crate) fn schema(&self) -> Option<&str> {
        let (schema, _) = self.0.split_once('.')?;
        (!schema.is_empty() && !schema.contains('*')).then_some(schema)
    }

    /// Whether a table is meant: by its name alone, or by schema and name.
    pub(crate) fn matches(&self, name: &QualifiedName) -> bool {
        matches(&self.0, &name.name) || matches(&self.0, &format!("{}.{}", name.schema, name.name))
    }
}

/// Whether a text is what a pattern says, each `*` standing for any characters or none.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(position) => text = &text[position + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_names_and_qualified_names() {
        let name = QualifiedName::new("sales", "order_items");
        for pattern in [
            "order_items",
            "sales.order_items",
            "order*",
            "*items",
            "sales.*",
            "*.order_items",
            "*r_i*",
            "*",
            "o*_*s",
        ] {
            assert!(Pattern::from(pattern).matches(&name), "{pattern}");
        }
        for pattern in [
            "order",
            "public.order_items",
            "items",
            "order*x",
            "*.orders",
            "sales",
            "o*s*z",
        ] {
            assert!(!Pattern::from(pattern).matches(&name), "{pattern}");
        }
        assert!(Pattern::from("a.b").matches(&QualifiedName::new("public", "a.b")));
    }
}
