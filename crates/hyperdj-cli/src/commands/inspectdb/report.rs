//! The words beside the description: what was read and what was left out.

use hyperdj_catalog::Inspection;
use hyperdj_schema::Unmodelled;

use super::selection::Selection;
use super::sql::has_definitions;
use crate::Printer;
use crate::arguments::{Description, InspectdbArguments};

pub(crate) fn report(
    found: &Inspection,
    unsaid: &[Unmodelled],
    selection: &Selection<'_>,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) {
    let relations = &found.schema.relations;
    let taken = relations
        .iter()
        .filter(|relation| selection.takes(&relation.name));
    let (views, tables): (Vec<_>, Vec<_>) = taken.partition(|relation| relation.kind.is_view());
    let mut what = counted(tables.len(), "table");
    if !views.is_empty() {
        what = format!("{what} and {}", counted(views.len(), "view"));
    }
    printer.line(&format!(
        "{what} in {} of database `{}`.",
        schemas_read(found),
        found.database
    ));

    let has_no_table = relations.iter().all(|relation| relation.kind.is_view());
    let elsewhere = other_schemas(found);
    if has_no_table && !elsewhere.is_empty() {
        printer.line(&format!(
            "There are tables in other schemas: {elsewhere}; name one with --schema."
        ));
    }
    let views_left_out = relations
        .iter()
        .filter(|relation| relation.kind.is_view())
        .count();
    if !arguments.include_views && views_left_out > 0 && arguments.tables.table.is_empty() {
        printer.line(&format!(
            "{} left out; --include-views adds {}.",
            counted(views_left_out, "view"),
            if views_left_out == 1 { "it" } else { "them" }
        ));
    }
    report_unreadable(found, selection, printer);

    report_unsaid(found, unsaid, arguments, printer);
}

/// What the description can't say, by name where that was asked for.
fn report_unsaid(
    found: &Inspection,
    unsaid: &[Unmodelled],
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) {
    if arguments.format.is_diagram() {
        return;
    }
    let teller = match arguments.format {
        Description::Sql => "this SQL",
        _ => "models",
    };
    if arguments.verbose {
        for object in unsaid {
            printer.line(&format!(
                "Not said by {teller}: {} {}",
                object.kind, object.name
            ));
        }
    } else if !unsaid.is_empty() {
        let count = counted(unsaid.len(), "object");
        printer.line(&match arguments.format {
            Description::Models => format!(
                "{count} that models can't say (functions, triggers, grants, …) counted in the header; -v lists them."
            ),
            Description::Sql if has_definitions(&found.schema) => format!(
                "{count} that this SQL does not make, for what was not asked for, counted in its first lines; -v lists them."
            ),
            Description::Sql => format!(
                "{count} that this SQL does not make (functions, triggers, grants, …) counted in its first lines; -v \
                 lists them."
            ),
            _ if !has_definitions(&found.schema) => format!(
                "{count} that models can't say (functions, triggers, grants, …) in `unmodelled`, by kind and name."
            ),
            _ => format!(
                "{count} that models can't say (functions, triggers, grants, …) whole in `definitions`, `grants` and their \
                 like, and in `unmodelled` by kind and name."
            ),
        });
    }
}

/// What the role may not see of what was asked for.
pub(crate) fn report_unreadable(
    found: &Inspection,
    selection: &Selection<'_>,
    printer: &mut Printer,
) {
    let missed: Vec<String> = selection
        .missed()
        .map(|name| format!("{}.{}", name.schema, name.name))
        .collect();
    if !missed.is_empty() {
        printer.warning(&format!(
            "role `{}` may not read {}, left out: {}",
            found.role,
            counted(missed.len(), "relation"),
            missed.join(", ")
        ));
    }
    for (name, columns) in &found.unreadable_columns {
        if selection.takes(name) {
            printer.warning(&format!(
                "role `{}` may not read {} of {}.{}, which the model has all the same: {}",
                found.role,
                counted(columns.len(), "column"),
                name.schema,
                name.name,
                columns.join(", ")
            ));
        }
    }
}

pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// "schema `public`", "schemas `a`, `b`".
pub(crate) fn schemas_read(found: &Inspection) -> String {
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
pub(crate) fn other_schemas(found: &Inspection) -> String {
    let names: Vec<String> = found
        .namespaces
        .iter()
        .filter(|namespace| !namespace.selected && !namespace.of_extension && namespace.tables > 0)
        .map(|namespace| format!("{} ({})", namespace.name, namespace.tables))
        .collect();
    names.join(", ")
}
