//! Parts SQL text into tokens by the rules of PostgreSQL's lexer: strings, quoted names, dollar quotes, comments.
//!
//! PostgreSQL documentation: 4.1 Lexical Structure. `standard_conforming_strings` is taken to be on. Nothing is ever
//! refused: what has no end goes on to the end of the text, so that the tokens together are always the whole text.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and line ends.
    Space,
    /// `-- …` up to the line's end, or `/* … */`, which nest.
    Comment,
    /// An identifier or key word without quotes.
    Word,
    /// `"…"`, with `U&` in front where it stands there.
    QuotedName,
    /// `'…'` with the letters in front, or `$tag$…$tag$`.
    Text,
    /// A number.
    Number,
    /// Any other single character.
    Symbol,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// The text, as it stands.
    pub text: &'a str,
    /// The byte at which it starts.
    pub start: usize,
}

impl Token<'_> {
    /// Whether this is neither blank nor comment.
    pub fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }

    /// Whether this is a certain single character outside strings, names and comments.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }
}

/// The tokens of a text, in order; their texts put together are the text.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = first(rest);
        let token = Token {
            kind,
            text: &rest[..length],
            start,
        };
        start += length;
        Some(token)
    })
}

/// The kind and length in bytes of the first token of a text that is not empty.
fn first(text: &str) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    match bytes[0] {
        byte if is_space(byte) => (TokenKind::Space, run(bytes, is_space)),
        b'-' if bytes.get(1) == Some(&b'-') => (
            TokenKind::Comment,
            run(bytes, |byte| byte != b'\n' && byte != b'\r'),
        ),
        b'/' if bytes.get(1) == Some(&b'*') => (TokenKind::Comment, block_comment(bytes)),
        b'\'' => (TokenKind::Text, quoted(bytes, 0, false)),
        b'"' => (TokenKind::QuotedName, quoted(bytes, 0, false)),
        b'$' => match dollar_quoted(text) {
            Some(length) => (TokenKind::Text, length),
            None => (TokenKind::Symbol, 1),
        },
        byte if byte.is_ascii_digit() => (
            TokenKind::Number,
            run(bytes, |byte| byte.is_ascii_alphanumeric() || byte == b'.'),
        ),
        byte if starts_word(byte) => word(bytes),
        _ => (TokenKind::Symbol, 1),
    }
}

/// A word, or the string or name that it is the first letter of.
fn word(bytes: &[u8]) -> (TokenKind, usize) {
    match (bytes[0].to_ascii_lowercase(), bytes.get(1), bytes.get(2)) {
        (b'e', Some(b'\''), _) => (TokenKind::Text, quoted(bytes, 1, true)),
        (b'b' | b'x' | b'n', Some(b'\''), _) => (TokenKind::Text, quoted(bytes, 1, false)),
        (b'u', Some(b'&'), Some(b'\'')) => (TokenKind::Text, quoted(bytes, 2, false)),
        (b'u', Some(b'&'), Some(b'"')) => (TokenKind::QuotedName, quoted(bytes, 2, false)),
        _ => (TokenKind::Word, run(bytes, continues_word)),
    }
}

/// Up to the quote that closes the one at `open`; a doubled one stands for itself.
fn quoted(bytes: &[u8], open: usize, backslashes: bool) -> usize {
    let quote = bytes[open];
    let mut position = open + 1;
    while let Some(&byte) = bytes.get(position) {
        position += 1;
        if byte == b'\\' && backslashes {
            position += 1;
        } else if byte == quote {
            if bytes.get(position) != Some(&quote) {
                return position;
            }
            position += 1;
        }
    }
    bytes.len()
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let tag = 1 + run(&bytes[1..], |byte| continues_word(byte) && byte != b'$');
    let names_nothing = tag > 1 && bytes[1].is_ascii_digit();
    if names_nothing || bytes.get(tag) != Some(&b'$') {
        return None;
    }
    let delimiter = &text[..=tag];
    let body = &text[delimiter.len()..];
    Some(match body.find(delimiter) {
        Some(end) => end + 2 * delimiter.len(),
        None => text.len(),
    })
}

fn block_comment(bytes: &[u8]) -> usize {
    let mut depth = 0;
    let mut position = 0;
    while position < bytes.len() {
        match &bytes[position..bytes.len().min(position + 2)] {
            b"/*" => {
                depth += 1;
                position += 2;
            }
            b"*/" => {
                depth -= 1;
                position += 2;
                if depth == 0 {
                    return position;
                }
            }
            _ => position += 1,
        }
    }
    bytes.len()
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !belongs(*byte))
        .unwrap_or(bytes.len())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Every byte of a character beyond ASCII belongs to a word.
fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, tokens};

    fn significant(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text)
            .filter(super::Token::is_significant)
            .map(|token| (token.kind, token.text))
            .collect()
    }

    #[test]
    fn tokens_are_those_of_postgresql() {
        use TokenKind::*;
        assert_eq!(
            significant(
                "a$1 'it''s' E'\\'x' \"b\"\"c\" $t$ ' ; $t$ /* /* */ ; */ 1.5e3 $1 -- ;\n;"
            ),
            [
                (Word, "a$1"),
                (Text, "'it''s'"),
                (Text, "E'\\'x'"),
                (QuotedName, "\"b\"\"c\""),
                (Text, "$t$ ' ; $t$"),
                (Number, "1.5e3"),
                (Symbol, "$"),
                (Number, "1"),
                (Symbol, ";"),
            ]
        );
        assert_eq!(
            significant("$$;$$ größe"),
            [(Text, "$$;$$"), (Word, "größe")]
        );
    }

    #[test]
    fn what_has_no_end_goes_to_the_end() {
        for text in ["'abc", "\"abc", "$x$abc", "/* abc", "E'abc\\", "e'\\é"] {
            let whole: String = tokens(text).map(|token| token.text).collect();
            assert_eq!(whole, text);
        }
    }
}
