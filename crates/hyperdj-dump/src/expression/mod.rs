//! Expressions as PostgreSQL prints them: taken as they stand where pg_dump wrote them, else read, given types, and
//! written anew.

mod analyse;
mod arrays;
mod calls;
mod constants;
mod moments;
mod name;
mod parse;
mod primary;
mod resolve;
mod several;
mod shape;

use hyperdj_schema::{Column, QualifiedName};

use self::analyse::Scope;
pub(crate) use self::arrays::settled_arrays;
pub(crate) use self::moments::settled_bound;
use self::moments::settled_moments;
use self::name::index_name;
use self::shape::looks_printed;
use crate::Error;
use crate::cursor::Cursor;
use crate::reader::Reader;
use crate::types::Type;

impl<'a> Reader<'a> {
    /// An expression over the columns of a table, as `pg_get_expr` prints it where it is put into a place of a type.
    pub(crate) fn expression(
        &self,
        expression: &Cursor<'a>,
        columns: &[Column],
        wanted: Option<&Type>,
    ) -> Result<String, Error> {
        self.written(expression, columns, None, wanted)
    }

    /// An expression over VALUE, as of a domain's check.
    pub(crate) fn value_expression(
        &self,
        expression: &Cursor<'a>,
        value: Option<&Type>,
        wanted: Option<&Type>,
    ) -> Result<String, Error> {
        self.written(expression, &[], value, wanted)
    }

    fn written(
        &self,
        expression: &Cursor<'a>,
        columns: &[Column],
        value: Option<&Type>,
        wanted: Option<&Type>,
    ) -> Result<String, Error> {
        if self.printed {
            let text = settled(expression)?;
            let read = self.typed(expression, columns, value, wanted);
            return as_printed(expression, text, read);
        }
        self.typed(expression, columns, value, wanted)
    }

    fn typed(
        &self,
        expression: &Cursor<'a>,
        columns: &[Column],
        value: Option<&Type>,
        wanted: Option<&Type>,
    ) -> Result<String, Error> {
        let raw = parse::parse(expression)?;
        let scope = Scope {
            reader: self,
            columns,
            value,
        };
        let found = scope.typed(&raw)?;
        let text = match wanted {
            Some(wanted) => scope.assigned(found, wanted, raw.offset)?,
            None => found.bare,
        };
        Ok(case_lines(text))
    }

    /// What an index is over, in parentheses or as a call: its text as a key, its type, and what it adds to the name.
    pub(crate) fn indexed(
        &self,
        key: &Cursor<'a>,
        columns: &[Column],
    ) -> Result<(String, Option<Type>, String), Error> {
        if self.printed {
            let text = settled(key)?;
            // A call stands by itself, all else in parentheses of its own.
            let inner = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'));
            let text = match inner.filter(|_| key.is_symbol("(")) {
                Some(inner) => {
                    let expression = key.clone().parenthesised()?;
                    let read = self.typed(&expression, columns, None, None);
                    format!("({})", as_printed(&expression, inner.to_owned(), read)?)
                }
                None => as_printed(key, text, self.typed(key, columns, None, None))?,
            };
            return Ok((text, None, String::new()));
        }
        let raw = parse::parse(key)?;
        let scope = Scope {
            reader: self,
            columns,
            value: None,
        };
        let found = scope.typed(&raw)?;
        if matches!(raw.node, parse::Node::Collate(..)) {
            return Err(Error::unknown(
                raw.offset,
                "an index over an expression with COLLATE is not read from a dump",
            ));
        }
        let name = index_name(&raw);
        let bare = found.bare;
        let printed = case_lines(bare.clone());
        // A cast to the type that is there already is none.
        let mut kept = &raw;
        while let parse::Node::Cast(inner, _) = &kept.node
            && scope.typed(inner)?.bare == bare
        {
            kept = inner;
        }
        if matches!(kept.node, parse::Node::Column(_)) {
            return Err(Error::unknown(
                raw.offset,
                "an index over a column with a cast that changes nothing is not read from a dump",
            ));
        }
        let text = if name::is_call(kept) {
            printed
        } else {
            format!("({printed})")
        };
        Ok((text, found.data_type, name))
    }

    /// A value in the bound of a partition, as the server prints it: without the type behind it.
    pub(crate) fn bound_value(
        &self,
        item: &Cursor<'a>,
        key: Option<&Type>,
    ) -> Result<String, Error> {
        let raw = parse::parse(item)?;
        let scope = Scope {
            reader: self,
            columns: &[],
            value: None,
        };
        let found = scope.typed(&raw)?;
        let unknown = || Error::unknown(raw.offset, "what this bound is, only a server can tell");
        let key = key.ok_or_else(unknown)?;
        let base = self.base_type(key).plain();
        let printed = match (&raw.node, &found.data_type) {
            (parse::Node::Number(number), _) => self.constant(number, &base),
            (_, None) => Some(scope.constant_of(&found, &base, raw.offset)?.bare),
            (_, Some(given)) => (*given == base).then_some(found.bare),
        };
        let printed = printed.ok_or_else(unknown)?;
        let label = format!("::{base}");
        let value = printed.strip_suffix(&label).unwrap_or(&printed);
        // Whatever is left is a constant: a string, a number or a word.
        let is_constant = value.starts_with('\'')
            || value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if is_constant {
            Ok(value.to_owned())
        } else {
            Err(unknown())
        }
    }

    /// The labels of an enum.
    fn enum_labels(&self, name: &QualifiedName) -> Option<&[String]> {
        self.enum_of(name).map(|found| found.labels.as_slice())
    }
}

/// CASE begins a line of its own, which leaves no blank at the end of the line before.
fn case_lines(text: String) -> String {
    if text.contains(" \nCASE") {
        text.replace(" \nCASE", "\nCASE")
    } else {
        text
    }
}

/// What stands at a cursor in the form that it has once it is read back.
fn settled(expression: &Cursor<'_>) -> Result<String, Error> {
    let text = settled_moments(&settled_arrays(expression.rest_text()))
        .map_err(|what| Error::unknown(expression.offset(), what))?;
    // CASE begins a line of its own.
    Ok(if expression.is("case") {
        format!("\n{text}")
    } else {
        text
    })
}

/// A text that should be as PostgreSQL prints it: what reading it gives must be the same or, where it can't be read, look
/// like that. Someone may have put a line into what pg_dump wrote.
fn as_printed(
    expression: &Cursor<'_>,
    text: String,
    read: Result<String, Error>,
) -> Result<String, Error> {
    match read {
        Ok(read) if read == text => Ok(text),
        Ok(_) => Err(Error::unknown(
            expression.offset(),
            "this expression is not as pg_dump writes it, though the file begins as pg_dump's do",
        )),
        Err(_) if looks_printed(&text) => Ok(text),
        Err(error) => Err(error),
    }
}
