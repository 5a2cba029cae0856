//! Python literals, written as ruff writes them.

/// A string literal, in double quotes unless single ones need fewer escapes.
///
/// Whatever is not printable is escaped: control characters, and what would change how the line reads.
pub fn string(text: &str) -> String {
    let quote = preferred_quote(text);
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for character in text.chars() {
        push_escaped(&mut literal, character, Some(quote));
    }
    literal.push(quote);
    literal
}

/// A bytes literal.
pub(crate) fn bytes(value: &[u8]) -> String {
    let text: String = value.iter().map(|byte| *byte as char).collect();
    let quote = preferred_quote(&text);
    let mut literal = format!("b{quote}");
    for byte in value {
        if byte.is_ascii() {
            push_escaped(&mut literal, *byte as char, Some(quote));
        } else {
            literal.push_str(&format!("\\x{byte:02x}"));
        }
    }
    literal.push(quote);
    literal
}

/// A text of several lines between triple quotes, beginning on a line of its own.
pub(crate) fn lines(text: &str) -> String {
    let mut literal = String::from("\"\"\"\\\n");
    let mut quotes = 0;
    for character in text.chars() {
        if character == '\n' {
            literal.push('\n');
            quotes = 0;
        } else if character == '"' && quotes == 2 {
            literal.push_str("\\\"");
            quotes = 0;
        } else {
            quotes = if character == '"' { quotes + 1 } else { 0 };
            push_escaped(&mut literal, character, None);
        }
    }
    if quotes > 0 {
        // A quote at the very end would join the closing ones.
        literal.pop();
        literal.push_str("\\\"");
    }
    literal.push_str("\"\"\"");
    literal
}

/// What a line of a docstring or comment may hold of a text out of the database: one line, printable.
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '"' => {
                line.push('\\');
                line.push(character);
            }
            _ => push_escaped(&mut line, character, None),
        }
    }
    line
}

fn preferred_quote(text: &str) -> char {
    let double = text.matches('"').count();
    let single = text.matches('\'').count();
    if double > single { '\'' } else { '"' }
}

fn push_escaped(literal: &mut String, character: char, quote: Option<char>) {
    match character {
        '\\' => literal.push_str("\\\\"),
        '\n' => literal.push_str("\\n"),
        '\r' => literal.push_str("\\r"),
        '\t' => literal.push_str("\\t"),
        _ if Some(character) == quote => {
            literal.push('\\');
            literal.push(character);
        }
        ' '..='~' => literal.push(character),
        _ if is_printable(character) => literal.push(character),
        _ => {
            let number = character as u32;
            literal.push_str(&match number {
                0..=0xFF => format!("\\x{number:02x}"),
                0x100..=0xFFFF => format!("\\u{number:04x}"),
                _ => format!("\\U{number:08x}"),
            });
        }
    }
}

/// Whether Rust's own tables, which leave out control, format and unassigned characters and odd spaces, print it.
/// A mark that combines with the letter before it is printable where one is before it.
fn is_printable(character: char) -> bool {
    let mut text = String::from("a");
    text.push(character);
    !text.escape_debug().any(|part| part == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_are_ruffs() {
        assert_eq!(string("pending"), "\"pending\"");
        assert_eq!(string("it's"), "\"it's\"");
        assert_eq!(string("a \"b\""), "'a \"b\"'");
        assert_eq!(string("'\""), "\"'\\\"\"");
        assert_eq!(
            string("a\\b\n\u{202e}\u{7f}é\u{1F600}"),
            "\"a\\\\b\\n\\u202e\\x7fé\u{1F600}\""
        );
        assert_eq!(bytes(b"a\"\xff"), "b'a\"\\xff'");
    }

    #[test]
    fn triple_quotes_hold() {
        assert_eq!(lines(" a\n\"\"\"b\""), "\"\"\"\\\n a\n\"\"\\\"b\\\"\"\"\"");
    }
}
