//! What several commands take: the doc comments here are the help texts.

use std::collections::BTreeSet;

use clap::Args;
use hyperdj_schema::QualifiedName;

use crate::pattern::Pattern;

/// The database of a command.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DatabaseArguments {
    /// The database: a URL (postgres://user@host:5432/name) or libpq settings ("host=… dbname=…").
    #[arg(id = "database", long = "database", value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// The tables of a database that a command is about.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TablesArguments {
    /// Schemas; `*` is all of them [default: public].
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) schema: Vec<String>,

    /// Only these tables, as `table` or `schema.table`, with `*` for any characters. May be repeated.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) table: Vec<Pattern>,

    /// Tables to leave out, in the same form.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) exclude: Vec<Pattern>,
}

impl TablesArguments {
    /// Whether some tables of the schemas are not meant.
    pub(crate) fn is_part(&self) -> bool {
        !self.table.is_empty() || !self.exclude.is_empty()
    }

    /// Whether a table is meant by its name.
    pub(crate) fn wants(&self, name: &QualifiedName) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|one| one.matches(name));
        (self.table.is_empty() || any(&self.table)) && !any(&self.exclude)
    }

    /// Whether every schema is named, by `*`.
    pub(crate) fn is_every_schema(&self) -> bool {
        self.schema.iter().any(|name| name == "*")
    }

    /// The schemas to read: those that are named, by themselves or in front of a table, else `public`; `None` is all.
    pub(crate) fn schemas(&self) -> Option<Vec<String>> {
        if self.is_every_schema() {
            return None;
        }
        if !self.schema.is_empty() {
            return Some(self.schema.clone());
        }
        let named = self.table.iter().filter_map(Pattern::schema);
        let mut names: BTreeSet<String> = named.map(str::to_owned).collect();
        if self.table.is_empty() || self.table.iter().any(|one| one.schema().is_none()) {
            names.insert("public".to_owned());
        }
        Some(names.into_iter().collect())
    }
}
