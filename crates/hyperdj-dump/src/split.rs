//! Parts a dump into its statements, psql's own commands, and the rows of COPY, as psql does.
//!
//! PostgreSQL documentation: psql, "Meta-Commands"; COPY, "Text Format". A semicolon ends a statement unless it stands in
//! parentheses or in the body of a function that is written as SQL (`BEGIN ATOMIC … END`).

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

use crate::Error;

/// A part of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A statement.
    Statement(Statement<'a>),
    /// A command of psql's own: `\connect shop`.
    Meta(MetaCommand<'a>),
}

/// A statement, without the semicolon behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text, from its first word to its last.
    pub text: &'a str,
    /// The byte of the dump at which it starts.
    pub start: usize,
    /// Whether this is a COPY whose rows followed in the dump; they were passed over.
    pub has_rows: bool,
}

/// A command of psql's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetaCommand<'a> {
    /// The name without the backslash: `connect`.
    pub name: &'a str,
    /// What stands behind the name on its line.
    pub rest: &'a str,
    /// The byte of the dump at which its backslash stands.
    pub start: usize,
    /// Whether it stands in the middle of a statement.
    pub in_statement: bool,
}

/// The parts of a dump, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Pieces<'a> {
    /// The parts of a text. A byte order mark at its start is passed over.
    pub fn of(text: &'a str) -> Self {
        let position = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, position }
    }

    fn meta(&mut self, start: usize, in_statement: bool) -> MetaCommand<'a> {
        let rest = &self.text[start..];
        let line = rest.lines().next().unwrap_or_default();
        self.position = start + line.len();
        let body = line.strip_prefix('\\').unwrap_or(line);
        let end = body
            .find(|character: char| character.is_whitespace())
            .unwrap_or(body.len());
        MetaCommand {
            name: &body[..end],
            rest: body[end..].trim(),
            start,
            in_statement,
        }
    }

    /// Passes over the rows behind a COPY, up to the line `\.` that ends them or the end of the text.
    fn pass_rows(&mut self) {
        let rest = &self.text[self.position..];
        // The rest of the line behind the semicolon is not data.
        let Some(line_end) = rest.find('\n') else {
            self.position = self.text.len();
            return;
        };
        let mut position = self.position + line_end + 1;
        for line in self.text[position..].split_inclusive('\n') {
            position += line.len();
            if line.trim_end_matches(['\n', '\r']) == "\\." {
                break;
            }
        }
        self.position = position;
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.text;
        let base = self.position;
        let mut start = None;
        let mut end = base;
        let mut nesting = Nesting::default();
        for token in tokens(text.get(base..)?) {
            let at = base + token.start;
            end = at + token.text.len();
            if end == text.len() && is_open(&token) {
                self.position = text.len();
                return Some(Err(Error::broken(at, open_what(&token))));
            }
            if !token.is_significant() {
                continue;
            }
            if token.is_symbol("\\") {
                let meta = self.meta(at, start.is_some());
                return Some(Ok(Piece::Meta(meta)));
            }
            if token.is_symbol(";") && nesting.is_outside() {
                if let Some(start) = start {
                    self.position = end;
                    return Some(Ok(Piece::Statement(self.statement(start, at))));
                }
                // An empty statement.
                continue;
            }
            start.get_or_insert(at);
            nesting.take(&token);
        }
        self.position = text.len();
        let start = start?;
        if nesting.is_outside() {
            return Some(Ok(Piece::Statement(self.statement(start, end))));
        }
        Some(Err(Error::broken(
            start,
            "the statement that begins here has no end",
        )))
    }
}

impl<'a> Pieces<'a> {
    fn statement(&mut self, start: usize, end: usize) -> Statement<'a> {
        let text = self.text[start..end].trim_end();
        let has_rows = reads_rows(text);
        if has_rows {
            self.pass_rows();
        }
        Statement {
            text,
            start,
            has_rows,
        }
    }
}

/// Whether a statement is a COPY that reads rows from behind itself.
fn reads_rows(text: &str) -> bool {
    let is_copy = text
        .get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case("copy"));
    if !is_copy {
        return false;
    }
    let words: Vec<Token<'_>> = tokens(text).filter(Token::is_significant).collect();
    words
        .windows(2)
        .any(|pair| is_word(&pair[0], "from") && is_word(&pair[1], "stdin"))
}

