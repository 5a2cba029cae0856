//! Reads a row's cells one after the other, each as the kind of value that its query promises.

use hyperdj_postgres::Row;
use serde::de::DeserializeOwned;

use crate::Error;

/// A place in a row.
pub(crate) struct Record<'a> {
    row: &'a Row,
    next: usize,
    /// Whether options keep the order that they were set in.
    in_order: bool,
}

impl<'a> Record<'a> {
    pub(crate) fn new(row: &'a Row, in_order: bool) -> Self {
        Self {
            row,
            next: 0,
            in_order,
        }
    }

    /// The next cell, or `None` for NULL.
    pub(crate) fn optional(&mut self) -> Result<Option<&'a str>, Error> {
        let cell = self.row.get(self.next)?;
        self.next += 1;
        Ok(cell)
    }

    /// The next cell as an own text, or `None` for NULL.
    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, Error> {
        Ok(self.optional()?.map(str::to_owned))
    }

    /// The next cell, which is never NULL.
    pub(crate) fn text(&mut self) -> Result<&'a str, Error> {
        self.optional()?.ok_or_else(|| self.unexpected("NULL"))
    }

    /// The next cell as a truth value; NULL is false.
    pub(crate) fn boolean(&mut self) -> Result<bool, Error> {
        match self.optional()? {
            Some("t") => Ok(true),
            Some("f") | None => Ok(false),
            Some(other) => Err(self.unexpected(other)),
        }
    }

    /// The next cell as a number.
    pub(crate) fn number<N: std::str::FromStr>(&mut self) -> Result<N, Error> {
        let text = self.text()?;
        text.parse().map_err(|_| self.unexpected(text))
    }

    /// The next cell as a number, or `None` for NULL.
    pub(crate) fn optional_number<N: std::str::FromStr>(&mut self) -> Result<Option<N>, Error> {
        self.optional()?
            .map(|text| text.parse().map_err(|_| self.unexpected(text)))
            .transpose()
    }

    /// The next cell as one character; NULL and the empty text give a NUL.
    pub(crate) fn character(&mut self) -> Result<char, Error> {
        Ok(self
            .optional()?
            .and_then(|text| text.chars().next())
            .unwrap_or('\0'))
    }

    /// The next cell as a list of numbers: an array (`{1,2}`) or a vector (`1 2`); NULL is an empty one.
    pub(crate) fn numbers<N: std::str::FromStr>(&mut self) -> Result<Vec<N>, Error> {
        let Some(text) = self.optional()? else {
            return Ok(Vec::new());
        };
        text.trim_matches(['{', '}'])
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| self.unexpected(text)))
            .collect()
    }

    /// The next cell as JSON; NULL gives the default value.
    pub(crate) fn json<T: DeserializeOwned + Default>(&mut self) -> Result<T, Error> {
        match self.optional()? {
            Some(text) => serde_json::from_str(text).map_err(|_| self.unexpected(text)),
            None => Ok(T::default()),
        }
    }

    /// The next cell as `name=value` options, in the form of `reloptions`.
    pub(crate) fn options(&mut self) -> Result<Vec<(String, String)>, Error> {
        let options: Vec<String> = self.json()?;
        Ok(split_options(&options, self.in_order))
    }

    fn unexpected(&self, value: &str) -> Error {
        Error::UnexpectedCell {
            column: self.next.saturating_sub(1),
            value: value.to_owned(),
        }
    }
}

/// Options such as `fillfactor=70` in their two parts. Their order says nothing, so that they are put by name, but where
/// the very text of the catalog is wanted.
pub(crate) fn split_options(options: &[String], in_order: bool) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = options
        .iter()
        .map(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect();
    if !in_order {
        options.sort();
    }
    options
}
