//! CREATE TYPE and CREATE DOMAIN, and what ALTER says of them.

use hyperdj_schema::{Check, Composite, Domain, Enum, QualifiedName};

use super::column::default_expression;
use super::keys::insert;
use super::{Reader, exists};
use crate::Error;
use crate::cursor::Cursor;
use crate::types::Type;

impl<'a> Reader<'a> {
    pub(super) fn create_type(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = self.new_name(cursor)?;
        let is_shell = self.other_types.get(&name) == Some(&"shell type");
        if self.is_type_name(&name) && !is_shell {
            return Err(exists(offset, "type", &name.to_string()));
        }
        if cursor.is_done() {
            self.other_types.insert(name.clone(), "shell type");
            self.note_of("shell type", &name);
            return Ok(());
        }
        if cursor.take_all(&["as", "enum"]) {
            let mut labels = Vec::new();
            for mut item in cursor.parenthesised()?.items() {
                labels.push(item.string()?);
                item.finish()?;
            }
            cursor.finish()?;
            self.enums.insert(
                name.clone(),
                Enum {
                    name,
                    labels,
                    comment: None,
                },
            );
            return Ok(());
        }
        if cursor.take_all(&["as", "range"]) {
            let mut inner = cursor.parenthesised()?;
            cursor.finish()?;
            self.other_types.insert(name.clone(), "range type");
            self.note_of("range type", &name);
            self.multirange(&mut inner, &name)?;
            return Ok(());
        }
        if cursor.take("as") {
            let mut attributes = Vec::new();
            for mut item in cursor.parenthesised()?.items() {
                let attribute = item.name()?;
                let data_type = self.data_type(&mut item)?;
                if item.take("collate") && self.collation(&mut item, &data_type)?.is_some() {
                    let named = format!("{}.{}.{attribute}", name.schema, name.name);
                    self.note("attribute collation", named, Some(&name.schema));
                }
                item.finish()?;
                attributes.push((attribute, data_type.to_string()));
            }
            cursor.finish()?;
            self.composites.insert(
                name.clone(),
                Composite {
                    name,
                    attributes,
                    collations: Vec::new(),
                    comment: None,
                },
            );
            return Ok(());
        }
        // A base type: its functions were made for the shell that it was.
        cursor.parenthesised()?;
        cursor.finish()?;
        if is_shell {
            let shell = format!("{}.{}", name.schema, name.name);
            self.unmodelled
                .retain(|noted| noted.kind != "shell type" || noted.name != shell);
        }
        self.other_types.insert(name.clone(), "base type");
        self.note_of("base type", &name);
        Ok(())
    }

    /// A range type brings a type for many of its ranges.
    fn multirange(&mut self, inner: &mut Cursor<'a>, range: &QualifiedName) -> Result<(), Error> {
        let mut chosen = None;
        for mut item in inner.items() {
            if item.take("multirange_type_name") {
                item.expect_symbol("=")?;
                chosen = Some(self.new_name(&mut item)?);
            }
        }
        let name = chosen.unwrap_or_else(|| {
            let name = match range.name.find("range") {
                Some(position) => format!(
                    "{}multi{}",
                    &range.name[..position],
                    &range.name[position..]
                ),
                None => format!("{}_multirange", range.name),
            };
            QualifiedName::new(&range.schema, name)
        });
        self.other_types.insert(name, "multirange type");
        Ok(())
    }

    pub(super) fn is_type_name(&self, name: &QualifiedName) -> bool {
        self.enums.contains_key(name)
            || self.domains.contains_key(name)
            || self.composites.contains_key(name)
            || self.other_types.contains_key(name)
    }

