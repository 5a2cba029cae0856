//! The part of a schema that was asked for, as a schema of its own.

use std::collections::BTreeSet;

use hyperdj_schema::{QualifiedName, Schema, Sequence, relations_named};

use super::carried::{keep_carried, leave_with_relations, reached_by_relations};
use super::selection::Selection;

/// A schema with the relations of a selection, and with the types and sequences that go with them.
///
/// Where every table is taken, all types, sequences, functions and so on are there, used or not; else those that the tables
/// use. Namespaces, extensions and what models can't say stay as they were read.
pub(super) fn narrowed(schema: &Schema, selection: &Selection<'_>) -> Schema {
    let mut narrowed = schema.clone();
    narrowed
        .relations
        .retain(|relation| selection.takes(&relation.name));
    if is_whole(schema, selection) {
        leave_with_relations(schema, &mut narrowed);
        return narrowed;
    }
    let reached = reached_by_relations(schema, &narrowed);
    let mut used = used_types(schema, &narrowed);
    let enums = schema.enums.iter().map(|own| &own.name);
    let types = enums.chain(schema.composites.iter().map(|own| &own.name));
    used.extend(
        types
            .filter(|name| reached.contains(&format!("TYPE {name}")))
            .cloned(),
    );
    let domains = schema.domains.iter().map(|own| &own.name);
    used.extend(
        domains
            .filter(|name| reached.contains(&format!("DOMAIN {name}")))
            .cloned(),
    );
    keep_types(&mut narrowed, &used);
    keep_sequences(&mut narrowed);
    keep_carried(&mut narrowed, &reached);
    narrowed
}

/// Whether every table of a schema is taken.
pub(super) fn is_whole(schema: &Schema, selection: &Selection<'_>) -> bool {
    schema
        .relations
        .iter()
        .all(|relation| relation.kind.is_view() || selection.takes(&relation.name))
}

/// Leaves out the types that are not among the used ones.
pub(super) fn keep_types(schema: &mut Schema, used: &BTreeSet<QualifiedName>) {
    schema.enums.retain(|found| used.contains(&found.name));
    schema.domains.retain(|found| used.contains(&found.name));
    schema.composites.retain(|found| used.contains(&found.name));
}

/// Leaves out the sequences that no table of the schema owns or counts by.
pub(super) fn keep_sequences(schema: &mut Schema) {
    let sequences = std::mem::take(&mut schema.sequences);
    schema.sequences = sequences
        .into_iter()
        .filter(|sequence| is_used(sequence, schema))
        .collect();
}

/// What the tables name, and what the types among that name in turn.
pub(super) fn used_types(schema: &Schema, narrowed: &Schema) -> BTreeSet<QualifiedName> {
    let mut used = BTreeSet::new();
    let mut waiting: Vec<QualifiedName> = Vec::new();
    for relation in &narrowed.relations {
        for column in &relation.columns {
            waiting.extend(relations_named(&column.data_type));
            let generated = column.generated.as_ref().map(|said| &said.expression);
            for text in column.default.iter().chain(generated) {
                waiting.extend(relations_named(text));
            }
        }
        let indexed = relation.indexes.iter().flat_map(|index| &index.predicate);
        let checked = relation.checks.iter().map(|check| &check.expression);
        let viewed = relation.view.iter().map(|view| &view.definition);
        for text in indexed.chain(checked).chain(viewed) {
            waiting.extend(relations_named(text));
        }
    }
    while let Some(name) = waiting.pop() {
        if used.contains(&name) {
            continue;
        }
        for composite in schema.composites.iter().filter(|found| found.name == name) {
            for (_, data_type) in &composite.attributes {
                waiting.extend(relations_named(data_type));
            }
        }
        for domain in schema.domains.iter().filter(|found| found.name == name) {
            waiting.extend(relations_named(&domain.base_type));
            for check in &domain.checks {
                waiting.extend(relations_named(&check.expression));
            }
        }
        used.insert(name);
    }
    used
}

/// Whether a sequence goes with a table that is there, or counts for one.
fn is_used(sequence: &Sequence, narrowed: &Schema) -> bool {
    let owner = sequence.owned_by.as_ref();
    if owner.is_some_and(|(table, _)| narrowed.relation(table).is_some()) {
        return true;
    }
    let named = format!(
        "'{}'::regclass",
        sequence.name.to_string().replace('\'', "''")
    );
    narrowed
        .relations
        .iter()
        .flat_map(|relation| &relation.columns)
        .filter_map(|column| column.default.as_ref())
        .any(|default| default.contains(&named))
}
