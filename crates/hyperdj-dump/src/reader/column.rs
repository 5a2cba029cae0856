//! A column of CREATE TABLE or ADD COLUMN, with the constraints behind it.

use hyperdj_schema::{Column, Generated, Identity, IdentityKind, QualifiedName, RelationKind};

use super::Reader;
use super::constraint::{Constraint, Kind};
use super::options::foreign_options;
use super::sequence::FullSequence;
use crate::Error;
use crate::cursor::Cursor;
use crate::facts::TYPES;
use crate::types::{Base, Type};

/// A column, and what was said behind it that is the table's.
pub(super) struct ColumnSaid<'a> {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint<'a>>,
    /// The width that `serial` and its kin stand for.
    pub(super) serial: Option<&'static str>,
    /// The default or generated expression, which may name columns that come later.
    pub(super) expression: Option<Cursor<'a>>,
    /// The sequence of an identity column, and the name where one was given.
    pub(super) identity: Option<(FullSequence, Option<QualifiedName>)>,
    /// The name of its NOT NULL, which pg_dump writes from PostgreSQL 18 on where it is not the usual one.
    pub(super) not_null: Option<String>,
    /// Settings that models can't say, by kind.
    pub(super) settings: Vec<&'static str>,
}

/// The words that end a default, which is no full expression.
const ENDS: [&str; 12] = [
    "constraint",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
    "deferrable",
    "initially",
    "storage",
    "compression",
    "options",
];

