//! ALTER COLUMN and DROP COLUMN.

use hyperdj_schema::{Identity, IdentityKind, IndexKey, KeyTarget, QualifiedName, Relation};

use super::Reader;
use super::column::default_expression;
use super::options::{foreign_options, storage_parameters};
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn alter_column(
        &mut self,
        table: &QualifiedName,
        name: &str,
        item: &mut Cursor<'a>,
        only: bool,
    ) -> Result<(), Error> {
        let offset = item.offset();
        let is_view = self.relation(table, offset)?.kind.is_view();
        if is_view && self.relation(table, offset)?.column(name).is_none() {
            // Columns of views were not asked for.
            while item.advance().is_some() {}
            return Ok(());
        }
        let data_type = self.column(table, name, offset)?.data_type.clone();
        let found = self.type_of(&data_type);
        let below = if only {
            Vec::new()
        } else {
            self.children(table)
        };
        if item.take_all(&["set", "default"]) {
            let expression = default_expression(item)?;
            let default = self.default_of(&expression, found.as_ref())?;
            for child in below {
                self.column(&child, name, offset)?
                    .default
                    .clone_from(&default);
            }
            self.column(table, name, offset)?.default = default;
        } else if item.take_all(&["drop", "default"]) {
            for child in below {
                self.column(&child, name, offset)?.default = None;
            }
            self.column(table, name, offset)?.default = None;
        } else if item.take_all(&["set", "not", "null"]) {
            if only {
                self.column(table, name, offset)?.nullable = false;
            } else {
                self.set_not_null(table, name, offset)?;
            }
        } else if item.take_all(&["drop", "not", "null"]) {
            self.column(table, name, offset)?.nullable = true;
        } else if item.take_all(&["add", "generated"]) {
            let kind = if item.take("always") {
                IdentityKind::Always
            } else {
                item.expect("by")?;
                item.expect("default")?;
                IdentityKind::ByDefault
            };
            item.expect("as")?;
            item.expect("identity")?;
            let (mut sequence, chosen) = self.identity_sequence(item, &data_type)?;
            let sequence_name = chosen.unwrap_or_else(|| {
                let chosen = self.choose_relation(&table.schema, &table.name, Some(name), "seq");
                QualifiedName::new(&table.schema, chosen)
            });
            sequence.owned_by = Some((table.clone(), name.to_owned()));
            sequence.unlogged = self.relation(table, offset)?.unlogged;
            self.sequences.insert(sequence_name, sequence);
            let column = self.column(table, name, offset)?;
            column.nullable = false;
            column.identity = Some(Identity {
                kind,
                options: Default::default(),
                sequence: None,
            });
        } else if item.take_all(&["set", "statistics"]) {
            if item.integer()? >= 0 {
                self.note_column("column statistics setting", table, name);
            }
        } else if item.take_all(&["set", "storage"]) {
            let word = item.name()?;
            let usual = found.as_ref().map_or("", |found| self.usual_storage(found));
            if word != usual && word != "default" {
                self.note_column("column storage setting", table, name);
            }
        } else if item.take_all(&["set", "compression"]) {
            if item.name()? != "default" {
                self.note_column("column storage setting", table, name);
            }
        } else if item.is("set") && item.is_symbol_at(1, "(") {
            item.advance();
            storage_parameters(item)?;
            self.note_column("column storage setting", table, name);
        } else if item.take("options") {
            let options = foreign_options(item)?;
            self.column(table, name, offset)?
                .foreign_options
                .extend(options);
        } else if item.take("type") || item.take_all(&["set", "data", "type"]) {
            let found = self.data_type(item)?;
            self.check_unused(table, name, true, offset)?;
            let column = self.column(table, name, offset)?;
            let is_plain = column
                .default
                .as_ref()
                .is_none_or(|text| text.starts_with("nextval("));
            if !is_plain || column.identity.is_some() || column.collation.is_some() {
                return Err(item.not_understood());
            }
            column.data_type = found.to_string();
        } else {
            return Err(item.not_understood());
        }
        Ok(())
    }

    /// Whether nothing hangs on a column but, where its type changes, keys.
    pub(super) fn check_unused(
        &mut self,
        table: &QualifiedName,
        column: &str,
        may_be_key: bool,
        offset: usize,
    ) -> Result<(), Error> {
        let is_inherited = !self.children(table).is_empty();
        let refers = |relation: &Relation| {
            relation.foreign_keys.iter().any(|key| {
                key.target == *table && key.target_columns.iter().any(|name| name == column)
            })
        };
        let is_target = self.relations.values().any(refers);
        let has_views = self
            .relations
            .values()
            .any(|relation| relation.kind.is_view());
        self.column(table, column, offset)?;
        let relation = self.relation(table, offset)?;
        let named = |names: &[String]| names.iter().any(|name| name == column);
        let is_key = relation
            .primary_key
            .iter()
            .any(|key| named(&key.columns) || named(&key.include))
            || relation
                .uniques
                .iter()
                .any(|key| named(&key.columns) || named(&key.include))
            || relation.foreign_keys.iter().any(|key| named(&key.columns))
            || is_target;
        let generated = relation.columns.iter().flat_map(|column| &column.generated);
        let expressions = relation.checks.iter().map(|check| &check.expression);
        let is_read = expressions
            .chain(generated.map(|generated| &generated.expression))
            .chain(relation.exclusions.iter().map(|found| &found.definition))
            .chain(&relation.partition_by)
            .any(|text| text.contains(column));
        let is_indexed = relation.indexes.iter().any(|index| {
            let is_of = |key: &IndexKey| match &key.target {
                KeyTarget::Column(name) => name == column,
                KeyTarget::Expression(text) => text.contains(column),
            };
            index.keys.iter().any(is_of)
                || named(&index.include)
                || index
                    .predicate
                    .as_ref()
                    .is_some_and(|text| text.contains(column))
        });
        let is_part = relation.partition_of.is_some() || !relation.inherits.is_empty();
        if is_inherited || is_part || has_views || is_read || is_indexed || is_key && !may_be_key {
            return Err(Error::unknown(
                offset,
                format!(
                    "what hangs on the column `{column}` changes with it, which is not followed"
                ),
            ));
        }
        Ok(())
    }

    fn note_column(&mut self, kind: &str, table: &QualifiedName, column: &str) {
        let name = format!("{}.{}.{column}", table.schema, table.name);
        self.note(kind, name, Some(&table.schema));
    }
}
