//! What models can't say: counted by kind and named, as the catalog's own queries do.

use super::Reader;
use crate::Error;
use crate::cursor::Cursor;

/// Something that is only counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Noted {
    pub(super) kind: String,
    pub(super) name: String,
    /// The namespace that it is in, if it is in one.
    pub(super) schema: Option<String>,
    /// What tells it from another of the same kind and name.
    pub(super) detail: String,
}

impl<'a> Reader<'a> {
    /// CREATE of what is neither a relation nor a type; `word` is the first behind CREATE.
    pub(super) fn create_other(
        &mut self,
        cursor: &mut Cursor<'a>,
        word: &str,
        offset: usize,
    ) -> Result<(), Error> {
        match word {
            "function" => self.create_routine(cursor, "function"),
            "procedure" => self.create_routine(cursor, "procedure"),
            "aggregate" => self.create_routine(cursor, "aggregate"),
            "trigger" => self.create_on_table(cursor, "trigger"),
            "constraint" => {
                cursor.expect("trigger")?;
                self.create_on_table(cursor, "trigger")
            }
            "policy" => self.create_on_table(cursor, "policy"),
            "rule" => self.create_on_table(cursor, "rule"),
            "event" => {
                cursor.expect("trigger")?;
                self.create_database_wide(cursor, "event trigger")
            }
            "operator" => self.create_operator(cursor),
            "collation" => {
                cursor.take_all(&["if", "not", "exists"]);
                let name = self.new_name(cursor)?;
                self.collations.insert(name.clone());
                self.note("collation", name.to_string(), Some(&name.schema));
                Ok(())
            }
            "conversion" => self.create_named(cursor, "conversion"),
            "default" => {
                cursor.expect("conversion")?;
                self.create_named(cursor, "conversion")
            }
            "statistics" => {
                cursor.take_all(&["if", "not", "exists"]);
                if cursor.is("on") || cursor.is_symbol("(") {
                    return Err(Error::unknown(
                        offset,
                        "statistics without a name are not read from a dump",
                    ));
                }
                self.create_named(cursor, "statistics object")
            }
            "text" => {
                cursor.expect("search")?;
                let kind =
                    match cursor.take_any(&["configuration", "dictionary", "parser", "template"]) {
                        Some("configuration") => "text search configuration",
                        Some("dictionary") => "text search dictionary",
                        Some("parser") => "text search parser",
                        Some(_) => "text search template",
                        None => return Err(cursor.not_understood()),
                    };
                self.create_named(cursor, kind)
            }
            "cast" => {
                let mut inner = cursor.parenthesised()?;
                let source = self.data_type(&mut inner)?;
                inner.expect("as")?;
                let target = self.data_type(&mut inner)?;
                self.note(
                    "cast",
                    format!("{} as {}", source.plain(), target.plain()),
                    None,
                );
                Ok(())
            }
            "transform" => {
                cursor.expect("for")?;
                let data_type = self.data_type(cursor)?;
                cursor.expect("language")?;
                let language = cursor.name()?;
                self.note(
                    "transform",
                    format!("for {} language {language}", data_type.plain()),
                    None,
                );
                Ok(())
            }
            "trusted" | "procedural" | "language" => {
                cursor.take("procedural");
                cursor.take("language");
                let name = cursor.name()?;
                if cursor.is_done() {
                    // What has no handler is an extension's.
                    return self.install(name, "pg_catalog".to_owned());
                }
                if name != "plpgsql" {
                    self.note("language", name, None);
                }
                Ok(())
            }
            "access" => {
                cursor.expect("method")?;
                self.create_database_wide(cursor, "access method")
            }
            "foreign" => {
                cursor.expect("data")?;
                cursor.expect("wrapper")?;
                self.create_database_wide(cursor, "foreign data wrapper")
            }
            "server" => {
                cursor.take_all(&["if", "not", "exists"]);
                self.create_database_wide(cursor, "foreign server")
            }
            "user" => {
                cursor.expect("mapping")?;
                cursor.take_all(&["if", "not", "exists"]);
                cursor.expect("for")?;
                let user = cursor.name()?;
                cursor.expect("server")?;
                let server = cursor.name()?;
                self.note("user mapping", format!("{user} on {server}"), None);
                Ok(())
            }
            "publication" => self.create_database_wide(cursor, "publication"),
            // It is the cluster's.
            "subscription" => Ok(()),
            _ => Err(Error::unknown(
                offset,
                format!("CREATE {} is not understood", word.to_ascii_uppercase()),
            )),
        }
    }

