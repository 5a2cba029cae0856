//! Connection strings of the form `host=localhost dbname='my shop' user=me`.
//!
//! PostgreSQL documentation, "Keyword/Value Connection Strings".

use super::ConfigError;
use super::parameters::Parameters;
use std::iter::Peekable;
use std::str::Chars;

/// Reads a list of settings.
pub(crate) fn parse(text: &str) -> Result<Parameters, ConfigError> {
    let mut parameters = Parameters::default();
    let mut characters = text.chars().peekable();
    let mut after_secret = false;
    loop {
        skip_space(&mut characters);
        if characters.peek().is_none() {
            return Ok(parameters);
        }
        let name = read_name(&mut characters);
        skip_space(&mut characters);
        if characters.next_if_eq(&'=').is_none() {
            return Err(ConfigError::Syntax(if after_secret {
                // What stands here may be the rest of the password.
                "the setting after the password has no =; a password with a space must stand in single quotes".to_owned()
            } else {
                format!("{name:?} is not followed by = and a value")
            }));
        }
        skip_space(&mut characters);
        let value = read_value(&mut characters)?;
        parameters.set(&name, value).map_err(|error| match error {
            ConfigError::UnknownKeyword { .. } if after_secret => ConfigError::Syntax(
                "what follows the password is no setting; a password with a space must stand in single quotes".to_owned(),
            ),
            error => error,
        })?;
        after_secret = name == "password";
    }
}

fn skip_space(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|c| c.is_ascii_whitespace()).is_some() {}
}

/// Reads up to `=` or a space.
fn read_name(characters: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(c) = characters.next_if(|c| *c != '=' && !c.is_ascii_whitespace()) {
        name.push(c);
    }
    name
}

/// Reads a value: up to a space, or between single quotes; a backslash takes the next character as it is.
fn read_value(characters: &mut Peekable<Chars<'_>>) -> Result<String, ConfigError> {
    let mut value = String::new();
    let quoted = characters.next_if_eq(&'\'').is_some();
    loop {
        match characters.next_if(|c| quoted || !c.is_ascii_whitespace()) {
            Some('\\') => match characters.next() {
                Some(c) => value.push(c),
                None if quoted => return Err(unterminated()),
                None => return Ok(value),
            },
            Some('\'') if quoted => return Ok(value),
            Some(c) => value.push(c),
            None if quoted => return Err(unterminated()),
            None => return Ok(value),
        }
    }
}

fn unterminated() -> ConfigError {
    ConfigError::Syntax("a value has an opening single quote and no closing one".to_owned())
}
