//! The order of types and relations: what is read stands before what reads it.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::{Composite, Domain, Enum, QualifiedName, Relation, Schema, relations_named};

/// A type or relation of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object<'a> {
    /// An enum.
    Enum(&'a Enum),
    /// A domain.
    Domain(&'a Domain),
    /// A composite type.
    Composite(&'a Composite),
    /// A table, view or foreign table.
    Relation(&'a Relation),
}

impl<'a> Object<'a> {
    /// The name. Types and relations share their names in a namespace.
    pub fn name(self) -> &'a QualifiedName {
        match self {
            Self::Enum(object) => &object.name,
            Self::Domain(object) => &object.name,
            Self::Composite(object) => &object.name,
            Self::Relation(object) => &object.name,
        }
    }

    /// Types first, then tables, then views, where nothing else decides.
    fn rank(self) -> u8 {
        match self {
            Self::Enum(_) => 0,
            Self::Domain(_) | Self::Composite(_) => 1,
            Self::Relation(relation) if relation.kind.is_view() => 3,
            Self::Relation(_) => 2,
        }
    }
}

/// The types and relations of a schema, each behind what it needs, ties by kind and name.
///
/// A column needs its type, a default or check what it names, a partition and a child their parents, a view all that it
/// reads. A foreign key needs nothing: it comes when all tables are there. Should objects need each other in a circle,
/// the first by kind and name goes first.
pub fn ordered(schema: &Schema) -> Vec<Object<'_>> {
    let objects: Vec<Object<'_>> = schema
        .enums
        .iter()
        .map(Object::Enum)
        .chain(schema.domains.iter().map(Object::Domain))
        .chain(schema.composites.iter().map(Object::Composite))
        .chain(schema.relations.iter().map(Object::Relation))
        .collect();
    let positions: HashMap<&QualifiedName, usize> = objects
        .iter()
        .enumerate()
        .map(|(position, object)| (object.name(), position))
        .collect();
    let mut waiting_for: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); objects.len()];
    let mut waited_by: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (position, object) in objects.iter().enumerate() {
        needs(*object, &mut |name| {
            if let Some(&needed) = positions.get(name)
                && needed != position
                && waiting_for[position].insert(needed)
            {
                waited_by[needed].push(position);
            }
        });
    }
    let key = |position: usize| (objects[position].rank(), objects[position].name(), position);
    let mut ready = BTreeSet::new();
    let mut waiting = BTreeSet::new();
    for (position, needed) in waiting_for.iter().enumerate() {
        let place = if needed.is_empty() {
            &mut ready
        } else {
            &mut waiting
        };
        place.insert(key(position));
    }
    let mut result = Vec::with_capacity(objects.len());
    while let Some((_, _, position)) = ready.pop_first().or_else(|| waiting.pop_first()) {
        result.push(objects[position]);
        for next in std::mem::take(&mut waited_by[position]) {
            let needed = &mut waiting_for[next];
            needed.remove(&position);
            if needed.is_empty() && waiting.remove(&key(next)) {
                ready.insert(key(next));
            }
        }
    }
    result
}

/// Names everything that an object may need, and more: what is no type or relation is not found.
fn needs(object: Object<'_>, found: &mut dyn FnMut(&QualifiedName)) {
    let named = |text: &str, found: &mut dyn FnMut(&QualifiedName)| {
        // Most types and expressions name nothing outside pg_catalog.
        if text.contains('.') {
            relations_named(text).iter().for_each(found);
        }
    };
    match object {
        Object::Enum(_) => {}
        Object::Domain(domain) => {
            named(&domain.base_type, found);
            for text in domain.default.iter() {
                named(text, found);
            }
            for check in &domain.checks {
                named(&check.expression, found);
            }
        }
        Object::Composite(composite) => {
            for (_, data_type) in &composite.attributes {
                named(data_type, found);
            }
        }
        Object::Relation(relation) => {
            if let Some(view) = &relation.view {
                named(&view.definition, found);
            } else {
                for column in &relation.columns {
                    named(&column.data_type, found);
                    let generated = column.generated.as_ref().map(|said| &said.expression);
                    for text in column.default.iter().chain(generated) {
                        named(text, found);
                    }
                }
                for check in &relation.checks {
                    named(&check.expression, found);
                }
            }
            let partition_of = relation.partition_of.iter().map(|of| &of.parent);
            partition_of.chain(&relation.inherits).for_each(found);
        }
    }
}
