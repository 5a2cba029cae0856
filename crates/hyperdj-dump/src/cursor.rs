//! Goes along the tokens of a statement: what a parser asks of them.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

use crate::split::is_word;
use crate::{Error, Statement};

/// `NAMEDATALEN - 1`: the bytes of a name that the server keeps.
const MAX_NAME_BYTES: usize = 63;

/// A place among the tokens of a statement, blanks and comments left out. Tokens start at their byte of the whole text.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    position: usize,
    /// Where the last token ends.
    end: usize,
}

impl<'a> Cursor<'a> {
    /// At the first token of a statement of a text.
    pub(crate) fn of(text: &'a str, statement: &Statement<'a>) -> Self {
        let tokens: Vec<Token<'a>> = tokens(statement.text)
            .filter(Token::is_significant)
            .map(|token| Token {
                start: token.start + statement.start,
                ..token
            })
            .collect();
        Self {
            text,
            tokens,
            position: 0,
            end: statement.start + statement.text.len(),
        }
    }

    /// A cursor over some tokens of this one.
    fn part(&self, from: usize, to: usize) -> Self {
        Self {
            text: self.text,
            tokens: self.tokens[from..to].to_vec(),
            position: 0,
            end: self.tokens.get(to).map_or(self.end, |token| token.start),
        }
    }

    /// A cursor over the tokens from here up to where another cursor over the same tokens stands.
    pub(crate) fn up_to(&self, other: &Self) -> Self {
        self.part(self.position, other.position.max(self.position))
    }

