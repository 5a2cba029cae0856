//! Whether an expression that can't be given types here has the form in which PostgreSQL prints one.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

use crate::split::is_word;

/// Words that the server never prints in an expression: it writes them as operators and casts.
const NEVER_PRINTED: [&str; 8] = [
    "between", "in", "like", "ilike", "cast", "isnull", "notnull", "some",
];

/// Whether every operator has parentheses of its own, every string a type, and no short form is used.
pub(super) fn looks_printed(text: &str) -> bool {
    let all: Vec<Token<'_>> = tokens(text).filter(Token::is_significant).collect();
    // For each parenthesis that is open: whether it is a call's or a list's, and the operators in it.
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    let mut position = 0;
    while let Some(token) = all.get(position) {
        let is_cast_behind = || {
            let behind = (all.get(position + 1), all.get(position + 2));
            matches!(behind, (Some(first), Some(second)) if first.is_symbol(":") && second.is_symbol(":"))
        };
        let mut length = 1;
        match token.kind {
            TokenKind::Text if !is_cast_behind() => return false,
            TokenKind::Word if NEVER_PRINTED.iter().any(|word| is_word(token, word)) => {
                return false;
            }
            TokenKind::Word if ["and", "or"].iter().any(|word| is_word(token, word)) => {
                note(&mut open, token.text.to_ascii_lowercase());
            }
            TokenKind::Word if is_word(token, "not") || is_word(token, "is") => {
                // `IS NOT NULL` is one.
                let follows_is = position
                    .checked_sub(1)
                    .is_some_and(|before| is_word(&all[before], "is"));
                if !follows_is {
                    note(&mut open, token.text.to_ascii_lowercase());
                }
            }
            TokenKind::Symbol => match token.text {
                "(" | "[" => open.push(Vec::new()),
                ")" | "]" => {
                    if open.pop().is_none_or(|operators| !is_alone(&operators)) || open.is_empty() {
                        return false;
                    }
                }
                "," => {
                    if let Some(operators) = open.last_mut()
                        && !std::mem::take(operators).is_empty()
                    {
                        return false;
                    }
                }
                ":" | "." => {}
                _ => {
                    let rest = all[position..].iter().take_while(|next| {
                        next.kind == TokenKind::Symbol
                            && !matches!(next.text, "(" | ")" | "[" | "]" | "," | ":" | ".")
                    });
                    let symbol: String = rest.map(|token| token.text).collect();
                    length = symbol.len().max(1);
                    if symbol == "!=" {
                        return false;
                    }
                    note(&mut open, symbol);
                }
            },
            _ => {}
        }
        position += length;
    }
    matches!(open.as_slice(), [whole] if whole.is_empty())
}

fn note(open: &mut [Vec<String>], operator: String) {
    if let Some(operators) = open.last_mut() {
        operators.push(operator);
    }
}

/// One operator, or AND or OR between any number of sides.
fn is_alone(operators: &[String]) -> bool {
    match operators {
        [] | [_] => true,
        [first, rest @ ..] => {
            matches!(first.as_str(), "and" | "or") && rest.iter().all(|other| other == first)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::looks_printed;

    #[test]
    fn printed_expressions_are_told_from_written_ones() {
        for text in [
            "public.uuid_generate_v4()",
            "'{\"a\": 1}'::jsonb",
            "((a > b) AND (c = 'x'::text) AND (NOT d))",
            "((a)::text = ANY (ARRAY['x'::text, 'y'::text]))",
            "(public.f(a, (b + 1)) IS NOT NULL)",
            "active",
        ] {
            assert!(looks_printed(text), "{text}");
        }
        for text in [
            "a > b",
            "(a > b AND c)",
            "public.f('x')",
            "(a IN (1, 2))",
            "(a != b)",
            "public.f(a + 1, 2)",
            "(a",
            "a)",
        ] {
            assert!(!looks_printed(text), "{text}");
        }
    }
}
