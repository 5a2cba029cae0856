//! The one change that reading a printed expression back makes: the cast of an array moves to its elements.

use hyperdj_schema::lexer::{Token, tokens};

use crate::split::is_word;

/// A printed expression as it is printed again after it was read back.
///
/// `((code)::text = ANY ((ARRAY['a'::character varying])::text[]))` is printed from then on as
/// `((code)::text = ANY (ARRAY[('a'::character varying)::text]))`.
pub(crate) fn settled_arrays(text: &str) -> String {
    if !text.contains("(ARRAY[") {
        return text.to_owned();
    }
    let all: Vec<Token<'_>> = tokens(text).collect();
    let mut written = String::with_capacity(text.len());
    let mut position = 0;
    while position < all.len() {
        match cast_array(&all[position..]) {
            Some(found) => {
                written.push_str("ARRAY[");
                for (number, (start, end)) in found.elements.iter().enumerate() {
                    if number > 0 {
                        written.push_str(", ");
                    }
                    let element: String = all[position + start..position + end]
                        .iter()
                        .map(|token| token.text)
                        .collect();
                    written.push_str(&format!(
                        "({})::{}",
                        settled_arrays(element.trim()),
                        found.element_type
                    ));
                }
                written.push(']');
                position += found.length;
            }
            None => {
                written.push_str(all[position].text);
                position += 1;
            }
        }
    }
    written
}

struct CastArray {
    /// Where each element starts and ends, in tokens.
    elements: Vec<(usize, usize)>,
    element_type: String,
    /// How many tokens the whole takes.
    length: usize,
}

/// `(ARRAY[…])::type[]` at the start of the tokens.
fn cast_array(all: &[Token<'_>]) -> Option<CastArray> {
    let [open, word, bracket, ..] = all else {
        return None;
    };
    if !(open.is_symbol("(") && is_word(word, "array") && bracket.is_symbol("[")) {
        return None;
    }
    let mut elements = Vec::new();
    let mut depth = 0_usize;
    let mut start = 3;
    let mut end = None;
    for (position, token) in all.iter().enumerate().skip(3) {
        if token.is_symbol("(") || token.is_symbol("[") {
            depth += 1;
        } else if token.is_symbol("]") && depth == 0 {
            elements.push((start, position));
            end = Some(position);
            break;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            depth = depth.checked_sub(1)?;
        } else if token.is_symbol(",") && depth == 0 {
            elements.push((start, position));
            start = position + 1;
        }
    }
    let behind = end? + 1;
    let [close, first, second, cast @ ..] = all.get(behind..)? else {
        return None;
    };
    if !(close.is_symbol(")") && first.is_symbol(":") && second.is_symbol(":")) {
        return None;
    }
    let length = cast.iter().position(|token| token.is_symbol("["))?;
    let is_name = cast[..length].iter().all(|token| {
        use hyperdj_schema::lexer::TokenKind;
        matches!(
            token.kind,
            TokenKind::Word | TokenKind::QuotedName | TokenKind::Space
        ) || token.is_symbol(".")
    });
    if !is_name || length == 0 || !cast.get(length + 1)?.is_symbol("]") {
        return None;
    }
    Some(CastArray {
        elements,
        element_type: cast[..length].iter().map(|token| token.text).collect(),
        length: behind + 3 + length + 2,
    })
}

#[cfg(test)]
mod tests {
    use super::settled_arrays;

    #[test]
    fn the_cast_of_an_array_moves_to_its_elements() {
        assert_eq!(
            settled_arrays(
                "((code)::text = ANY ((ARRAY['a'::character varying, 'b]'::character varying])::text[]))"
            ),
            "((code)::text = ANY (ARRAY[('a'::character varying)::text, ('b]'::character varying)::text]))"
        );
        assert_eq!(
            settled_arrays("(a = ANY (ARRAY[1, 2]))"),
            "(a = ANY (ARRAY[1, 2]))"
        );
    }
}