impl<'a> Reader<'a> {
    pub(super) fn column_said(&self, cursor: &mut Cursor<'a>) -> Result<ColumnSaid<'a>, Error> {
        let name = cursor.name()?;
        let serial = serial_type(cursor);
        let data_type = match serial {
            Some(width) => {
                cursor.advance();
                Type::builtin(width)
            }
            None => self.data_type(cursor)?,
        };
        let mut said = ColumnSaid {
            column: Column {
                nullable: serial.is_none(),
                ..Column::new(name, data_type.to_string())
            },
            constraints: Vec::new(),
            serial,
            expression: None,
            identity: None,
            not_null: None,
            settings: Vec::new(),
        };
        while !cursor.is_done() {
            self.column_constraint(cursor, &data_type, &mut said)?;
        }
        Ok(said)
    }

    fn column_constraint(
        &self,
        cursor: &mut Cursor<'a>,
        data_type: &Type,
        said: &mut ColumnSaid<'a>,
    ) -> Result<(), Error> {
        let offset = cursor.offset();
        let name = if cursor.take("constraint") {
            Some(cursor.name()?)
        } else {
            None
        };
        let column = &mut said.column;
        if cursor.take("collate") {
            column.collation = self.collation(cursor, data_type)?;
        } else if cursor.take_all(&["not", "null"]) {
            column.nullable = false;
            said.not_null = name.filter(|_| self.printed);
            if cursor.take_all(&["no", "inherit"]) {
                return Err(Error::unknown(
                    offset,
                    "NOT NULL … NO INHERIT is not read from a dump",
                ));
            }
        } else if cursor.take("null") {
        } else if cursor.take("default") {
            said.expression = Some(default_expression(cursor)?);
        } else if cursor.take_all(&["generated", "always", "as", "identity"]) {
            self.identity(cursor, IdentityKind::Always, said)?;
        } else if cursor.take_all(&["generated", "by", "default", "as", "identity"]) {
            self.identity(cursor, IdentityKind::ByDefault, said)?;
        } else if cursor.take_all(&["generated", "always", "as"]) {
            said.expression = Some(cursor.parenthesised()?);
            let stored = cursor.take("stored");
            if !stored {
                cursor.take("virtual");
            }
            column.generated = Some(Generated {
                expression: String::new(),
                stored,
            });
        } else if cursor.take("options") {
            column.foreign_options = foreign_options(cursor)?;
        } else if cursor.take("storage") {
            if let Some(word) = cursor.advance() {
                let usual = self.usual_storage(data_type);
                if !word.text.eq_ignore_ascii_case(usual)
                    && !word.text.eq_ignore_ascii_case("default")
                {
                    said.settings.push("column storage setting");
                }
            }
        } else if cursor.take("compression") {
            if cursor
                .advance()
                .is_some_and(|word| !word.text.eq_ignore_ascii_case("default"))
            {
                said.settings.push("column storage setting");
            }
        } else {
            let columns = vec![said.column.name.clone()];
            let constraint = self.constraint(cursor, name, Some(columns), offset)?;
            if matches!(&constraint.kind, Kind::Key { said, .. } if said.primary) {
                said.column.nullable = false;
            }
            said.constraints.push(constraint);
        }
        Ok(())
    }

    /// `AS IDENTITY`, and the sequence in parentheses.
    pub(super) fn identity(
        &self,
        cursor: &mut Cursor<'a>,
        kind: IdentityKind,
        said: &mut ColumnSaid<'a>,
    ) -> Result<(), Error> {
        said.column.nullable = false;
        said.column.identity = Some(Identity {
            kind,
            options: Default::default(),
            sequence: None,
        });
        said.identity = Some(self.identity_sequence(cursor, &said.column.data_type)?);
        Ok(())
    }

    pub(super) fn identity_sequence(
        &self,
        cursor: &mut Cursor<'a>,
        data_type: &str,
    ) -> Result<(FullSequence, Option<QualifiedName>), Error> {
        let mut sequence = FullSequence::new(data_type);
        sequence.is_identity = true;
        let mut name = None;
        if cursor.is_symbol("(") {
            let mut inner = cursor.parenthesised()?;
            if inner.take_all(&["sequence", "name"]) {
                name = Some(self.new_name(&mut inner)?);
            }
            self.sequence_options(&mut inner, &mut sequence)?;
        }
        Ok((sequence, name))
    }

    /// A collation behind COLLATE, where it is not the type's own.
    pub(crate) fn collation(
        &self,
        cursor: &mut Cursor<'a>,
        data_type: &Type,
    ) -> Result<Option<QualifiedName>, Error> {
        let name = self.collation_name(cursor)?;
        let own = match &data_type.base {
            Base::User(domain) => match self.domains.get(domain) {
                Some(domain) => domain.collation.clone(),
                None => None,
            },
            Base::Builtin(found) if found == "name" => Some(QualifiedName::new("pg_catalog", "C")),
            Base::Builtin(_) => None,
        };
        let own = own.unwrap_or_else(|| QualifiedName::new("pg_catalog", "default"));
        Ok(Some(name).filter(|name| *name != own))
    }

    pub(crate) fn collation_name(&self, cursor: &mut Cursor<'a>) -> Result<QualifiedName, Error> {
        let offset = cursor.offset();
        let parts = cursor.names()?;
        if let Some(found) = self.find(&parts, |name| self.collations.contains(name)) {
            return Ok(found);
        }
        match parts.as_slice() {
            [name] => Ok(QualifiedName::new("pg_catalog", name)),
            [schema, name] if schema == "pg_catalog" => Ok(QualifiedName::new(schema, name)),
            _ => Err(Error::unknown(
                offset,
                format!("the file makes no collation `{}`", parts.join(".")),
            )),
        }
    }

    /// How values of a type are stored where nothing else is said.
    pub(super) fn usual_storage(&self, data_type: &Type) -> &'static str {
        if data_type.is_array {
            return "extended";
        }
        match &self.base_type(data_type).base {
            Base::Builtin(name) => match TYPES.get(name.as_str()).map(|found| found.storage) {
                Some('m') => "main",
                Some('x') => "extended",
                Some('e') => "external",
                _ => "plain",
            },
            Base::User(name)
                if self.composites.contains_key(name) || self.relations.contains_key(name) =>
            {
                "extended"
            }
            Base::User(name) if self.other_types.contains_key(name) => "extended",
            Base::User(_) => "plain",
        }
    }

