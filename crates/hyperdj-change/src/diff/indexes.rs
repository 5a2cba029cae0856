//! Indexes that no constraint owns.

use hyperdj_schema::{Index, KeyTarget, QualifiedName, Relation, columns_read, same_expression};

use super::difference::{Difference, Phase};
use crate::Change;
use crate::change::Commented;

enum Fate<'a> {
    Kept(&'a Index),
    Renamed(&'a Index),
    Gone,
}

impl Difference<'_> {
    pub(super) fn drop_indexes(&mut self, from: &Relation, to: &Relation) {
        for left in &from.indexes {
            match self.index_fate(left, from, to) {
                Fate::Kept(_) => {}
                Fate::Renamed(right) => self.push(
                    Phase::RenameKeys,
                    Change::RenameIndex {
                        from: QualifiedName::new(&to.name.schema, &left.name),
                        to: right.name.clone(),
                    },
                ),
                Fate::Gone if left.inherited && self.keeps_a_parent(from, to) => {}
                Fate::Gone => self.push(
                    Phase::DropKeys,
                    Change::DropIndex {
                        relation: to.name.clone(),
                        kind: to.kind,
                        name: left.name.clone(),
                    },
                ),
            }
        }
    }

    /// Whether every partition of a table, and of those, is looked at: each then gets its own index first.
    fn has_all_partitions(&self, table: &QualifiedName) -> bool {
        self.from
            .relations
            .iter()
            .filter(|relation| {
                relation
                    .partition_of
                    .as_ref()
                    .is_some_and(|of| of.parent == *table)
            })
            .all(|partition| {
                self.options.relations.has(&partition.name)
                    && self.has_all_partitions(&partition.name)
            })
    }

    pub(super) fn add_indexes(&mut self, from: &Relation, to: &Relation) {
        let mut there: Vec<&str> = Vec::new();
        for left in &from.indexes {
            if let Fate::Kept(right) | Fate::Renamed(right) = self.index_fate(left, from, to) {
                there.push(&right.name);
                let name = QualifiedName::new(&to.name.schema, &right.name);
                self.index_settings(
                    &to.name,
                    &name,
                    (&left.options, left.tablespace.as_deref()),
                    (&right.options, right.tablespace.as_deref()),
                );
                self.comment(
                    Commented::Index(name),
                    left.comment.as_deref(),
                    right.comment.as_deref(),
                );
            }
        }
        for index in &to.indexes {
            // An index that is not valid is what a failed build left: it is no one's wish.
            let is_wanted = index.valid || to.partition_by.is_some();
            if is_wanted && !there.contains(&index.name.as_str()) {
                self.push(
                    Phase::Keys,
                    Change::CreateIndex {
                        relation: to.name.clone(),
                        kind: to.kind,
                        index: Box::new(index.clone()),
                        prepared: self.has_all_partitions(&to.name),
                    },
                );
                self.comment(
                    Commented::Index(QualifiedName::new(&to.name.schema, &index.name)),
                    None,
                    index.comment.as_deref(),
                );
            }
        }
    }

    fn index_fate<'a>(&self, left: &Index, from: &Relation, to: &'a Relation) -> Fate<'a> {
        if self.is_index_rebuilt(left, from) {
            return Fate::Gone;
        }
        if let Some(right) = to.indexes.iter().find(|right| right.name == left.name) {
            let is_left_alone = left.inherited && !right.inherited && self.keeps_a_parent(from, to);
            return if is_same(left, right) && !is_left_alone {
                Fate::Kept(right)
            } else {
                Fate::Gone
            };
        }
        let is_unnamed = |index: &Index, other: &Relation| {
            !other.indexes.iter().any(|known| known.name == index.name)
        };
        from.indexes
            .iter()
            .filter(|other| is_unnamed(other, to) && is_same(other, left))
            .position(|other| other.name == left.name)
            .and_then(|position| {
                to.indexes
                    .iter()
                    .filter(|right| is_unnamed(right, from) && is_same(left, right))
                    .nth(position)
            })
            .map_or(Fate::Gone, Fate::Renamed)
    }

    fn is_index_rebuilt(&self, index: &Index, table: &Relation) -> bool {
        if self.rebuilt.is_empty() && self.rebuilt_types.is_empty() {
            return false;
        }
        let is_anew = |name: &String| self.rebuilt.contains(&(table.name.clone(), name.clone()));
        let reads = |text: &String| {
            self.mentions_rebuilt_type(text)
                || columns_read(text, &table.columns).iter().any(|name| {
                    is_anew(name)
                        || table
                            .column(name)
                            .is_some_and(|column| self.is_of_rebuilt_type(&column.data_type))
                })
        };
        index.include.iter().any(is_anew)
            || index.predicate.iter().any(reads)
            || index.keys.iter().any(|key| match &key.target {
                KeyTarget::Column(name) => is_anew(name),
                KeyTarget::Expression(text) => reads(text),
            })
    }
}

/// Whether two indexes differ at most in what can be altered.
fn is_same(left: &Index, right: &Index) -> bool {
    let same_predicate = match (&left.predicate, &right.predicate) {
        (None, None) => true,
        (Some(left), Some(right)) => same_expression(left, right),
        _ => false,
    };
    let same_keys = left.keys.len() == right.keys.len()
        && left.keys.iter().zip(&right.keys).all(|(left, right)| {
            left == right
                || match (&left.target, &right.target) {
                    (KeyTarget::Expression(before), KeyTarget::Expression(after)) => {
                        let mut moved = left.clone();
                        moved.target = right.target.clone();
                        moved == *right && same_expression(before, after)
                    }
                    _ => false,
                }
        });
    same_keys
        && same_predicate
        && left.method == right.method
        && left.unique == right.unique
        && left.include == right.include
        && left.nulls_not_distinct == right.nulls_not_distinct
        && left.valid == right.valid
}