    fn create_database_wide(&mut self, cursor: &mut Cursor<'a>, kind: &str) -> Result<(), Error> {
        let name = cursor.name()?;
        self.note(kind, name, None);
        Ok(())
    }

    fn create_named(&mut self, cursor: &mut Cursor<'a>, kind: &str) -> Result<(), Error> {
        let name = self.new_name(cursor)?;
        self.note(kind, name.to_string(), Some(&name.schema));
        Ok(())
    }

    /// A trigger, policy or rule: its name, and the table behind ON or TO.
    fn create_on_table(&mut self, cursor: &mut Cursor<'a>, kind: &str) -> Result<(), Error> {
        let name = cursor.name()?;
        let before = if kind == "rule" { "to" } else { "on" };
        while !cursor.is(before) {
            if cursor.advance().is_none() {
                return Err(cursor.not_understood());
            }
        }
        cursor.advance();
        let table = self.relation_name(cursor)?;
        if kind == "rule" && name == "_RETURN" {
            return Err(Error::unknown(
                cursor.offset(),
                "a table that becomes a view is not followed",
            ));
        }
        self.note(
            kind,
            format!("{name} on {}.{}", table.schema, table.name),
            Some(&table.schema),
        );
        Ok(())
    }

    /// An operator, or an operator class or family.
    fn create_operator(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        if cursor.take("family") {
            let name = self.new_name(cursor)?;
            cursor.expect("using")?;
            let method = cursor.name()?;
            self.note(
                "operator family",
                format!("{name} USING {method}"),
                Some(&name.schema),
            );
            return Ok(());
        }
        if cursor.take("class") {
            let name = self.new_name(cursor)?;
            let mut family = None;
            while !cursor.is("as") {
                if cursor.take("using") {
                    let method = cursor.name()?;
                    self.note(
                        "operator class",
                        format!("{name} USING {method}"),
                        Some(&name.schema),
                    );
                    family.get_or_insert((name.clone(), method));
                } else if cursor.take("family") {
                    cursor.names()?;
                    family = None;
                } else if cursor.advance().is_none() {
                    return Err(cursor.not_understood());
                }
            }
            // Without a family the class gets one of its own name.
            if let Some((name, method)) = family {
                self.note(
                    "operator family",
                    format!("{name} USING {method}"),
                    Some(&name.schema),
                );
            }
            return Ok(());
        }
        let mut schema = None;
        if cursor.is_symbol_at(1, ".") {
            schema = Some(cursor.name()?);
            cursor.advance();
        }
        let schema = match schema {
            Some(schema) => schema,
            None => self.creation_schema(offset)?,
        };
        let mut symbol = String::new();
        while !cursor.is_symbol("(") {
            match cursor.advance() {
                Some(token) => symbol.push_str(token.text),
                None => return Err(cursor.not_understood()),
            }
        }
        let (mut left, mut right) = ("NONE".to_owned(), "NONE".to_owned());
        for mut item in cursor.parenthesised()?.items() {
            let property = item.name()?;
            if !item.take_symbol("=") {
                continue;
            }
            match property.as_str() {
                "leftarg" => left = self.data_type(&mut item)?.qualified(),
                "rightarg" => right = self.data_type(&mut item)?.qualified(),
                // An operator that is named before it is made is there from then on, in a form of its own.
                "commutator" | "negator" => {
                    let is_itself = item.rest_text().contains(&symbol);
                    if !is_itself && !self.printed {
                        return Err(Error::unknown(
                            item.offset(),
                            "an operator that is not made yet is not followed",
                        ));
                    }
                }
                _ => {}
            }
        }
        let schema_quoted = hyperdj_schema::sql::quote_identifier(&schema).into_owned();
        self.note(
            "operator",
            format!("{schema_quoted}.{symbol}({left},{right})"),
            Some(&schema),
        );
        Ok(())
    }
}
