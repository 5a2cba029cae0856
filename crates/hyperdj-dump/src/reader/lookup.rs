//! What a name in a statement means.

use hyperdj_schema::{Column, Enum, QualifiedName, Relation};

use super::unmodelled::Noted;
use super::{Reader, exists};
use crate::Error;
use crate::cursor::Cursor;
use crate::facts::TYPES;
use crate::types::{Base, Type, parse};

/// Types that well-known extensions make.
const EXTENSION_TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("hstore", &["hstore"]),
    ("intarray", &["query_int"]),
    (
        "isn",
        &[
            "ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc",
        ],
    ),
    ("ltree", &["ltree", "lquery", "ltxtquery"]),
    ("pg_trgm", &["gtrgm"]),
    ("postgis", &["geometry", "geography", "box2d", "box3d"]),
    ("seg", &["seg"]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
];

impl<'a> Reader<'a> {
    /// The namespace in which something without one is made.
    pub(super) fn creation_schema(&self, offset: usize) -> Result<String, Error> {
        self.search_path
            .iter()
            .find(|name| self.namespaces.contains_key(*name))
            .cloned()
            .ok_or_else(|| Error::unknown(offset, "no schema is chosen for what is made here"))
    }

    /// The name of something that is made.
    pub(super) fn new_name(&self, cursor: &mut Cursor<'a>) -> Result<QualifiedName, Error> {
        let offset = cursor.offset();
        let parts = cursor.names()?;
        match parts.as_slice() {
            [name] => Ok(QualifiedName::new(self.creation_schema(offset)?, name)),
            [schema, name] if self.namespaces.contains_key(schema) => {
                Ok(QualifiedName::new(schema, name))
            }
            [schema, _] => Err(Error::unknown(
                offset,
                format!("the file makes no schema `{schema}`"),
            )),
            _ => Err(Error::unknown(
                offset,
                "a name of another database can't be read",
            )),
        }
    }

    /// The name of a relation that is made, and where it stands; `None` where it is there already and the statement says `IF NOT EXISTS`.
    pub(super) fn new_relation_name(
        &self,
        cursor: &mut Cursor<'a>,
        kind: &str,
    ) -> Result<Option<(QualifiedName, usize)>, Error> {
        let if_not_exists = cursor.take_all(&["if", "not", "exists"]);
        let offset = cursor.offset();
        let name = self.new_name(cursor)?;
        match (self.is_relation_name(&name), if_not_exists) {
            (false, _) => Ok(Some((name, offset))),
            (true, true) => Ok(None),
            (true, false) => Err(exists(offset, kind, &name.to_string())),
        }
    }

    /// The name of something that is there: as it is qualified, or the first of the search path.
    pub(super) fn found_name(
        &self,
        cursor: &mut Cursor<'a>,
        kind: &str,
        is_there: impl Fn(&QualifiedName) -> bool,
    ) -> Result<QualifiedName, Error> {
        let offset = cursor.offset();
        let parts = cursor.names()?;
        self.find(&parts, is_there).ok_or_else(|| {
            Error::unknown(
                offset,
                format!("the file makes no {kind} `{}`", parts.join(".")),
            )
        })
    }

    pub(super) fn find(
        &self,
        parts: &[String],
        is_there: impl Fn(&QualifiedName) -> bool,
    ) -> Option<QualifiedName> {
        match parts {
            [name] => self
                .search_path
                .iter()
                .map(|schema| QualifiedName::new(schema, name))
                .find(is_there),
            [schema, name] => Some(QualifiedName::new(schema, name)).filter(is_there),
            _ => None,
        }
    }

    /// The name of a relation that is there.
    pub(super) fn relation_name(&self, cursor: &mut Cursor<'a>) -> Result<QualifiedName, Error> {
        self.found_name(cursor, "table", |name| self.relations.contains_key(name))
    }

    pub(super) fn relation(
        &mut self,
        name: &QualifiedName,
        offset: usize,
    ) -> Result<&mut Relation, Error> {
        self.relations
            .get_mut(name)
            .ok_or_else(|| Error::unknown(offset, format!("the file makes no table {name}")))
    }

    pub(super) fn column(
        &mut self,
        table: &QualifiedName,
        name: &str,
        offset: usize,
    ) -> Result<&mut Column, Error> {
        let relation = self.relation(table, offset)?;
        relation
            .columns
            .iter_mut()
            .find(|column| column.name == name)
            .ok_or_else(|| {
                Error::unknown(offset, format!("the table {table} has no column `{name}`"))
            })
    }

    /// Whether a name is taken among relations: tables, views, sequences, indexes and composite types.
    pub(super) fn is_relation_name(&self, name: &QualifiedName) -> bool {
        self.relations.contains_key(name)
            || self.sequences.contains_key(name)
            || self.index_tables.contains_key(name)
            || self.composites.contains_key(name)
    }

