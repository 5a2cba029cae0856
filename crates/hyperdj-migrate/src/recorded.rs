//! What the managed tables are after the last migration, as a file beside the migrations: `migrations/schema.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hyperdj_schema::{QualifiedName, Schema};
use serde::{Deserialize, Serialize};

use crate::folder::checksum;
use crate::layout::LineForm;
use crate::{Error, Folder};

/// The file's name in the folder of migrations.
pub const RECORDED_FILE: &str = "schema.json";

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// What stands in the file for a person who opens it.
const ABOUT: &str = "What the managed tables are after the last migration. hyper makemigrations writes it; it is not edited by hand.";

/// How to get a record that fits.
const ANEW: &str = "Run hyper migrate on a database, then hyper makemigrations without --offline: that records it anew.";

/// The recorded state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    version: u32,
    about: String,
    /// The migrations that lead to it: name and checksum.
    pub migrations: BTreeMap<String, String>,
    /// The tables that were managed, in name order.
    pub managed: Vec<ManagedTable>,
    /// The other relations of the database that are not in `schema`, each as `schema.name` in SQL.
    pub others: BTreeSet<String>,
    /// Expressions of models that are the same as what the server prints, though they look otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<SameExpression>,
    /// The managed tables, and what a change of them may touch.
    pub schema: Schema,
}

/// A managed table, and what its model said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedTable {
    /// The table.
    pub table: QualifiedName,
    /// The annotations of its model's fields, by column: `int`, `str`.
    pub annotations: BTreeMap<String, String>,
}

