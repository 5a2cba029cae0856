//! Tables: those that come, those that go, and those that are on both sides.

use std::collections::HashMap;

use hyperdj_ddl::order::{Object, ordered};
use hyperdj_schema::{
    QualifiedName, Relation, RelationKind, Schema, columns_read, same_expression,
};

use super::difference::{Difference, Phase, parents};
use crate::change::{Commented, TypeDefinition};
use crate::{Change, Constraint};

/// A table of both sides.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) from: &'a Relation,
    pub(super) to: &'a Relation,
}

impl<'a> Difference<'a> {
    /// Compares all tables.
    pub(super) fn tables(&mut self) {
        let mut pairs = Vec::new();
        let mut created = Vec::new();
        let mut dropped = Vec::new();
        for pair in self.pairs() {
            match pair {
                (Some(from), Some(to)) if from.kind.is_view() || to.kind.is_view() => {
                    if !from.kind.is_view() {
                        dropped.push(from);
                    }
                    if !to.kind.is_view() {
                        created.push(to);
                    }
                }
                (Some(from), Some(to)) => {
                    if self.is_alterable(from, to) {
                        pairs.push(Pair { from, to });
                    } else {
                        self.recreated.insert(from.name.clone());
                        dropped.push(from);
                        created.push(to);
                    }
                }
                (Some(from), None) if !from.kind.is_view() => dropped.push(from),
                (None, Some(to)) if !to.kind.is_view() => created.push(to),
                _ => {}
            }
        }
        dropped.sort_by_key(|table| std::cmp::Reverse(Self::depth(self.from, table)));
        for table in &dropped {
            self.push(
                Phase::DropTables,
                Change::DropTable {
                    name: table.name.clone(),
                    kind: table.kind,
                },
            );
        }
        self.create(&created);

        // Parents first: what they change, they change in their partitions and children too.
        let changed: Vec<Pair<'a>> = pairs
            .into_iter()
            .filter(|pair| self.differs(*pair))
            .collect();
        let mut sorted: Vec<(usize, Pair<'a>)> = changed
            .into_iter()
            .map(|pair| (Self::depth(self.to, pair.to), pair))
            .collect();
        sorted.sort_by_key(|(depth, _)| *depth);
        let mut left = HashMap::new();
        for (_, pair) in &sorted {
            let from = self.left(pair.from);
            self.links(pair.from, pair.to);
            self.columns(&from, pair.to);
            self.settings(pair.from, pair.to);
            left.insert(&pair.from.name, from);
        }
        for (_, pair) in &sorted {
            self.drop_keys(pair.from, pair.to);
        }
        // Partitions first: what the parent then gets takes over what they have.
        for (_, pair) in sorted.iter().rev() {
            self.add_keys(pair.from, pair.to);
        }
        self.foreign_keys(&created);
        for table in created {
            self.attach(table);
        }
    }

    /// Whether one can be altered into the other.
    fn is_alterable(&self, from: &Relation, to: &Relation) -> bool {
        let same_key = match (&from.partition_by, &to.partition_by) {
            (None, None) => true,
            (Some(key), Some(other)) => {
                // The columns of the key can't get another type.
                let is_kept = |name: &String| match (from.column(name), to.column(name)) {
                    (Some(left), Some(right)) => {
                        left.data_type == right.data_type
                            && left.collation == right.collation
                            && !self.is_of_rebuilt_type(&left.data_type)
                    }
                    _ => false,
                };
                same_expression(key, other) && columns_read(key, &from.columns).iter().all(is_kept)
            }
            _ => false,
        };
        let server = |table: &Relation| {
            table
                .foreign_server
                .as_ref()
                .map(|server| server.name.clone())
        };
        from.kind == to.kind && same_key && server(from) == server(to)
    }

    fn differs(&self, pair: Pair<'a>) -> bool {
        pair.from != pair.to
            || !self.rebuilt_types.is_empty()
            || parents(pair.to).any(|parent| {
                self.recreated.contains(parent)
                    || match (self.from.relation(parent), self.to.relation(parent)) {
                        (Some(from), Some(to)) => self.differs(Pair { from, to }),
                        _ => true,
                    }
            })
    }

    /// New types and tables, in the order that their needs ask for.
    fn create(&mut self, tables: &[&'a Relation]) {
        let made_before = self.created_with_rebuilt();
        let is_new = |name: &QualifiedName, known: bool| {
            !known && self.options.types.has(name) && !made_before.contains(name)
        };
        let from = self.from;
        let enums = self.to.enums.iter().filter(|own| {
            is_new(
                &own.name,
                from.enums.iter().any(|left| left.name == own.name),
            )
        });
        let domains = self.to.domains.iter().filter(|own| {
            is_new(
                &own.name,
                from.domains.iter().any(|left| left.name == own.name),
            )
        });
        let composites = self.to.composites.iter().filter(|own| {
            is_new(
                &own.name,
                from.composites.iter().any(|left| left.name == own.name),
            )
        });
        let created = Schema {
            enums: enums.cloned().collect(),
            domains: domains.cloned().collect(),
            composites: composites.cloned().collect(),
            relations: tables.iter().map(|table| (*table).clone()).collect(),
            ..Schema::default()
        };
        let changes: Vec<Change> = ordered(&created)
            .into_iter()
            .filter_map(|object| match object {
                Object::Enum(own) => Some(Change::CreateType(Box::new(TypeDefinition::Enum(
                    own.clone(),
                )))),
                Object::Domain(own) => Some(Change::CreateType(Box::new(TypeDefinition::Domain(
                    own.clone(),
                )))),
                Object::Composite(own) => Some(Change::CreateType(Box::new(
                    TypeDefinition::Composite(own.clone()),
                ))),
                Object::Relation(table) => Some(Change::CreateTable {
                    table: Box::new(table.clone()),
                    parents: parents(table)
                        .filter_map(|name| self.to.relation(name))
                        .cloned()
                        .collect(),
                }),
                // Models say none, and none is left out of them for that.
                Object::Definition(_) => None,
            })
            .collect();
        for change in changes {
            // A child of a table that is there comes when that has become what it should be.
            let phase = match &change {
                Change::CreateTable { table, .. } if !table.inherits.is_empty() => {
                    Phase::CreateChildren
                }
                _ => Phase::Create,
            };
            self.push(phase, change);
        }
        for table in tables {
            for column in &table.columns {
                self.claim(table, column);
            }
            for index in table.indexes.iter().filter(|index| !index.valid) {
                if table.kind == RelationKind::PartitionedTable {
                    self.push(
                        Phase::LateIndexes,
                        Change::CreateIndex {
                            relation: table.name.clone(),
                            kind: table.kind,
                            index: Box::new(index.clone()),
                            prepared: false,
                        },
                    );
                }
            }
        }
    }

    /// Puts a new partition under its partitioned table, once it has all that it should have.
    fn attach(&mut self, table: &Relation) {
        if let Some(partition) = &table.partition_of {
            self.push(
                Phase::Attach,
                Change::AttachPartition {
                    parent: partition.parent.clone(),
                    partition: table.name.clone(),
                    bound: partition.bound.clone(),
                },
            );
        }
    }

    /// Partitions and children that come to, or leave, their parents.
    fn links(&mut self, from: &Relation, to: &Relation) {
        if let Some(partition) = &from.partition_of {
            let keeps = self.keeps_parent(from, to, &partition.parent);
            let goes = self.recreated.contains(&partition.parent)
                || self.to.relation(&partition.parent).is_none();
            if !keeps || goes {
                self.push(
                    Phase::Detach,
                    Change::DetachPartition {
                        parent: partition.parent.clone(),
                        partition: from.name.clone(),
                    },
                );
            }
        }
        if let Some(partition) = &to.partition_of
            && !self.keeps_parent(from, to, &partition.parent)
        {
            self.attach(to);
        }
        if from.inherits == to.inherits
            && !from
                .inherits
                .iter()
                .any(|parent| self.recreated.contains(parent))
        {
            return;
        }
        // The order of parents counts: all go, and come back in their order.
        for parent in &from.inherits {
            self.push(
                Phase::Detach,
                Change::NoInherit {
                    child: from.name.clone(),
                    parent: parent.clone(),
                },
            );
        }
        for parent in &to.inherits {
            self.push(
                Phase::Attach,
                Change::Inherit {
                    child: to.name.clone(),
                    parent: parent.clone(),
                },
            );
        }
    }

    /// Storage parameters, tablespace, persistence, foreign options and the comment.
    pub(super) fn settings(&mut self, from: &Relation, to: &Relation) {
        let (set, reset) = parameters(&from.options, &to.options);
        if !set.is_empty() || !reset.is_empty() {
            self.push(
                Phase::Settings,
                Change::SetOptions {
                    relation: to.name.clone(),
                    kind: to.kind,
                    set,
                    reset,
                },
            );
        }
        if from.tablespace != to.tablespace {
            self.push(
                Phase::Settings,
                Change::SetTablespace {
                    relation: to.name.clone(),
                    kind: to.kind,
                    tablespace: to.tablespace.clone(),
                },
            );
        }
        if from.unlogged != to.unlogged && to.kind == RelationKind::Table {
            self.push(
                Phase::Logged,
                Change::SetUnlogged {
                    table: to.name.clone(),
                    unlogged: to.unlogged,
                },
            );
        }
        if let (Some(left), Some(right)) = (&from.foreign_server, &to.foreign_server)
            && left.options != right.options
        {
            self.push(
                Phase::Settings,
                Change::SetForeignOptions {
                    table: to.name.clone(),
                    column: None,
                    from: left.options.clone(),
                    to: right.options.clone(),
                },
            );
        }
        self.relation_comment(from, to);
    }

    /// The foreign keys of tables that are new.
    pub(super) fn new_foreign_keys(&mut self, table: &'a Relation) {
        let to = self.to;
        let find = |name: &QualifiedName| to.relation(name);
        for key in hyperdj_ddl::own_foreign_keys(table, &find) {
            self.push(
                Phase::ForeignKeys,
                Change::AddConstraint {
                    table: table.name.clone(),
                    kind: table.kind,
                    constraint: Box::new(Constraint::ForeignKey(key.clone())),
                },
            );
            self.comment(
                Commented::Constraint(table.name.clone(), key.name.clone()),
                None,
                key.comment.as_deref(),
            );
        }
    }
}

/// What to set and what to take away, in the order of the right side.
pub(super) fn parameters(
    from: &[(String, String)],
    to: &[(String, String)],
) -> (Vec<(String, String)>, Vec<String>) {
    let set = to
        .iter()
        .filter(|option| !from.contains(option))
        .cloned()
        .collect();
    let reset = from
        .iter()
        .filter(|(name, _)| !to.iter().any(|(other, _)| other == name))
        .map(|(name, _)| name.clone())
        .collect();
    (set, reset)
}
