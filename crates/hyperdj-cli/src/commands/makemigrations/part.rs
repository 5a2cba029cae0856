//! The part of a database that is recorded: the managed tables, and what a change of them may touch.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::{QualifiedName, Relation, Schema, relations_named};

use super::types::{counters, used_by};

/// Reduces a schema to the part that a comparison of these tables looks at: with it the result is the same as with the
/// whole. Gives the relations that were left out.
pub(crate) fn part(
    schema: &Schema,
    managed: &BTreeSet<QualifiedName>,
) -> (Schema, Vec<QualifiedName>) {
    let taken = taken(schema, managed);
    let mut part = schema.clone();
    part.extensions.clear();
    part.unmodelled.clear();
    let mut left_out = Vec::new();
    part.relations.retain(|relation| {
        let is_taken = taken.contains(&relation.name);
        if !is_taken {
            left_out.push(relation.name.clone());
        }
        is_taken
    });
    for relation in &mut part.relations {
        // Nobody asked to write down what other tables say of the servers that their rows are on.
        if !managed.contains(&relation.name)
            && let Some(server) = &mut relation.foreign_server
        {
            server.options.clear();
        }
    }
    let mut types = BTreeSet::new();
    for relation in &part.relations {
        used_by(relation, schema, &mut types);
    }
    part.enums
        .retain(|own| types.contains(&own.name.to_string()));
    part.domains
        .retain(|own| types.contains(&own.name.to_string()));
    part.composites
        .retain(|own| types.contains(&own.name.to_string()));
    let used = counters(&part.relations, |_| true);
    part.sequences.retain(|own| {
        let is_owned = own.owned_by.as_ref();
        used.contains(&own.name) || is_owned.is_some_and(|(table, _)| taken.contains(table))
    });
    (part, left_out)
}

/// The managed tables; their parents, children and views, and those of these; and one step further what refers to them,
/// what they refer to, and what shares a type or a sequence with them.
fn taken(schema: &Schema, managed: &BTreeSet<QualifiedName>) -> BTreeSet<QualifiedName> {
    let family = family(schema);
    let mut taken = BTreeSet::new();
    let mut waiting: Vec<&QualifiedName> = schema
        .relations
        .iter()
        .map(|relation| &relation.name)
        .filter(|name| managed.contains(name))
        .collect();
    while let Some(name) = waiting.pop() {
        if taken.insert(name.clone()) {
            waiting.extend(family.get(name).into_iter().flatten());
        }
    }
    let own = |relation: &&Relation| taken.contains(&relation.name);
    let mut types = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for relation in schema.relations.iter().filter(own) {
        used_by(relation, schema, &mut types);
        targets.extend(relation.foreign_keys.iter().map(|key| key.target.clone()));
    }
    let named = |name: &QualifiedName| types.contains(&name.to_string());
    let enums = schema.enums.iter().map(|own| &own.name);
    let domains = schema.domains.iter().map(|own| &own.name);
    let composites = schema.composites.iter().map(|own| &own.name);
    let shared: BTreeSet<String> = enums
        .chain(domains)
        .chain(composites)
        .filter(|name| named(name))
        .map(ToString::to_string)
        .collect();
    let owned = schema.sequences.iter().filter(|sequence| {
        let owner = sequence.owned_by.as_ref();
        owner.is_some_and(|(table, _)| taken.contains(table))
    });
    let mut sequences = counters(&schema.relations, |name| taken.contains(name));
    sequences.extend(owned.map(|sequence| sequence.name.clone()));
    let mut neighbours = targets;
    for relation in &schema.relations {
        let refers = relation
            .foreign_keys
            .iter()
            .any(|key| taken.contains(&key.target));
        let mut types = BTreeSet::new();
        if !shared.is_empty() {
            used_by(relation, schema, &mut types);
        }
        let counts = || {
            let one = std::slice::from_ref(relation);
            !sequences.is_empty() && !counters(one, |_| true).is_disjoint(&sequences)
        };
        if refers || !types.is_disjoint(&shared) || counts() {
            neighbours.insert(relation.name.clone());
        }
    }
    taken.extend(neighbours);
    taken
}

/// Each relation with its parents, children and views, and a view with what it reads.
fn family(schema: &Schema) -> HashMap<&QualifiedName, Vec<&QualifiedName>> {
    let mut family: HashMap<&QualifiedName, Vec<&QualifiedName>> = HashMap::new();
    for relation in &schema.relations {
        let mut others: Vec<QualifiedName> = relation.inherits.clone();
        others.extend(relation.partition_of.iter().map(|of| of.parent.clone()));
        if let Some(view) = &relation.view {
            others.extend(relations_named(&view.definition));
        }
        for other in others {
            // What a view names and is no relation (a function, a column) is passed over.
            if let Some(other) = schema.relation(&other) {
                family.entry(&relation.name).or_default().push(&other.name);
                family.entry(&other.name).or_default().push(&relation.name);
            }
        }
    }
    family
}
