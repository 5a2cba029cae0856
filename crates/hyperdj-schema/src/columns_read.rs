//! What an expression or query names, told from its text alone: columns decide the name that a constraint without one
//! has, in the same way for every source of a schema; relations decide the order of views.

use crate::default_name::expression_name;
use crate::{Column, QualifiedName};

/// The columns that an expression names, each once, in table order.
///
/// Words behind `::` or `.`, words in front of `(`, and what is in string constants are no columns. A key word that
/// is also a column can still be mistaken for one; a name that is derived from it is then written down instead.
pub fn columns_read(expression: &str, columns: &[Column]) -> Vec<String> {
    let words = words(expression);
    columns
        .iter()
        .filter(|column| words.contains(&column.name))
        .map(|column| column.name.clone())
        .collect()
}

/// What an exclusion constraint's elements add to its name, in order: a column, a function, or `expr`.
///
/// `definition` is what `pg_get_constraintdef` prints: `EXCLUDE USING gist (room WITH =, during WITH &&)`.
pub fn exclusion_columns(definition: &str, columns: &[Column]) -> Vec<String> {
    let Some(open) = definition.find('(') else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut depth = 0;
    let mut start = open + 1;
    let mut quote = None;
    for (position, character) in definition.char_indices().skip_while(|(at, _)| *at < open) {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')' | ',') => {
                if depth == 1 {
                    let element = definition[start..position].trim_start();
                    found.push(element_name(element, columns));
                    start = position + 1;
                }
                if character == ')' {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The column that an element begins with, or the name of an expression.
fn element_name(element: &str, columns: &[Column]) -> String {
    let is_column = |column: &&Column| {
        let quoted = crate::sql::quote_identifier(&column.name);
        let rest = element
            .strip_prefix(column.name.as_str())
            .or_else(|| element.strip_prefix(quoted.as_ref()));
        rest.is_some_and(|rest| rest.starts_with(' '))
    };
    columns
        .iter()
        .find(is_column)
        .map(|column| column.name.clone())
        .unwrap_or_else(|| {
            let end = element.rfind(" WITH ").unwrap_or(element.len());
            expression_name(&element[..end]).to_owned()
        })
}

/// The names of the form `schema.name` in a query that PostgreSQL printed with an empty `search_path`: every relation
/// that it reads is among them, beside columns behind their aliases.
pub fn relations_named(query: &str) -> Vec<QualifiedName> {
    let mut names = Vec::new();
    let mut last: Option<Word> = None;
    for word in all_words(query) {
        if let Some(schema) = &last
            && word.before == '.'
            && schema.after == '.'
        {
            names.push(QualifiedName::new(&schema.text, &word.text));
        }
        last = Some(word);
    }
    names
}

/// The words of an expression that can be columns, unquoted.
fn words(expression: &str) -> Vec<String> {
    all_words(expression)
        .into_iter()
        .filter(|word| !matches!(word.before, '.' | ':') && !matches!(word.after, '(' | '.'))
        .map(|word| word.text)
        .collect()
}

/// A word outside string constants, unquoted, and the characters on both sides of it.
struct Word {
    text: String,
    before: char,
    after: char,
}

fn all_words(expression: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut characters = expression.char_indices().peekable();
    let mut before = ' ';
    while let Some((position, character)) = characters.next() {
        let mut word = String::new();
        match character {
            '\'' => {
                // A doubled quote is two constants to this loop, which comes to the same.
                while characters.next().is_some_and(|(_, next)| next != '\'') {}
            }
            '"' => loop {
                match characters.next() {
                    Some((_, '"')) if characters.next_if(|(_, next)| *next == '"').is_some() => {
                        word.push('"');
                    }
                    Some((_, '"')) | None => break,
                    Some((_, next)) => word.push(next),
                }
            },
            _ if character.is_alphabetic() || character == '_' => {
                word.push(character);
                while let Some((_, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                    word.push(next);
                }
            }
            _ if character.is_numeric() => {
                while characters.next_if(|(_, next)| is_word(*next)).is_some() {}
            }
            _ => {}
        }
        let after = characters.peek().map_or(' ', |(_, next)| *next);
        if !word.is_empty() {
            words.push(Word {
                text: word,
                before,
                after,
            });
        }
        before = expression[position..].chars().next().unwrap_or(' ');
    }
    words
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str]) -> Vec<Column> {
        names
            .iter()
            .map(|name| Column::new(*name, "text"))
            .collect()
    }

    #[test]
    fn columns_are_told_from_the_rest() {
        let columns = table(&["price", "date", "lower", "Größe", "a\"b", "end"]);
        for (expression, expected) in [
            ("(price > (0)::numeric)", vec!["price"]),
            ("((lower(price))::date > 'date'::text)", vec!["price"]),
            (
                "((\"Größe\")::text = ANY (ARRAY['price'::text]))",
                vec!["Größe"],
            ),
            ("(\"end\" >= date)", vec!["date", "end"]),
            ("(\"a\"\"b\" IS NOT NULL)", vec!["a\"b"]),
            ("(pg_catalog.lower = 1)", vec![]),
            ("(price = 'it''s date'::text)", vec!["price"]),
        ] {
            assert_eq!(columns_read(expression, &columns), expected, "{expression}");
        }
    }

    #[test]
    fn relations_are_found_in_a_query() {
        let query = " SELECT u.id, 'public.no'::text\n   FROM public.users u\n     JOIN \"Odd s\".\"t\"\"x\" ON true;";
        let names = relations_named(query);
        assert!(names.contains(&QualifiedName::new("public", "users")));
        assert!(names.contains(&QualifiedName::new("Odd s", "t\"x")));
        assert!(!names.contains(&QualifiedName::new("public", "no")));
    }

    #[test]
    fn elements_of_an_exclusion_are_parted() {
        let columns = table(&["room", "a", "Odd, name"]);
        assert_eq!(
            exclusion_columns(
                "EXCLUDE USING gist (room WITH =, tsrange(a, b) WITH &&, \"Odd, name\" COLLATE \"C\" WITH =) WHERE (a)",
                &columns
            ),
            ["room", "tsrange", "Odd, name"]
        );
    }
}
