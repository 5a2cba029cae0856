//! CREATE INDEX, the keys of indexes, and indexes of partitions.
//!
//! PostgreSQL documentation: CREATE INDEX.

use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{
    Column, Index, IndexKey, KeyTarget, NullsOrder, QualifiedName, RelationKind, columns_addition,
};

use super::keys::insert;
use super::options::storage_parameters;
use super::{Reader, exists};
use crate::Error;
use crate::cursor::Cursor;
use crate::facts::operator_classes;
use crate::types::Type;

impl<'a> Reader<'a> {
    pub(super) fn create_index(
        &mut self,
        cursor: &mut Cursor<'a>,
        unique: bool,
    ) -> Result<(), Error> {
        cursor.take("concurrently");
        let if_not_exists = cursor.take_all(&["if", "not", "exists"]);
        let offset = cursor.offset();
        let name = if cursor.is("on") {
            None
        } else {
            Some(cursor.name()?)
        };
        cursor.expect("on")?;
        let only = cursor.take("only");
        let table = self.relation_name(cursor)?;
        if let Some(name) = &name {
            let taken = QualifiedName::new(&table.schema, name);
            if self.is_relation_name(&taken) {
                return if if_not_exists {
                    Ok(())
                } else {
                    Err(exists(offset, "relation", &taken.to_string()))
                };
            }
        }
        let method = if cursor.take("using") {
            cursor.name()?
        } else {
            "btree".to_owned()
        };
        let relation = self.relation(&table, offset)?;
        let kind = relation.kind;
        if kind == RelationKind::MaterializedView && relation.columns.is_empty() {
            // What it is over is not known, and not asked for: only its name is taken.
            return match name {
                Some(name) => self.add_index_name(&table, &name, offset),
                None => Ok(()),
            };
        }
        let columns = relation.columns.clone();
        let mut keys = Vec::new();
        let mut additions = Vec::new();
        for mut item in cursor.parenthesised()?.items() {
            let (key, addition) = self.index_key_named(&mut item, &columns, &method)?;
            item.finish()?;
            keys.push(key);
            additions.push(addition);
        }
        let include = if cursor.take("include") {
            cursor.name_list()?
        } else {
            Vec::new()
        };
        additions.extend(include.iter().cloned());
        let mut nulls_not_distinct = false;
        if cursor.take_all(&["nulls", "not", "distinct"]) {
            nulls_not_distinct = true;
        } else {
            cursor.take_all(&["nulls", "distinct"]);
        }
        let options = if cursor.take("with") {
            storage_parameters(cursor)?
        } else {
            Vec::new()
        };
        let tablespace = if cursor.take("tablespace") {
            Some(cursor.name()?).filter(|name| name != "pg_default")
        } else {
            self.default_tablespace.clone()
        };
        let predicate = if cursor.take("where") {
            let rest = cursor.until(|_| false);
            let text = self.expression(&rest, &columns, Some(&Type::builtin("bool")))?;
            // What is always so is no condition.
            Some(text).filter(|text| text != "true")
        } else {
            None
        };
        cursor.finish()?;
        let addition = columns_addition(additions.iter().map(String::as_str));
        let index = Index {
            name: name.unwrap_or_default(),
            method,
            unique,
            keys,
            include,
            predicate,
            nulls_not_distinct,
            options,
            tablespace,
            // An index of a partitioned table alone becomes valid once each partition has its part.
            valid: !only || self.partitions(&table).is_empty(),
            inherited: false,
            comment: None,
        };
        self.add_index(&table, index, &addition, only, offset)?;
        Ok(())
    }

    /// Adds an index to a table, and its like to the partitions.
    pub(super) fn add_index(
        &mut self,
        table: &QualifiedName,
        mut index: Index,
        addition: &str,
        only: bool,
        offset: usize,
    ) -> Result<QualifiedName, Error> {
        if index.name.is_empty() {
            index.name = self.choose_relation(&table.schema, &table.name, Some(addition), "idx");
        }
        self.add_index_name(table, &index.name, offset)?;
        let name = QualifiedName::new(&table.schema, &index.name);
        let partitions = if only {
            Vec::new()
        } else {
            self.partitions(table)
        };
        for partition in partitions {
            let part = Index {
                name: String::new(),
                inherited: true,
                comment: None,
                ..index.clone()
            };
            let part = self.add_index(&partition, part, addition, false, offset)?;
            self.index_parents.insert(part, name.clone());
        }
        let relation = self.relation(table, offset)?;
        insert(&mut relation.indexes, index, |index| &index.name);
        Ok(name)
    }

    /// A key of an index, of an exclusion or of a partitioned table.
    pub(super) fn index_key(
        &self,
        item: &mut Cursor<'a>,
        columns: &[Column],
        method: &str,
    ) -> Result<IndexKey, Error> {
        let (key, _) = self.index_key_named(item, columns, method)?;
        item.finish()?;
        Ok(key)
    }