/// Whether a token is a certain key word, in small or capital letters.
pub(crate) fn is_word(token: &Token<'_>, word: &str) -> bool {
    token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word)
}

/// How deep in parentheses and in the body of a function a semicolon stands, counted as psql counts it.
#[derive(Default)]
struct Nesting {
    parentheses: usize,
    bodies: usize,
    /// How many words of `CREATE [OR REPLACE] FUNCTION` have come; `None` where the statement is another one.
    function: Option<bool>,
    words: usize,
}

impl Nesting {
    fn is_outside(&self) -> bool {
        self.parentheses == 0 && self.bodies == 0
    }

    fn take(&mut self, token: &Token<'_>) {
        if token.is_symbol("(") {
            self.parentheses += 1;
        } else if token.is_symbol(")") {
            self.parentheses = self.parentheses.saturating_sub(1);
        }
        self.words += 1;
        if token.kind != TokenKind::Word {
            return;
        }
        let is = |word| is_word(token, word);
        match self.function {
            None => {
                self.function = match self.words {
                    1 if !is("create") => Some(false),
                    2 | 4 if is("function") || is("procedure") => Some(true),
                    5.. => Some(false),
                    _ => None,
                };
            }
            Some(true) if self.parentheses == 0 => {
                if is("begin") || is("case") && self.bodies > 0 {
                    self.bodies += 1;
                } else if is("end") {
                    self.bodies = self.bodies.saturating_sub(1);
                }
            }
            Some(_) => {}
        }
    }
}

/// Whether the last token of a text goes on for want of an end.
fn is_open(token: &Token<'_>) -> bool {
    let may_be_open = match token.kind {
        TokenKind::Text | TokenKind::QuotedName => true,
        TokenKind::Comment => token.text.starts_with("/*"),
        _ => false,
    };
    if !may_be_open {
        return false;
    }
    // What has an end ends at the same place whatever comes behind it.
    let longer = format!("{} ", token.text);
    tokens(&longer)
        .next()
        .is_some_and(|first| first.text.len() > token.text.len())
}

fn open_what(token: &Token<'_>) -> &'static str {
    match token.kind {
        TokenKind::Comment => "the comment that begins here has no end",
        TokenKind::QuotedName => "the quoted name that begins here has no end",
        _ => "the string that begins here has no end",
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Pieces};

    fn pieces(text: &str) -> Vec<String> {
        Pieces::of(text)
            .map(|piece| match piece {
                Ok(Piece::Statement(found)) if found.has_rows => format!("{} +rows", found.text),
                Ok(Piece::Statement(found)) => found.text.to_owned(),
                Ok(Piece::Meta(found)) => format!("\\{}|{}", found.name, found.rest),
                Err(error) => format!("{} {error}", error.offset),
            })
            .collect()
    }

    #[test]
    fn statements_end_where_psql_ends_them() {
        assert_eq!(
            pieces(
                "\u{feff}SELECT ';' ; ; -- ;\nCREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);\nSELECT 3"
            ),
            [
                "SELECT ';'",
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
                "SELECT 3"
            ]
        );
        assert_eq!(
            pieces(
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; BEGIN; END;"
            ),
            [
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                "BEGIN",
                "END"
            ]
        );
    }

    #[test]
    fn rows_and_commands_are_told_from_statements() {
        assert_eq!(
            pieces(
                "COPY public.t (a) FROM stdin;\n1;'\n\\N\n\\.\n\nSELECT 1;\n\\connect shop\nCOPY t TO stdout;\nSELECT 2 \\gexec\n"
            ),
            [
                "COPY public.t (a) FROM stdin +rows",
                "SELECT 1",
                "\\connect|shop",
                "COPY t TO stdout",
                "\\gexec|",
            ]
        );
    }

    #[test]
    fn what_has_no_end_is_told_with_its_place() {
        assert_eq!(
            pieces("SELECT 'a"),
            ["7 the string that begins here has no end"]
        );
        assert_eq!(
            pieces("/* a"),
            ["0 the comment that begins here has no end"]
        );
        assert_eq!(
            pieces("SELECT (1;"),
            ["0 the statement that begins here has no end"]
        );
        assert_eq!(pieces("SELECT $a$ $a$"), ["SELECT $a$ $a$"]);
        assert_eq!(pieces("SELECT 'a'''"), ["SELECT 'a'''"]);
    }
}
