//! What an expression begins with: constants, names, calls, CASE, arrays.

use hyperdj_schema::lexer::TokenKind;

use super::parse::{Node, Parser, Raw};
use crate::Error;
use crate::cursor::{Cursor, string_value};

impl Parser {
    pub(super) fn primary<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Error> {
        let offset = cursor.offset();
        let raw = |node| Ok(Raw { offset, node });
        let Some(token) = cursor.peek().copied() else {
            return Err(cursor.not_understood());
        };
        match token.kind {
            TokenKind::Number => {
                cursor.advance();
                return raw(Node::Number(self.number(token.text, cursor)));
            }
            TokenKind::Text => {
                cursor.advance();
                let value = string_value(token.text).ok_or_else(|| {
                    Error::unknown(offset, "a constant in this form is not read from a dump")
                })?;
                return raw(Node::Text(value));
            }
            TokenKind::Symbol if token.text == "(" => {
                let inner = cursor.parenthesised()?;
                let mut inner = inner;
                let found = self.any(&mut inner, 0)?;
                inner.finish()?;
                return Ok(found);
            }
            TokenKind::Symbol
                if token.text == "."
                    && cursor
                        .peek_at(1)
                        .is_some_and(|next| next.kind == TokenKind::Number) =>
            {
                cursor.advance();
                let digits = cursor.advance().map(|token| token.text).unwrap_or_default();
                return raw(Node::Number(format!("0.{digits}")));
            }
            TokenKind::Word | TokenKind::QuotedName => {}
            _ => return Err(cursor.not_understood()),
        }
        if token.kind == TokenKind::Word {
            let word = token.text.to_ascii_lowercase();
            let is_call = cursor.is_symbol_at(1, "(");
            match word.as_str() {
                "true" | "false" => {
                    cursor.advance();
                    return raw(Node::Boolean(word == "true"));
                }
                "null" => {
                    cursor.advance();
                    return raw(Node::Null);
                }
                "case" => return self.case(cursor),
                "array" => {
                    cursor.advance();
                    return self.array(cursor, offset);
                }
                "cast" if is_call => {
                    cursor.advance();
                    let mut inner = cursor.parenthesised()?;
                    let value = self.any(&mut inner, 0)?;
                    inner.expect("as")?;
                    return raw(Node::Cast(Box::new(value), inner));
                }
                "extract" if is_call => {
                    cursor.advance();
                    let mut inner = cursor.parenthesised()?;
                    let field = match inner.string() {
                        Ok(field) => field,
                        Err(_) => inner.name()?,
                    };
                    inner.expect("from")?;
                    let source = self.any(&mut inner, 0)?;
                    inner.finish()?;
                    return raw(Node::Extract(field, Box::new(source)));
                }
                "coalesce" | "greatest" | "least" | "nullif" if is_call => {
                    cursor.advance();
                    let arguments = self.list(&mut cursor.parenthesised()?)?;
                    return raw(Node::Special(word, arguments));
                }
                "current_date" | "current_time" | "current_timestamp" | "localtime"
                | "localtimestamp" | "current_user" | "session_user" | "user" | "current_role"
                | "current_catalog" | "current_schema" => {
                    cursor.advance();
                    let mut precision = None;
                    if cursor.is_symbol("(") {
                        let mut inner = cursor.parenthesised()?;
                        precision = Some(inner.integer()?);
                        inner.finish()?;
                    }
                    return raw(Node::Value(word, precision));
                }
                "substring" | "trim" | "position" | "overlay" | "normalize" | "exists" | "row"
                | "treat" | "xmlelement" | "interval" | "select" | "not" | "grouping" => {
                    if word == "interval"
                        && cursor
                            .peek_at(1)
                            .is_some_and(|next| next.kind == TokenKind::Text)
                    {
                        return self.typed_text(cursor, offset);
                    }
                    let is_plain_call = word == "substring" && is_call;
                    if !is_plain_call {
                        return Err(cursor.not_understood());
                    }
                }
                _ => {
                    if cursor
                        .peek_at(1)
                        .is_some_and(|next| next.kind == TokenKind::Text)
                    {
                        return self.typed_text(cursor, offset);
                    }
                    if matches!(word.as_str(), "timestamp" | "time")
                        && cursor
                            .peek_at(4)
                            .is_some_and(|next| next.kind == TokenKind::Text)
                    {
                        return self.typed_text(cursor, offset);
                    }
                }
            }
        }
        let parts = cursor.names()?;
        if cursor.is_symbol("(") {
            let mut inner = cursor.parenthesised()?;
            let arguments = if inner.is_done() {
                Vec::new()
            } else {
                self.list(&mut inner)?
            };
            let is_more = ["over", "filter", "within"]
                .iter()
                .any(|word| cursor.is(word));
            if is_more {
                return Err(cursor.not_understood());
            }
            return raw(Node::Call(parts, arguments));
        }
        raw(Node::Column(parts))
    }

    /// `date '2020-01-01'`: a type's name in front of a string.
    fn typed_text<'a>(&mut self, cursor: &mut Cursor<'a>, offset: usize) -> Result<Raw<'a>, Error> {
        let name = cursor.until(|cursor| {
            cursor
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Text)
        });
        let value = Raw {
            offset: cursor.offset(),
            node: Node::Text(cursor.string()?),
        };
        Ok(Raw {
            offset,
            node: Node::Cast(Box::new(value), name),
        })
    }

    /// A number; the lexer parts `1e-10` at its sign.
    fn number(&mut self, text: &str, cursor: &mut Cursor<'_>) -> String {
        let mut number = text.to_owned();
        let is_open = text.ends_with(['e', 'E']) && !text.starts_with("0x");
        if is_open && (cursor.is_symbol("-") || cursor.is_symbol("+")) {
            for _ in 0..2 {
                if let Some(token) = cursor.advance() {
                    number.push_str(token.text);
                }
            }
        }
        number
    }

    pub(super) fn list<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Vec<Raw<'a>>, Error> {
        let mut found = vec![self.any(cursor, 0)?];
        while cursor.take_symbol(",") {
            found.push(self.any(cursor, 0)?);
        }
        cursor.finish()?;
        Ok(found)
    }

    fn array<'a>(&mut self, cursor: &mut Cursor<'a>, offset: usize) -> Result<Raw<'a>, Error> {
        cursor.expect_symbol("[")?;
        let mut elements = Vec::new();
        while !cursor.is_symbol("]") {
            elements.push(self.any(cursor, 0)?);
            if !cursor.take_symbol(",") {
                break;
            }
        }
        cursor.expect_symbol("]")?;
        Ok(Raw {
            offset,
            node: Node::Array(elements),
        })
    }

    fn case<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Error> {
        let offset = cursor.offset();
        cursor.expect("case")?;
        let subject = if cursor.is("when") {
            None
        } else {
            Some(Box::new(self.any(cursor, 0)?))
        };
        let mut branches = Vec::new();
        while cursor.take("when") {
            let condition = self.any(cursor, 0)?;
            cursor.expect("then")?;
            branches.push((condition, self.any(cursor, 0)?));
        }
        let otherwise = if cursor.take("else") {
            Some(Box::new(self.any(cursor, 0)?))
        } else {
            None
        };
        cursor.expect("end")?;
        Ok(Raw {
            offset,
            node: Node::Case(subject, branches, otherwise),
        })
    }
}
