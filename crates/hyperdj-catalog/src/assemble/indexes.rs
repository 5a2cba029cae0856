//! Indexes, those that constraints own too, and the operator classes that their keys name.

use std::collections::HashMap;

use hyperdj_schema::{Index, IndexKey, KeyTarget, NullsOrder, QualifiedName};

use super::{Assembly, ConstraintIndex, Oid, OperatorClass, qualified};
use crate::Error;
use crate::index_definition::key_suffixes;
use crate::record::{Record, split_options};

impl Assembly {
    pub(super) fn operator_class(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let oid: Oid = record.number()?;
        let name = qualified(record)?;
        let method = record.number()?;
        let input = record.number()?;
        let default = record.boolean()?;
        if default {
            self.exact_defaults.insert((method, input), oid);
        }
        self.operator_classes.insert(
            oid,
            OperatorClass {
                name,
                method,
                default,
            },
        );
        Ok(())
    }

    pub(super) fn index(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let oid: Oid = record.number()?;
        let Some(&position) = self.by_oid.get(&record.number()?) else {
            return Ok(());
        };
        let name = record.text()?.to_owned();
        let method = record.text()?.to_owned();
        let unique = record.boolean()?;
        let key_count: usize = record.number()?;
        let numbers: Vec<i16> = record.numbers()?;
        let orders: Vec<u16> = record.numbers()?;
        let classes: Vec<Oid> = record.numbers()?;
        let collations: Vec<Oid> = record.numbers()?;
        let predicate = record.optional_text()?;
        let definition = record.optional()?;
        let key_texts: Vec<String> = record.json()?;
        let collation_names: HashMap<Oid, (String, String)> = record.json()?;
        let options = record.options()?;
        let tablespace = record.optional_text()?;
        let valid = record.boolean()?;
        let nulls_not_distinct = record.boolean()?;
        let class_options: HashMap<usize, Vec<String>> = record.json()?;
        let inherited = record.boolean()?;
        let comment = record.optional_text()?;

        let include = self.column_names(position, numbers.get(key_count..).unwrap_or_default());
        match self.constraint_indexes.get(&oid) {
            Some(ConstraintIndex::PrimaryKey(position)) => {
                if let Some(key) = &mut self.found.schema.relations[*position].primary_key {
                    (key.include, key.options, key.tablespace) = (include, options, tablespace);
                }
                return Ok(());
            }
            Some(ConstraintIndex::Unique(position, number)) => {
                let unique = &mut self.found.schema.relations[*position].uniques[*number];
                unique.nulls_not_distinct = nulls_not_distinct;
                (unique.include, unique.options, unique.tablespace) =
                    (include, options, tablespace);
                return Ok(());
            }
            Some(ConstraintIndex::Exclusion) => return Ok(()),
            None => {}
        }

        let suffixes = definition.and_then(|text| key_suffixes(text, &method, &key_texts));
        let mut keys = Vec::with_capacity(key_count);
        for key in 0..key_count {
            let column = self.numbered_column(position, numbers[key]);
            let mut index_key = match (column, key_texts.get(key)) {
                (Some(column), _) => {
                    IndexKey::column(&self.found.schema.relations[position].columns[column].name)
                }
                (None, text) => IndexKey {
                    target: KeyTarget::Expression(text.cloned().unwrap_or_default()),
                    ..IndexKey::column("")
                },
            };
            if let Some(suffix) = suffixes.as_ref().and_then(|suffixes| suffixes.get(key)) {
                index_key.collation.clone_from(&suffix.collation);
                index_key.operator_class.clone_from(&suffix.operator_class);
                (index_key.descending, index_key.nulls) = (suffix.descending, suffix.nulls);
            } else {
                let order = orders.get(key).copied().unwrap_or_default();
                (index_key.descending, index_key.nulls) = key_order(order);
                let numbers = column.map(|column| &self.numbers[position].columns[column]);
                if let Some(numbers) = numbers {
                    let collation = collations.get(key).copied().unwrap_or_default();
                    if collation != 0 && collation != numbers.collation {
                        index_key.collation = Some(match collation_names.get(&collation) {
                            Some((schema, name)) => QualifiedName::new(schema, name),
                            None => QualifiedName::new("pg_catalog", "default"),
                        });
                    }
                    let class = classes.get(key).copied().unwrap_or_default();
                    index_key.operator_class = self.unusual_class(class, numbers.base_type);
                }
            }
            if let Some(options) = class_options.get(&(key + 1)) {
                index_key.operator_class_options = split_options(options, self.definitions);
                // Options belong to a class: it is named even where it is the default, as the deparser does.
                if index_key.operator_class.is_none() {
                    let class = classes
                        .get(key)
                        .and_then(|class| self.operator_classes.get(class));
                    index_key.operator_class = class.map(|class| class.name.clone());
                }
            }
            keys.push(index_key);
        }
        self.found.schema.relations[position].indexes.push(Index {
            name,
            method,
            unique,
            keys,
            include,
            predicate,
            nulls_not_distinct,
            options,
            tablespace,
            valid,
            inherited,
            comment,
        });
        Ok(())
    }

    /// The operator class of a key, where it must be named: where it is no default, or the type has one of its own.
    fn unusual_class(&self, class: Oid, data_type: Oid) -> Option<QualifiedName> {
        let found = self.operator_classes.get(&class)?;
        let exact = self.exact_defaults.get(&(found.method, data_type));
        let is_default = found.default && exact.is_none_or(|exact| *exact == class);
        (!is_default).then(|| found.name.clone())
    }
}

/// `pg_index.indoption`: bit 0 is DESC, bit 1 is NULLS FIRST, which DESC implies.
fn key_order(option: u16) -> (bool, Option<NullsOrder>) {
    match (option & 1 != 0, option & 2 != 0) {
        (true, false) => (true, Some(NullsOrder::Last)),
        (true, true) => (true, None),
        (false, true) => (false, Some(NullsOrder::First)),
        (false, false) => (false, None),
    }
}
