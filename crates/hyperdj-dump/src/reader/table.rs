//! CREATE TABLE and CREATE FOREIGN TABLE.
//!
//! PostgreSQL documentation: CREATE TABLE.

use hyperdj_schema::{Column, ForeignServer, PartitionOf, QualifiedName, Relation, RelationKind};

use super::Reader;
use super::column::ColumnSaid;
use super::constraint::{Constraint, Kind};
use super::options::{foreign_options, storage_parameters};
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn create_table(
        &mut self,
        cursor: &mut Cursor<'a>,
        unlogged: bool,
    ) -> Result<(), Error> {
        self.make_table(cursor, unlogged, false)
    }

    pub(super) fn create_foreign_table(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        self.make_table(cursor, false, true)
    }

    fn make_table(
        &mut self,
        cursor: &mut Cursor<'a>,
        unlogged: bool,
        foreign: bool,
    ) -> Result<(), Error> {
        let Some((name, offset)) = self.new_relation_name(cursor, "relation")? else {
            return Ok(());
        };
        let kind = if foreign {
            RelationKind::ForeignTable
        } else {
            RelationKind::Table
        };
        let mut relation = Relation::new(name.clone(), kind);
        relation.unlogged = unlogged;
        let mut columns: Vec<ColumnSaid<'a>> = Vec::new();
        let mut constraints: Vec<Constraint<'a>> = Vec::new();
        let mut parents = Vec::new();
        let mut parent = None;
        if cursor.take_all(&["partition", "of"]) {
            let found = self.relation_name(cursor)?;
            if cursor.is_symbol("(") {
                return Err(Error::unknown(
                    cursor.offset(),
                    "columns that a partition says again are not read from a dump",
                ));
            }
            relation.partition_of = Some(PartitionOf {
                parent: found.clone(),
                bound: self.bound(cursor, &found)?,
            });
            parent = Some(found);
        } else if cursor.is_symbol("(") {
            let mut inner = cursor.parenthesised()?;
            for mut item in inner.items() {
                self.element(&mut item, &mut columns, &mut constraints)?;
                item.finish()?;
            }
        } else {
            // OF type, AS query.
            return Err(cursor.not_understood());
        }
        if cursor.take("inherits") {
            let mut inner = cursor.parenthesised()?;
            for mut item in inner.items() {
                parents.push(self.relation_name(&mut item)?);
            }
            self.check_parents(&parents, offset)?;
        }
        let key = self.clauses(cursor, &mut relation)?;
        cursor.finish()?;

        let above: Vec<QualifiedName> = parents.iter().chain(&parent).cloned().collect();
        relation.checks = self.inherited_checks(&above, offset)?;
        relation.inherits = parents;
        let plain: Vec<Column> = columns.iter().map(|said| said.column.clone()).collect();
        let all = self.merged_columns(&above, plain, offset)?;
        for said in &mut columns {
            self.settle_column(&name, &all, said, kind, unlogged)?;
        }
        let settled = columns.iter().map(|said| said.column.clone()).collect();
        relation.columns = self.merged_columns(&above, settled, offset)?;
        if let Some((strategy, keys)) = key {
            relation.kind = RelationKind::PartitionedTable;
            relation.partition_by = Some(self.partition_key(&strategy, keys, &relation.columns)?);
        }
        self.relations.insert(name.clone(), relation);
        for above in &above {
            self.put_below(above, &name);
        }
        constraints.extend(columns.into_iter().flat_map(|said| said.constraints));
        constraints.sort_by_key(|constraint| (order(constraint), constraint.offset));
        self.add_constraints(&name, constraints)?;
        match parent {
            Some(parent) => self.take_over(&parent, &name, offset),
            None => Ok(()),
        }
    }

    /// An element in the parentheses of CREATE TABLE.
    fn element(
        &mut self,
        item: &mut Cursor<'a>,
        columns: &mut Vec<ColumnSaid<'a>>,
        constraints: &mut Vec<Constraint<'a>>,
    ) -> Result<(), Error> {
        let offset = item.offset();
        if item.is("like") {
            return Err(Error::unknown(
                offset,
                "a table that is made like another is not read from a dump",
            ));
        }
        if item.take("constraint") {
            let name = item.name()?;
            constraints.push(self.constraint(item, Some(name), None, offset)?);
            return Ok(());
        }
        let is_constraint = item.is("check") && item.is_symbol_at(1, "(")
            || item.are(&["primary", "key"])
            || item.are(&["foreign", "key"])
            || item.is("unique")
            || item.is("exclude") && (item.is_at(1, "using") || item.is_symbol_at(1, "("));
        if is_constraint {
            constraints.push(self.constraint(item, None, None, offset)?);
            return Ok(());
        }
        columns.push(self.column_said(item)?);
        Ok(())
    }

    /// What stands behind the parentheses; gives the partition key.
    fn clauses(
        &mut self,
        cursor: &mut Cursor<'a>,
        relation: &mut Relation,
    ) -> Result<Option<(String, Cursor<'a>)>, Error> {
        let mut key = None;
        relation.tablespace.clone_from(&self.default_tablespace);
        while !cursor.is_done() {
            if cursor.take_all(&["partition", "by"]) {
                let strategy = cursor.name()?.to_ascii_uppercase();
                key = Some((strategy, cursor.parenthesised()?));
            } else if cursor.take("with") {
                relation.options = storage_parameters(cursor)?;
            } else if cursor.take_all(&["without", "oids"]) {
            } else if cursor.take("tablespace") {
                relation.tablespace = Some(cursor.name()?).filter(|name| name != "pg_default");
            } else if cursor.take("server") {
                let server = cursor.name()?;
                let options = if cursor.take("options") {
                    foreign_options(cursor)?
                } else {
                    Vec::new()
                };
                relation.foreign_server = Some(ForeignServer {
                    name: server,
                    options,
                });
            } else if cursor.is("using") && cursor.is_at(1, "heap") {
                cursor.advance();
                cursor.advance();
            } else {
                return Err(cursor.not_understood());
            }
        }
        // A partitioned table has no rows of its own to place, but passes the place on; a foreign one has none.
        if relation.kind == RelationKind::ForeignTable {
            relation.tablespace = None;
        }
        Ok(key)
    }

    /// `RANGE (lower(code) COLLATE "C" text_pattern_ops, ((at + 1)))`, as `pg_get_partkeydef` prints it.
    fn partition_key(
        &self,
        strategy: &str,
        mut keys: Cursor<'a>,
        columns: &[Column],
    ) -> Result<String, Error> {
        if self.printed {
            return Ok(format!(
                "{strategy} ({})",
                crate::expression::settled_arrays(keys.rest_text())
            ));
        }
        let mut texts = Vec::new();
        for mut item in keys.items() {
            let method = if strategy == "HASH" { "hash" } else { "btree" };
            let key = self.index_key(&mut item, columns, method)?;
            texts.push(super::index::key_text(&key));
        }
        Ok(format!("{strategy} ({})", texts.join(", ")))
    }

    /// Adds constraints in the order in which the server makes them, which decides the numbers behind their names.
    pub(super) fn add_constraints(
        &mut self,
        table: &QualifiedName,
        constraints: Vec<Constraint<'a>>,
    ) -> Result<(), Error> {
        let mut keys: Vec<(bool, Vec<String>)> = Vec::new();
        for constraint in constraints {
            if let Kind::Key { said, index: None } = &constraint.kind {
                // The same key said twice is one, unless both have names.
                let same = keys.iter().any(|(_, found)| *found == said.columns);
                if same && constraint.name.is_none() && !said.primary {
                    continue;
                }
                keys.push((said.primary, said.columns.clone()));
            }
            self.add_constraint(table, constraint, false)?;
        }
        Ok(())
    }
}

/// Checks are made with the table, then the primary key, then what else has an index, then foreign keys.
fn order(constraint: &Constraint<'_>) -> u8 {
    match &constraint.kind {
        Kind::Check(_) => 0,
        Kind::Key { said, .. } if said.primary => 1,
        Kind::Key { .. } | Kind::Exclusion { .. } => 2,
        Kind::ForeignKey { .. } => 3,
    }
}
