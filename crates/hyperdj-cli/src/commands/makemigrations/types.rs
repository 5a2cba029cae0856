//! The types and sequences that managed tables use: those that no other table uses are the models' to say.

use std::collections::BTreeSet;

use hyperdj_change::{Options, Scope};
use hyperdj_schema::{Domain, QualifiedName, Relation, Schema, relations_named, without_modifiers};

/// Puts the models' types in the place of the database's.
pub(super) fn types(
    left: &Schema,
    said: &Schema,
    managed: &BTreeSet<QualifiedName>,
    right: &mut Schema,
    options: &mut Options,
    kept: &mut Vec<String>,
) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for relation in right
        .relations
        .iter()
        .filter(|own| managed.contains(&own.name))
    {
        used_by(relation, said, &mut used);
    }
    // A view takes what its tables have: it is in the way of a change at most, and that is told.
    let mut others: BTreeSet<String> = BTreeSet::new();
    for relation in left
        .relations
        .iter()
        .filter(|own| !managed.contains(&own.name) && !own.kind.is_view())
    {
        used_by(relation, left, &mut others);
    }
    let mut scope: BTreeSet<QualifiedName> = BTreeSet::new();
    let mut take = |name: &QualifiedName, is_same: Option<bool>| {
        let shown = name.to_string();
        let is_shared = is_same.is_some() && others.contains(&shown);
        if is_shared && is_same == Some(false) {
            kept.push(format!(
                "type {shown}, which tables that are not managed use too"
            ));
        }
        // One that stays what it is may be made of one that does not.
        let is_taken = used.contains(&shown) && !is_shared;
        if is_taken {
            scope.insert(name.clone());
        }
        is_taken
    };
    for own in &said.enums {
        let there = left.enums.iter().find(|known| known.name == own.name);
        if take(&own.name, there.map(|there| there == own)) {
            right.enums.retain(|known| known.name != own.name);
            right.enums.push(own.clone());
        }
    }
    for own in &said.domains {
        let there = left.domains.iter().find(|known| known.name == own.name);
        if take(&own.name, there.map(|there| there == own)) {
            right.domains.retain(|known| known.name != own.name);
            right.domains.push(own.clone());
        }
    }
    for own in &said.composites {
        let there = left.composites.iter().find(|known| known.name == own.name);
        if take(&own.name, there.map(|there| there == own)) {
            right.composites.retain(|known| known.name != own.name);
            right.composites.push(own.clone());
        }
    }
    right
        .enums
        .sort_by(|left, right| left.name.cmp(&right.name));
    right
        .domains
        .sort_by(|left, right| left.name.cmp(&right.name));
    right
        .composites
        .sort_by(|left, right| left.name.cmp(&right.name));
    options.types = Scope::Only(scope);
}

/// The types that a relation's columns have, those behind domains and composite types too, as they are printed.
pub(super) fn used_by(relation: &Relation, schema: &Schema, used: &mut BTreeSet<String>) {
    let mut waiting: Vec<String> = relation
        .columns
        .iter()
        .map(|column| bare(&column.data_type))
        .collect();
    while let Some(name) = waiting.pop() {
        if !used.insert(name.clone()) {
            continue;
        }
        let base = |domain: &&Domain| domain.name.to_string() == name;
        waiting.extend(
            schema
                .domains
                .iter()
                .filter(base)
                .map(|own| bare(&own.base_type)),
        );
        for composite in &schema.composites {
            if composite.name.to_string() == name {
                waiting.extend(composite.attributes.iter().map(|(_, of)| bare(of)));
            }
        }
    }
}

/// A printed type without length and brackets.
fn bare(printed: &str) -> String {
    let element = printed.trim_end_matches("[]");
    without_modifiers(element).unwrap_or_else(|| element.to_owned())
}

/// Puts the models' sequences in the place of the database's: those that a managed table owns or takes values from.
pub(super) fn sequences(
    left: &Schema,
    said: &Schema,
    managed: &BTreeSet<QualifiedName>,
    right: &mut Schema,
    options: &mut Options,
) {
    let used = counters(&right.relations, |name| managed.contains(name));
    let others = counters(&left.relations, |name| !managed.contains(name));
    let is_foreign = |owned_by: &Option<(QualifiedName, String)>| {
        owned_by
            .as_ref()
            .is_some_and(|(table, _)| !managed.contains(table))
    };
    let mut scope: BTreeSet<QualifiedName> = BTreeSet::new();
    for own in &said.sequences {
        let is_owned = own
            .owned_by
            .as_ref()
            .is_some_and(|(table, _)| managed.contains(table));
        let there = left.sequences.iter().find(|known| known.name == own.name);
        let is_shared =
            there.is_some_and(|there| is_foreign(&there.owned_by) || others.contains(&there.name));
        if is_shared || !(is_owned || used.contains(&own.name)) {
            continue;
        }
        scope.insert(own.name.clone());
        right.sequences.retain(|known| known.name != own.name);
        right.sequences.push(own.clone());
    }
    // A column that is serial in the models and has a sequence of another kind in the database: the diff makes one of the
    // other, for which the sequence must not stand on the right by itself.
    for there in &left.sequences {
        let Some((table, column)) = &there.owned_by else {
            continue;
        };
        let counts_itself = right
            .relations
            .iter()
            .find(|relation| managed.contains(&relation.name) && relation.name == *table)
            .and_then(|relation| relation.column(column))
            .is_some_and(|column| column.serial.is_some() || column.identity.is_some());
        if counts_itself && !said.sequences.iter().any(|own| own.name == there.name) {
            scope.insert(there.name.clone());
            right.sequences.retain(|known| known.name != there.name);
        }
    }
    right
        .sequences
        .sort_by(|left, right| left.name.cmp(&right.name));
    options.sequences = Scope::Only(scope);
}

/// The sequences that columns' defaults take values from.
pub(super) fn counters(
    relations: &[Relation],
    takes: impl Fn(&QualifiedName) -> bool,
) -> BTreeSet<QualifiedName> {
    relations
        .iter()
        .filter(|relation| takes(&relation.name))
        .flat_map(|relation| &relation.columns)
        .filter_map(|column| column.default.as_deref())
        .filter(|default| default.contains("nextval("))
        .flat_map(relations_in_text)
        .collect()
}

/// The names in `nextval('schema.name'::regclass)`.
fn relations_in_text(default: &str) -> Vec<QualifiedName> {
    let mut found = Vec::new();
    for part in default.split("nextval('").skip(1) {
        let name = part.split("'::regclass").next().unwrap_or_default();
        found.extend(relations_named(&format!(
            "SELECT FROM {}",
            name.replace("''", "'")
        )));
    }
    found
}
