//! Reads an expression as SQL writes it into a tree, by PostgreSQL's precedence of operators.
//!
//! PostgreSQL documentation: 4.1.6 Operator Precedence; 4.2 Value Expressions.

use hyperdj_schema::lexer::TokenKind;

use crate::Error;
use crate::cursor::Cursor;

/// How deep an expression may be: further down it is left to a server.
const DEEPEST: usize = 100;

/// An expression as it is written; each with the byte at which it stands.
pub(super) struct Raw<'a> {
    pub(super) offset: usize,
    pub(super) node: Node<'a>,
}

pub(super) enum Node<'a> {
    Column(Vec<String>),
    /// A string constant.
    Text(String),
    /// A number as it is written, with its sign.
    Number(String),
    Boolean(bool),
    Null,
    /// `expression::type`; the type's name stands at the cursor.
    Cast(Box<Raw<'a>>, Cursor<'a>),
    Unary(String, Box<Raw<'a>>),
    Binary(String, Box<Raw<'a>>, Box<Raw<'a>>),
    And(Vec<Raw<'a>>),
    Or(Vec<Raw<'a>>),
    Not(Box<Raw<'a>>),
    /// `IS NULL`, `IS NOT TRUE` and so on: the words behind IS.
    Is(Box<Raw<'a>>, String),
    /// `IS DISTINCT FROM`, or with NOT.
    Distinct(Box<Raw<'a>>, Box<Raw<'a>>, bool),
    Between(Box<Raw<'a>>, Box<Raw<'a>>, Box<Raw<'a>>, bool),
    In(Box<Raw<'a>>, Vec<Raw<'a>>, bool),
    /// `left operator ANY (right)`, or ALL.
    AnyAll(Box<Raw<'a>>, String, bool, Box<Raw<'a>>),
    Call(Vec<String>, Vec<Raw<'a>>),
    /// COALESCE, GREATEST, LEAST, NULLIF.
    Special(String, Vec<Raw<'a>>),
    /// CURRENT_DATE and its kin, with a precision.
    Value(String, Option<i64>),
    Extract(String, Box<Raw<'a>>),
    AtTimeZone(Box<Raw<'a>>, Box<Raw<'a>>),
    Collate(Box<Raw<'a>>, Cursor<'a>),
    Case(
        Option<Box<Raw<'a>>>,
        Vec<(Raw<'a>, Raw<'a>)>,
        Option<Box<Raw<'a>>>,
    ),
    Array(Vec<Raw<'a>>),
}

/// Reads a whole expression.
pub(super) fn parse<'a>(cursor: &Cursor<'a>) -> Result<Raw<'a>, Error> {
    let mut cursor = cursor.clone();
    let mut parser = Parser { depth: 0 };
    let found = parser.any(&mut cursor, 0)?;
    cursor.finish()?;
    Ok(found)
}

/// Reads expressions, and knows how deep it is in one.
pub(super) struct Parser {
    depth: usize,
}

/// The ranks of operators, the loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARISON: u8 = 5;
const RANGE: u8 = 6;
const OTHER: u8 = 7;
const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const POWER: u8 = 10;
const ZONE: u8 = 11;
const COLLATE: u8 = 12;
const SIGN: u8 = 13;
const CAST: u8 = 14;

impl Parser {
    /// An expression of operators that bind at least as tightly as a rank.
    pub(super) fn any<'a>(&mut self, cursor: &mut Cursor<'a>, rank: u8) -> Result<Raw<'a>, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::unknown(
                cursor.offset(),
                "an expression this deep is not read from a dump",
            ));
        }
        let mut left = self.first(cursor)?;
        loop {
            match self.behind(cursor, left, rank)? {
                Behind::More(more) => left = more,
                Behind::Done(done) => {
                    self.depth -= 1;
                    return Ok(done);
                }
            }
        }
    }

    /// What can stand at the start.
    fn first<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Error> {
        let offset = cursor.offset();
        let raw = |node| Ok(Raw { offset, node });
        if cursor.take("not") {
            return raw(Node::Not(Box::new(self.any(cursor, NOT)?)));
        }
        if let Some(operator) = operator(cursor) {
            let inner = self.any(
                cursor,
                if matches!(operator.as_str(), "-" | "+") {
                    SIGN
                } else {
                    OTHER
                },
            )?;
            return raw(match (operator.as_str(), inner.node) {
                ("-", Node::Number(text)) => Node::Number(match text.strip_prefix('-') {
                    Some(text) => text.to_owned(),
                    None => format!("-{text}"),
                }),
                ("+", node) => node,
                (_, node) => Node::Unary(
                    operator,
                    Box::new(Raw {
                        offset: inner.offset,
                        node,
                    }),
                ),
            });
        }
        self.primary(cursor)
    }

    /// What an operator behind an expression makes of it, where it binds tightly enough.
    fn behind<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        left: Raw<'a>,
        rank: u8,
    ) -> Result<Behind<'a>, Error> {
        let offset = left.offset;
        let more = |node| Ok(Behind::More(Raw { offset, node }));
        if cursor.is_done() {
            return Ok(Behind::Done(left));
        }
        if rank <= CAST && cursor.is_symbol(":") && cursor.is_symbol_at(1, ":") {
            cursor.advance();
            cursor.advance();
            let start = cursor.clone();
            skip_type(cursor)?;
            return more(Node::Cast(Box::new(left), start.up_to(cursor)));
        }
        if rank <= COLLATE && cursor.take("collate") {
            let start = cursor.clone();
            cursor.names()?;
            return more(Node::Collate(Box::new(left), start.up_to(cursor)));
        }
        if rank <= ZONE && cursor.take_all(&["at", "time", "zone"]) {
            let zone = self.any(cursor, ZONE + 1)?;
            return more(Node::AtTimeZone(Box::new(left), Box::new(zone)));
        }
        if rank <= AND && cursor.take("and") {
            let right = self.any(cursor, AND + 1)?;
            return more(Node::And(flat(left, right, |node| match node {
                Node::And(parts) => Ok(parts),
                other => Err(other),
            })));
        }
        if rank <= OR && cursor.take("or") {
            let right = self.any(cursor, OR + 1)?;
            return more(Node::Or(flat(left, right, |node| match node {
                Node::Or(parts) => Ok(parts),
                other => Err(other),
            })));
        }
        if rank <= IS {
            if cursor.take("isnull") {
                return more(Node::Is(Box::new(left), "NULL".to_owned()));
            }
            if cursor.take("notnull") {
                return more(Node::Is(Box::new(left), "NOT NULL".to_owned()));
            }
            if cursor.take("is") {
                let not = cursor.take("not");
                if cursor.take_all(&["distinct", "from"]) {
                    let right = self.any(cursor, IS + 1)?;
                    return more(Node::Distinct(Box::new(left), Box::new(right), not));
                }
                let Some(word) = cursor.take_any(&["null", "true", "false", "unknown"]) else {
                    return Err(cursor.not_understood());
                };
                let not = if not { "NOT " } else { "" };
                return more(Node::Is(
                    Box::new(left),
                    format!("{not}{}", word.to_ascii_uppercase()),
                ));
            }
        }
        if rank <= RANGE {
            let not = usize::from(cursor.is("not"));
            let is = |word| cursor.is_at(not, word);
            if is("between") || is("in") || is("like") || is("ilike") {
                return self.range(cursor, left, not == 1).map(Behind::More);
            }
        }
        let mut ahead = cursor.clone();
        let Some(found) = operator(&mut ahead) else {
            return Ok(Behind::Done(left));
        };
        let of = match found.as_str() {
            "<" | ">" | "=" | "<=" | ">=" | "<>" => COMPARISON,
            "+" | "-" => SUM,
            "*" | "/" | "%" => PRODUCT,
            "^" => POWER,
            _ => OTHER,
        };
        if of < rank {
            return Ok(Behind::Done(left));
        }
        *cursor = ahead;
        if let Some(word) = cursor.take_any(&["any", "some", "all"]) {
            let mut inner = cursor.parenthesised()?;
            let right = self.any(&mut inner, 0)?;
            inner.finish()?;
            return more(Node::AnyAll(
                Box::new(left),
                found,
                word != "all",
                Box::new(right),
            ));
        }
        let right = self.any(cursor, of + 1)?;
        more(Node::Binary(found, Box::new(left), Box::new(right)))
    }

    /// BETWEEN, IN, LIKE and ILIKE, or with NOT.
    fn range<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        left: Raw<'a>,
        not: bool,
    ) -> Result<Raw<'a>, Error> {
        let offset = left.offset;
        if not {
            cursor.advance();
        }
        let node = if cursor.take("between") {
            if cursor.is("symmetric") {
                return Err(cursor.not_understood());
            }
            let low = self.any(cursor, RANGE + 1)?;
            cursor.expect("and")?;
            let high = self.any(cursor, RANGE + 1)?;
            Node::Between(Box::new(left), Box::new(low), Box::new(high), not)
        } else if cursor.take("in") {
            let mut inner = cursor.parenthesised()?;
            Node::In(Box::new(left), self.list(&mut inner)?, not)
        } else {
            let is_sensitive = cursor.take("like");
            if !is_sensitive {
                cursor.expect("ilike")?;
            }
            let right = self.any(cursor, RANGE + 1)?;
            if cursor.is("escape") {
                return Err(cursor.not_understood());
            }
            let operator = format!(
                "{}~~{}",
                if not { "!" } else { "" },
                if is_sensitive { "" } else { "*" }
            );
            Node::Binary(operator, Box::new(left), Box::new(right))
        };
        Ok(Raw { offset, node })
    }
}

