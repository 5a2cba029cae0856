//! CREATE VIEW and CREATE MATERIALIZED VIEW.

use hyperdj_schema::{QualifiedName, Relation, RelationKind};

use super::options::storage_parameters;
use super::{Reader, exists};
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    pub(super) fn create_view(
        &mut self,
        cursor: &mut Cursor<'a>,
        replace: bool,
    ) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = self.new_name(cursor)?;
        let is_view = self
            .relations
            .get(&name)
            .is_some_and(|found| found.kind == RelationKind::View);
        if self.is_relation_name(&name) && !(replace && is_view) {
            return Err(exists(offset, "relation", &name.to_string()));
        }
        let mut relation = Relation::new(name.clone(), RelationKind::View);
        if cursor.is_symbol("(") {
            cursor.name_list()?;
        }
        if cursor.take("with") {
            relation.options = storage_parameters(cursor)?;
        }
        cursor.expect("as")?;
        if let Some(option) = check_option(cursor) {
            relation
                .options
                .push(("check_option".to_owned(), option.to_owned()));
        }
        self.put_view(relation, offset)
    }

    pub(super) fn create_materialized_view(
        &mut self,
        cursor: &mut Cursor<'a>,
        unlogged: bool,
    ) -> Result<(), Error> {
        let Some((name, offset)) = self.new_relation_name(cursor, "relation")? else {
            return Ok(());
        };
        let mut relation = Relation::new(name, RelationKind::MaterializedView);
        relation.unlogged = unlogged;
        relation.tablespace.clone_from(&self.default_tablespace);
        if cursor.is_symbol("(") {
            cursor.name_list()?;
        }
        if cursor.is("using") && cursor.is_at(1, "heap") {
            cursor.advance();
            cursor.advance();
        }
        if cursor.take("with") {
            relation.options = storage_parameters(cursor)?;
        }
        if cursor.take("tablespace") {
            relation.tablespace = Some(cursor.name()?).filter(|name| name != "pg_default");
        }
        cursor.expect("as")?;
        self.put_view(relation, offset)
    }

    fn put_view(&mut self, mut relation: Relation, offset: usize) -> Result<(), Error> {
        if self.options.views && self.is_read(&relation.name) {
            return Err(Error::unknown(
                offset,
                format!(
                    "the columns of the view {}, and their types, are only known to a server",
                    relation.name
                ),
            ));
        }
        relation.options.sort();
        if let Some(before) = self.relations.remove(&relation.name) {
            relation.comment = before.comment;
        }
        self.relations.insert(relation.name.clone(), relation);
        Ok(())
    }

    /// Whether the schema of something was asked for.
    pub(super) fn is_read(&self, name: &QualifiedName) -> bool {
        let asked = self.options.schemas.as_ref();
        asked.is_none_or(|schemas| schemas.contains(&name.schema))
    }
}

/// `WITH [CASCADED | LOCAL] CHECK OPTION` at the end of a view.
fn check_option(cursor: &Cursor<'_>) -> Option<&'static str> {
    let rest = cursor.rest();
    let is = |behind: usize, word: &str| {
        let token = rest
            .len()
            .checked_sub(behind)
            .and_then(|position| rest.get(position));
        token.is_some_and(|token| token.text.eq_ignore_ascii_case(word))
    };
    if !(is(1, "option") && is(2, "check")) {
        return None;
    }
    if is(3, "with") {
        return Some("cascaded");
    }
    ["cascaded", "local"]
        .into_iter()
        .find(|word| is(3, word) && is(4, "with"))
}
