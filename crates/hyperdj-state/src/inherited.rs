//! What a partition or a child table has from its parent, which says it for both.

use std::collections::HashSet;

use hyperdj_schema::{
    ForeignKey, Index, QualifiedName, Relation, Schema, foreign_key_name, index_name, unique_name,
};

use crate::relation::sort;

/// Gives every partition what its partitioned table has, and every child table its parents' checks.
///
/// `filled` are those that have everything already, as the database has it.
pub(crate) fn inherit(schema: &mut Schema, filled: &HashSet<QualifiedName>) {
    let relations = schema.relations.iter().enumerate();
    let mut done: HashSet<usize> = relations
        .filter(|(_, relation)| filled.contains(&relation.name))
        .map(|(position, _)| position)
        .collect();
    for position in 0..schema.relations.len() {
        complete(schema, position, &mut done);
    }
}

/// Completes the parents first: a partition may be partitioned itself.
fn complete(schema: &mut Schema, position: usize, done: &mut HashSet<usize>) {
    if !done.insert(position) {
        return;
    }
    let place = |schema: &Schema, name: &QualifiedName| {
        schema
            .relations
            .binary_search_by(|relation| relation.name.cmp(name))
            .ok()
    };
    let partition_of = schema.relations[position].partition_of.clone();
    if let Some(parent) = partition_of.and_then(|partition| place(schema, &partition.parent)) {
        complete(schema, parent, done);
        let parent = schema.relations[parent].clone();
        from_partitioned(&parent, &mut schema.relations[position]);
        inherit_checks(&parent, &mut schema.relations[position]);
        sort(&mut schema.relations[position]);
    }
    for parent in schema.relations[position].inherits.clone() {
        if let Some(parent) = place(schema, &parent) {
            complete(schema, parent, done);
            let parent = schema.relations[parent].clone();
            inherit_checks(&parent, &mut schema.relations[position]);
            sort(&mut schema.relations[position]);
        }
    }
}

fn inherit_checks(parent: &Relation, child: &mut Relation) {
    for check in parent.checks.iter().filter(|check| !check.no_inherit) {
        if !child.checks.iter().any(|own| own.name == check.name) {
            let mut check = check.clone();
            check.inherited = true;
            check.comment = None;
            child.checks.push(check);
        }
    }
}

fn from_partitioned(parent: &Relation, child: &mut Relation) {
    if let (Some(_), Some(key)) = (&parent.primary_key, &mut child.primary_key) {
        key.inherited = true;
    }
    for unique in &parent.uniques {
        match child
            .uniques
            .iter_mut()
            .find(|own| own.columns == unique.columns && !own.inherited)
        {
            Some(own) => own.inherited = true,
            None => {
                let mut unique = unique.clone();
                unique.inherited = true;
                unique.comment = None;
                let columns = unique.columns.iter().chain(&unique.include);
                unique.name = unique_name(&child.name.name, columns.map(String::as_str));
                child.uniques.push(unique);
            }
        }
    }
    for key in &parent.foreign_keys {
        let mut copy = key.clone();
        copy.inherited = true;
        copy.comment = None;
        // One that has a name of its own is the partition's own.
        let columns = key.columns.iter().map(String::as_str);
        let usual = foreign_key_name(&child.name.name, columns);
        let same = |own: &&mut ForeignKey| {
            own.columns == key.columns
                && own.target == key.target
                && own.name == usual
                && !own.inherited
        };
        match child.foreign_keys.iter_mut().find(same) {
            Some(own) => *own = copy,
            None => child.foreign_keys.push(copy),
        }
    }
    // An invalid index of a partitioned table is one that not every partition has.
    for index in parent.indexes.iter().filter(|index| index.valid) {
        let same = |own: &&mut Index| {
            own.keys == index.keys
                && own.unique == index.unique
                && own.method == index.method
                && own.predicate == index.predicate
                && !own.inherited
        };
        match child.indexes.iter_mut().find(same) {
            Some(own) => own.inherited = true,
            None => {
                let mut index = index.clone();
                index.inherited = true;
                index.comment = None;
                index.name = index_name(&child.name.name, &index);
                child.indexes.push(index);
            }
        }
    }
}
