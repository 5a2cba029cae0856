//! Reading one variable out of a `.env` file.
//!
//! The form that Docker Compose, python-dotenv and others agree on: `NAME=value`, `export NAME=value`, single quotes
//! for a value as it is, double quotes for one with backslash escapes, `#` for a comment, `${NAME}` for the value of
//! a variable above or of the environment. A `$` without braces is itself: passwords have them.

use super::{ConfigError, Environment};
use std::collections::BTreeMap;
use std::path::Path;

/// The variables that a `.env` file sets.
pub(super) fn parse(
    text: &str,
    path: &Path,
    environment: &Environment,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut variables = BTreeMap::new();
    let mut lines = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .lines()
        .enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Whatever isn't an assignment is somebody else's business.
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim().strip_prefix("export ").unwrap_or(name).trim();
        // A quoted value may go on over several lines.
        let mut value = value.trim_start().to_owned();
        let text = loop {
            match unquote(&value) {
                Some(text) => break text,
                None => match lines.next() {
                    Some((_, more)) => {
                        value.push('\n');
                        value.push_str(more);
                    }
                    None => {
                        return Err(ConfigError::File {
                            path: path.to_owned(),
                            reason: format!(
                                "line {}: the value of {name} has an opening quote and no closing one",
                                number + 1
                            ),
                        });
                    }
                },
            }
        };
        // Only what was asked for is an error: a reference that can't be resolved elsewhere is left as it is.
        let text = match text {
            Text::Verbatim(text) => text,
            Text::Expandable(text) => expand(&text, &variables, environment),
        };
        variables.insert(name.to_owned(), text);
    }
    Ok(variables)
}

enum Text {
    Verbatim(String),
    Expandable(String),
}

/// Takes the quotes and the comment off a value; `None` when its closing quote is missing.
fn unquote(value: &str) -> Option<Text> {
    if let Some(rest) = value.strip_prefix('\'') {
        return rest
            .split_once('\'')
            .map(|(text, _)| Text::Verbatim(text.to_owned()));
    }
    let Some(rest) = value.strip_prefix('"') else {
        // An unquoted value ends at a # that follows a space: a # inside is part of it.
        let mut end = value.len();
        let mut previous = ' ';
        for (index, c) in value.char_indices() {
            if c == '#' && previous.is_whitespace() {
                end = index;
                break;
            }
            previous = c;
        }
        return Some(Text::Expandable(value[..end].trim_end().to_owned()));
    };
    let mut text = String::new();
    let mut characters = rest.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => return Some(Text::Expandable(text)),
            '\\' => match characters.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                escaped @ ('"' | '\\' | '$' | '\'') => text.push(escaped),
                other => {
                    text.push('\\');
                    text.push(other);
                }
            },
            c => text.push(c),
        }
    }
    None
}

/// Puts in the values of `${NAME}` and `${NAME:-default}`.
fn expand(text: &str, above: &BTreeMap<String, String>, environment: &Environment) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((reference, after)) = behind.split_once('}') else {
            expanded.push_str("${");
            rest = behind;
            continue;
        };
        let (name, default) = match reference.split_once(":-") {
            Some((name, default)) => (name, default),
            None => (reference, ""),
        };
        let value = environment
            .variable(name)
            .or_else(|| above.get(name).map(String::as_str));
        expanded.push_str(value.filter(|value| !value.is_empty()).unwrap_or(default));
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}
