//! The order of types and relations: what is read stands before what reads it.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::lexer::{TokenKind, tokens};
use hyperdj_schema::{
    Composite, Definition, Dependency, Domain, Enum, QualifiedName, Relation, Schema,
    relations_named,
};

use crate::definition::{Stage, shell, stage};

/// A type or relation of a schema, or an object that they may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object<'a> {
    /// A function, operator, type or the like that is kept as its definition.
    Definition(&'a Definition),
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
    pub fn name(self) -> Option<&'a QualifiedName> {
        match self {
            Self::Definition(_) => None,
            Self::Enum(object) => Some(&object.name),
            Self::Domain(object) => Some(&object.name),
            Self::Composite(object) => Some(&object.name),
            Self::Relation(object) => Some(&object.name),
        }
    }

    /// The object as [`Dependency`] names it.
    fn words(self) -> String {
        match self {
            Self::Definition(object) => object.object.clone(),
            Self::Enum(object) => format!("TYPE {}", object.name),
            Self::Domain(object) => format!("DOMAIN {}", object.name),
            Self::Composite(object) => format!("TYPE {}", object.name),
            Self::Relation(object) => object.object(),
        }
    }

    /// Types first, then functions and their like, then tables, then views, where nothing else decides.
    fn rank(self) -> u8 {
        match self {
            Self::Definition(object) => match stage(&object.kind) {
                Stage::Ordered(rank) => rank,
                Stage::Late(_) | Stage::Last => u8::MAX,
            },
            Self::Enum(_) => 1,
            Self::Domain(_) | Self::Composite(_) => 2,
            Self::Relation(relation) if relation.kind.is_view() => 7,
            Self::Relation(_) => 6,
        }
    }

    fn is_shell(self) -> bool {
        matches!(self, Self::Definition(object) if shell(object).is_some())
    }

    fn is_routine(self) -> bool {
        self.rank() == ROUTINE
    }
}

/// The rank of functions, procedures and aggregates.
const ROUTINE: u8 = 3;

/// The types and relations of a schema and what they may need, each behind what it needs, ties by kind and name.
///
/// Where the schema has the server's own [dependencies](Schema::dependencies), these are taken. Else a column needs its
/// type, a default or check what it names, a partition and a child their parents, a view all that it reads. A foreign key
/// needs nothing: it comes when all tables are there, and so do triggers, policies and rules, which are not among the
/// objects. Should objects need each other in a circle, a table whose checks or defaults call functions goes first, else
/// the first by kind and name.
pub fn ordered(schema: &Schema) -> Vec<Object<'_>> {
    let early = schema
        .definitions
        .iter()
        .filter(|definition| matches!(stage(&definition.kind), Stage::Ordered(_)));
    let objects: Vec<Object<'_>> = early
        .map(Object::Definition)
        .chain(schema.enums.iter().map(Object::Enum))
        .chain(schema.domains.iter().map(Object::Domain))
        .chain(schema.composites.iter().map(Object::Composite))
        .chain(schema.relations.iter().map(Object::Relation))
        .collect();
    let needs = needs_of(schema, &objects);
    let mut waiting_for: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); objects.len()];
    let mut waited_by: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (position, needed) in needs.into_iter().enumerate() {
        for needed in needed {
            // For a function, the shell of a type is enough, and that is there before.
            let is_enough = objects[position].is_routine() && objects[needed].is_shell();
            if needed != position && !is_enough && waiting_for[position].insert(needed) {
                waited_by[needed].push(position);
            }
        }
    }
    let words: Vec<String> = objects.iter().map(|object| object.words()).collect();
    let key = |position: usize| {
        (
            objects[position].rank(),
            objects[position].name(),
            words[position].as_str(),
            position,
        )
    };
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
    loop {
        let next = ready.pop_first().or_else(|| {
            let is_table = |object: Object<'_>| object.rank() == 6;
            let table = waiting.iter().copied().find(|(_, _, _, position)| {
                is_table(objects[*position])
                    && waiting_for[*position]
                        .iter()
                        .all(|needed| objects[*needed].is_routine())
            });
            match table {
                Some(table) => waiting.take(&table),
                None => waiting.pop_first(),
            }
        });
        let Some((_, _, _, position)) = next else {
            return result;
        };
        result.push(objects[position]);
        for next in std::mem::take(&mut waited_by[position]) {
            let needed = &mut waiting_for[next];
            needed.remove(&position);
            if needed.is_empty() && waiting.remove(&key(next)) {
                ready.insert(key(next));
            }
        }
    }
}

/// What each object needs, by position.
fn needs_of(schema: &Schema, objects: &[Object<'_>]) -> Vec<Vec<usize>> {
    if !schema.dependencies.is_empty() {
        return known_needs(&schema.dependencies, objects);
    }
    let mut positions: HashMap<&QualifiedName, Vec<usize>> = HashMap::new();
    let routines: Vec<(QualifiedName, usize)> = objects
        .iter()
        .enumerate()
        .filter_map(|(position, object)| match object {
            Object::Definition(definition) => Some((own_name(definition)?, position)),
            _ => None,
        })
        .collect();
    for (position, object) in objects.iter().enumerate() {
        if let Some(name) = object.name() {
            positions.entry(name).or_default().push(position);
        }
    }
    for (name, position) in &routines {
        positions.entry(name).or_default().push(*position);
    }
    objects
        .iter()
        .map(|object| {
            let mut found = Vec::new();
            needs(*object, &mut |name| {
                found.extend(positions.get(name).into_iter().flatten());
            });
            found
        })
        .collect()
}

fn known_needs(dependencies: &[Dependency], objects: &[Object<'_>]) -> Vec<Vec<usize>> {
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (position, object) in objects.iter().enumerate() {
        // The members of an operator family have its name as well, and come behind it.
        positions.entry(object.words()).or_insert(position);
    }
    let needs: HashMap<&str, &Dependency> = dependencies
        .iter()
        .map(|dependency| (dependency.object.as_str(), dependency))
        .collect();
    objects
        .iter()
        .map(|object| {
            let words = object.words();
            let (is_family, are_members) = match object {
                Object::Definition(own) => (
                    own.kind == "operator family",
                    own.kind == "operator family members",
                ),
                _ => (false, false),
            };
            let known = needs.get(words.as_str()).filter(|_| !is_family);
            let mut found: Vec<usize> = known
                .iter()
                .flat_map(|known| &known.needs)
                .filter_map(|needed| positions.get(needed).copied())
                .collect();
            if are_members {
                found.extend(positions.get(&words));
            }
            found
        })
        .collect()
}

/// The name of what a definition makes, without the types of its arguments.
pub(crate) fn own_name(definition: &Definition) -> Option<QualifiedName> {
    relations_named(&definition.object).into_iter().next()
}

/// The text of a definition in front of the body of a function.
fn head(text: &str) -> &str {
    let body =
        tokens(text).find(|token| token.kind == TokenKind::Text && token.text.starts_with('$'));
    &text[..body.map_or(text.len(), |body| body.start)]
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
        Object::Definition(definition) => {
            for text in &definition.statements {
                named(head(text), found);
            }
        }
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
