//! Functions, procedures and aggregates: models can't say them, but expressions call them.

use hyperdj_schema::QualifiedName;

use super::{Reader, Routine};
use crate::Error;
use crate::cursor::Cursor;
use crate::types::Type;

/// What a function takes and gives.
pub(crate) type Signature<'r> = (&'r [Type], Option<&'r Type>);

impl<'a> Reader<'a> {
    /// CREATE FUNCTION, PROCEDURE or AGGREGATE, behind that word.
    pub(super) fn create_routine(
        &mut self,
        cursor: &mut Cursor<'a>,
        kind: &'static str,
    ) -> Result<(), Error> {
        let name = self.new_name(cursor)?;
        let mut inner = cursor.parenthesised()?;
        let mut arguments = Vec::new();
        let mut result = None;
        let is_whole = !inner.is_symbol("*");
        for mut item in inner.items().into_iter().filter(|_| is_whole) {
            if kind == "aggregate" && item.is_at(1, "=") {
                return Err(Error::unknown(
                    item.offset(),
                    "an aggregate in the old form is not read from a dump",
                ));
            }
            // `"any" ORDER BY "any"`: direct arguments, then those that are aggregated.
            for mut part in ordered(&mut item) {
                let (mode, data_type) = self.argument(&mut part)?;
                if mode != Mode::Out || kind == "procedure" {
                    arguments.push(data_type.clone());
                }
                if mode != Mode::In {
                    result = Some(data_type);
                }
            }
        }
        if cursor.take("returns") {
            result = None;
            if !cursor.is("table") && !cursor.is("setof") {
                result = self.data_type(cursor).ok();
            }
        }
        let types: Vec<String> = arguments.iter().map(Type::qualified).collect();
        let identity = format!("{name}({})", types.join(","));
        self.note(kind, identity, Some(&name.schema));
        self.routines
            .retain(|found| found.name != name || found.arguments != arguments);
        self.routines.push(Routine {
            name,
            kind,
            arguments,
            result,
        });
        Ok(())
    }

    /// `[mode] [name] type [DEFAULT expression]`
    fn argument(&self, item: &mut Cursor<'a>) -> Result<(Mode, Type), Error> {
        let mut item = item.until(|cursor| cursor.is("default") || cursor.is_symbol("="));
        let is_mode = |cursor: &Cursor<'_>, word| cursor.is(word) && cursor.rest().len() > 1;
        let mode = if is_mode(&item, "out") {
            Mode::Out
        } else if is_mode(&item, "inout") {
            Mode::InOut
        } else {
            Mode::In
        };
        if mode != Mode::In || is_mode(&item, "in") || is_mode(&item, "variadic") {
            item.advance();
        }
        let mut alone = item.clone();
        if let Ok(found) = self.data_type(&mut alone)
            && alone.is_done()
        {
            return Ok((mode, found.plain()));
        }
        item.name()?;
        let found = self.data_type(&mut item)?;
        item.finish()?;
        Ok((mode, found.plain()))
    }

    /// The functions of a name with what they take and give, nearest first.
    pub(crate) fn functions<'r>(
        &'r self,
        parts: &[String],
    ) -> Option<(QualifiedName, Vec<Signature<'r>>)> {
        let is_function =
            |name: &QualifiedName| self.routines.iter().any(|routine| routine.name == *name);
        let name = self.find(parts, is_function)?;
        let found = self
            .routines
            .iter()
            .filter(|routine| routine.name == name && routine.kind == "function");
        let found = found
            .map(|routine| (routine.arguments.as_slice(), routine.result.as_ref()))
            .collect();
        Some((name, found))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    In,
    Out,
    InOut,
}

/// What stands around an ORDER BY among arguments.
fn ordered<'a>(item: &mut Cursor<'a>) -> Vec<Cursor<'a>> {
    let mut parts = Vec::new();
    let first = item.until(|cursor| cursor.are(&["order", "by"]));
    if !first.is_done() {
        parts.push(first);
    }
    if item.take_all(&["order", "by"]) {
        parts.push(item.until(|_| false));
    }
    parts
}
