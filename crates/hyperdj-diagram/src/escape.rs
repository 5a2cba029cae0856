//! Texts out of a database as text of XML and HTML.

use hyperdj_schema::visible;

/// A text as content or attribute of XML and HTML: one line, with nothing that could end it.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML knows no way to write these.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

/// A name as [`escaped`], between quotes where nothing of it would be seen.
pub(crate) fn escaped_name(name: &str) -> String {
    match name.trim().is_empty() {
        true => format!("&quot;{}&quot;", escaped(name)),
        false => escaped(name),
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_ends_an_attribute_or_element() {
        assert_eq!(
            escaped("\"'><script>&\u{1b}\u{0}\u{ffff}"),
            "&quot;&#39;&gt;&lt;script&gt;&amp;\\u{1b}\\u{0}\u{fffd}"
        );
    }
}
