//! Foreign keys: they go first and come last, as they stand between tables.

use hyperdj_schema::{ForeignKey, QualifiedName, Relation};

use super::difference::{Difference, Phase};
use crate::change::Commented;
use crate::{Change, Constraint};

impl<'a> Difference<'a> {
    /// Compares the foreign keys of all tables, when it is known what becomes of the tables and their keys.
    pub(super) fn foreign_keys(&mut self, created: &[&'a Relation]) {
        for (from, to) in self.pairs() {
            let recreated = |relation: &Relation| self.recreated.contains(&relation.name);
            match (from, to) {
                (Some(from), Some(to)) if !recreated(from) && !from.kind.is_view() => {
                    self.keys_of_both(from, to);
                }
                (Some(from), _) => {
                    // A key between two tables that both go must not hold them.
                    for key in from.foreign_keys.iter().filter(|key| !key.inherited) {
                        if key.target != from.name && self.goes(&key.target) {
                            self.drop_key(from, key);
                        }
                    }
                }
                _ => {}
            }
        }
        // Partitions first: the parent's key takes over theirs.
        let mut sorted: Vec<&Relation> = created.to_vec();
        sorted.sort_by_key(|table| std::cmp::Reverse(Self::depth(self.to, table)));
        for table in sorted {
            self.new_foreign_keys(table);
        }
    }

    fn goes(&self, table: &QualifiedName) -> bool {
        self.options.relations.has(table)
            && (self.to.relation(table).is_none() || self.recreated.contains(table))
    }

    fn keys_of_both(&mut self, from: &'a Relation, to: &'a Relation) {
        let to_schema = self.to;
        let find = |name: &QualifiedName| to_schema.relation(name);
        let stated: Vec<&ForeignKey> = hyperdj_ddl::own_foreign_keys(to, &find).collect();
        let mut taken: Vec<&str> = Vec::new();
        for left in &from.foreign_keys {
            let same = |right: &&ForeignKey| is_same(left, right);
            let is_new = |right: &&ForeignKey| {
                !from
                    .foreign_keys
                    .iter()
                    .any(|known| known.name == right.name)
                    && !taken.contains(&right.name.as_str())
            };
            let by_name = to.foreign_keys.iter().find(|right| right.name == left.name);
            let right = match by_name {
                Some(right) => Some(right).filter(same),
                None => to.foreign_keys.iter().filter(same).find(is_new),
            };
            let inherited = left.inherited && self.keeps_a_parent(from, to);
            match right {
                Some(right)
                    if !self.is_key_disturbed(left, from, to)
                        && (right.inherited || !inherited) =>
                {
                    taken.push(&right.name);
                    self.refine_key(left, right, to);
                }
                _ if inherited || left.inherited && from.partition_of.is_none() => {}
                _ => self.drop_key(from, left),
            }
        }
        for key in stated {
            if !taken.contains(&key.name.as_str()) {
                self.push(
                    Phase::ForeignKeys,
                    Change::AddConstraint {
                        table: to.name.clone(),
                        kind: to.kind,
                        constraint: Box::new(Constraint::ForeignKey(key.clone())),
                    },
                );
                self.comment(
                    Commented::Constraint(to.name.clone(), key.name.clone()),
                    None,
                    key.comment.as_deref(),
                );
            }
        }
    }

    fn drop_key(&mut self, table: &Relation, key: &ForeignKey) {
        self.push(
            Phase::DropForeignKeys,
            Change::DropConstraint {
                table: table.name.clone(),
                constraint: Box::new(Constraint::ForeignKey(key.clone())),
            },
        );
    }

    /// Whether a key can't stay while what it stands on changes.
    fn is_key_disturbed(&self, key: &ForeignKey, from: &Relation, to: &Relation) -> bool {
        let retyped = |table: &QualifiedName, column: &String| {
            let column = (table.clone(), column.clone());
            self.retyped.contains(&column) || self.rebuilt.contains(&column)
        };
        let of_rebuilt_type = key.columns.iter().any(|name| {
            from.column(name)
                .is_some_and(|column| self.is_of_rebuilt_type(&column.data_type))
        });
        let mut target_columns = key.target_columns.clone();
        target_columns.sort();
        of_rebuilt_type
            || self.goes(&key.target)
            || key.columns.iter().any(|column| retyped(&to.name, column))
            || key
                .target_columns
                .iter()
                .any(|column| retyped(&key.target, column))
            || self
                .dropped_keys
                .contains(&(key.target.clone(), target_columns))
    }

    fn refine_key(&mut self, left: &ForeignKey, right: &ForeignKey, to: &Relation) {
        if left.name != right.name {
            self.push(
                Phase::RenameKeys,
                Change::RenameConstraint {
                    table: to.name.clone(),
                    from: left.name.clone(),
                    to: right.name.clone(),
                },
            );
        }
        if left.deferrable != right.deferrable && !right.inherited {
            self.push(
                Phase::ForeignKeys,
                Change::SetDeferrable {
                    table: to.name.clone(),
                    name: right.name.clone(),
                    deferrable: right.deferrable,
                },
            );
        }
        if !left.validated && right.validated {
            self.push(
                Phase::ForeignKeys,
                Change::ValidateConstraint {
                    table: to.name.clone(),
                    name: right.name.clone(),
                },
            );
        }
        self.comment(
            Commented::Constraint(to.name.clone(), right.name.clone()),
            left.comment.as_deref(),
            right.comment.as_deref(),
        );
    }
}

/// Whether two foreign keys differ at most in what can be altered.
fn is_same(left: &ForeignKey, right: &ForeignKey) -> bool {
    left.columns == right.columns
        && left.target == right.target
        && left.target_columns == right.target_columns
        && left.match_type == right.match_type
        && left.on_delete == right.on_delete
        && left.on_update == right.on_update
        && left.on_delete_columns == right.on_delete_columns
        && (left.validated == right.validated || right.validated)
}
