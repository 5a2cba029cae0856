//! What tables have from others: the columns and checks of those they inherit from, the place under a partitioned table.
//!
//! PostgreSQL documentation: 5.10 Inheritance; 5.11 Table Partitioning.

use hyperdj_schema::{Check, Column, PartitionOf, QualifiedName, RelationKind};

use super::Reader;
use super::keys::insert;
use crate::Error;
use crate::cursor::Cursor;
use crate::expression::settled_bound;

impl<'a> Reader<'a> {
    /// The partitions of a table, in name order.
    pub(super) fn partitions(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        let is_part = |name: &QualifiedName| {
            let place = self
                .relations
                .get(name)
                .and_then(|relation| relation.partition_of.as_ref());
            place.is_some_and(|place| place.parent == *table)
        };
        let mut found = self.children(table);
        found.retain(is_part);
        found
    }

    /// The tables that inherit from a table, partitions too, in name order.
    pub(super) fn children(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        self.below
            .get(table)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Notes that a table is under another.
    pub(super) fn put_below(&mut self, parent: &QualifiedName, child: &QualifiedName) {
        self.below
            .entry(parent.clone())
            .or_default()
            .insert(child.clone());
    }

    /// A table can't be put under itself, or under one that is below it.
    pub(super) fn check_above(
        &self,
        parent: &QualifiedName,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let mut waiting = vec![child.clone()];
        while let Some(name) = waiting.pop() {
            if name == *parent {
                return Err(Error::broken(
                    offset,
                    format!("{child} can't be put under {parent}, which is below it"),
                ));
            }
            waiting.extend(self.children(&name));
        }
        Ok(())
    }

    /// Sets NOT NULL for a column of a table and of those under it.
    pub(super) fn set_not_null(
        &mut self,
        table: &QualifiedName,
        column: &str,
        offset: usize,
    ) -> Result<(), Error> {
        self.column(table, column, offset)?.nullable = false;
        for child in self.children(table) {
            self.set_not_null(&child, column, offset)?;
        }
        Ok(())
    }

    /// Gives a check to the tables under one; one of the same name that is there already is the same.
    pub(super) fn inherit_check(
        &mut self,
        table: &QualifiedName,
        check: &Check,
        offset: usize,
    ) -> Result<(), Error> {
        for child in self.children(table) {
            let relation = self.relation(&child, offset)?;
            let is_partition = relation.partition_of.is_some();
            match relation
                .checks
                .iter_mut()
                .find(|found| found.name == check.name)
            {
                Some(found) => found.inherited |= is_partition,
                None => {
                    let part = Check {
                        inherited: true,
                        comment: None,
                        ..check.clone()
                    };
                    insert(&mut relation.checks, part, |check| &check.name);
                }
            }
            self.inherit_check(&child, check, offset)?;
        }
        Ok(())
    }

    /// The columns of a table with parents: theirs in their order, each once, then its own.
    pub(super) fn merged_columns(
        &mut self,
        parents: &[QualifiedName],
        own: Vec<Column>,
        offset: usize,
    ) -> Result<Vec<Column>, Error> {
        let mut columns: Vec<Column> = Vec::new();
        for parent in parents {
            for column in self.columns_of(parent, offset)? {
                let inherited = Column {
                    comment: None,
                    identity: None,
                    ..column
                };
                merge(&mut columns, inherited, true, offset)?;
            }
        }
        for column in own {
            merge(&mut columns, column, false, offset)?;
        }
        Ok(columns)
    }

    /// The checks that a table has from its parents, in name order.
    pub(super) fn inherited_checks(
        &mut self,
        parents: &[QualifiedName],
        offset: usize,
    ) -> Result<Vec<Check>, Error> {
        let mut checks: Vec<Check> = Vec::new();
        for parent in parents {
            for check in self.relation(parent, offset)?.checks.clone() {
                if !check.no_inherit && checks.iter().all(|found| found.name != check.name) {
                    let check = Check {
                        inherited: true,
                        comment: None,
                        ..check
                    };
                    insert(&mut checks, check, |check| &check.name);
                }
            }
        }
        Ok(checks)
    }

    /// `ATTACH PARTITION name FOR VALUES …`
    pub(super) fn attach_partition(
        &mut self,
        parent: &QualifiedName,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = self.relation_name(cursor)?;
        self.check_above(parent, &name, offset)?;
        let bound = self.bound(cursor, parent)?;
        let above = self.relation(parent, offset)?;
        let checks = above.checks.clone();
        let relation = self.relation(&name, offset)?;
        for check in checks.iter().filter(|check| !check.no_inherit) {
            let same = relation
                .checks
                .iter_mut()
                .filter(|found| found.name == check.name);
            same.for_each(|found| found.inherited = true);
        }
        relation.partition_of = Some(PartitionOf {
            parent: parent.clone(),
            bound,
        });
        self.put_below(parent, &name);
        self.take_over(parent, &name, offset)
    }

    /// The bound of a partition, up to the end: `FOR VALUES FROM (…) TO (…)`, `DEFAULT`.
    pub(super) fn bound(
        &self,
        cursor: &mut Cursor<'a>,
        parent: &QualifiedName,
    ) -> Result<String, Error> {
        let offset = cursor.offset();
        if cursor.take("default") {
            return Ok("DEFAULT".to_owned());
        }
        let text = if self.printed {
            let part = cursor.until(|cursor| {
                ["partition", "with", "using", "tablespace", "server"]
                    .iter()
                    .any(|word| cursor.is(word))
                    && !cursor.is_symbol_at(1, "(")
                    || cursor.is("partition")
            });
            self.printed_bound(part.rest_text(), parent)
        } else {
            self.bound_written(cursor, parent)?
        };
        if text.is_empty() {
            Err(Error::unknown(
                offset,
                "the bound of a partition is missing",
            ))
        } else {
            Ok(text)
        }
    }

    /// A bound that pg_dump wrote: its moments are in the time zone of its session.
    fn printed_bound(&self, text: &str, parent: &QualifiedName) -> String {
        let has_moments = match self.partition_columns(parent, 0) {
            Ok(types) => types
                .iter()
                .any(|found| self.base_type(found).is("timestamptz")),
            Err(_) => text.contains(':'),
        };
        if has_moments {
            settled_bound(text)
        } else {
            text.to_owned()
        }
    }

    /// A bound that someone wrote, as the server prints it.
    fn bound_written(
        &self,
        cursor: &mut Cursor<'a>,
        parent: &QualifiedName,
    ) -> Result<String, Error> {
        let offset = cursor.offset();
        cursor.expect("for")?;
        cursor.expect("values")?;
        if cursor.take("with") {
            let mut inner = cursor.parenthesised()?;
            inner.expect("modulus")?;
            let modulus = inner.integer()?;
            inner.expect_symbol(",")?;
            inner.expect("remainder")?;
            let remainder = inner.integer()?;
            inner.finish()?;
            return Ok(format!(
                "FOR VALUES WITH (modulus {modulus}, remainder {remainder})"
            ));
        }
        let keys = self.partition_columns(parent, offset)?;
        if cursor.take("in") {
            let values = self.bound_values(&mut cursor.parenthesised()?, &keys, true)?;
            return Ok(format!("FOR VALUES IN ({values})"));
        }
        cursor.expect("from")?;
        let from = self.bound_values(&mut cursor.parenthesised()?, &keys, false)?;
        cursor.expect("to")?;
        let to = self.bound_values(&mut cursor.parenthesised()?, &keys, false)?;
        Ok(format!("FOR VALUES FROM ({from}) TO ({to})"))
    }

    /// The types of the columns that a table is partitioned by.
    fn partition_columns(
        &self,
        parent: &QualifiedName,
        offset: usize,
    ) -> Result<Vec<crate::types::Type>, Error> {
        let not_plain = || {
            Error::unknown(
                offset,
                "the bound of a partition by an expression is not read from a dump",
            )
        };
        let relation = self.relations.get(parent);
        let said = relation
            .and_then(|relation| relation.partition_by.as_deref())
            .unwrap_or_default();
        let inner = said
            .find('(')
            .and_then(|open| said.get(open + 1..said.len() - 1))
            .unwrap_or_default();
        inner
            .split(", ")
            .map(|name| {
                let name = name.trim_matches('"').replace("\"\"", "\"");
                let column = relation
                    .and_then(|relation| relation.column(&name))
                    .ok_or_else(not_plain)?;
                self.type_of(&column.data_type).ok_or_else(not_plain)
            })
            .collect()
    }

    fn bound_values(
        &self,
        cursor: &mut Cursor<'a>,
        keys: &[crate::types::Type],
        is_list: bool,
    ) -> Result<String, Error> {
        let mut values = Vec::new();
        for (position, item) in cursor.items().into_iter().enumerate() {
            if item.rest().len() == 1
                && let Some(word) = ["minvalue", "maxvalue", "null"]
                    .iter()
                    .find(|word| item.is(word))
            {
                values.push(word.to_ascii_uppercase());
                continue;
            }
            let key = keys.get(if is_list { 0 } else { position });
            values.push(self.bound_value(&item, key)?);
        }
        Ok(values.join(", "))
    }

    /// The tables above, where a table is made under them.
    pub(super) fn check_parents(
        &self,
        parents: &[QualifiedName],
        offset: usize,
    ) -> Result<(), Error> {
        let is_partitioned = |parent: &&QualifiedName| {
            let relation = self.relations.get(*parent);
            relation.is_some_and(|relation| relation.kind == RelationKind::PartitionedTable)
        };
        match parents.iter().find(is_partitioned) {
            Some(parent) => Err(Error::broken(
                offset,
                format!("nothing can inherit from the partitioned table {parent}"),
            )),
            None => Ok(()),
        }
    }
}

/// Adds a column to those of a table, or what it says to the one of its name.
fn merge(
    columns: &mut Vec<Column>,
    column: Column,
    inherited: bool,
    offset: usize,
) -> Result<(), Error> {
    let Some(found) = columns.iter_mut().find(|found| found.name == column.name) else {
        columns.push(column);
        return Ok(());
    };
    if found.data_type != column.data_type {
        return Err(Error::broken(
            offset,
            format!(
                "the column `{}` has another type than the one that it stands for",
                column.name
            ),
        ));
    }
    found.nullable &= column.nullable;
    if inherited {
        if found.default.is_none() {
            found.default = column.default;
        }
        return Ok(());
    }
    if column.default.is_some() {
        found.default = column.default;
    }
    found.identity = column.identity;
    found.generated = column.generated.or(found.generated.take());
    found.collation = column.collation.or(found.collation.take());
    found.foreign_options = column.foreign_options;
    Ok(())
}