/// An expression as a model says it, and as the server prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SameExpression {
    /// The table or domain, as it stands in SQL.
    pub of: String,
    /// What it is there: `check`, `default of price`.
    pub place: String,
    /// The words of the model.
    pub said: String,
    /// The words of the server.
    pub printed: String,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Recorded {
    /// The state after the migrations of a folder.
    pub fn new(folder: &Folder, managed: Vec<ManagedTable>, schema: Schema) -> Self {
        let migrations = folder.scripts.iter();
        Self {
            version: VERSION,
            about: ABOUT.to_owned(),
            migrations: migrations
                .map(|script| (script.name.clone(), script.checksum.clone()))
                .collect(),
            managed,
            others: BTreeSet::new(),
            expressions: Vec::new(),
            schema,
        }
    }

    /// Where the record of a folder of migrations is.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(RECORDED_FILE)
    }

    /// Reads the record of a folder; `None` where it has none.
    ///
    /// # Errors
    ///
    /// A file that can't be read, is no record, or is of a later version.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = Self::path(folder);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new(format!(
                "{} can't be read: {error}",
                path.display()
            ))),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let corrupt = |error: serde_json::Error| {
            Error::new(format!(
                "{} is no record of managed tables: {error}",
                path.display()
            ))
            .with_hint("Get the file back as it was committed. Where that is lost (a merge?), remove it and run hyper makemigrations with a database, without --offline: that writes it anew.")
        };
        let Version { version } = serde_json::from_str(text).map_err(corrupt)?;
        if version != VERSION {
            return Err(Error::new(format!(
                "{} is of version {version}, and this hyper reads version {VERSION}",
                path.display()
            ))
            .with_hint("Use the hyper that wrote it, or a newer one."));
        }
        let mut found: Self = serde_json::from_str(text).map_err(corrupt)?;
        // They are looked up by halving; a merge may have put them in another order.
        found
            .schema
            .relations
            .sort_by(|left, right| left.name.cmp(&right.name));
        Ok(found)
    }

    /// Adds a migration that is about to be written.
    pub fn add(&mut self, name: &str, text: &str) {
        let text = text.replace("\r\n", "\n");
        self.migrations.insert(name.to_owned(), checksum(&text));
    }

    /// The text of the file: a line for each column and constraint, the same for the same state.
    ///
    /// # Errors
    ///
    /// None that a schema can give.
    pub fn text(&self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, LineForm::new());
        let written = self.serialize(&mut serializer);
        written.map_err(|error| Error::new(format!("the record can't be written: {error}")))?;
        bytes.push(b'\n');
        String::from_utf8(bytes)
            .map_err(|error| Error::new(format!("the record can't be written: {error}")))
    }

    /// The annotation that the model of a table had for a column.
    pub fn annotation(&self, table: &QualifiedName, column: &str) -> Option<&str> {
        let managed = self
            .managed
            .iter()
            .find(|managed| managed.table == *table)?;
        managed.annotations.get(column).map(String::as_str)
    }

    /// Why the record is not that of the folder's migrations, if it is not.
    pub fn stale(&self, folder: &Folder) -> Option<Error> {
        let record = Self::path(&folder.path);
        let record = record.display();
        for script in &folder.scripts {
            let what = match self.migrations.get(&script.name) {
                Some(known) if *known == script.checksum => continue,
                Some(_) => format!(
                    "{} was edited after {record} was written",
                    script.path.display()
                ),
                None => format!("{} does not know {}", record, script.path.display()),
            };
            return Some(Error::new(what).with_hint(ANEW));
        }
        let is_gone = |name: &&String| !folder.scripts.iter().any(|script| script.name == **name);
        let gone = self.migrations.keys().find(is_gone)?;
        Some(
            Error::new(format!(
                "{record} has migration {gone}, and {} has no such file",
                folder.path.display()
            ))
            .with_hint(format!("Put the file back if it is missing. {ANEW}")),
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use hyperdj_schema::{Relation, RelationKind};

    fn recorded(folder: &Folder) -> Recorded {
        let table = QualifiedName::new("public", "a \"b\"");
        let managed = ManagedTable {
            table: table.clone(),
            annotations: BTreeMap::from([("id".to_owned(), "int".to_owned())]),
        };
        let schema = Schema {
            relations: vec![Relation::new(table, RelationKind::Table)],
            ..Schema::default()
        };
        Recorded::new(folder, vec![managed], schema)
    }

    #[test]
    fn what_is_written_is_read() {
        let mut written = recorded(&Folder::default());
        written.others.insert("public.other".to_owned());
        let text = written.text().unwrap();
        let read = Recorded::parse(&text, Path::new("x")).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.text().unwrap(), text);
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        let text = recorded(&Folder::default()).text().unwrap();
        for broken in [
            &text[..text.len() / 2],
            "",
            "[]",
            "<<<<<<< HEAD",
            "{\"version\": 1}",
        ] {
            let error = Recorded::parse(broken, Path::new("x")).unwrap_err();
            assert!(error.to_string().starts_with("x is no record"), "{error}");
            assert!(error.hint().is_some());
        }
        let later = text.replacen("\"version\": 1", "\"version\": 2", 1);
        let error = Recorded::parse(&later, Path::new("x")).unwrap_err();
        assert!(error.to_string().contains("version 2"), "{error}");
    }

    #[test]
    fn a_folder_that_went_on_makes_it_stale() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(place.path().join(name), text).unwrap();
        let folder = || Folder::read(place.path()).unwrap();
        write("0001_a.sql", "SELECT 1;\n");
        let mut record = recorded(&folder());
        assert!(record.stale(&folder()).is_none());
        write("0001_a.sql", "SELECT 1;\r\n");
        assert!(record.stale(&folder()).is_none());
        write("0001_a.sql", "SELECT 2;\n");
        let words = |record: &Recorded| record.stale(&folder()).unwrap().to_string();
        assert!(words(&record).contains("was edited"));
        write("0001_a.sql", "SELECT 1;\n");
        write("0002_b.sql", "SELECT 2;\n");
        assert!(words(&record).contains("does not know"));
        record.add("0002_b", "SELECT 2;\n");
        assert!(record.stale(&folder()).is_none());
        fs::remove_file(place.path().join("0002_b.sql")).unwrap();
        assert!(words(&record).contains("has no such file"));
    }
}