    pub(crate) fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.position)
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<&Token<'a>> {
        self.tokens.get(self.position + ahead)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.position >= self.tokens.len()
    }

    /// The byte of the text at which the next token stands.
    pub(crate) fn offset(&self) -> usize {
        self.peek().map_or(self.end, |token| token.start)
    }

    /// What stands in the text between the first token that is left and the last.
    pub(crate) fn rest_text(&self) -> &'a str {
        match (self.peek(), self.tokens.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.start + last.text.len()],
            _ => "",
        }
    }

    /// All tokens that are left.
    pub(crate) fn rest(&self) -> &[Token<'a>] {
        self.tokens.get(self.position..).unwrap_or_default()
    }

    pub(crate) fn advance(&mut self) -> Option<Token<'a>> {
        let token = self.peek().copied();
        self.position += usize::from(token.is_some());
        token
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.is_at(0, word)
    }

    pub(crate) fn is_at(&self, ahead: usize, word: &str) -> bool {
        self.peek_at(ahead)
            .is_some_and(|token| is_word(token, word))
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    pub(crate) fn is_symbol_at(&self, ahead: usize, symbol: &str) -> bool {
        self.peek_at(ahead)
            .is_some_and(|token| token.is_symbol(symbol))
    }

    /// Whether the next words are these.
    pub(crate) fn are(&self, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.is_at(ahead, word))
    }

    /// Goes past a word, where it is there.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let is_there = self.is(word);
        self.position += usize::from(is_there);
        is_there
    }

    /// Goes past words, where all of them are there.
    pub(crate) fn take_all(&mut self, words: &[&str]) -> bool {
        let are_there = self.are(words);
        if are_there {
            self.position += words.len();
        }
        are_there
    }

    /// Goes past the one of several words that is there.
    pub(crate) fn take_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().find(|word| self.take(word)).copied()
    }

    pub(crate) fn take_symbol(&mut self, symbol: &str) -> bool {
        let is_there = self.is_symbol(symbol);
        self.position += usize::from(is_there);
        is_there
    }

    pub(crate) fn expect(&mut self, word: &str) -> Result<(), Error> {
        if self.take(word) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", word.to_ascii_uppercase())))
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<(), Error> {
        if self.take_symbol(symbol) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{symbol}`")))
    }

    /// The error that something else should stand here.
    pub(crate) fn unexpected(&self, wanted: &str) -> Error {
        let found = match self.peek() {
            Some(token) => format!("`{}`", shortened(token.text)),
            None => "the end of the statement".to_owned(),
        };
        Error::unknown(
            self.offset(),
            format!("{wanted} was expected and {found} stands here"),
        )
    }

    /// The error that what stands here is not understood.
    pub(crate) fn not_understood(&self) -> Error {
        match self.peek() {
            Some(token) => Error::unknown(
                token.start,
                format!("`{}` is not understood here", shortened(token.text)),
            ),
            None => Error::unknown(self.offset(), "the statement ends too early"),
        }
    }

    /// Whether all is understood.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.is_done() {
            Ok(())
        } else {
            Err(self.not_understood())
        }
    }

    /// A name: a word, which the server keeps in small letters, or what stands between double quotes.
    pub(crate) fn name(&mut self) -> Result<String, Error> {
        let name = self.peek().and_then(crate::purpose::identifier);
        match name {
            Some(name) if !name.is_empty() => {
                self.position += 1;
                Ok(clipped(name))
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// A name of one or more parts with points between.
    pub(crate) fn names(&mut self) -> Result<Vec<String>, Error> {
        let mut parts = vec![self.name()?];
        while self.is_symbol(".") {
            self.position += 1;
            parts.push(self.name()?);
        }
        Ok(parts)
    }

    /// Names with commas between, in parentheses.
    pub(crate) fn name_list(&mut self) -> Result<Vec<String>, Error> {
        self.expect_symbol("(")?;
        let mut names = vec![self.name()?];
        while self.take_symbol(",") {
            names.push(self.name()?);
        }
        self.expect_symbol(")")?;
        Ok(names)
    }

    /// What stands in the parentheses that open here, and goes past them.
    pub(crate) fn parenthesised(&mut self) -> Result<Self, Error> {
        let start = self.position;
        self.expect_symbol("(")?;
        let mut depth = 1;
        while let Some(token) = self.advance() {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    return Ok(self.part(start + 1, self.position - 1));
                }
            }
        }
        self.position = start;
        Err(Error::broken(
            self.offset(),
            "the parenthesis that opens here is not closed",
        ))
    }

    /// What stands here up to a token outside parentheses and CASE … END that ends it, or to the end.
    pub(crate) fn until(&mut self, ends: impl Fn(&Self) -> bool) -> Self {
        let start = self.position;
        let mut depth = 0_usize;
        while let Some(token) = self.peek().copied() {
            let closes = token.is_symbol(")") || token.is_symbol("]") || is_word(&token, "end");
            if depth == 0 && (closes && token.kind == TokenKind::Symbol || ends(self)) {
                break;
            }
            if token.is_symbol("(") || token.is_symbol("[") || is_word(&token, "case") {
                depth += 1;
            } else if closes {
                depth = depth.saturating_sub(1);
            }
            self.position += 1;
        }
        self.part(start, self.position)
    }

    /// What stands between commas, from here to the end.
    pub(crate) fn items(&mut self) -> Vec<Self> {
        let mut items = Vec::new();
        while !self.is_done() {
            items.push(self.until(|cursor| cursor.is_symbol(",")));
            if !self.take_symbol(",") {
                break;
            }
        }
        items
    }

    /// The value of a string constant.
    pub(crate) fn string(&mut self) -> Result<String, Error> {
        let value = self
            .peek()
            .filter(|token| token.kind == TokenKind::Text)
            .and_then(|token| string_value(token.text));
        match value {
            Some(value) => {
                self.position += 1;
                Ok(value)
            }
            None => Err(self.unexpected("a string")),
        }
    }

    /// A whole number, with its sign.
    pub(crate) fn integer(&mut self) -> Result<i64, Error> {
        let start = self.position;
        let sign = if self.take_symbol("-") { "-" } else { "" };
        self.take_symbol("+");
        let value = self
            .peek()
            .and_then(|token| format!("{sign}{}", token.text).parse().ok());
        match value {
            Some(value) => {
                self.position += 1;
                Ok(value)
            }
            None => {
                self.position = start;
                Err(self.unexpected("a whole number"))
            }
        }
    }
}

/// A token as it may stand in a message.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A name as the server keeps it: no more bytes than it has room for, and no part of a character.
fn clipped(mut name: String) -> String {
    let mut end = name.len().min(MAX_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

/// The value of a string constant: `'…'`, `E'…'` or `$tag$…$tag$`; `None` for other forms.
///
/// PostgreSQL documentation: 4.1.2 Constants.
pub(crate) fn string_value(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix('$') {
        let tag = rest.find('$')? + 2;
        return Some(text.get(tag..text.len().checked_sub(tag)?)?.to_owned());
    }
    let plain = |text: &str| -> Option<String> {
        let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
        Some(inner.replace("''", "'"))
    };
    match text.as_bytes().first()? {
        b'\'' => plain(text),
        b'e' | b'E' => unescaped(text[1..].strip_prefix('\'')?.strip_suffix('\'')?),
        _ => None,
    }
}

/// The value of what stands between the quotes of `E'…'`.
fn unescaped(inner: &str) -> Option<String> {
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                characters.next_if_eq(&'\'')?;
                value.push('\'');
            }
            '\\' => {
                let escaped = characters.next()?;
                let digits = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
                              radix,
                              most: usize| {
                    let mut text = String::new();
                    while text.len() < most
                        && let Some(digit) = characters.next_if(|next| next.is_digit(radix))
                    {
                        text.push(digit);
                    }
                    u32::from_str_radix(&text, radix).ok()
                };
                value.push(match escaped {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    // Bytes beyond ASCII are parts of a character, which is left to the server.
                    'x' => {
                        char::from_u32(digits(&mut characters, 16, 2).filter(|code| *code < 0x80)?)?
                    }
                    'u' => char::from_u32(digits(&mut characters, 16, 4)?)?,
                    'U' => char::from_u32(digits(&mut characters, 16, 8)?)?,
                    '0'..='7' => return None,
                    other => other,
                });
            }
            other => value.push(other),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::string_value;

    #[test]
    fn strings_say_what_the_server_reads() {
        assert_eq!(string_value("'it''s'").as_deref(), Some("it's"));
        assert_eq!(
            string_value("E'a\\'b''c\\n\\x41\\u00e9'").as_deref(),
            Some("a'b'c\nA\u{e9}")
        );
        assert_eq!(string_value("$x$it's$x$").as_deref(), Some("it's"));
        assert_eq!(string_value("$$$$").as_deref(), Some(""));
        assert_eq!(string_value("B'101'"), None);
        assert_eq!(string_value("'").as_deref(), None);
    }
}
