//! Primary keys, unique constraints, checks and exclusion constraints of a table that is on both sides.

use hyperdj_ddl::constraint::Constraint as Borrowed;
use hyperdj_ddl::relation::table_constraints;
use hyperdj_schema::{QualifiedName, Relation, Schema, columns_read, same_expression};

use super::difference::{Difference, Phase};
use super::tables::parameters;
use crate::change::Commented;
use crate::{Change, Constraint};

/// What becomes of one constraint of the left side.
enum Fate<'a> {
    Kept(Borrowed<'a>),
    Renamed(Borrowed<'a>),
    Gone,
}

impl Difference<'_> {
    /// Constraints and indexes that go, and those that get another name.
    pub(super) fn drop_keys(&mut self, from: &Relation, to: &Relation) {
        for left in table_constraints(from) {
            match self.fate(left, from, to) {
                Fate::Kept(_) => {}
                Fate::Renamed(right) => self.push(
                    Phase::RenameKeys,
                    Change::RenameConstraint {
                        table: to.name.clone(),
                        from: left.name().to_owned(),
                        to: right.name().to_owned(),
                    },
                ),
                // What comes from a parent goes with the parent's.
                Fate::Gone if left.inherited() && self.keeps_source(left, from, to, self.from) => {}
                Fate::Gone => {
                    if let Borrowed::PrimaryKey(_) | Borrowed::Unique(_) = left {
                        let mut columns = key_columns(left).to_vec();
                        columns.sort();
                        self.dropped_keys.insert((from.name.clone(), columns));
                    }
                    self.push(
                        Phase::DropKeys,
                        Change::DropConstraint {
                            table: to.name.clone(),
                            constraint: Box::new(owned(left)),
                        },
                    );
                }
            }
        }
        self.drop_indexes(from, to);
    }

    /// Constraints and indexes that come, and what else is said of those that stay.
    pub(super) fn add_keys(&mut self, from: &Relation, to: &Relation) {
        for left in table_constraints(from) {
            if let Fate::Kept(right) | Fate::Renamed(right) = self.fate(left, from, to) {
                self.refine(left, right, to);
            }
        }
        for right in table_constraints(to) {
            let is_there = table_constraints(from).any(|left| match self.fate(left, from, to) {
                Fate::Kept(kept) | Fate::Renamed(kept) => kept.name() == right.name(),
                Fate::Gone => false,
            });
            // A parent's check comes by itself; its keys are matched to those that a partition has by then.
            let comes_by_itself = match right {
                Borrowed::Check(check) => {
                    check.inherited && self.keeps_source(right, from, to, self.to)
                }
                _ => false,
            };
            if !is_there && !comes_by_itself {
                self.push(
                    Phase::Keys,
                    Change::AddConstraint {
                        table: to.name.clone(),
                        kind: to.kind,
                        constraint: Box::new(owned(right)),
                    },
                );
                self.comment(
                    Commented::Constraint(to.name.clone(), right.name().to_owned()),
                    None,
                    right.comment(),
                );
            }
        }
        self.add_indexes(from, to);
    }

    /// The constraint of the right side that one of the left side is, if any.
    fn fate<'a>(&self, left: Borrowed<'a>, from: &'a Relation, to: &'a Relation) -> Fate<'a> {
        if self.is_rebuilt(left, from) {
            return Fate::Gone;
        }
        if let Some(right) = table_constraints(to).find(|right| right.name() == left.name()) {
            // What a parent takes away again, its partition or child may have by itself from then on.
            let is_left_alone = left.inherited()
                && !right.inherited()
                && self.keeps_source(left, from, to, self.from);
            return if is_same(left, right) && !is_left_alone {
                Fate::Kept(right)
            } else {
                Fate::Gone
            };
        }
        if matches!(left, Borrowed::Check(check) if check.inherited) {
            return Fate::Gone;
        }
        // One that is the same under a name that is new, each at most once.
        let is_unnamed = |constraint: &Borrowed<'_>, other: &Relation| {
            !table_constraints(other).any(|known| known.name() == constraint.name())
        };
        let position = table_constraints(from)
            .filter(|other| is_unnamed(other, to) && is_same(*other, left))
            .position(|other| other.name() == left.name());
        position
            .and_then(|position| {
                table_constraints(to)
                    .filter(|right| is_unnamed(right, from) && is_same(left, *right))
                    .nth(position)
            })
            .map_or(Fate::Gone, Fate::Renamed)
    }

    /// Whether a constraint is over a column that is made anew, or mentions a type that is.
    fn is_rebuilt(&self, constraint: Borrowed<'_>, table: &Relation) -> bool {
        if self.rebuilt.is_empty() && self.rebuilt_types.is_empty() {
            return false;
        }
        let is_anew = |name: &String| self.rebuilt.contains(&(table.name.clone(), name.clone()));
        let reads = |text: &str| {
            columns_read(text, &table.columns).iter().any(is_anew)
                || self.mentions_rebuilt_type(text)
                || columns_read(text, &table.columns).iter().any(|name| {
                    table
                        .column(name)
                        .is_some_and(|column| self.is_of_rebuilt_type(&column.data_type))
                })
        };
        match constraint {
            Borrowed::Check(check) => reads(&check.expression),
            Borrowed::Exclusion(exclusion) => reads(&exclusion.definition),
            Borrowed::PrimaryKey(key) => key.columns.iter().chain(&key.include).any(is_anew),
            Borrowed::Unique(unique) => unique.columns.iter().chain(&unique.include).any(is_anew),
            Borrowed::ForeignKey(key) => key.columns.iter().any(is_anew),
        }
    }

    /// What can be altered of a constraint that stays.
    fn refine(&mut self, left: Borrowed<'_>, right: Borrowed<'_>, to: &Relation) {
        if let (Borrowed::Check(before), Borrowed::Check(after)) = (left, right)
            && !before.validated
            && after.validated
        {
            self.push(
                Phase::ForeignKeys,
                Change::ValidateConstraint {
                    table: to.name.clone(),
                    name: right.name().to_owned(),
                },
            );
        }
        if let (Some(before), Some(after)) = (index_settings(left), index_settings(right)) {
            let name = QualifiedName::new(&to.name.schema, right.name());
            self.index_settings(&to.name, &name, before, after);
        }
        self.comment(
            Commented::Constraint(to.name.clone(), right.name().to_owned()),
            left.comment(),
            right.comment(),
        );
    }

    /// Storage parameters and tablespace of an index.
    pub(super) fn index_settings(
        &mut self,
        relation: &QualifiedName,
        name: &QualifiedName,
        (options, tablespace): IndexSettings<'_>,
        (new_options, new_tablespace): IndexSettings<'_>,
    ) {
        let (set, reset) = parameters(options, new_options);
        if !set.is_empty() || !reset.is_empty() {
            self.push(
                Phase::Settings,
                Change::SetIndexOptions {
                    name: name.clone(),
                    set,
                    reset,
                },
            );
        }
        if tablespace != new_tablespace {
            self.push(
                Phase::Settings,
                Change::SetIndexTablespace {
                    relation: relation.clone(),
                    name: name.clone(),
                    tablespace: new_tablespace.map(str::to_owned),
                },
            );
        }
    }

    /// Whether a partition or child keeps the parent that, on one side, it has a constraint from.
    fn keeps_source(
        &self,
        constraint: Borrowed<'_>,
        from: &Relation,
        to: &Relation,
        side: &Schema,
    ) -> bool {
        let Borrowed::Check(check) = constraint else {
            return self.keeps_a_parent(from, to);
        };
        super::difference::parents(from).any(|parent| {
            self.keeps_parent(from, to, parent)
                && side
                    .relation(parent)
                    .is_none_or(|parent| parent.checks.iter().any(|own| own.name == check.name))
        })
    }

    /// Whether a partition or child keeps one of its parents.
    pub(super) fn keeps_a_parent(&self, from: &Relation, to: &Relation) -> bool {
        super::difference::parents(from).any(|parent| self.keeps_parent(from, to, parent))
    }
}

