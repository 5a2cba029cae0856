//! GRANT, REVOKE and ALTER DEFAULT PRIVILEGES: that rights are not the usual ones is counted.

use hyperdj_schema::QualifiedName;

use super::Reader;
use super::unmodelled::Noted;
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    /// GRANT and REVOKE: whatever they say, the object's rights are not the usual ones any more.
    pub(super) fn grant(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let verb = cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase());
        if verb.as_deref() == Some("alter") {
            return self.default_privileges(cursor, offset);
        }
        cursor.take_all(&["grant", "option", "for"]);
        let mut rights =
            cursor.until(|cursor| cursor.is("on") || cursor.is("to") || cursor.is("from"));
        if !cursor.take("on") {
            // Membership in a role.
            return Ok(());
        }
        let rights = rights.items();
        let mut columns = Vec::new();
        let mut is_whole = false;
        for mut right in rights {
            right.advance();
            right.take("privileges");
            if right.is_symbol("(") {
                columns.extend(right.name_list()?);
            } else {
                is_whole = true;
            }
        }
        let kind = if cursor.take_all(&["foreign", "data", "wrapper"]) {
            "foreign data wrapper"
        } else if cursor.take_all(&["foreign", "server"]) {
            "foreign server"
        } else if cursor.is("all") {
            return Err(Error::unknown(
                offset,
                "rights to all of a schema at once are not read from a dump",
            ));
        } else {
            let kinds = [
                "table",
                "sequence",
                "function",
                "procedure",
                "routine",
                "schema",
                "type",
                "domain",
                "database",
                "language",
                "large",
                "tablespace",
                "parameter",
            ];
            let is_kind =
                !cursor.is_symbol_at(1, ",") && !cursor.is_at(1, "to") && !cursor.is_at(1, "from");
            if is_kind {
                cursor.take_any(&kinds).unwrap_or("table")
            } else {
                "table"
            }
        };
        let mut objects = cursor.until(|cursor| cursor.is("to") || cursor.is("from"));
        for mut object in objects.items() {
            self.grant_on(kind, &mut object, &columns, is_whole)?;
        }
        Ok(())
    }

    fn grant_on(
        &mut self,
        kind: &str,
        object: &mut Cursor<'a>,
        columns: &[String],
        is_whole: bool,
    ) -> Result<(), Error> {
        match kind {
            "table" | "sequence" => {
                let name = self.found_name(object, "table", |name| {
                    self.relations.contains_key(name) || self.sequences.contains_key(name)
                });
                // An extension's table is the extension's.
                let name = match name {
                    Err(_) if self.extensions.len() > 1 => return Ok(()),
                    other => other?,
                };
                if is_whole {
                    self.note_of("grant", &name);
                }
                for column in columns {
                    self.note(
                        "grant",
                        format!("{}.{}.{column}", name.schema, name.name),
                        Some(&name.schema),
                    );
                }
            }
            "function" | "procedure" | "routine" => {
                let is_routine = |name: &QualifiedName| {
                    self.routines.iter().any(|routine| routine.name == *name)
                };
                let parts = object.names()?;
                if let Some(name) = self.find(&parts, is_routine) {
                    let detail = object.rest_text().to_ascii_lowercase();
                    self.unmodelled.insert(Noted {
                        kind: "grant".to_owned(),
                        name: format!("function {}.{}", name.schema, name.name),
                        schema: Some(name.schema),
                        detail,
                    });
                }
            }
            "type" | "domain" => {
                let parts = object.names()?;
                if let Some(name) = self.find(&parts, |name| self.is_type_name(name)) {
                    self.note(
                        "grant",
                        format!("type {}.{}", name.schema, name.name),
                        Some(&name.schema),
                    );
                }
            }
            "schema" => {
                let name = object.name()?;
                self.note("grant", format!("schema {name}"), Some(&name));
            }
            "foreign server" | "foreign data wrapper" => {
                let name = object.name()?;
                // That of an extension is the extension's, but its rights are counted.
                self.note("grant", format!("{kind} {name}"), None);
            }
            _ => {}
        }
        Ok(())
    }

    /// `ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b GRANT … ON TABLES …`
    fn default_privileges(&mut self, cursor: &mut Cursor<'a>, offset: usize) -> Result<(), Error> {
        cursor.expect("default")?;
        cursor.expect("privileges")?;
        let (mut roles, mut schemas) = (Vec::new(), Vec::new());
        loop {
            let list = if cursor.take_all(&["for", "role"]) || cursor.take_all(&["for", "user"]) {
                &mut roles
            } else if cursor.take_all(&["in", "schema"]) {
                &mut schemas
            } else {
                break;
            };
            list.push(cursor.name()?);
            while cursor.take_symbol(",") {
                list.push(cursor.name()?);
            }
        }
        if roles.is_empty() {
            return Err(Error::unknown(
                offset,
                "whose rights these are is only known when the file is loaded",
            ));
        }
        while !cursor.take("on") {
            if cursor.advance().is_none() {
                return Err(cursor.not_understood());
            }
        }
        let objects = cursor.name()?;
        let places: Vec<Option<String>> = if schemas.is_empty() {
            vec![None]
        } else {
            schemas.into_iter().map(Some).collect()
        };
        for role in &roles {
            for place in &places {
                let before = place
                    .as_ref()
                    .map(|place| format!("{place} "))
                    .unwrap_or_default();
                self.unmodelled.insert(Noted {
                    kind: "default privilege".to_owned(),
                    name: format!("{before}{role}"),
                    schema: None,
                    detail: objects.clone(),
                });
            }
        }
        Ok(())
    }
}