    /// Makes a column's sequence, default and generated expression, once all columns of its table are known.
    pub(super) fn settle_column(
        &mut self,
        table: &QualifiedName,
        columns: &[Column],
        said: &mut ColumnSaid<'a>,
        kind: RelationKind,
        unlogged: bool,
    ) -> Result<(), Error> {
        let column = &mut said.column;
        if let Some(expression) = said.expression.take() {
            let found = self.type_of(&column.data_type);
            match &mut column.generated {
                Some(generated) => {
                    generated.expression = self.expression(&expression, columns, found.as_ref())?;
                }
                None => column.default = self.default_of(&expression, found.as_ref())?,
            }
        }
        let _ = kind;
        let owner = (table.clone(), column.name.clone());
        if let Some(width) = said.serial {
            let name = self.choose_relation(&table.schema, &table.name, Some(&column.name), "seq");
            let name = QualifiedName::new(&table.schema, name);
            let mut sequence = FullSequence::new(&Type::builtin(width).to_string());
            sequence.owned_by = Some(owner.clone());
            sequence.unlogged = unlogged;
            column.default = Some(next_value(&name));
            self.sequences.insert(name, sequence);
        }
        if let Some((mut sequence, name)) = said.identity.take() {
            let name = name.unwrap_or_else(|| {
                let chosen =
                    self.choose_relation(&table.schema, &table.name, Some(&column.name), "seq");
                QualifiedName::new(&table.schema, chosen)
            });
            sequence.owned_by = Some(owner);
            sequence.unlogged = unlogged;
            self.sequences.insert(name, sequence);
        }
        if let Some(name) = &said.not_null {
            let named = format!("{name} on {}.{}", table.schema, table.name);
            self.note("not null constraint setting", named, Some(&table.schema));
        }
        for setting in &said.settings {
            let name = format!("{}.{}.{}", table.schema, table.name, column.name);
            self.note(setting, name, Some(&table.schema));
        }
        Ok(())
    }

    /// A default: NULL of any type is none, as the server keeps it.
    pub(super) fn default_of(
        &self,
        expression: &Cursor<'a>,
        data_type: Option<&Type>,
    ) -> Result<Option<String>, Error> {
        let is_null = expression.rest().len() == 1 && expression.is("null");
        if !is_null {
            let text = self.expression(expression, &[], data_type)?;
            let is_typed_null = data_type.is_some_and(|found| {
                found.modifier.is_empty()
                    && text == format!("NULL::{found}")
                    && self.base_type(found) == *found
            });
            return Ok(Some(text).filter(|_| !is_typed_null));
        }
        // What fits a value into a length, or into a domain, stays around the NULL.
        Ok(data_type.and_then(|found| {
            let is_domain =
                matches!(&found.base, Base::User(name) if self.domains.contains_key(name));
            let base = self.base_type(found);
            (is_domain || !found.modifier.is_empty()).then(|| format!("NULL::{}", base.plain()))
        }))
    }
}

/// The default of a serial column, as `pg_get_expr` prints it.
pub(super) fn next_value(sequence: &QualifiedName) -> String {
    format!(
        "nextval('{}'::regclass)",
        sequence.to_string().replace('\'', "''")
    )
}

/// The width of `serial`, `bigserial` and their kin.
fn serial_type(cursor: &Cursor<'_>) -> Option<&'static str> {
    let kinds = [
        ("int4", ["serial", "serial4"]),
        ("int8", ["bigserial", "serial8"]),
        ("int2", ["smallserial", "serial2"]),
    ];
    let is_alone = !cursor.is_symbol_at(1, ".");
    kinds
        .into_iter()
        .find(|(_, words)| is_alone && words.iter().any(|word| cursor.is(word)))
        .map(|(width, _)| width)
}

/// What stands behind DEFAULT: at least one token, then up to what can only be another constraint.
pub(super) fn default_expression<'a>(cursor: &mut Cursor<'a>) -> Result<Cursor<'a>, Error> {
    let first = cursor.offset();
    let found = cursor.until(|cursor| {
        let is_first = cursor.offset() == first;
        !is_first
            && (cursor.are(&["not", "null"])
                || cursor.is("null")
                || ENDS.iter().any(|word| cursor.is(word)))
    });
    if found.is_done() {
        Err(cursor.not_understood())
    } else {
        Ok(found)
    }
}
