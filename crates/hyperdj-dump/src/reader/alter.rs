//! ALTER: of tables above all.
//!
//! PostgreSQL documentation: ALTER TABLE.

use hyperdj_schema::QualifiedName;

use super::Reader;
use super::options::{foreign_options, storage_parameters};
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn alter(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let kind = cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase());
        match kind.as_deref() {
            Some("table" | "view") => self.alter_table(cursor),
            Some("foreign") if cursor.take("table") => self.alter_table(cursor),
            Some("materialized") => {
                cursor.expect("view")?;
                self.alter_table(cursor)
            }
            Some("index") => self.alter_index(cursor),
            Some("sequence") => self.alter_sequence(cursor),
            Some("domain") => self.alter_domain(cursor),
            Some("type") => self.alter_type(cursor),
            Some("system" | "extension") => Err(Error::unknown(
                offset,
                "what this statement changes is not followed",
            )),
            Some(_) => {
                // Of what is only counted, everything but the name can change.
                while !cursor.is_done() {
                    if cursor.is("rename") || cursor.are(&["set", "schema"]) {
                        return Err(Error::unknown(
                            cursor.offset(),
                            "a new name for what is there is not followed",
                        ));
                    }
                    cursor.advance();
                }
                Ok(())
            }
            None => Err(cursor.not_understood()),
        }
    }

    fn alter_table(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let if_exists = cursor.take_all(&["if", "exists"]);
        let only = cursor.take("only");
        let mut ahead = cursor.clone();
        let parts = ahead.names()?;
        // pg_dump says ALTER TABLE of sequences and views as well.
        if self
            .find(&parts, |name| self.sequences.contains_key(name))
            .is_some()
        {
            return self.alter_sequence(cursor);
        }
        if if_exists
            && self
                .find(&parts, |name| self.relations.contains_key(name))
                .is_none()
        {
            return Ok(());
        }
        let table = self.relation_name(cursor)?;
        cursor.take_symbol("*");
        if cursor.take_all(&["attach", "partition"]) {
            self.attach_partition(&table, cursor)?;
            return cursor.finish();
        }
        for mut item in cursor.items() {
            self.action(&table, &mut item, only)?;
            item.finish()?;
        }
        cursor.finish()
    }

    fn action(
        &mut self,
        table: &QualifiedName,
        item: &mut Cursor<'a>,
        only: bool,
    ) -> Result<(), Error> {
        let offset = item.offset();
        if item.take("add") {
            return self.add(table, item, only);
        }
        if item.is("alter") && !item.is_at(1, "constraint") {
            item.advance();
            item.take("column");
            let column = item.name()?;
            return self.alter_column(table, &column, item, only);
        }
        if item.take_all(&["drop", "column"]) {
            item.take_all(&["if", "exists"]);
            let column = item.name()?;
            self.check_unused(table, &column, false, offset)?;
            return self
                .relation(table, offset)
                .map(|relation| relation.columns.retain(|found| found.name != column));
        }
        if item.take_all(&["enable", "row", "level", "security"])
            || item.take_all(&["force", "row", "level", "security"])
        {
            self.note_of("row security setting", table);
            return Ok(());
        }
        if item.is_at(1, "trigger")
            || item.is_at(1, "rule")
            || item.is_at(2, "trigger")
            || item.is_at(2, "rule")
        {
            // Whether they fire.
            while item.advance().is_some() {}
            return Ok(());
        }
        if item.take_all(&["replica", "identity"]) {
            let is_default = item.is("default");
            while item.advance().is_some() {}
            if !is_default {
                self.note_of("replica identity setting", table);
            }
            return Ok(());
        }
        if item.take_all(&["cluster", "on"]) {
            item.name()?;
            self.note_of("clustered index setting", table);
            return Ok(());
        }
        if item.take_all(&["validate", "constraint"]) {
            let name = item.name()?;
            let relation = self.relation(table, offset)?;
            relation
                .checks
                .iter_mut()
                .filter(|check| check.name == name)
                .for_each(|check| check.validated = true);
            relation
                .foreign_keys
                .iter_mut()
                .filter(|key| key.name == name)
                .for_each(|key| key.validated = true);
            return Ok(());
        }
        if item.take("inherit") {
            let parent = self.relation_name(item)?;
            self.check_above(&parent, table, offset)?;
            self.put_below(&parent, table);
            self.relation(table, offset)?.inherits.push(parent);
            return Ok(());
        }
        if item.take_all(&["set", "logged"]) {
            self.relation(table, offset)?.unlogged = false;
            return Ok(());
        }
        if item.take_all(&["set", "unlogged"]) {
            self.relation(table, offset)?.unlogged = true;
            return Ok(());
        }
        if item.take_all(&["set", "without"]) {
            // CLUSTER, and the OIDS of old.
            return item.name().map(drop);
        }
        if item.is("set") && item.is_symbol_at(1, "(") {
            item.advance();
            let options = storage_parameters(item)?;
            let relation = self.relation(table, offset)?;
            for (name, value) in options {
                relation.options.retain(|(found, _)| *found != name);
                relation.options.push((name, value));
            }
            relation
                .options
                .sort_by_key(|(name, _)| name.starts_with("toast."));
            return Ok(());
        }
        if item.take_all(&["set", "tablespace"]) {
            let name = item.name()?;
            self.relation(table, offset)?.tablespace =
                Some(name).filter(|name| name != "pg_default");
            return Ok(());
        }
        if item.take("options") {
            let options = foreign_options(item)?;
            if let Some(server) = &mut self.relation(table, offset)?.foreign_server {
                server.options.extend(options);
            }
            return Ok(());
        }
        Err(item.not_understood())
    }

    fn add(
        &mut self,
        table: &QualifiedName,
        item: &mut Cursor<'a>,
        only: bool,
    ) -> Result<(), Error> {
        let offset = item.offset();
        let is_constraint = item.is("constraint")
            || item.are(&["primary", "key"])
            || item.are(&["foreign", "key"])
            || item.is("check") && item.is_symbol_at(1, "(")
            || item.is("unique")
                && (item.is_symbol_at(1, "(") || item.is_at(1, "using") || item.is_at(1, "nulls"))
            || item.is("exclude") && (item.is_symbol_at(1, "(") || item.is_at(1, "using"));
        if is_constraint {
            let name = if item.take("constraint") {
                Some(item.name()?)
            } else {
                None
            };
            if item.are(&["not", "null"]) {
                // A NOT NULL with a name, from PostgreSQL 18 on.
                return Err(item.not_understood());
            }
            let constraint = self.constraint(item, name, None, offset)?;
            return self.add_constraint(table, constraint, only);
        }
        item.take("column");
        let if_not_exists = item.take_all(&["if", "not", "exists"]);
        let mut said = self.column_said(item)?;
        if !self.children(table).is_empty() {
            return Err(Error::unknown(
                offset,
                "a column that is added to the tables below as well is not followed",
            ));
        }
        let relation = self.relation(table, offset)?;
        if relation.column(&said.column.name).is_some() {
            return if if_not_exists {
                Ok(())
            } else {
                Err(super::exists(offset, "column", &said.column.name))
            };
        }
        let kind = relation.kind;
        let unlogged = relation.unlogged;
        let mut columns = relation.columns.clone();
        columns.push(said.column.clone());
        self.settle_column(table, &columns, &mut said, kind, unlogged)?;
        self.relation(table, offset)?.columns.push(said.column);
        self.add_constraints(table, said.constraints)
    }

    fn alter_index(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let if_exists = cursor.take_all(&["if", "exists"]);
        let offset = cursor.offset();
        let mut ahead = cursor.clone();
        let parts = ahead.names()?;
        if if_exists
            && self
                .find(&parts, |name| self.index_tables.contains_key(name))
                .is_none()
        {
            return Ok(());
        }
        let name = self.found_name(cursor, "index", |name| self.index_tables.contains_key(name))?;
        if cursor.take_all(&["attach", "partition"]) {
            let child =
                self.found_name(cursor, "index", |name| self.index_tables.contains_key(name))?;
            self.attach_index(&name, &child, offset)?;
            return cursor.finish();
        }
        if cursor.take("alter") {
            // Statistics of an index's expression.
            cursor.take("column");
            cursor.advance();
            cursor.expect("set")?;
            cursor.expect("statistics")?;
            cursor.integer()?;
            return cursor.finish();
        }
        Err(cursor.not_understood())
    }
}