enum Behind<'a> {
    /// An operator made more of it, and another may follow.
    More(Raw<'a>),
    /// Nothing that binds tightly enough follows.
    Done(Raw<'a>),
}

/// `a AND b AND c` is one AND of three.
fn flat<'a>(
    left: Raw<'a>,
    right: Raw<'a>,
    parts: impl FnOnce(Node<'a>) -> Result<Vec<Raw<'a>>, Node<'a>>,
) -> Vec<Raw<'a>> {
    let offset = left.offset;
    match parts(left.node) {
        Ok(mut parts) => {
            parts.push(right);
            parts
        }
        Err(node) => vec![Raw { offset, node }, right],
    }
}

/// An operator's symbol, of characters that stand side by side.
fn operator(cursor: &mut Cursor<'_>) -> Option<String> {
    const CHARACTERS: &str = "+-*/<>=~!@#%^&|`?";
    let mut symbol = String::new();
    let mut end = cursor.offset();
    let mut ahead = cursor.clone();
    while let Some(token) = ahead.peek().copied() {
        if token.kind != TokenKind::Symbol || token.start != end || !CHARACTERS.contains(token.text)
        {
            break;
        }
        symbol.push_str(token.text);
        end += 1;
        ahead.advance();
    }
    // A sign at the end belongs to what follows, unless the symbol can only be an operator.
    while symbol.len() > 1
        && symbol.ends_with(['+', '-'])
        && !symbol.contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?'])
    {
        symbol.pop();
    }
    for _ in 0..symbol.len() {
        cursor.advance();
    }
    match symbol.as_str() {
        "" => None,
        "!=" => Some("<>".to_owned()),
        _ => Some(symbol),
    }
}

/// Goes past a type's name behind `::`.
fn skip_type(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let is = |cursor: &Cursor<'_>, words: &[&str]| words.iter().any(|word| cursor.is(word));
    let has_zone = is(cursor, &["timestamp", "time"]);
    let varies = is(cursor, &["character", "char", "bit", "national", "nchar"]);
    let is_interval = cursor.is("interval");
    if cursor.take_all(&["double", "precision"]) {
    } else {
        cursor.names()?;
    }
    if varies {
        cursor.take_any(&["character", "char"]);
        cursor.take("varying");
    }
    if is_interval {
        while cursor
            .take_any(&["year", "month", "day", "hour", "minute", "second", "to"])
            .is_some()
        {}
    }
    if cursor.is_symbol("(") {
        cursor.parenthesised()?;
    }
    if has_zone && !cursor.take_all(&["with", "time", "zone"]) {
        cursor.take_all(&["without", "time", "zone"]);
    }
    while cursor.is_symbol("[") {
        cursor.advance();
        if !cursor.is_symbol("]") {
            cursor.integer()?;
        }
        cursor.expect_symbol("]")?;
    }
    Ok(())
}
