//! `hyper inspectdb`: from a database to Python models, SQL, JSON or a diagram.

mod carried;
mod compared;
mod diagrams;
mod dump;
mod failure;
mod files;
mod inferred;
mod narrowed;
mod package;
mod report;
mod said;
mod selection;
mod since;
mod sql;
mod updated;

use std::path::Path;
use std::time::Duration;

use hyperdj_catalog::{Inspection, Options, inspect_with};
use hyperdj_codegen::{Body, Form, Request, Suggestions, package};
use hyperdj_postgres::{Client, Config};
use hyperdj_schema::to_json;

use crate::arguments::{Description, InspectdbArguments};
use crate::database::chosen;
use crate::output::{Written, write};
use crate::progress::Progress;
use crate::{Failure, Printer, Status};

pub(crate) use failure::inspection_failure;
use narrowed::narrowed;
use report::report;
pub(crate) use report::{counted, schemas_read};
pub(crate) use selection::Selection;
use sql::sql;

pub(crate) fn run(
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    if arguments.depth.is_some() && !arguments.format.is_diagram() {
        return Err(Failure::new("--depth is for diagrams").with_hint(
            "Add --format mermaid, svg or html, or name the tables with --table alone.",
        ));
    }
    if arguments.infer_relations && matches!(arguments.format, Description::Sql | Description::Json)
    {
        return Err(Failure::new(
            "SQL and JSON say what the database has, and no inferred relation",
        )
        .with_hint("--infer-relations goes with models and diagrams."));
    }
    // What is wrong with the models is told without a database.
    let models = arguments.check.as_deref();
    let document = models.map(crate::models::read).transpose()?;
    if let Some(path) = &arguments.since {
        return since::since(path, arguments, printer);
    }
    if let Some(path) = &arguments.from_dump {
        let mut found = dump::read(path, arguments.via_server, &options(arguments), printer)?;
        let mut suggestions = Suggestions::default();
        if arguments.infer_relations {
            suggestions = inferred::infer(&mut found, None, arguments, printer)?;
        }
        return match &document {
            Some(document) => compared::compare_found(&found, None, document, arguments, printer),
            None => write_found(&found, None, &suggestions, arguments, printer),
        };
    }
    if let Some(document) = &document {
        let config = chosen(arguments.database.url.as_deref(), printer)?;
        return compared::compare(&config, document, arguments, printer);
    }
    if let Some(models) = &arguments.update {
        let place = crate::models::Place::of(models)?;
        let document = crate::models::read_place(&place)?;
        let config = chosen(arguments.database.url.as_deref(), printer)?;
        return updated::run(&config, &place, &document, arguments, printer);
    }
    let config = chosen(arguments.database.url.as_deref(), printer)?;
    write_models(&config, arguments, printer)
}

/// Reads the database of a configuration and writes its models, or what else was asked for, where the arguments say.
pub(crate) fn write_models(
    config: &Config,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let options = options(arguments);

    if arguments.format == Description::Models {
        // The rules of English take a while to compile: that is done while the server works.
        std::thread::spawn(hyperdj_codegen::prepare);
    }
    let progress = Progress::start(printer, format!("Connecting to {config}"));
    let mut client = Client::connect(config)?;
    progress.say(format!("Reading the catalog of {config}"));
    let writes_models = arguments.format == Description::Models && folder(arguments)?.is_none();
    let mut body = None;
    let mut write_early = |found: &Inspection| {
        if !writes_models || arguments.infer_relations {
            return;
        }
        let selection = Selection::of(found, arguments);
        body = Some(Body::write(
            &found.schema,
            &selection.request(form(arguments)),
        ));
    };
    let mut found = inspect_with(&mut client, &options, &mut write_early)
        .map_err(|error| inspection_failure(error, config))?;
    let mut suggestions = Suggestions::default();
    if arguments.infer_relations {
        // What is warned of is warned of below.
        Selection::of(&found, arguments).check(&[], &mut Printer::silent())?;
        suggestions = inferred::infer(&mut found, Some(&mut client), arguments, printer)?;
    }
    drop(client);
    drop(progress);
    write_found(&found, body, &suggestions, arguments, printer)
}

/// Writes what was found, in the form and to the place that the arguments say; `body` is that of its models, where they
/// are written already.
fn write_found(
    found: &Inspection,
    body: Option<Body>,
    suggestions: &Suggestions,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let selection = Selection::of(found, arguments);
    selection.check(&[], printer)?;
    let request = Request {
        suggestions: Some(suggestions),
        ..selection.request(form(arguments))
    };
    let mut unsaid = found.schema.unmodelled.clone();
    if let Some(folder) = folder(arguments)? {
        report(found, &unsaid, &selection, arguments, printer);
        let files = package(&found.schema, &request);
        package::write_package(folder, &files, arguments.force, printer)?;
        return Ok(Status::Done);
    }
    let text = match arguments.format {
        Description::Models => {
            let body = body.unwrap_or_else(|| Body::write(&found.schema, &request));
            body.with_header(&found.schema, &request)
        }
        Description::Sql => {
            let script = sql(&found.schema, &selection, &request, arguments.owners);
            unsaid = script.unsaid;
            script.text
        }
        Description::Json => to_json(&narrowed(&found.schema, &selection))
            .map_err(|error| Failure::new(format!("the schema could not be written: {error}")))?,
        Description::Mermaid | Description::Svg | Description::Html => {
            diagrams::text(found, &selection, arguments)
        }
    };
    report(found, &unsaid, &selection, arguments, printer);
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

/// The form of the models that was asked for.
fn form(arguments: &InspectdbArguments) -> Form {
    Form {
        rich: arguments.rich_types,
        minimal: arguments.minimal,
    }
}

/// The folder that a package is to be written into, where one is asked for.
fn folder(arguments: &InspectdbArguments) -> Result<Option<&Path>, Failure> {
    let folder = arguments
        .output
        .as_deref()
        .filter(|path| package::is_folder(path));
    if folder.is_some() && arguments.format != Description::Models {
        return Err(
            Failure::new("only models are written as a package, into a folder")
                .with_hint("Give --output the name of a file."),
        );
    }
    Ok(folder)
}

/// What to read for what was asked for.
fn options(arguments: &InspectdbArguments) -> Options {
    Options {
        schemas: arguments.tables.schemas(),
        views: arguments.include_views,
        definitions: arguments.check.is_none()
            && matches!(arguments.format, Description::Sql | Description::Json),
        statement_timeout: Duration::from_secs(arguments.statement_timeout.into()),
        ..Options::default()
    }
}
