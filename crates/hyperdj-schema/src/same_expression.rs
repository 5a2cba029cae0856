//! Whether two expressions that PostgreSQL printed mean the same.

use std::borrow::Cow;

use crate::lexer::{Token, TokenKind, tokens};

/// Whether two printed expressions are the same, apart from the forms that the deparser changes when it reads them back.
///
/// `CHECK (code IN ('a', 'b'))` over a `varchar` is printed as `((code)::text = ANY ((ARRAY['a'::character varying,
/// 'b'::character varying])::text[]))`; that text, loaded again, is printed as `((code)::text = ANY
/// (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))`, and so from then on. Parentheses around
/// the whole, and blanks, mean nothing either.
pub fn same_expression(left: &str, right: &str) -> bool {
    left == right || settled(left) == settled(right)
}

/// An expression in the form that printing it and reading it back does not change.
///
/// Casts of a whole array are moved to its elements, blanks become one, and parentheses around the whole go.
pub fn settled(expression: &str) -> String {
    let all: Vec<Token<'_>> = tokens(expression).filter(Token::is_significant).collect();
    let mut words: Vec<Cow<'_, str>> = Vec::with_capacity(all.len());
    write(&all, &mut words);
    let mut inner = words.as_slice();
    while let [first, middle @ .., last] = inner
        && first == "("
        && last == ")"
        && closes_at(middle) == middle.len()
    {
        inner = middle;
    }
    inner.join(" ")
}

/// How many of the words come before one that closes more than was opened.
fn closes_at(words: &[Cow<'_, str>]) -> usize {
    let mut depth = 0;
    for (position, word) in words.iter().enumerate() {
        match word.as_ref() {
            "(" => depth += 1,
            ")" if depth == 0 => return position,
            ")" => depth -= 1,
            _ => {}
        }
    }
    words.len()
}

fn write<'a>(all: &[Token<'a>], words: &mut Vec<Cow<'a, str>>) {
    let mut rest = all;
    while let Some((first, after)) = rest.split_first() {
        if let Some((elements, element_type, behind)) = cast_array(rest) {
            words.extend(["ARRAY", "["].map(Cow::Borrowed));
            for (number, element) in elements.iter().enumerate() {
                if number > 0 {
                    words.push(Cow::Borrowed(","));
                }
                words.push(Cow::Borrowed("("));
                write(element, words);
                words.extend([")", ":", ":"].map(Cow::Borrowed));
                words.extend(element_type.iter().map(|token| Cow::Borrowed(token.text)));
            }
            words.push(Cow::Borrowed("]"));
            rest = behind;
        } else {
            words.push(Cow::Borrowed(first.text));
            rest = after;
        }
    }
}

type CastArray<'t, 'a> = (Vec<&'t [Token<'a>]>, &'t [Token<'a>], &'t [Token<'a>]);

/// `( ( ARRAY [ … ] ) :: type [ ] )` at the start of the tokens, with its parentheses or only the inner ones: the
/// elements, the elements' type, and what stands behind.
fn cast_array<'t, 'a>(all: &'t [Token<'a>]) -> Option<CastArray<'t, 'a>> {
    let [open, word, bracket, body @ ..] = all else {
        return None;
    };
    let is_array = open.is_symbol("(")
        && word.kind == TokenKind::Word
        && word.text == "ARRAY"
        && bracket.is_symbol("[");
    if !is_array {
        return None;
    }
    let mut elements = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    let mut end = None;
    for (position, token) in body.iter().enumerate() {
        match token.text {
            _ if token.kind != TokenKind::Symbol => {}
            "(" | "[" => depth += 1,
            "]" if depth == 0 => {
                elements.push(&body[start..position]);
                end = Some(position);
                break;
            }
            ")" | "]" => depth -= 1,
            "," if depth == 0 => {
                elements.push(&body[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    let [close, first, second, cast @ ..] = &body[end? + 1..] else {
        return None;
    };
    if !(close.is_symbol(")") && first.is_symbol(":") && second.is_symbol(":")) {
        return None;
    }
    // The type's name goes on up to its brackets.
    let length = cast.iter().position(|token| {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
        !is_name && !token.is_symbol(".")
    })?;
    match &cast[length..] {
        [open, close, behind @ ..] if length > 0 && open.is_symbol("[") && close.is_symbol("]") => {
            Some((elements, &cast[..length], behind))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::same_expression;

    #[test]
    fn what_reading_back_changes_is_the_same() {
        assert!(same_expression(
            "((code)::text = ANY ((ARRAY['a'::character varying, 'b]'::character varying])::text[]))",
            "((code)::text = ANY (ARRAY[('a'::character varying)::text, ('b]'::character varying)::text]))",
        ));
        assert!(same_expression("price > 0", "((price > 0))"));
        assert!(!same_expression("(a) = (b)", "a) = (b"));
        assert!(!same_expression("a = 'x'::text", "a = 'X'::text"));
        assert!(!same_expression("(a > 0) OR (b > 0)", "a > 0 OR (b > 0)"));
    }
}