/// Storage parameters and tablespace.
pub(super) type IndexSettings<'a> = (&'a [(String, String)], Option<&'a str>);

fn index_settings(constraint: Borrowed<'_>) -> Option<IndexSettings<'_>> {
    match constraint {
        Borrowed::PrimaryKey(key) => Some((&key.options, key.tablespace.as_deref())),
        Borrowed::Unique(unique) => Some((&unique.options, unique.tablespace.as_deref())),
        _ => None,
    }
}

fn key_columns(constraint: Borrowed<'_>) -> &[String] {
    match constraint {
        Borrowed::PrimaryKey(key) => &key.columns,
        Borrowed::Unique(unique) => &unique.columns,
        _ => &[],
    }
}

/// Whether two constraints differ at most in what can be altered: name, comment, index settings, being validated.
pub(super) fn is_same(left: Borrowed<'_>, right: Borrowed<'_>) -> bool {
    match (left, right) {
        (Borrowed::PrimaryKey(left), Borrowed::PrimaryKey(right)) => {
            left.columns == right.columns
                && left.include == right.include
                && left.deferrable == right.deferrable
        }
        (Borrowed::Unique(left), Borrowed::Unique(right)) => {
            left.columns == right.columns
                && left.include == right.include
                && left.deferrable == right.deferrable
                && left.nulls_not_distinct == right.nulls_not_distinct
        }
        (Borrowed::Check(left), Borrowed::Check(right)) => {
            left.no_inherit == right.no_inherit
                // A check can be validated, and never be taken back.
                && (left.validated == right.validated || right.validated)
                && same_expression(&left.expression, &right.expression)
        }
        (Borrowed::Exclusion(left), Borrowed::Exclusion(right)) => {
            same_expression(&left.definition, &right.definition)
        }
        _ => false,
    }
}

pub(super) fn owned(constraint: Borrowed<'_>) -> Constraint {
    match constraint {
        Borrowed::PrimaryKey(key) => Constraint::PrimaryKey(key.clone()),
        Borrowed::Unique(unique) => Constraint::Unique(unique.clone()),
        Borrowed::ForeignKey(key) => Constraint::ForeignKey(key.clone()),
        Borrowed::Check(check) => Constraint::Check(check.clone()),
        Borrowed::Exclusion(exclusion) => Constraint::Exclusion(exclusion.clone()),
    }
}
