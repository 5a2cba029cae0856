//! Options in parentheses: storage parameters, and those of foreign tables.

use hyperdj_schema::lexer::TokenKind;

use crate::Error;
use crate::cursor::Cursor;

/// `(fillfactor = 70, autovacuum_enabled, toast.x = 'y')`
pub(super) fn storage_parameters(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for mut item in cursor.parenthesised()?.items() {
        let name = item.names()?.join(".");
        let value = if item.take_symbol("=") {
            plain_value(&mut item)?
        } else {
            "true".to_owned()
        };
        item.finish()?;
        // Tables with object identifiers are gone; old dumps say that a table has none.
        if name != "oids" {
            found.push((name, value));
        }
    }
    found.sort();
    Ok(found)
}

/// A value as the catalog keeps it: a string's content, or the words and numbers that stand there.
fn plain_value(item: &mut Cursor<'_>) -> Result<String, Error> {
    if item
        .peek()
        .is_some_and(|token| token.kind == TokenKind::Text)
    {
        return item.string();
    }
    let text = item.rest_text().to_owned();
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-+".contains(&byte));
    if text.is_empty() || !is_plain {
        return Err(item.not_understood());
    }
    while item.advance().is_some() {}
    let is_word = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic());
    Ok(if is_word {
        text.to_ascii_lowercase()
    } else {
        text
    })
}

/// `(name 'value', …)`, as of foreign tables and their columns.
pub(super) fn foreign_options(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for mut item in cursor.parenthesised()?.items() {
        found.push((item.name()?, item.string()?));
        item.finish()?;
    }
    Ok(found)
}
