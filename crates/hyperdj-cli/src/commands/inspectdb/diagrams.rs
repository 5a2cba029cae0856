//! `--format mermaid`, `svg` and `html`: the tables that were asked for, drawn.

use std::collections::BTreeSet;

use hyperdj_catalog::Inspection;
use hyperdj_diagram::{Diagram, html, mermaid, neighbourhood, svg};
use hyperdj_schema::QualifiedName;

use super::selection::Selection;
use crate::arguments::{Description, InspectdbArguments, TablesArguments};

/// The diagram as a text of the form that was asked for.
pub(super) fn text(
    found: &Inspection,
    selection: &Selection<'_>,
    arguments: &InspectdbArguments,
) -> String {
    let relations = found.schema.relations.iter().map(|relation| &relation.name);
    let mut drawn: BTreeSet<QualifiedName> = relations
        .filter(|name| selection.takes(name))
        .cloned()
        .collect();
    if let Some(depth) = arguments.depth {
        // What lies around need not match --table, but may be left out and must be readable all the same.
        let tables = TablesArguments {
            table: Vec::new(),
            ..arguments.tables.clone()
        };
        let all = Selection::new(found, &tables, arguments.include_views);
        let mut open = found.schema.clone();
        open.relations.retain(|relation| all.takes(&relation.name));
        drawn = neighbourhood(&open, &drawn, depth);
    }
    let mut schema = found.schema.clone();
    schema
        .relations
        .retain(|relation| drawn.contains(&relation.name));
    let diagram = Diagram::new(&schema, &found.database);
    match arguments.format {
        Description::Svg => svg(&diagram),
        Description::Html => html(&diagram),
        _ => mermaid(&diagram),
    }
}