    /// The same, with what it adds to the index's name.
    fn index_key_named(
        &self,
        item: &mut Cursor<'a>,
        columns: &[Column],
        method: &str,
    ) -> Result<(IndexKey, String), Error> {
        let offset = item.offset();
        let is_call = item
            .peek_at(1)
            .is_some_and(|token| token.is_symbol("(") || token.is_symbol("."))
            && !item.is_symbol("(");
        let column = column_in_parentheses(item, columns);
        let data_type;
        let mut addition;
        let mut key = if (item.is_symbol("(") && column.is_none()) || is_call {
            let expression = if is_call {
                call(item)?
            } else {
                let start = item.clone();
                item.parenthesised()?;
                start.up_to(item)
            };
            let (text, found, name) = self.indexed(&expression, columns)?;
            data_type = found;
            addition = name;
            IndexKey {
                target: KeyTarget::Expression(text),
                ..IndexKey::column("")
            }
        } else {
            let name = match column {
                Some(name) => {
                    item.parenthesised()?;
                    name
                }
                None => item.name()?,
            };
            let Some(column) = columns.iter().find(|column| column.name == name) else {
                return Err(Error::unknown(
                    offset,
                    format!("there is no column `{name}` to index"),
                ));
            };
            data_type = self.type_of(&column.data_type);
            addition = name.clone();
            IndexKey::column(name)
        };
        let own_collation = match &key.target {
            KeyTarget::Column(name) => columns
                .iter()
                .find(|column| column.name == *name)
                .and_then(|column| column.collation.clone()),
            KeyTarget::Expression(_) => None,
        };
        if item.take("collate") {
            let found = self.collation_name(item)?;
            let own = own_collation.unwrap_or_else(|| QualifiedName::new("pg_catalog", "default"));
            key.collation = Some(found).filter(|found| *found != own);
        }
        let is_order = ["asc", "desc", "nulls"].iter().any(|word| item.is(word));
        if !item.is_done() && !is_order {
            self.operator_class(item, &mut key, method, data_type.as_ref())?;
        }
        if item.take("desc") {
            key.descending = true;
        } else {
            item.take("asc");
        }
        if item.take("nulls") {
            let nulls = match item.take_any(&["first", "last"]) {
                Some("first") => NullsOrder::First,
                Some(_) => NullsOrder::Last,
                None => return Err(item.not_understood()),
            };
            let usual = if key.descending {
                NullsOrder::First
            } else {
                NullsOrder::Last
            };
            key.nulls = Some(nulls).filter(|nulls| *nulls != usual);
        }
        if addition.is_empty() {
            addition = "expr".to_owned();
        }
        Ok((key, addition))
    }

    /// An operator class and its options, where it is not the default of the type.
    fn operator_class(
        &self,
        item: &mut Cursor<'a>,
        key: &mut IndexKey,
        method: &str,
        data_type: Option<&Type>,
    ) -> Result<(), Error> {
        let offset = item.offset();
        let parts = item.names()?;
        if item.is_symbol("(") {
            key.operator_class_options = storage_parameters(item)?;
        }
        let (schema, name) = match parts.as_slice() {
            [name] => ("pg_catalog", name),
            [schema, name] => (schema.as_str(), name),
            _ => {
                return Err(Error::unknown(
                    offset,
                    "an operator class of another database can't be read",
                ));
            }
        };
        if self.printed {
            // It is only printed where it is not the default.
            key.operator_class = Some(QualifiedName::new(schema, name));
            return Ok(());
        }
        let known = operator_classes(method).find(|(found, _, _)| found == name);
        let Some((_, input, is_default)) = known.filter(|_| schema == "pg_catalog") else {
            return Err(Error::unknown(
                offset,
                format!(
                    "where the operator class `{}` comes from, only a server knows",
                    parts.join(".")
                ),
            ));
        };
        let exact = data_type.and_then(|found| self.base_type(found).catalog_name());
        let Some(exact) = exact else {
            return Err(Error::unknown(
                offset,
                "whether this operator class is the default of what it is for, only a server knows",
            ));
        };
        // A type with a default of its own is not served by that of another.
        let has_own = operator_classes(method)
            .any(|(found, input, is_default)| is_default && input == exact && found != name);
        let is_usual = is_default && (input == exact || !has_own);
        if !is_usual || !key.operator_class_options.is_empty() {
            key.operator_class = Some(QualifiedName::new(schema, name));
        }
        Ok(())
    }
}

/// The column that stands alone in the parentheses of a key: it is indexed as a column is.
fn column_in_parentheses(item: &Cursor<'_>, columns: &[Column]) -> Option<String> {
    let mut inner = item.clone();
    let mut is_inside = false;
    while inner.is_symbol("(") {
        let inside = inner.parenthesised().ok()?;
        // Behind the outermost ones, order and the like may follow.
        if is_inside && !inner.is_done() {
            return None;
        }
        inner = inside;
        is_inside = true;
    }
    let name = inner.name().ok().filter(|_| is_inside && inner.is_done())?;
    columns
        .iter()
        .any(|column| column.name == name)
        .then_some(name)
}

/// A call at the start of a key: a name of one or more parts, and what stands in its parentheses.
fn call<'a>(item: &mut Cursor<'a>) -> Result<Cursor<'a>, Error> {
    let start = item.clone();
    item.names()?;
    item.parenthesised()?;
    Ok(start.up_to(item))
}

/// A key as SQL writes it in a list.
pub(super) fn key_text(key: &IndexKey) -> String {
    let mut text = match &key.target {
        KeyTarget::Column(name) => quote_identifier(name).into_owned(),
        KeyTarget::Expression(text) => text.clone(),
    };
    let name = |name: &QualifiedName| match name.schema.as_str() {
        "pg_catalog" => quote_identifier(&name.name).into_owned(),
        _ => name.to_string(),
    };
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" COLLATE {}", name(collation)));
    }
    if let Some(class) = &key.operator_class {
        text.push_str(&format!(" {}", name(class)));
    }
    if !key.operator_class_options.is_empty() {
        let options: Vec<String> = key
            .operator_class_options
            .iter()
            .map(|(name, value)| format!("{}={}", quote_identifier(name), quote_literal(value)))
            .collect();
        text.push_str(&format!(" ({})", options.join(", ")));
    }
    if key.descending {
        text.push_str(" DESC");
    }
    match key.nulls {
        Some(NullsOrder::First) => text.push_str(" NULLS FIRST"),
        Some(NullsOrder::Last) => text.push_str(" NULLS LAST"),
        None => {}
    }
    text
}
