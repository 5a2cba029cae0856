//! Expressions as PostgreSQL prints them.

mod arrays;

use hyperdj_schema::Column;

pub(crate) use arrays::settled_arrays;

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
        let _ = (columns, wanted);
        if self.printed {
            let text = settled_arrays(expression.rest_text());
            // CASE begins a line of its own.
            return Ok(if expression.is("case") {
                format!("\n{text}")
            } else {
                text
            });
        }
        Err(Error::unknown(
            expression.offset(),
            "an expression that is not in PostgreSQL's printed form",
        ))
    }

    /// An expression over VALUE, as of a domain's check.
    pub(crate) fn value_expression(
        &self,
        expression: &Cursor<'a>,
        base: Option<&Type>,
        wanted: Option<&Type>,
    ) -> Result<String, Error> {
        let _ = base;
        self.expression(expression, &[], wanted)
    }

    /// An expression in parentheses that an index is over: its text, type, and what it adds to the index's name.
    pub(crate) fn indexed_expression(
        &self,
        whole: &Cursor<'a>,
        inner: &Cursor<'a>,
        columns: &[Column],
    ) -> Result<(String, Option<Type>, String), Error> {
        let text = self.expression(inner, columns, None)?;
        let _ = whole;
        Ok((format!("({text})"), None, String::new()))
    }

    /// A call that an index is over.
    pub(crate) fn indexed_call(
        &self,
        call: &Cursor<'a>,
        columns: &[Column],
    ) -> Result<(String, Option<Type>, String), Error> {
        Ok((self.expression(call, columns, None)?, None, String::new()))
    }

    /// A value in the bound of a partition.
    pub(crate) fn bound_value(
        &self,
        item: &Cursor<'a>,
        key: Option<&Type>,
    ) -> Result<String, Error> {
        let _ = key;
        Err(Error::unknown(item.offset(), "a bound"))
    }
}
