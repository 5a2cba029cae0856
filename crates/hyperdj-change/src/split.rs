//! Parts a text into statements at the semicolons that `psql` would part it at.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

/// One statement of a text, with the comments in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Blanks and comments in front of the statement, as they stand.
    pub before: &'a str,
    /// The statement, without blanks around it and without its semicolon; empty behind the last semicolon.
    pub statement: &'a str,
    /// The byte of the text at which the statement starts.
    pub start: usize,
    /// Whether a semicolon ends it.
    pub terminated: bool,
}

/// The statements of a text, in order.
///
/// Semicolons in strings, quoted names, dollar quotes, comments and parentheses part nothing, and neither do those
/// between `BEGIN` and `END` of a `CREATE FUNCTION` or `PROCEDURE` whose body is SQL (PostgreSQL 14). What stands behind
/// the last semicolon is a piece too, where it is a statement or a comment. A statement that is empty is left out.
pub fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut body = Body::default();
    let mut first: Option<usize> = None;
    let mut last = 0;
    let mut before = 0;
    for token in tokens(text) {
        if token.is_symbol(";") && body.is_outside() {
            if let Some(first) = first.take() {
                pieces.push(Piece {
                    before: &text[start..first],
                    statement: &text[first..last],
                    start: first,
                    terminated: true,
                });
                start = token.start + 1;
            }
            body = Body::default();
        } else if token.is_significant() {
            body.take(&token);
            first.get_or_insert(token.start);
            last = token.start + token.text.len();
        }
        before = token.start + token.text.len();
    }
    let end = first.unwrap_or(before);
    let rest = Piece {
        before: &text[start..end],
        statement: first.map_or("", |first| &text[first..last]),
        start: end,
        terminated: false,
    };
    if !rest.statement.is_empty() || !rest.before.trim().is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// How deep in parentheses, and in the body of a function, a statement stands.
#[derive(Default)]
struct Body {
    parentheses: u32,
    blocks: u32,
    words: Vec<String>,
    makes_function: bool,
}

impl Body {
    fn is_outside(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn take(&mut self, token: &Token<'_>) {
        if token.is_symbol("(") {
            self.parentheses += 1;
        } else if token.is_symbol(")") {
            self.parentheses = self.parentheses.saturating_sub(1);
        }
        if token.kind != TokenKind::Word {
            return;
        }
        let word = token.text.to_ascii_lowercase();
        if self.words.len() < 4 {
            self.words.push(word.clone());
            let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
            self.makes_function |= matches!(
                words.as_slice(),
                ["create", "function" | "procedure"]
                    | ["create", "or", "replace", "function" | "procedure"]
            );
        }
        if !self.makes_function || self.parentheses > 0 {
            return;
        }
        match word.as_str() {
            "begin" => self.blocks += 1,
            // Every CASE has an END of its own.
            "case" if self.blocks > 0 => self.blocks += 1,
            "end" => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn statements(text: &str) -> Vec<&str> {
        split(text)
            .into_iter()
            .map(|piece| piece.statement)
            .filter(|statement| !statement.is_empty())
            .collect()
    }

    #[test]
    fn semicolons_part_only_where_they_should() {
        assert_eq!(
            statements(
                "SELECT 1; SELECT ';'; SELECT \";\";; SELECT $a$;$a$ -- ;\n; /* ; */ SELECT 2"
            ),
            [
                "SELECT 1",
                "SELECT ';'",
                "SELECT \";\"",
                "SELECT $a$;$a$",
                "SELECT 2"
            ]
        );
        let rule = "CREATE RULE r AS ON DELETE TO t DO (DELETE FROM a; DELETE FROM b)";
        assert_eq!(statements(&format!("{rule}; SELECT 1")), [rule, "SELECT 1"]);
        let function = "CREATE OR REPLACE FUNCTION f() RETURNS integer BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        assert_eq!(
            statements(&format!("{function};BEGIN; END;")),
            [function, "BEGIN", "END"]
        );
    }

    #[test]
    fn comments_stay_with_what_follows_them() {
        let pieces = split("-- one\nSELECT 1; -- two\nSELECT 2;\n-- three\n");
        assert_eq!(pieces[0].before, "-- one\n");
        assert_eq!(pieces[1].before, " -- two\n");
        assert_eq!(pieces[1].statement, "SELECT 2");
        assert_eq!(pieces[1].start, 24);
        assert_eq!(pieces[2].before, "\n-- three\n");
        assert_eq!(pieces[2].statement, "");
    }
}
