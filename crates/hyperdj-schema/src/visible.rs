//! Texts out of a database as they may stand on a terminal.

use crate::lexer::{TokenKind, tokens};

/// Whether a character would move a terminal's cursor, break a line, or change the direction of what follows.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text as it may stand on a terminal, in one line: what would move the cursor or turn the direction is escaped.
pub fn visible(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// SQL as it may stand on a terminal, still saying the same: names and constants with other characters are written with
/// PostgreSQL's own Unicode escapes.
///
/// PostgreSQL documentation: 4.1.1 Identifiers and Key Words, 4.1.2.3 String Constants With Unicode Escapes.
pub fn visible_sql(sql: &str) -> String {
    if !sql.chars().any(is_hidden) {
        return sql.to_owned();
    }
    let mut text = String::with_capacity(sql.len());
    for token in tokens(sql) {
        let is_quoted = matches!(token.kind, TokenKind::QuotedName | TokenKind::Text)
            && token.text.starts_with(['"', '\'']);
        if !is_quoted || !token.text.chars().any(is_hidden) {
            text.push_str(token.text);
            continue;
        }
        text.push_str("U&");
        for character in token.text.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                _ if is_hidden(character) => {
                    let number = character as u32;
                    text.push_str(&match number {
                        0..=0xFFFF => format!("\\{number:04X}"),
                        _ => format!("\\+{number:06X}"),
                    });
                }
                _ => text.push(character),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::visible_sql;

    #[test]
    fn a_name_moves_no_cursor_and_stays_itself() {
        assert_eq!(
            visible_sql("ANALYZE public.\"a\u{1b}[2J\\\n\", public.\"b\\\""),
            "ANALYZE public.U&\"a\\001B[2J\\\\\\000A\", public.\"b\\\""
        );
    }
}
