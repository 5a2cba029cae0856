//! Types that no ALTER turns into what they should be: they are made anew, with all types that are made of them, and the
//! columns are moved over.

use std::collections::BTreeSet;

use hyperdj_ddl::column::default_expression;
use hyperdj_ddl::order::{Object, ordered};
use hyperdj_schema::{Composite, QualifiedName, Relation, Schema, relations_named};

use super::difference::{Difference, Phase, parents, type_names};
use crate::change::{OldType, TypeDefinition, TypeUse};
use crate::{Change, Options};

/// The types of both sides that are made anew: enums that lose labels or get another order, domains over another type,
/// composite types in use of which an attribute gets another type, and what is made of any of these.
pub(super) fn rebuilt(from: &Schema, to: &Schema, options: &Options) -> BTreeSet<QualifiedName> {
    let before = definitions(from);
    let after = definitions(to);
    let both: Vec<(&TypeDefinition, &TypeDefinition)> = before
        .iter()
        .filter(|left| options.types.has(left.name()))
        .filter_map(|left| {
            let right = after.iter().find(|right| right.name() == left.name())?;
            Some((left, right))
        })
        .collect();
    let mut stored: Option<BTreeSet<QualifiedName>> = None;
    let mut found: BTreeSet<QualifiedName> = BTreeSet::new();
    for (left, right) in &both {
        let is_beyond = match (left, right) {
            (TypeDefinition::Enum(left), TypeDefinition::Enum(right)) => {
                !is_grown(&left.labels, &right.labels)
            }
            (TypeDefinition::Domain(left), TypeDefinition::Domain(right)) => {
                right.base_type != left.base_type || right.collation != left.collation
            }
            (TypeDefinition::Composite(left), TypeDefinition::Composite(right)) => {
                gets_other_types(left, right)
                    && stored
                        .get_or_insert_with(|| stored_types(from, &before))
                        .contains(&left.name)
            }
            // The name of one kind is another's now: one goes, the other comes.
            _ => false,
        };
        if is_beyond {
            found.insert(left.name().clone());
        }
    }
    while !found.is_empty() {
        let more: Vec<QualifiedName> = both
            .iter()
            .filter(|(left, right)| {
                !found.contains(left.name())
                    && [left, right]
                        .iter()
                        .any(|side| mentioned(side).iter().any(|name| found.contains(name)))
            })
            .map(|(left, _)| left.name().clone())
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found
}

/// Whether labels came in between, and none went or moved.
fn is_grown(before: &[String], after: &[String]) -> bool {
    let mut rest = after.iter();
    before.iter().all(|label| rest.any(|other| other == label))
}

/// Whether an attribute of both sides has another type on the right.
fn gets_other_types(before: &Composite, after: &Composite) -> bool {
    before.attributes.iter().any(|(name, data_type)| {
        after
            .attributes
            .iter()
            .any(|(other, new)| other == name && new != data_type)
    })
}

/// The types that stand alone, of every kind.
fn definitions(schema: &Schema) -> Vec<TypeDefinition> {
    let enums = schema.enums.iter().cloned().map(TypeDefinition::Enum);
    let domains = schema.domains.iter().cloned().map(TypeDefinition::Domain);
    let composites = schema.composites.iter().cloned();
    enums
        .chain(domains)
        .chain(composites.map(TypeDefinition::Composite))
        .collect()
}

/// The names that a type's definition mentions: those of other types are among them.
fn mentioned(definition: &TypeDefinition) -> Vec<QualifiedName> {
    match definition {
        TypeDefinition::Enum(_) => Vec::new(),
        TypeDefinition::Domain(own) => std::iter::once(&own.base_type)
            .chain(&own.default)
            .chain(own.checks.iter().map(|check| &check.expression))
            .flat_map(|text| relations_named(text))
            .collect(),
        TypeDefinition::Composite(own) => own
            .attributes
            .iter()
            .flat_map(|(_, data_type)| relations_named(data_type))
            .collect(),
    }
}

/// The types that columns of tables have, and those that these are made of.
fn stored_types(schema: &Schema, all: &[TypeDefinition]) -> BTreeSet<QualifiedName> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<QualifiedName> = schema
        .relations
        .iter()
        .filter(|relation| !relation.kind.is_view())
        .flat_map(|relation| &relation.columns)
        .filter(|column| column.data_type.contains('.'))
        .flat_map(|column| relations_named(&column.data_type))
        .collect();
    while let Some(name) = waiting.pop() {
        if found.contains(&name) {
            continue;
        }
        if let Some(own) = all.iter().find(|own| *own.name() == name) {
            waiting.extend(mentioned(own));
        }
        found.insert(name);
    }
    found
}

