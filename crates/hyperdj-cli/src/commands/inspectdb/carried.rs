//! What goes with the tables that were asked for, of all that is kept beside them: definitions, privileges, comments.

use std::collections::{BTreeSet, HashMap};

use hyperdj_ddl::column::{serial_sequence, serial_sequence_name};
use hyperdj_schema::{Dependency, QualifiedName, Schema};

/// Everything that some objects need, and what that needs in turn, the objects themselves among them.
pub(super) fn reached(schema: &Schema, objects: Vec<String>) -> BTreeSet<String> {
    let needs: HashMap<&str, &Dependency> = schema
        .dependencies
        .iter()
        .map(|dependency| (dependency.object.as_str(), dependency))
        .collect();
    let mut reached = BTreeSet::new();
    let mut waiting = objects;
    while let Some(object) = waiting.pop() {
        if let Some(dependency) = needs.get(object.as_str()) {
            let unknown = dependency.needs.iter();
            waiting.extend(unknown.filter(|needed| !reached.contains(*needed)).cloned());
        }
        reached.insert(object);
    }
    reached
}

/// What the relations of a narrowed schema need, and what belongs to them: triggers, policies.
pub(super) fn reached_by_relations(schema: &Schema, narrowed: &Schema) -> BTreeSet<String> {
    let of_tables = schema
        .definitions
        .iter()
        .filter(|definition| {
            let table = definition.table.as_ref();
            table.is_some_and(|table| narrowed.relation(table).is_some())
        })
        .map(|definition| definition.object.clone());
    let relations = narrowed.relations.iter().map(|relation| relation.object());
    reached(schema, relations.chain(of_tables).collect())
}

/// Leaves out what belongs to relations that are not there.
pub(super) fn leave_with_relations(schema: &Schema, narrowed: &mut Schema) {
    let relations = std::mem::take(&mut narrowed.relations);
    let gone: Vec<&QualifiedName> = schema
        .relations
        .iter()
        .map(|relation| &relation.name)
        .filter(|name| {
            relations
                .binary_search_by(|own| own.name.cmp(name))
                .is_err()
        })
        .collect();
    let is_gone = |name: &QualifiedName| gone.binary_search(&name).is_ok();
    let names_gone = |object: &str| {
        let rest = object.split_once(' ').map_or("", |(_, rest)| rest);
        schema
            .relations
            .iter()
            .filter(|relation| is_gone(&relation.name))
            .any(|relation| object == relation.object() || is_or_in(rest, &relation.name))
    };
    if !gone.is_empty() {
        narrowed
            .definitions
            .retain(|own| !own.table.as_ref().is_some_and(is_gone));
        narrowed
            .grants
            .retain(|own| !own.table.as_ref().is_some_and(is_gone));
        narrowed.owners.retain(|own| !names_gone(&own.object));
        narrowed
            .security_labels
            .retain(|own| !names_gone(&own.object));
        narrowed.dependencies.retain(|own| !names_gone(&own.object));
    }
    narrowed.relations = relations;
}

/// Keeps only what the relations, types and sequences that are there need or have.
pub(super) fn keep_carried(narrowed: &mut Schema, reached: &BTreeSet<String>) {
    let mut kept: BTreeSet<String> = reached.clone();
    kept.extend(
        narrowed
            .enums
            .iter()
            .map(|own| format!("TYPE {}", own.name)),
    );
    kept.extend(
        narrowed
            .composites
            .iter()
            .map(|own| format!("TYPE {}", own.name)),
    );
    kept.extend(
        narrowed
            .domains
            .iter()
            .map(|own| format!("DOMAIN {}", own.name)),
    );
    let sequences = sequence_names(narrowed);
    kept.extend(sequences.iter().map(|name| format!("SEQUENCE {name}")));
    let relations: Vec<QualifiedName> = narrowed
        .relations
        .iter()
        .map(|relation| relation.name.clone())
        .collect();
    let is_kept = |object: &str| {
        let routine = object.strip_prefix("FUNCTION ");
        object.starts_with("SCHEMA ")
            || kept.contains(object)
            || routine.is_some_and(|rest| kept.contains(&format!("AGGREGATE {rest}")))
    };
    let in_kept = |object: &str| {
        let rest = object.split_once(' ').map_or("", |(_, rest)| rest);
        let composites = narrowed.composites.iter().map(|own| &own.name);
        is_kept(object)
            || object.starts_with("EXTENSION ")
            || composites
                .chain(&relations)
                .any(|name| is_or_in(rest, name) || rest.ends_with(&format!(" ON {name}")))
    };
    narrowed
        .definitions
        .retain(|own| kept.contains(&own.object));
    narrowed.grants.retain(|own| match &own.table {
        Some(name) => relations.binary_search(name).is_ok() || sequences.contains(name),
        None => is_kept(&own.object),
    });
    narrowed.comments.retain(|own| in_kept(&own.object));
    narrowed.security_labels.retain(|own| in_kept(&own.object));
    narrowed.owners.retain(|own| is_kept(&own.object));
    narrowed
        .dependencies
        .retain(|own| kept.contains(&own.object));
    narrowed.default_privileges.clear();
}

/// The sequences of a schema, those that columns say among them.
fn sequence_names(schema: &Schema) -> BTreeSet<QualifiedName> {
    let mut names: BTreeSet<QualifiedName> = schema
        .sequences
        .iter()
        .map(|own| own.name.clone())
        .collect();
    for relation in &schema.relations {
        for column in &relation.columns {
            names.extend(serial_sequence(&relation.name, column).map(|own| own.name));
            names.extend(column.identity.as_ref().map(|identity| {
                let usual = || serial_sequence_name(&relation.name, &column.name);
                identity.sequence.clone().unwrap_or_else(usual)
            }));
        }
    }
    names
}

/// Whether a text is a name, or that of a part of it: `public.users`, `public.users.email`.
fn is_or_in(text: &str, name: &QualifiedName) -> bool {
    let rest = text.strip_prefix(&name.to_string());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
