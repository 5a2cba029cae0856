//! SET: where things are made, and whether what follows is in PostgreSQL's printed form.

use hyperdj_schema::lexer::TokenKind;

use super::Reader;
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn set(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        if cursor.take("select") {
            return self.set_config(cursor);
        }
        let resets = cursor.take("reset");
        if !resets {
            cursor.advance();
            cursor.take_any(&["session", "local"]);
        }
        let name = cursor.name()?;
        if cursor.is("zone") || cursor.is("names") || cursor.is("characteristics") {
            return Ok(());
        }
        if !resets && !cursor.take_symbol("=") {
            cursor.take("to");
        }
        let mut values = Vec::new();
        for mut item in cursor.items() {
            let is_text = item
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Text);
            values.push(if is_text {
                item.string()?
            } else {
                item.name().unwrap_or_else(|_| item.rest_text().to_owned())
            });
        }
        self.apply(&name, values, resets, offset)
    }

    /// `SELECT pg_catalog.set_config('search_path', '', false)`
    fn set_config(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        cursor.names()?;
        let mut inner = cursor.parenthesised()?;
        cursor.finish()?;
        let name = inner.string()?;
        inner.expect_symbol(",")?;
        let value = inner.string()?;
        if name == "search_path" && value.is_empty() {
            self.search_path.clear();
            self.printed = true;
            return Ok(());
        }
        let values = value
            .split(',')
            .map(|part| part.trim().trim_matches('"').to_owned());
        self.apply(&name, values.collect(), false, offset)
    }

    fn apply(
        &mut self,
        name: &str,
        values: Vec<String>,
        resets: bool,
        offset: usize,
    ) -> Result<(), Error> {
        let only = values.first().map(String::as_str).unwrap_or_default();
        match name {
            "search_path" => {
                let is_default = resets || only.eq_ignore_ascii_case("default");
                self.printed = false;
                self.search_path = if is_default {
                    vec!["public".to_owned()]
                } else {
                    values
                        .into_iter()
                        .filter(|name| !name.is_empty() && name != "$user")
                        .collect()
                };
                // Whoever writes names out in full and nothing else may still be pg_dump.
                self.printed = self.search_path.is_empty();
            }
            "default_tablespace" => {
                self.default_tablespace = Some(only.to_owned())
                    .filter(|name| !resets && !name.is_empty() && name != "default");
            }
            "standard_conforming_strings"
                if !resets && !matches!(only, "on" | "true" | "1" | "yes") =>
            {
                return Err(Error::unknown(
                    offset,
                    "backslashes in strings mean something else from here on",
                ));
            }
            "client_encoding" if !resets => {
                let plain = only.to_ascii_uppercase().replace(['-', '_'], "");
                if !matches!(plain.as_str(), "UTF8" | "UNICODE" | "SQLASCII")
                    && !self.text.is_ascii()
                {
                    return Err(Error::broken(
                        offset,
                        format!("the file says that it is in {only}, and only UTF-8 can be read"),
                    ));
                }
            }
            "default_table_access_method" if !matches!(only, "" | "heap") => {
                return Err(Error::unknown(
                    offset,
                    format!("tables of the access method `{only}` are not read from a dump"),
                ));
            }
            _ => {}
        }
        Ok(())
    }
}
