//! Exclusion constraints.

use hyperdj_schema::{
    Column, Deferrable, Exclusion, KeyTarget, QualifiedName, columns_addition, expression_name,
};

use super::Reader;
use super::keys::insert;
use crate::Error;
use crate::cursor::Cursor;
use crate::expression::settled_arrays;

impl<'a> Reader<'a> {
    #[allow(
        clippy::too_many_arguments,
        reason = "they are the parts of one clause"
    )]
    pub(super) fn add_exclusion(
        &mut self,
        table: &QualifiedName,
        name: Option<String>,
        method: &str,
        elements: Cursor<'a>,
        rest: Cursor<'a>,
        deferrable: Deferrable,
        offset: usize,
    ) -> Result<(), Error> {
        let columns = self.columns_of(table, offset)?;
        let (mut definition, addition) = self.exclusion(&columns, method, elements, rest)?;
        definition.push_str(match deferrable {
            Deferrable::No => "",
            Deferrable::Immediate => " DEFERRABLE",
            Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
        });
        let name = name.unwrap_or_else(|| {
            self.choose_relation(&table.schema, &table.name, Some(&addition), "excl")
        });
        self.add_index_name(table, &name, offset)?;
        let exclusion = Exclusion {
            name,
            definition,
            inherited: false,
            comment: None,
        };
        insert(
            &mut self.relation(table, offset)?.exclusions,
            exclusion,
            |found| &found.name,
        );
        Ok(())
    }

    /// The definition as the server prints it, and what the elements add to its name.
    fn exclusion(
        &self,
        columns: &[Column],
        method: &str,
        mut elements: Cursor<'a>,
        mut rest: Cursor<'a>,
    ) -> Result<(String, String), Error> {
        if self.printed {
            let definition = format!(
                "EXCLUDE USING {} ({}) {}",
                hyperdj_schema::sql::quote_identifier(method),
                settled_arrays(elements.rest_text()),
                settled_arrays(rest.rest_text())
            );
            return Ok((definition.trim_end().to_owned(), String::new()));
        }
        let mut texts = Vec::new();
        let mut names = Vec::new();
        for mut item in elements.items() {
            let mut key = item.until(|cursor| cursor.is("with"));
            let offset = key.offset();
            let key = self.index_key(&mut key, columns, method)?;
            item.expect("with")?;
            let operator = item.rest_text();
            let is_plain = !operator.is_empty()
                && operator
                    .bytes()
                    .all(|byte| b"+-*/<>=~!@#%^&|`?".contains(&byte));
            if !is_plain {
                return Err(item.not_understood());
            }
            names.push(match &key.target {
                KeyTarget::Column(name) => name.clone(),
                KeyTarget::Expression(text) => expression_name(text).to_owned(),
            });
            if key.operator_class.is_some() {
                return Err(Error::unknown(
                    offset,
                    "an operator class of an exclusion is not read from a dump",
                ));
            }
            texts.push(format!("{} WITH {operator}", super::index::key_text(&key)));
        }
        let mut definition = format!(
            "EXCLUDE USING {} ({})",
            hyperdj_schema::sql::quote_identifier(method),
            texts.join(", ")
        );
        if rest.take("where") {
            let inner = rest.parenthesised()?;
            let predicate =
                self.expression(&inner, columns, Some(&crate::types::Type::builtin("bool")))?;
            definition.push_str(&format!(" WHERE ({predicate})"));
        }
        rest.finish()?;
        Ok((
            definition,
            columns_addition(names.iter().map(String::as_str)),
        ))
    }
}