impl Difference<'_> {
    /// Whether a type, or an array of it, is one that is made anew.
    pub(super) fn is_of_rebuilt_type(&self, data_type: &str) -> bool {
        self.rebuilt_types
            .iter()
            .any(|name| data_type.trim_end_matches("[]") == name.to_string())
    }

    /// Whether an expression names a type that is made anew.
    pub(super) fn mentions_rebuilt_type(&self, expression: &str) -> bool {
        !self.rebuilt_types.is_empty()
            && relations_named(expression)
                .iter()
                .any(|name| self.rebuilt_types.contains(name))
    }

    /// The types that are made anew, with the columns to move.
    pub(super) fn rebuild(&mut self) {
        if self.rebuilt_types.is_empty() {
            return;
        }
        let old = self.rebuilt_in_order(self.from);
        let new: Vec<TypeDefinition> = self
            .rebuilt_in_order(self.to)
            .into_iter()
            .map(|right| {
                let left = old.iter().find(|left| left.name() == right.name());
                match (left, right) {
                    (Some(TypeDefinition::Composite(left)), TypeDefinition::Composite(right)) => {
                        TypeDefinition::Composite(in_order_of(left, &right))
                    }
                    (_, right) => right,
                }
            })
            .collect();
        let mut uses = Vec::new();
        let (from, to) = (self.from, self.to);
        // Parents first: what is set for them is set for their partitions and children.
        let mut relations: Vec<&Relation> = from.relations.iter().collect();
        relations.sort_by_key(|relation| Self::depth(from, relation));
        for relation in relations {
            // A partition's or child's columns follow those of its parent.
            let follows = |name: &str| {
                parents(relation)
                    .filter_map(|parent| from.relation(parent))
                    .any(|parent| parent.column(name).is_some())
            };
            let Some(right) = to.relation(&relation.name) else {
                continue;
            };
            if relation.kind.is_view() || self.recreated.contains(&relation.name) {
                continue;
            }
            for column in &relation.columns {
                let Some(after) = right.column(&column.name) else {
                    continue;
                };
                let key = (relation.name.clone(), column.name.clone());
                if self.rebuilt.contains(&key) {
                    continue;
                }
                let moves = self.is_of_rebuilt_type(&column.data_type)
                    && after.data_type == column.data_type;
                if moves && !follows(&column.name) {
                    uses.push(TypeUse {
                        table: relation.name.clone(),
                        column: column.name.clone(),
                        data_type: column.data_type.clone(),
                    });
                }
                self.set_aside_default(relation, right, &column.name, moves);
            }
        }
        let mut asides: BTreeSet<QualifiedName> = BTreeSet::new();
        let old: Vec<OldType> = old
            .into_iter()
            .map(|definition| {
                let aside = self.aside(definition.name(), &asides);
                asides.insert(aside.clone());
                OldType { definition, aside }
            })
            .collect();
        for gone in old.iter().rev() {
            let gone = gone.definition.clone().named(gone.aside.clone());
            self.push(Phase::DropOldTypes, Change::DropType(Box::new(gone)));
        }
        let change = Change::RebuildTypes {
            from: old,
            to: new,
            uses,
        };
        self.push(Phase::Rebuild, change);
    }

    /// A name for an old type that no one has, with room in the 63 bytes of a name.
    fn aside(&self, name: &QualifiedName, taken: &BTreeSet<QualifiedName>) -> QualifiedName {
        let mut end = name.name.len().min(55);
        while !name.name.is_char_boundary(end) {
            end -= 1;
        }
        let mut number = 1;
        loop {
            let shown = if number == 1 {
                String::new()
            } else {
                number.to_string()
            };
            let aside =
                QualifiedName::new(&name.schema, format!("{}__old{shown}", &name.name[..end]));
            let is_free = [self.from, self.to].iter().all(|side| {
                side.relation(&aside).is_none() && !type_names(side).any(|known| *known == aside)
            });
            if is_free && !taken.contains(&aside) {
                return aside;
            }
            number += 1;
        }
    }

    /// A default that has the type in it goes for the while, and comes back where it should be what it was.
    fn set_aside_default(&mut self, from: &Relation, to: &Relation, column: &str, moves: bool) {
        let default = |table: &Relation| default_expression(table, table.column(column)?);
        let Some(before) = default(from) else { return };
        if !moves && !self.mentions_rebuilt_type(&before) {
            return;
        }
        let table = &to.name;
        self.push(
            Phase::DropDefaults,
            Change::DropDefault {
                table: table.clone(),
                column: column.to_owned(),
            },
        );
        if let Some(expression) = default(to).filter(|after| *after == before) {
            self.push(
                Phase::Columns,
                Change::SetDefault {
                    table: table.clone(),
                    column: column.to_owned(),
                    expression,
                },
            );
        }
    }

    /// The types of a side that are made anew, each behind those that it is made of; of the right side with the new
    /// types that they need.
    fn rebuilt_in_order(&self, side: &Schema) -> Vec<TypeDefinition> {
        let all = definitions(side);
        let mut taken: BTreeSet<&QualifiedName> = BTreeSet::new();
        let mut waiting: Vec<QualifiedName> = self.rebuilt_types.iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            let Some(own) = all.iter().find(|own| *own.name() == name) else {
                continue;
            };
            let is_own = self.rebuilt_types.contains(&name) || self.comes_with_rebuilt(&name);
            if is_own && taken.insert(own.name()) {
                waiting.extend(mentioned(own));
            }
        }
        let mut part = Schema::default();
        for own in &all {
            if taken.contains(own.name()) {
                match own.clone() {
                    TypeDefinition::Enum(own) => part.enums.push(own),
                    TypeDefinition::Domain(own) => part.domains.push(own),
                    TypeDefinition::Composite(own) => part.composites.push(own),
                }
            }
        }
        ordered(&part)
            .into_iter()
            .filter_map(|object| match object {
                Object::Enum(own) => Some(TypeDefinition::Enum(own.clone())),
                Object::Domain(own) => Some(TypeDefinition::Domain(own.clone())),
                Object::Composite(own) => Some(TypeDefinition::Composite(own.clone())),
                Object::Relation(_) | Object::Definition(_) => None,
            })
            .collect()
    }

    /// Whether a type is new, so that it is made with those that are made anew where these need it.
    fn comes_with_rebuilt(&self, name: &QualifiedName) -> bool {
        self.options.types.has(name)
            && !type_names(self.from).any(|own| own == name)
            && type_names(self.to).any(|own| own == name)
    }

    /// The new types that come with those that are made anew.
    pub(super) fn created_with_rebuilt(&self) -> BTreeSet<QualifiedName> {
        if self.rebuilt_types.is_empty() {
            return BTreeSet::new();
        }
        self.rebuilt_in_order(self.to)
            .iter()
            .map(|own| own.name().clone())
            .filter(|name| !self.rebuilt_types.contains(name))
            .collect()
    }
}

/// A composite type with its attributes in the order that ALTER TYPE would leave them in: values are moved in that order.
fn in_order_of(before: &Composite, after: &Composite) -> Composite {
    let place = |name: &str| {
        let mut names = before.attributes.iter().map(|(other, _)| other);
        names
            .position(|other| other == name)
            .unwrap_or(before.attributes.len())
    };
    let mut attributes = after.attributes.clone();
    attributes.sort_by_key(|(name, _)| place(name));
    Composite {
        attributes,
        ..after.clone()
    }
}
