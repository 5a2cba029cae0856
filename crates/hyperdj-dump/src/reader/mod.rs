//! Follows a dump statement by statement, as a server that starts with an empty database would.

mod alter;
mod alter_column;
mod column;
mod comment;
mod constraint;
mod drops;
mod exclusion;
mod finish;
mod grants;
mod index;
mod index_parts;
mod inherit;
mod keys;
mod kinds;
mod lookup;
mod names;
mod options;
mod routine;
mod sequence;
mod settings;
mod table;
mod takeover;
mod unmodelled;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use hyperdj_schema::{Composite, Domain, Enum, Extension, QualifiedName, Relation, Schema};

use crate::cursor::Cursor;
use crate::facts::extension_functions;
use crate::types::Type;
use crate::{Error, Purpose, Statement};
use sequence::FullSequence;
use unmodelled::Noted;

/// What to read of a dump.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names of the schemas to read; `None` is all.
    pub schemas: Option<Vec<String>>,
    /// Whether to read the columns, definitions and indexes of views too. Their names are always read.
    pub views: bool,
}

/// What a dump says.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The description of what was asked for. An extension's version is empty: a dump does not say it.
    pub schema: Schema,
    /// Every namespace with the number of its tables, those that were not asked for too.
    pub namespaces: Vec<(String, u64)>,
}

/// Reads a dump.
///
/// # Errors
///
/// The first statement that can't be understood, or not without a server, with its place.
pub fn read(text: &str, options: &Options) -> Result<Description, Error> {
    let mut reader = Reader::new(text, options);
    for found in crate::statements(text) {
        let (statement, purpose) = found?;
        reader.take(&statement, purpose)?;
    }
    reader.finish()
}

/// A function or procedure that the file makes.
pub(crate) struct Routine {
    name: QualifiedName,
    kind: &'static str,
    arguments: Vec<Type>,
    result: Option<Type>,
}

