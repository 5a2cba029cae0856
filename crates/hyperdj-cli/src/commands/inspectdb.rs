//! `hyper inspectdb`: from a database to Python models.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use hyperdj_catalog::{Inspection, Options, inspect};
use hyperdj_codegen::{Request, models};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::{QualifiedName, RelationKind};

use crate::arguments::InspectdbArguments;
use crate::database::chosen;
use crate::near::{alternatives, near};
use crate::output::{Written, write};
use crate::pattern::Pattern;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

pub(crate) fn run(
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let config = chosen(arguments.database.as_deref(), printer)?;
    write_models(&config, arguments, printer)
}

/// Reads the database of a configuration and writes its models where the arguments say.
pub(crate) fn write_models(
    config: &Config,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let tables: Vec<Pattern> = arguments
        .table
        .iter()
        .map(|text| Pattern::new(text))
        .collect();
    let excluded: Vec<Pattern> = arguments
        .exclude
        .iter()
        .map(|text| Pattern::new(text))
        .collect();
    let options = Options {
        schemas: schemas(arguments, &tables),
        views: arguments.include_views,
        statement_timeout: Duration::from_secs(arguments.statement_timeout.into()),
    };

    let progress = Progress::start(printer, format!("Connecting to {config}"));
    let mut client = Client::connect(config)?;
    progress.say(format!("Reading the catalog of {config}"));
    let found =
        inspect(&mut client, &options).map_err(|error| inspection_failure(error, config))?;
    drop(client);
    drop(progress);

    let unreadable: BTreeSet<&QualifiedName> = found.unreadable.iter().collect();
    check_patterns(&found, &tables, &excluded, arguments, printer)?;
    let request = Request {
        wanted: &|name| {
            !unreadable.contains(name)
                && (tables.is_empty() || tables.iter().any(|pattern| pattern.matches(name)))
                && !excluded.iter().any(|pattern| pattern.matches(name))
        },
        views: arguments.include_views,
    };
    check_readable(&found, &request)?;
    let text = models(&found.schema, &request);
    report(&found, &request, arguments, printer);
    match &arguments.output {
        Some(path) if path != Path::new("-") => {
            let path_text = path.display();
            match write(path, &text, arguments.force)? {
                Written::Written => printer.line(&format!("Wrote {path_text}.")),
                Written::Unchanged => printer.line(&format!("{path_text} is up to date.")),
            }
        }
        _ => printer.data(&text)?,
    }
    Ok(Status::Done)
}

/// The schemas to read: those that are named, by themselves or in front of a table, else `public`.
fn schemas(arguments: &InspectdbArguments, tables: &[Pattern]) -> Option<Vec<String>> {
    if arguments.schema.iter().any(|name| name == "*") {
        return None;
    }
    if !arguments.schema.is_empty() {
        return Some(arguments.schema.clone());
    }
    let mut names: BTreeSet<String> = tables
        .iter()
        .filter_map(Pattern::schema)
        .map(str::to_owned)
        .collect();
    if tables.is_empty() || tables.iter().any(|pattern| pattern.schema().is_none()) {
        names.insert("public".to_owned());
    }
    Some(names.into_iter().collect())
}

fn inspection_failure(error: hyperdj_catalog::Error, config: &Config) -> Failure {
    use hyperdj_catalog::Error;
    match error {
        Error::Postgres(error) => {
            let is_timeout = error.sqlstate() == Some("57014");
            let failure = Failure::from(error);
            if is_timeout {
                failure.with_hint(
                    "Give the catalog queries more time with --statement-timeout SECONDS.",
                )
            } else {
                failure
            }
        }
        Error::ServerTooOld { .. } => Failure::new(format!("{error}, at {config}")).with_hint(
            "Upgrade the server, or restore a dump of the database into a newer one and read that.",
        ),
        Error::UnknownSchemas {
            ref names,
            ref existing,
        } => {
            let what = format!("{error} at {config}");
            let existing: Vec<&str> = existing.iter().map(String::as_str).collect();
            let near = names
                .first()
                .map(|name| near(name, existing.iter().copied()))
                .unwrap_or_default();
            let hint = match (near.as_slice(), existing.as_slice()) {
                ([], []) => "The database holds no schema of its own.".to_owned(),
                ([], all) => format!("Its schemas are {}.", all.join(", ")),
                (near, _) => format!("Did you mean {}?", alternatives(near)),
            };
            Failure::new(what).with_hint(hint)
        }
        Error::NoPermission {
            ref schema,
            ref role,
        } => {
            let grant = format!(
                "Ask its owner for: GRANT USAGE ON SCHEMA {} TO {};",
                hyperdj_schema::sql::quote_identifier(schema),
                hyperdj_schema::sql::quote_identifier(role)
            );
            Failure::new(error.to_string()).with_hint(grant)
        }
        Error::UnexpectedCell { .. } => Failure::new(error.to_string())
            .with_hint("This is a mistake of ours: please report it with the server's version."),
    }
}

