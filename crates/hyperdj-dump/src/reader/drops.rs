//! DROP: what pg_dump --clean writes before it makes a thing.

use hyperdj_schema::QualifiedName;

use super::Reader;
use crate::Error;
use crate::cursor::Cursor;

impl<'a> Reader<'a> {
    /// Passes over what drops nothing that is there; whatever else goes takes more with it than can be followed.
    pub(super) fn drop_object(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let offset = cursor.offset();
        let kind = cursor
            .advance()
            .map(|token| token.text.to_ascii_lowercase())
            .unwrap_or_default();
        if matches!(kind.as_str(), "materialized" | "foreign" | "event" | "text") {
            cursor.advance();
        }
        cursor.take("concurrently");
        cursor.take_all(&["if", "exists"]);
        // The name of a trigger or a rule stands in front of its table's.
        let is_of_table = matches!(kind.as_str(), "trigger" | "rule" | "policy");
        let names: Vec<Vec<String>> = if is_of_table {
            cursor.name()?;
            cursor.expect("on")?;
            vec![cursor.names()?]
        } else {
            let mut rest = cursor.clone();
            rest.items()
                .into_iter()
                .map(|mut item| item.names().unwrap_or_default())
                .collect()
        };
        let is_there = |parts: &Vec<String>| match kind.as_str() {
            "schema" => parts
                .first()
                .is_some_and(|name| self.namespaces.contains_key(name) && name != "public"),
            "extension" => parts
                .first()
                .is_some_and(|name| name != "plpgsql" && self.extensions.contains_key(name)),
            "type" | "domain" => self.find(parts, |name| self.is_type_name(name)).is_some(),
            "function" | "procedure" | "routine" | "aggregate" => {
                let is_routine = |name: &QualifiedName| {
                    self.routines.iter().any(|routine| routine.name == *name)
                };
                self.find(parts, is_routine).is_some()
            }
            "table" | "view" | "materialized" | "foreign" | "sequence" | "index" | "trigger"
            | "rule" | "policy" => self
                .find(parts, |name| self.is_relation_name(name))
                .is_some(),
            // Of the rest only the name is known here, and that it is counted.
            _ => {
                let name = parts.join(".");
                self.unmodelled
                    .iter()
                    .any(|found| found.kind.contains(kind.as_str()) && found.name.ends_with(&name))
            }
        };
        if names.iter().any(is_there) {
            return Err(Error::unknown(
                offset,
                "something that the file made before is dropped here, which is not followed",
            ));
        }
        Ok(())
    }
}