/// A database in the making.
pub(crate) struct Reader<'a> {
    text: &'a str,
    options: &'a Options,
    /// Whether expressions are in the form in which PostgreSQL prints them: pg_dump says so by emptying the search path.
    pub(crate) printed: bool,
    search_path: Vec<String>,
    default_tablespace: Option<String>,
    namespaces: BTreeMap<String, Option<String>>,
    extensions: BTreeMap<String, Extension>,
    enums: BTreeMap<QualifiedName, Enum>,
    domains: BTreeMap<QualifiedName, Domain>,
    composites: BTreeMap<QualifiedName, Composite>,
    /// Range, multirange, base and shell types, by their kind's word.
    other_types: BTreeMap<QualifiedName, &'static str>,
    collations: BTreeSet<QualifiedName>,
    routines: Vec<Routine>,
    sequences: BTreeMap<QualifiedName, FullSequence>,
    relations: BTreeMap<QualifiedName, Relation>,
    /// The tables under each table that has some.
    below: BTreeMap<QualifiedName, BTreeSet<QualifiedName>>,
    /// Indexes, those of constraints too, by name: the table of each.
    index_tables: BTreeMap<QualifiedName, QualifiedName>,
    /// Indexes of partitions, and the index of the partitioned table that each is a part of.
    index_parents: BTreeMap<QualifiedName, QualifiedName>,
    /// Objects that models can't say, each with its namespace where it has one.
    unmodelled: BTreeSet<Noted>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, options: &'a Options) -> Self {
        let public = (
            "public".to_owned(),
            Some("standard public schema".to_owned()),
        );
        let plpgsql = Extension {
            name: "plpgsql".to_owned(),
            version: "1.0".to_owned(),
            schema: "pg_catalog".to_owned(),
        };
        Self {
            text,
            options,
            printed: false,
            search_path: vec!["public".to_owned()],
            default_tablespace: None,
            namespaces: BTreeMap::from([public]),
            extensions: BTreeMap::from([(plpgsql.name.clone(), plpgsql)]),
            enums: BTreeMap::new(),
            domains: BTreeMap::new(),
            composites: BTreeMap::new(),
            other_types: BTreeMap::new(),
            collations: BTreeSet::new(),
            routines: Vec::new(),
            sequences: BTreeMap::new(),
            relations: BTreeMap::new(),
            below: BTreeMap::new(),
            index_tables: BTreeMap::new(),
            index_parents: BTreeMap::new(),
            unmodelled: BTreeSet::new(),
        }
    }

    fn take(&mut self, statement: &Statement<'a>, purpose: Purpose) -> Result<(), Error> {
        let mut cursor = Cursor::of(self.text, statement);
        match purpose {
            // A table can be made of rows as well, but not by these.
            Purpose::Rows | Purpose::Cluster | Purpose::Transaction | Purpose::ExtensionDetail => {
                Ok(())
            }
            Purpose::Setting => self.set(&mut cursor),
            Purpose::Extension { name, schema } => self.create_extension(statement, name, schema),
            Purpose::Grant => self.grant(&mut cursor),
            Purpose::Definition => self.define(&mut cursor),
        }
    }

    fn define(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let start = cursor.clone();
        let verb = cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase());
        match verb.as_deref() {
            Some("create") => self.create(cursor),
            Some("alter") => self.alter(cursor),
            Some("comment") => self.comment(cursor),
            Some("drop") => self.drop_object(cursor),
            // Rows, and what is kept of them.
            Some(
                "update" | "delete" | "truncate" | "analyze" | "analyse" | "vacuum" | "reindex"
                | "lock" | "checkpoint" | "discard" | "notify" | "show" | "cluster" | "explain",
            ) => Ok(()),
            Some("refresh") => self.refresh(cursor),
            Some("select") => Self::select(&start),
            Some("security") => Err(Error::unknown(
                start.offset(),
                "security labels are not read from a dump",
            )),
            Some("do" | "call" | "with" | "execute" | "prepare" | "import") => Err(Error::unknown(
                start.offset(),
                "what this statement does to the database is only known when it is run",
            )),
            _ => Err(start.not_understood()),
        }
    }

    /// A query that changes nothing we keep: `SELECT pg_catalog.setval(…)`, or a text for who looks on.
    fn select(start: &Cursor<'a>) -> Result<(), Error> {
        let mut cursor = start.clone();
        cursor.advance();
        let mut text = cursor.clone();
        if text.string().is_ok() && text.is_done() {
            return Ok(());
        }
        if cursor.take("pg_catalog") {
            cursor.take_symbol(".");
        }
        let is_alone = |cursor: &mut Cursor<'a>| cursor.parenthesised().is_ok() && cursor.is_done();
        if cursor.take("setval") && is_alone(&mut cursor) {
            return Ok(());
        }
        Err(Error::unknown(
            start.offset(),
            "what this query does to the database is only known when it is run",
        ))
    }

    fn create(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let replace = cursor.take_all(&["or", "replace"]);
        if let Some(persistence) = cursor.take_any(&["temp", "temporary"]) {
            return Err(Error::unknown(
                offset,
                format!(
                    "a {persistence} object is gone when the session ends, and what it was for is not followed"
                ),
            ));
        }
        let unlogged = cursor.take("unlogged");
        match cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase())
            .as_deref()
        {
            Some("table") => self.create_table(cursor, unlogged),
            Some("sequence") => self.create_sequence(cursor, unlogged),
            Some("schema") => self.create_schema(cursor),
            Some("unique") => {
                cursor.expect("index")?;
                self.create_index(cursor, true)
            }
            Some("index") => self.create_index(cursor, false),
            Some("view") => self.create_view(cursor, replace),
            Some("recursive") => Err(Error::unknown(
                offset,
                "a recursive view is not read from a dump",
            )),
            Some("materialized") => {
                cursor.expect("view")?;
                self.create_materialized_view(cursor, unlogged)
            }
            Some("type") => self.create_type(cursor),
            Some("domain") => self.create_domain(cursor),
            Some("foreign") if cursor.take("table") => self.create_foreign_table(cursor),
            Some(word) => {
                let word = word.to_owned();
                self.create_other(cursor, &word, offset)
            }
            None => Err(cursor.not_understood()),
        }
    }

    fn create_schema(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let if_not_exists = cursor.take_all(&["if", "not", "exists"]);
        let offset = cursor.offset();
        let mut name = None;
        if !cursor.is("authorization") {
            name = Some(cursor.name()?);
        }
        if cursor.take("authorization") {
            let role = cursor.name()?;
            name.get_or_insert(role);
        }
        let Some(name) = name else {
            return Err(cursor.not_understood());
        };
        if self.namespaces.contains_key(&name) {
            return if if_not_exists {
                Ok(())
            } else {
                Err(exists(offset, "schema", &name))
            };
        }
        self.namespaces.insert(name.clone(), None);
        self.search_path.insert(0, name);
        let made = self.create_elements(cursor);
        self.search_path.remove(0);
        made
    }

    /// What is made together with a schema: statements one behind another, which the server carries out by their kinds.
    ///
    /// PostgreSQL documentation: CREATE SCHEMA.
    fn create_elements(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let mut elements = Vec::new();
        while !cursor.is_done() {
            let start = cursor.clone();
            let Some(verb) = cursor.take_any(&["create", "grant"]) else {
                return Err(start.not_understood());
            };
            let kinds = ["sequence", "table", "view", "unique", "index", "trigger"];
            let kind = kinds.iter().position(|kind| cursor.is(kind));
            cursor.until(|cursor| cursor.is("create") || cursor.is("grant"));
            elements.push((kind.unwrap_or(kinds.len()), verb, start.up_to(cursor)));
        }
        elements.sort_by_key(|(kind, ..)| *kind);
        for (_, verb, mut element) in elements {
            if verb == "grant" {
                self.grant(&mut element)?;
            } else {
                element.advance();
                self.create(&mut element)?;
            }
        }
        Ok(())
    }

    fn create_extension(
        &mut self,
        statement: &Statement<'a>,
        name: String,
        schema: Option<String>,
    ) -> Result<(), Error> {
        if self.extensions.contains_key(&name) {
            return Ok(());
        }
        let schema = match schema {
            Some(schema) => schema,
            None => self.search_path.first().cloned().ok_or_else(|| {
                Error::unknown(statement.start, "no schema is chosen for what is made here")
            })?,
        };
        self.install(name, schema)
    }

    /// Notes an extension. Its version is not told by a dump.
    fn install(&mut self, name: String, schema: String) -> Result<(), Error> {
        if self.extensions.contains_key(&name) {
            return Ok(());
        }
        self.note("extension", name.clone(), None);
        for (function, result, arguments) in extension_functions(&name) {
            self.routines.push(Routine {
                name: QualifiedName::new(&schema, function),
                kind: "function",
                arguments: arguments.into_iter().map(Type::builtin).collect(),
                result: Some(Type::builtin(result)),
            });
        }
        self.extensions.insert(
            name.clone(),
            Extension {
                name,
                version: String::new(),
                schema,
            },
        );
        Ok(())
    }

    fn refresh(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        cursor.expect("materialized")?;
        cursor.expect("view")?;
        cursor.take("concurrently");
        let name = self.relation_name(cursor)?;
        let populated = !cursor.take_all(&["with", "no", "data"]);
        if let Some(view) = self
            .relations
            .get_mut(&name)
            .and_then(|relation| relation.view.as_mut())
        {
            view.populated = populated;
        }
        Ok(())
    }
}

/// The error of something that is made twice.
fn exists(offset: usize, kind: &str, name: &str) -> Error {
    Error::unknown(offset, format!("the {kind} `{name}` is there already"))
}
