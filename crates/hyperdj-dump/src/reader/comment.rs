//! COMMENT ON.

use hyperdj_schema::QualifiedName;

use super::Reader;
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn comment(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        cursor.expect("on")?;
        let offset = cursor.offset();
        let kind = cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase());
        match kind.as_deref() {
            Some("table" | "view") => self.comment_on_relation(cursor),
            Some("materialized") => {
                cursor.expect("view")?;
                self.comment_on_relation(cursor)
            }
            Some("foreign") if cursor.take("table") => self.comment_on_relation(cursor),
            Some("column") => self.comment_on_column(cursor),
            Some("sequence") => {
                let name =
                    self.found_name(cursor, "sequence", |name| self.sequences.contains_key(name))?;
                let comment = said(cursor)?;
                if let Some(sequence) = self.sequences.get_mut(&name) {
                    sequence.comment = comment;
                }
                Ok(())
            }
            Some("index") => {
                let name =
                    self.found_name(cursor, "index", |name| self.index_tables.contains_key(name))?;
                let comment = said(cursor)?;
                let table = self.index_tables.get(&name).cloned();
                let relation = table.and_then(|table| self.relations.get_mut(&table));
                let indexes = relation
                    .into_iter()
                    .flat_map(|relation| &mut relation.indexes);
                // That of a constraint's index has no place.
                indexes
                    .filter(|index| index.name == name.name)
                    .for_each(|index| index.comment.clone_from(&comment));
                Ok(())
            }
            Some("constraint") => {
                let constraint = cursor.name()?;
                cursor.expect("on")?;
                if cursor.take("domain") {
                    let domain =
                        self.found_name(cursor, "domain", |name| self.domains.contains_key(name))?;
                    let comment = said(cursor)?;
                    let checks = self
                        .domains
                        .get_mut(&domain)
                        .into_iter()
                        .flat_map(|found| &mut found.checks);
                    checks
                        .filter(|check| check.name == constraint)
                        .for_each(|check| check.comment.clone_from(&comment));
                    return Ok(());
                }
                let table = self.relation_name(cursor)?;
                let comment = said(cursor)?;
                self.comment_on_constraint(&table, &constraint, comment, offset)
            }
            Some("type" | "domain") => {
                let name = self.found_name(cursor, "type", |name| self.is_type_name(name))?;
                let comment = said(cursor)?;
                if let Some(found) = self.enums.get_mut(&name) {
                    found.comment = comment;
                } else if let Some(found) = self.domains.get_mut(&name) {
                    found.comment = comment;
                } else if let Some(found) = self.composites.get_mut(&name) {
                    found.comment = comment;
                }
                Ok(())
            }
            Some("schema") => {
                let name = cursor.name()?;
                let comment = said(cursor)?;
                match self.namespaces.get_mut(&name) {
                    Some(found) => *found = comment,
                    None => {
                        return Err(Error::unknown(
                            offset,
                            format!("the file makes no schema `{name}`"),
                        ));
                    }
                }
                Ok(())
            }
            // Comments on what is only counted.
            Some(_) => Ok(()),
            None => Err(cursor.not_understood()),
        }
    }

    fn comment_on_relation(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = self.relation_name(cursor)?;
        self.relation(&name, offset)?.comment = said(cursor)?;
        Ok(())
    }

    fn comment_on_column(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let mut parts = cursor.names()?;
        let column = parts.pop().unwrap_or_default();
        let comment = said(cursor)?;
        let is_there = |name: &QualifiedName| {
            self.relations.contains_key(name) || self.composites.contains_key(name)
        };
        let Some(table) = self.find(&parts, is_there) else {
            return Err(Error::unknown(
                offset,
                format!("the file makes no table `{}`", parts.join(".")),
            ));
        };
        if self.composites.contains_key(&table) {
            let named = format!("{}.{}.{column}", table.schema, table.name);
            if comment.is_some() {
                self.note("attribute comment", named, Some(&table.schema));
            }
            return Ok(());
        }
        let relation = self.relation(&table, offset)?;
        if relation.kind.is_view() && relation.columns.is_empty() {
            return Ok(());
        }
        self.column(&table, &column, offset)?.comment = comment;
        Ok(())
    }

    pub(super) fn comment_on_constraint(
        &mut self,
        table: &QualifiedName,
        name: &str,
        comment: Option<String>,
        offset: usize,
    ) -> Result<(), Error> {
        let relation = self.relation(table, offset)?;
        let places = relation
            .primary_key
            .iter_mut()
            .map(|key| (&key.name, &mut key.comment))
            .chain(
                relation
                    .uniques
                    .iter_mut()
                    .map(|key| (&key.name, &mut key.comment)),
            )
            .chain(
                relation
                    .foreign_keys
                    .iter_mut()
                    .map(|key| (&key.name, &mut key.comment)),
            )
            .chain(
                relation
                    .checks
                    .iter_mut()
                    .map(|check| (&check.name, &mut check.comment)),
            )
            .chain(
                relation
                    .exclusions
                    .iter_mut()
                    .map(|found| (&found.name, &mut found.comment)),
            );
        let place = places
            .into_iter()
            .find(|(found, _)| *found == name)
            .map(|(_, place)| place);
        match place {
            Some(place) => {
                *place = comment;
                Ok(())
            }
            None => Err(Error::unknown(
                offset,
                format!("the table {table} has no constraint `{name}`"),
            )),
        }
    }
}

/// `IS 'text'` or `IS NULL`; an empty comment is none.
fn said(cursor: &mut Cursor<'_>) -> Result<Option<String>, Error> {
    cursor.expect("is")?;
    let comment = if cursor.take("null") {
        None
    } else {
        Some(cursor.string()?)
    };
    cursor.finish()?;
    Ok(comment.filter(|text| !text.is_empty()))
}