/// Every name that was given must be a table's: a mistyped one would leave something out silently.
fn check_patterns(
    found: &Inspection,
    tables: &[Pattern],
    excluded: &[Pattern],
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let relations = &found.schema.relations;
    for pattern in tables {
        let mut matching = relations
            .iter()
            .filter(|relation| pattern.matches(&relation.name))
            .peekable();
        if matching.peek().is_none() {
            let failure = Failure::new(format!(
                "no table matches `{}` in {} of database `{}`",
                pattern.text(),
                schemas_read(found),
                found.database
            ));
            return Err(failure.with_hint(nearest_tables(found, pattern)));
        }
        if !arguments.include_views && matching.all(|relation| relation.kind.is_view()) {
            return Err(
                Failure::new(format!("`{}` names views only", pattern.text()))
                    .with_hint("Add --include-views."),
            );
        }
    }
    for pattern in excluded {
        let is_used = relations
            .iter()
            .any(|relation| pattern.matches(&relation.name));
        if !is_used && !pattern.has_wildcard() {
            printer.warning(&format!(
                "--exclude {}: there is no such table",
                pattern.text()
            ));
        }
    }
    Ok(())
}

fn nearest_tables(found: &Inspection, pattern: &Pattern) -> String {
    let relations = &found.schema.relations;
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
    let elsewhere = other_schemas(found);
    if elsewhere.is_empty() {
        "List the tables with: hyper inspectdb | grep table_name".to_owned()
    } else {
        format!("There are tables in other schemas too: {elsewhere}; name one with --schema.")
    }
}

/// A role that may read nothing of what it asked for gets an error; one that may read a part gets that.
fn check_readable(found: &Inspection, request: &Request<'_>) -> Result<(), Failure> {
    let relations = &found.schema.relations;
    let is_wanted = |name: &QualifiedName| (request.wanted)(name);
    let readable = relations.iter().any(|relation| is_wanted(&relation.name));
    if found.unreadable.is_empty() || readable {
        return Ok(());
    }
    let schema = found.unreadable[0].schema.as_str();
    Err(Failure::new(format!(
        "role `{}` may read no table in {} of database `{}`",
        found.role,
        schemas_read(found),
        found.database
    ))
    .with_hint(format!(
        "Ask its owner for: GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {};",
        hyperdj_schema::sql::quote_identifier(schema),
        hyperdj_schema::sql::quote_identifier(&found.role)
    )))
}

/// What was read and what was left out, in a few lines.
fn report(
    found: &Inspection,
    request: &Request<'_>,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) {
    let mut written: BTreeMap<bool, usize> = BTreeMap::new();
    let mut views_left_out = 0;
    for relation in &found.schema.relations {
        let is_view = relation.kind.is_view();
        if is_view && !request.views {
            views_left_out += 1;
        } else if (request.wanted)(&relation.name) {
            *written.entry(is_view).or_default() += 1;
        }
    }
    let tables = written.get(&false).copied().unwrap_or_default();
    let views = written.get(&true).copied().unwrap_or_default();
    let mut what = counted(tables, "table");
    if views > 0 {
        what = format!("{what} and {}", counted(views, "view"));
    }
    printer.line(&format!(
        "{what} in {} of database `{}`.",
        schemas_read(found),
        found.database
    ));
    let nothing = found
        .schema
        .relations
        .iter()
        .all(|relation| relation.kind.is_view());
    let elsewhere = other_schemas(found);
    if nothing && !elsewhere.is_empty() {
        printer.line(&format!(
            "There are tables in other schemas: {elsewhere}; name one with --schema."
        ));
    }
    if views_left_out > 0 && arguments.table.is_empty() {
        printer.line(&format!(
            "{} left out; --include-views adds {}.",
            counted(views_left_out, "view"),
            if views_left_out == 1 { "it" } else { "them" }
        ));
    }
    let unreadable: Vec<String> = found
        .unreadable
        .iter()
        .filter(|name| {
            let view = found.schema.relation(name).is_some_and(|relation| {
                matches!(
                    relation.kind,
                    RelationKind::View | RelationKind::MaterializedView
                )
            });
            !view || arguments.include_views
        })
        .map(|name| format!("{}.{}", name.schema, name.name))
        .collect();
    if !unreadable.is_empty() {
        printer.warning(&format!(
            "role `{}` may not read {}, left out: {}",
            found.role,
            counted(unreadable.len(), "relation"),
            unreadable.join(", ")
        ));
    }
    let unmodelled = &found.schema.unmodelled;
    if arguments.verbose {
        for object in unmodelled {
            printer.line(&format!(
                "Not said by models: {} {}",
                object.kind, object.name
            ));
        }
    } else if !unmodelled.is_empty() {
        printer.line(&format!(
            "{} that models can't say (functions, triggers, grants, …) counted in the header; -v lists them.",
            counted(unmodelled.len(), "object")
        ));
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// "schema `public`", "schemas `a`, `b`".
fn schemas_read(found: &Inspection) -> String {
    let names: Vec<String> = found
        .schema
        .namespaces
        .iter()
        .map(|namespace| format!("`{}`", namespace.name))
        .collect();
    match names.as_slice() {
        [one] => format!("schema {one}"),
        _ => format!("schemas {}", names.join(", ")),
    }
}

/// Schemas with tables that were not asked for: "sales (12), hr (3)".
fn other_schemas(found: &Inspection) -> String {
    let names: Vec<String> = found
        .namespaces
        .iter()
        .filter(|namespace| !namespace.selected && !namespace.of_extension && namespace.tables > 0)
        .map(|namespace| format!("{} ({})", namespace.name, namespace.tables))
        .collect();
    names.join(", ")
}