    /// Reads a type's name.
    pub(crate) fn data_type(&self, cursor: &mut Cursor<'a>) -> Result<Type, Error> {
        parse(cursor, &|schema, name| self.resolve_type(schema, name))
    }

    /// The type of a printed name, which was read before.
    pub(crate) fn type_of(&self, printed: &str) -> Option<Type> {
        let statement = crate::Statement {
            text: printed,
            start: 0,
            has_rows: false,
        };
        let mut cursor = Cursor::of(printed, &statement);
        parse(&mut cursor, &|schema, name| self.resolve_type(schema, name)).ok()
    }

    fn resolve_type(&self, schema: Option<&str>, name: &str) -> Option<Type> {
        let is_builtin = TYPES.contains_key(name) && !name.starts_with('_');
        match schema {
            Some("pg_catalog") => return is_builtin.then(|| Type::builtin(name)),
            None if is_builtin => return Some(Type::builtin(name)),
            _ => {}
        }
        let mut parts: Vec<String> = schema.map(str::to_owned).into_iter().collect();
        parts.push(name.to_owned());
        let made = self.find(&parts, |name| self.is_type(name));
        made.or_else(|| self.extension_type(schema, name))
            .map(Type::user)
    }

    fn is_type(&self, name: &QualifiedName) -> bool {
        self.enums.contains_key(name)
            || self.domains.contains_key(name)
            || self.composites.contains_key(name)
            || self.other_types.contains_key(name)
            || self.relations.contains_key(name)
    }

    /// A type that an extension makes. In what pg_dump wrote, a type that is made by nothing else is an extension's.
    fn extension_type(&self, schema: Option<&str>, name: &str) -> Option<QualifiedName> {
        let mut extensions = self
            .extensions
            .values()
            .filter(|found| found.name != "plpgsql");
        let found = match schema {
            Some(schema) if self.printed => {
                extensions.find(|extension| extension.schema == schema)?
            }
            _ => extensions.find(|extension| {
                let is_named = schema.is_none_or(|schema| schema == extension.schema);
                let is_in_path = schema.is_some() || self.search_path.contains(&extension.schema);
                let makes = EXTENSION_TYPES
                    .iter()
                    .any(|(known, types)| *known == extension.name && types.contains(&name));
                is_named && is_in_path && makes
            })?,
        };
        Some(QualifiedName::new(&found.schema, name))
    }

    /// The enum of a name.
    pub(crate) fn enum_of(&self, name: &QualifiedName) -> Option<&Enum> {
        self.enums.get(name)
    }

    /// Whether a type is an extension's whose values are any text.
    pub(crate) fn is_text_of_extension(&self, name: &QualifiedName) -> bool {
        name.name == "citext" && self.extensions.contains_key("citext") && !self.is_type(name)
    }

    /// Whether the file makes an operator of a symbol, or an extension may.
    pub(crate) fn has_operator(&self, symbol: &str) -> bool {
        let is_it = |noted: &Noted| {
            let made = noted.name.split('(').next().unwrap_or_default();
            noted.kind == "operator" && made.rsplit('.').next() == Some(symbol)
        };
        self.unmodelled.iter().any(is_it)
    }

    /// A relation's name in a string, as `regclass` prints it.
    pub(crate) fn relation_text(&self, text: &str) -> Option<String> {
        let statement = crate::Statement {
            text,
            start: 0,
            has_rows: false,
        };
        let mut cursor = Cursor::of(text, &statement);
        let parts = cursor.names().ok().filter(|_| cursor.is_done())?;
        self.find(&parts, |name| self.is_relation_name(name))
            .map(|name| name.to_string())
    }

    /// The type under a domain, or the type itself.
    pub(crate) fn base_type(&self, found: &Type) -> Type {
        let mut found = found.clone();
        for _ in 0..32 {
            let Base::User(name) = &found.base else {
                break;
            };
            match self.domains.get(name).filter(|_| !found.is_array) {
                Some(domain) => match self.type_of(&domain.base_type) {
                    Some(base) => found = base,
                    None => break,
                },
                None => break,
            }
        }
        found
    }

    /// Notes something that models can't say.
    pub(super) fn note(&mut self, kind: &str, name: String, schema: Option<&str>) {
        self.unmodelled.insert(Noted {
            kind: kind.to_owned(),
            name,
            schema: schema.map(str::to_owned),
            detail: String::new(),
        });
    }

    /// Notes it of a relation.
    pub(super) fn note_of(&mut self, kind: &str, relation: &QualifiedName) {
        let name = format!("{}.{}", relation.schema, relation.name);
        self.note(kind, name, Some(&relation.schema));
    }
}
