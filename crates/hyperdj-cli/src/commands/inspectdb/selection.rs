//! Which tables were asked for, and which of them may be read.

use std::collections::BTreeSet;

use hyperdj_catalog::Inspection;
use hyperdj_codegen::{Form, Request, Wanted};
use hyperdj_schema::{QualifiedName, sql::quote_identifier};

use hyperdj_state::Document;

use super::report::{other_schemas, schemas_read};
use crate::arguments::{InspectdbArguments, TablesArguments};
use crate::near::{alternatives, near};
use crate::pattern::Pattern;
use crate::{Failure, Printer};

/// The patterns of a command line beside what was found.
pub(crate) struct Selection<'a> {
    found: &'a Inspection,
    tables: &'a TablesArguments,
    views: bool,
    unreadable: BTreeSet<&'a QualifiedName>,
}

impl<'a> Selection<'a> {
    /// What the arguments of `hyper inspectdb` name.
    pub(crate) fn of(found: &'a Inspection, arguments: &'a InspectdbArguments) -> Self {
        Self::new(found, &arguments.tables, arguments.include_views)
    }

    pub(crate) fn new(found: &'a Inspection, tables: &'a TablesArguments, views: bool) -> Self {
        Self {
            found,
            tables,
            views,
            unreadable: found.unreadable.iter().collect(),
        }
    }

    /// Whether a relation is meant by what the user wrote.
    pub(crate) fn is_asked_for(&self, name: &QualifiedName) -> bool {
        let is_view = self
            .found
            .schema
            .relation(name)
            .is_some_and(|relation| relation.kind.is_view());
        (self.views || !is_view) && self.tables.wants(name)
    }

    /// The same as a request for models. Views that were not asked for are left out by it, too.
    pub(crate) fn request(&self, form: Form) -> Request<'_> {
        Request {
            wanted: self,
            views: self.views,
            form,
            suggestions: None,
        }
    }

    /// Whether a relation is asked for and may be read.
    pub(crate) fn takes(&self, name: &QualifiedName) -> bool {
        self.is_asked_for(name) && !self.unreadable.contains(name)
    }

    /// Relations that are asked for and may not be read.
    pub(crate) fn missed(&self) -> impl Iterator<Item = &'a QualifiedName> {
        self.found
            .unreadable
            .iter()
            .filter(|name| self.is_asked_for(name))
    }

    /// Whether every name that was given is a table's, and whether there is anything that may be read.
    ///
    /// `beside` are tables that the database need not have: those of models that it is compared with.
    pub(crate) fn check(
        &self,
        beside: &[QualifiedName],
        printer: &mut Printer,
    ) -> Result<(), Failure> {
        self.check_names(beside, printer)?;
        self.check_readable()
    }

    /// As [`Self::check`], for a comparison with models: what they are of need not be there.
    pub(crate) fn check_beside(
        &self,
        document: &Document,
        printer: &mut Printer,
    ) -> Result<(), Failure> {
        let of_models: Vec<QualifiedName> = document.models().map(|model| model.table).collect();
        self.check(&of_models, printer)
    }

    /// Whether every name that was given is a table's, for a mistyped one would leave something out silently.
    pub(crate) fn check_names(
        &self,
        beside: &[QualifiedName],
        printer: &mut Printer,
    ) -> Result<(), Failure> {
        let relations = &self.found.schema.relations;
        for pattern in &self.tables.table {
            let mut matching = relations
                .iter()
                .filter(|relation| pattern.matches(&relation.name))
                .peekable();
            if matching.peek().is_none() && beside.iter().any(|name| pattern.matches(name)) {
                continue;
            }
            if matching.peek().is_none() {
                let failure = Failure::new(format!(
                    "no table matches `{}` in {} of database `{}`",
                    pattern.text(),
                    schemas_read(self.found),
                    self.found.database
                ));
                return Err(failure.with_hint(self.nearest_tables(pattern)));
            }
            if !self.views && matching.all(|relation| relation.kind.is_view()) {
                let what = format!("`{}` names views only", pattern.text());
                return Err(Failure::new(what).with_hint("Add --include-views."));
            }
        }
        for pattern in &self.tables.exclude {
            let is_used = relations
                .iter()
                .any(|relation| pattern.matches(&relation.name));
            if !is_used && !pattern.has_wildcard() {
                let what = format!("--exclude {}: there is no such table", pattern.text());
                printer.warning(&what);
            }
        }
        Ok(())
    }

    /// A role that may read nothing of what it asked for gets an error; one that may read a part gets that.
    fn check_readable(&self) -> Result<(), Failure> {
        let missed: Vec<&QualifiedName> = self.missed().collect();
        let mut relations = self.found.schema.relations.iter();
        let Some(first) = missed.first() else {
            return Ok(());
        };
        if relations.any(|relation| self.takes(&relation.name)) {
            return Ok(());
        }
        let role = quote_identifier(&self.found.role);
        if self.tables.table.is_empty() {
            let what = format!(
                "role `{}` may read no table in {} of database `{}`",
                self.found.role,
                schemas_read(self.found),
                self.found.database
            );
            let schema = quote_identifier(&first.schema);
            let grant = format!(
                "Ask its owner for: GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};"
            );
            return Err(Failure::new(what).with_hint(grant));
        }
        let names: Vec<String> = missed.iter().map(|name| name.to_string()).collect();
        let names = names.join(", ");
        let what = format!(
            "role `{}` may not read {names} of database `{}`",
            self.found.role, self.found.database
        );
        let grant = format!("Ask its owner for: GRANT SELECT ON {names} TO {role};");
        Err(Failure::new(what).with_hint(grant))
    }

    fn nearest_tables(&self, pattern: &Pattern) -> String {
        let relations = &self.found.schema.relations;
        let wanted = match pattern.schema() {
            Some(schema) => pattern.text().get(schema.len() + 1..).unwrap_or_default(),
            None => pattern.text(),
        };
        let near = near(
            wanted,
            relations.iter().map(|relation| relation.name.name.as_str()),
        );
        if !near.is_empty() {
            return format!("Did you mean {}?", alternatives(&near));
        }
        let elsewhere = other_schemas(self.found);
        if elsewhere.is_empty() {
            "List the tables with: hyper inspectdb | grep table_name".to_owned()
        } else {
            format!("There are tables in other schemas too: {elsewhere}; name one with --schema.")
        }
    }
}

impl Wanted for Selection<'_> {
    fn wants(&self, name: &QualifiedName) -> bool {
        self.takes(name)
    }
}