    pub(super) fn create_domain(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = self.new_name(cursor)?;
        if self.is_type_name(&name) {
            return Err(exists(offset, "type", &name.to_string()));
        }
        cursor.take("as");
        let base = self.data_type(cursor)?;
        let mut domain = Domain {
            name: name.clone(),
            base_type: base.to_string(),
            nullable: true,
            default: None,
            collation: None,
            checks: Vec::new(),
            comment: None,
        };
        let mut checks = Vec::new();
        while !cursor.is_done() {
            let said = if cursor.take("constraint") {
                Some(cursor.name()?)
            } else {
                None
            };
            if cursor.take("collate") {
                domain.collation = self.collation(cursor, &base)?;
            } else if cursor.take_all(&["not", "null"]) {
                domain.nullable = false;
            } else if cursor.take("null") {
            } else if cursor.take("default") {
                let expression = default_expression(cursor)?;
                domain.default = self.default_of(&expression, Some(&base))?;
            } else if cursor.take("check") {
                checks.push((said, cursor.parenthesised()?));
            } else {
                return Err(cursor.not_understood());
            }
        }
        self.domains.insert(name.clone(), domain);
        for (said, expression) in checks {
            self.add_domain_check(&name, said, &expression, true)?;
        }
        Ok(())
    }

    fn add_domain_check(
        &mut self,
        domain: &QualifiedName,
        said: Option<String>,
        expression: &Cursor<'a>,
        validated: bool,
    ) -> Result<(), Error> {
        let base = self
            .domains
            .get(domain)
            .and_then(|found| self.type_of(&found.base_type));
        let text =
            self.value_expression(expression, base.as_ref(), Some(&Type::builtin("bool")))?;
        let name = said
            .unwrap_or_else(|| self.choose_constraint(&domain.schema, &domain.name, None, "check"));
        let check = Check {
            name,
            expression: text,
            no_inherit: false,
            validated,
            inherited: false,
            comment: None,
        };
        if let Some(found) = self.domains.get_mut(domain) {
            insert(&mut found.checks, check, |check| &check.name);
        }
        Ok(())
    }

    pub(super) fn alter_domain(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let name = self.found_name(cursor, "domain", |name| self.domains.contains_key(name))?;
        if cursor.take("add") {
            let said = if cursor.take("constraint") {
                Some(cursor.name()?)
            } else {
                None
            };
            cursor.expect("check")?;
            let expression = cursor.parenthesised()?;
            let validated = !cursor.take_all(&["not", "valid"]);
            cursor.finish()?;
            return self.add_domain_check(&name, said, &expression, validated);
        }
        let mut found = self.domains.get(&name).cloned();
        if let Some(domain) = &mut found {
            if cursor.take_all(&["set", "not", "null"]) {
                domain.nullable = false;
            } else if cursor.take_all(&["drop", "not", "null"]) {
                domain.nullable = true;
            } else if cursor.take_all(&["drop", "default"]) {
                domain.default = None;
            } else if cursor.take_all(&["set", "default"]) {
                let expression = default_expression(cursor)?;
                let base = self.type_of(&domain.base_type);
                domain.default = self.default_of(&expression, base.as_ref())?;
            }
        }
        cursor.finish()?;
        if let Some(domain) = found {
            self.domains.insert(name, domain);
        }
        Ok(())
    }

    pub(super) fn alter_type(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let name = self.found_name(cursor, "type", |name| self.is_type_name(name))?;
        if !cursor.take_all(&["add", "value"]) {
            return Err(cursor.not_understood());
        }
        let if_not_exists = cursor.take_all(&["if", "not", "exists"]);
        let offset = cursor.offset();
        let label = cursor.string()?;
        let place = cursor.take_any(&["before", "after"]);
        let neighbour = place.map(|_| cursor.string()).transpose()?;
        cursor.finish()?;
        let Some(found) = self.enums.get_mut(&name) else {
            return Err(Error::broken(
                offset,
                format!("the type {name} has no labels"),
            ));
        };
        if found.labels.contains(&label) {
            return if if_not_exists {
                Ok(())
            } else {
                Err(exists(offset, "label", &label))
            };
        }
        let position = match &neighbour {
            None => Some(found.labels.len()),
            Some(other) => found.labels.iter().position(|label| label == other),
        };
        match position {
            Some(position) => {
                let behind = usize::from(place == Some("after"));
                found.labels.insert(position + behind, label);
                Ok(())
            }
            None => Err(Error::unknown(
                offset,
                format!("the type {name} has no such label"),
            )),
        }
    }
}
