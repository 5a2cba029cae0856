//! `hyper doctor`: the risks of a database, and what mends each.

use std::time::Duration;

use hyperdj_catalog::{Options, inspect_with_statistics};
use hyperdj_doctor::{Code, Finding, Request, findings, json, not_seen, text};
use hyperdj_postgres::Client;
use hyperdj_schema::QualifiedName;

use super::inspectdb::{Selection, counted, inspection_failure, schemas_read};
use crate::arguments::{DoctorArguments, Ignored};
use crate::database::chosen;
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

pub(crate) fn run(arguments: &DoctorArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    let options = Options {
        schemas: arguments.tables.schemas(),
        statement_timeout: Duration::from_secs(arguments.statement_timeout.into()),
        ..Options::default()
    };
    let progress = Progress::start(printer, format!("Reading the catalog of {config}"));
    let mut client = Client::connect(&config)?;
    let (found, statistics) = inspect_with_statistics(&mut client, &options)
        .map_err(|error| inspection_failure(error, &config))?;
    drop(client);
    drop(progress);

    let selection = Selection::new(&found, &arguments.tables, false);
    selection.check_names(&[], printer)?;
    let wants = |name: &QualifiedName| selection.is_asked_for(name);
    let request = Request {
        wants: &wants,
        whole: !arguments.tables.is_part(),
    };
    let mut told = findings(&found.schema, &statistics, &request);
    let before = told.len();
    told.retain(|finding| !is_ignored(finding, &arguments.ignore));
    let ignored = before - told.len();
    told.retain(|finding| is_asked_for(finding.code, &arguments.only));
    let mut hidden = not_seen(&found.schema, &statistics, &request);
    if selection.missed().next().is_some() && is_asked_for(Code::TextHoldsNumbers, &arguments.only)
    {
        let names: Vec<String> = selection.missed().map(ToString::to_string).collect();
        hidden.push(format!(
            "what columns of text hold, of tables that the role may not read: {}",
            names.join(", ")
        ));
    }

    if arguments.json {
        let report = json(&found.database, &told, &hidden)
            .map_err(|error| Failure::new(format!("the findings could not be written: {error}")))?;
        printer.data(&report)?;
    } else {
        printer.data(&text(&told))?;
    }
    for sentence in &hidden {
        printer.warning(&format!("role `{}` did not see {sentence}", found.role));
    }
    if ignored > 0 {
        printer.line(&format!(
            "{} ignored (--ignore).",
            counted(ignored, "finding")
        ));
    }
    let looked_at = found
        .schema
        .relations
        .iter()
        .filter(|relation| !relation.kind.is_view() && selection.is_asked_for(&relation.name));
    let place = format!(
        "{} in {} of database `{}`",
        counted(looked_at.count(), "table"),
        schemas_read(&found),
        found.database
    );
    if told.is_empty() {
        printer.line(&format!("Nothing found: {place}."));
        return Ok(Status::Done);
    }
    printer.line(&format!(
        "{}: {place}. Nothing was changed.",
        counted(told.len(), "finding")
    ));
    Ok(Status::Findings)
}

fn is_asked_for(code: Code, only: &[Code]) -> bool {
    only.is_empty() || only.contains(&code)
}

/// Whether the user knows of a finding: by its code, and by the object or its table where a place is named.
fn is_ignored(finding: &Finding, ignored: &[Ignored]) -> bool {
    let object = &finding.object;
    ignored.iter().any(|known| {
        known.code == finding.code
            && known.place.as_ref().is_none_or(|place| {
                // `orders`, `public.orders`; `orders.total`, `public.orders.total`; a part by its own name.
                let own = QualifiedName::new(&object.schema, &object.name);
                let parts = object.table.iter().flat_map(|table| {
                    [
                        QualifiedName::new(&object.schema, table),
                        QualifiedName::new(table, &object.name),
                        QualifiedName::new(format!("{}.{table}", object.schema), &object.name),
                    ]
                });
                std::iter::once(own)
                    .chain(parts)
                    .any(|name| place.matches(&name))
            })
    })
}
