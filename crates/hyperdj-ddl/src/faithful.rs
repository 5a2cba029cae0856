//! Expressions in a form that PostgreSQL reads back as what it printed.

use std::borrow::Cow;

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

/// A statement in which a cast of a whole array is read as one.
///
/// `status IN ('a', 'b')` over a `varchar` is printed as `(ARRAY['a'::character varying, 'b'::character varying])::text[]`.
/// Read back, the cast would be moved to the elements, and printed otherwise from then on. A cast to the array's own type
/// in between, which does nothing, keeps it where it is.
///
/// PostgreSQL documentation: 4.2.12 Array Constructors.
pub(crate) fn faithful(sql: &str) -> Cow<'_, str> {
    if !sql.contains("ARRAY[") || !sql.contains("character varying])::") {
        return Cow::Borrowed(sql);
    }
    let all: Vec<Token<'_>> = tokens(sql).filter(Token::is_significant).collect();
    let mut text = String::with_capacity(sql.len() + 64);
    let mut written = 0;
    let mut opened: Vec<bool> = Vec::new();
    for (position, token) in all.iter().enumerate() {
        if token.is_symbol("[") {
            let is_constructor = position
                .checked_sub(1)
                .is_some_and(|before| all[before].text == "ARRAY");
            opened.push(is_constructor);
        } else if token.is_symbol("]")
            && opened.pop() == Some(true)
            && is_of_varchar(&all[..position])
            && is_cast_as_whole(&all[position + 1..])
        {
            let end = token.start + 1;
            text.push_str(&sql[written..end]);
            text.push_str("::character varying[]");
            written = end;
        }
    }
    text.push_str(&sql[written..]);
    Cow::Owned(text)
}

/// Whether what stands in front ends with `::character varying`.
fn is_of_varchar(before: &[Token<'_>]) -> bool {
    let [.., colon, other_colon, character, varying] = before else {
        return false;
    };
    let is_word = |token: &Token<'_>, text| token.kind == TokenKind::Word && token.text == text;
    colon.is_symbol(":")
        && other_colon.is_symbol(":")
        && is_word(character, "character")
        && is_word(varying, "varying")
}

/// Whether what stands behind is `)::`.
fn is_cast_as_whole(behind: &[Token<'_>]) -> bool {
    matches!(behind, [close, colon, other, ..]
        if close.is_symbol(")") && colon.is_symbol(":") && other.is_symbol(":"))
}

#[cfg(test)]
mod tests {
    use super::faithful;

    #[test]
    fn casts_of_whole_arrays_stay_where_they_are() {
        let printed =
            "(a)::text = ANY ((ARRAY['x'::character varying, 'y]'::character varying])::text[])";
        assert_eq!(
            faithful(printed),
            "(a)::text = ANY ((ARRAY['x'::character varying, 'y]'::character varying]::character varying[])::text[])"
        );
        for same in [
            "ARRAY[('a'::character varying)::text]",
            "'(ARRAY[''a''::character varying])::text[]'",
            "$$ (ARRAY['a'::character varying])::text[] $$",
            "(b[1::character varying])::text",
        ] {
            assert_eq!(faithful(same), same);
        }
    }
}
