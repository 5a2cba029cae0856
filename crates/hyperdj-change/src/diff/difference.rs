//! The comparison at work: both sides, what was found so far, and in which part of the work each change belongs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use hyperdj_schema::{Namespace, QualifiedName, Relation, Schema, Sequence};

use super::inheritance;
use crate::{Change, Commented, Options};

/// The parts of the work, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    CreateNamespaces,
    Renames,
    DropViews,
    Disown,
    Detach,
    DropForeignKeys,
    DropTables,
    DropKeys,
    RenameKeys,
    DropGenerated,
    DropColumns,
    DropOwners,
    MakeRoom,
    AddLabels,
    DropDefaults,
    Rebuild,
    Attributes,
    CreateSequences,
    Create,
    AlterTypes,
    Columns,
    CreateChildren,
    DropSequences,
    Own,
    Logged,
    Keys,
    ForeignKeys,
    Attach,
    LateIndexes,
    Views,
    Settings,
    Comments,
    DropTypes,
    DropOldTypes,
    DropNamespaces,
}

/// Two schemas, and what was found so far.
pub(super) struct Difference<'a> {
    pub(super) from: &'a Schema,
    pub(super) to: &'a Schema,
    pub(super) options: &'a Options,
    changes: Vec<(Phase, Change)>,
    /// Tables that can't be altered into what they should be.
    pub(super) recreated: BTreeSet<QualifiedName>,
    /// Columns that are made anew though they are on both sides.
    pub(super) rebuilt: HashSet<(QualifiedName, String)>,
    /// Columns that get another type, in a way that a foreign key over them may not survive.
    pub(super) retyped: HashSet<(QualifiedName, String)>,
    /// Keys that go, by table and sorted columns: foreign keys on them go first.
    pub(super) dropped_keys: HashSet<(QualifiedName, Vec<String>)>,
    /// Types that are made anew: what mentions them goes and comes back.
    pub(super) rebuilt_types: BTreeSet<QualifiedName>,
    /// Sequences that a serial column of one side says and the other side has by itself, or not at all.
    pub(super) sequences_done: HashSet<QualifiedName>,
    /// Tables of the right side that have partitions or children.
    pub(super) with_children: HashSet<&'a QualifiedName>,
    /// Columns of the left side that own a sequence that stands by itself.
    pub(super) owners: HashSet<&'a (QualifiedName, String)>,
    /// Sequences that come with a new serial or identity column.
    pub(super) claimed: HashSet<QualifiedName>,
}

impl<'a> Difference<'a> {
    pub(super) fn new(from: &'a Schema, to: &'a Schema, options: &'a Options) -> Self {
        Self {
            from,
            to,
            options,
            changes: Vec::new(),
            recreated: BTreeSet::new(),
            rebuilt: HashSet::new(),
            retyped: HashSet::new(),
            dropped_keys: HashSet::new(),
            rebuilt_types: super::rebuild::rebuilt(from, to, options),
            sequences_done: HashSet::new(),
            claimed: HashSet::new(),
            owners: from
                .sequences
                .iter()
                .filter_map(|sequence| sequence.owned_by.as_ref())
                .collect(),
            with_children: to.relations.iter().flat_map(parents).collect(),
        }
    }

    pub(super) fn push(&mut self, phase: Phase, change: Change) {
        self.changes.push((phase, change));
    }

    /// What was found so far.
    pub(super) fn found(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(_, change)| change)
    }

    /// All that was found, in order.
    pub(super) fn finish(mut self) -> Vec<Change> {
        self.changes.sort_by_key(|(phase, _)| *phase);
        self.changes.into_iter().map(|(_, change)| change).collect()
    }

    /// The relations that are looked at, under the names that either side has, with what each side says of them.
    pub(super) fn pairs(&self) -> Vec<(Option<&'a Relation>, Option<&'a Relation>)> {
        let mut pairs: BTreeMap<&QualifiedName, (Option<&Relation>, Option<&Relation>)> =
            BTreeMap::new();
        for relation in &self.from.relations {
            pairs.entry(&relation.name).or_default().0 = Some(relation);
        }
        for relation in &self.to.relations {
            pairs.entry(&relation.name).or_default().1 = Some(relation);
        }
        pairs
            .into_iter()
            .filter(|(name, _)| self.options.relations.has(name))
            .map(|(_, pair)| pair)
            .collect()
    }

    /// A relation of the left side as the changes of its parents leave it.
    pub(super) fn left(&self, relation: &'a Relation) -> Cow<'a, Relation> {
        if let Some(alone) = self.detached(relation) {
            return Cow::Owned(alone);
        }
        let ancestors = self.ancestors(relation);
        let changed: Vec<_> = ancestors
            .into_iter()
            .filter(|(from, to)| from != to)
            .collect();
        if changed.is_empty() {
            return Cow::Borrowed(relation);
        }
        let mut left = relation.clone();
        // The ancestors that are furthest away come first; what one gets from another is there when its turn comes.
        let mut above: Vec<(Relation, &Relation)> = changed
            .into_iter()
            .map(|(from, to)| (from.clone(), to))
            .collect();
        for position in 0..above.len() {
            let (parent, behind) = above.split_at_mut(position + 1);
            if let Some((from, to)) = parent.last() {
                for (descendant, _) in behind.iter_mut() {
                    if self.is_below(descendant, &from.name) {
                        inheritance::follow(from, to, descendant);
                    }
                }
                inheritance::follow(from, to, &mut left);
            }
        }
        Cow::Owned(left)
    }

    /// A partition that stands by itself on the right side: from PostgreSQL 17 on, a column that counts with its parent's
    /// counts no more then. Before that, no partition's does.
    fn detached(&self, relation: &Relation) -> Option<Relation> {
        let parent = self
            .from
            .relation(&relation.partition_of.as_ref()?.parent)?;
        let right = self.to.relation(&relation.name)?;
        if self.keeps_parent(relation, right, &parent.name) {
            return None;
        }
        let mut alone = relation.clone();
        for column in &mut alone.columns {
            let above = parent.column(&column.name);
            if above.is_some_and(|above| above.identity.is_some()) {
                column.identity = None;
            }
        }
        Some(alone)
    }

    fn is_below(&self, relation: &Relation, parent: &QualifiedName) -> bool {
        self.from.relation(&relation.name).is_some_and(|relation| {
            self.ancestors(relation)
                .iter()
                .any(|(from, _)| from.name == *parent)
        })
    }

    /// The parents of a relation, and theirs, that stay its parents and are looked at: the furthest first.
    fn ancestors(&self, relation: &'a Relation) -> Vec<(&'a Relation, &'a Relation)> {
        let mut found: Vec<(&Relation, &Relation)> = Vec::new();
        let mut waiting = vec![relation];
        while let Some(next) = waiting.pop() {
            if next.partition_of.is_none() && next.inherits.is_empty() {
                continue;
            }
            let Some(right) = self.to.relation(&next.name) else {
                continue;
            };
            for parent in parents(next) {
                let kept = self.keeps_parent(next, right, parent);
                if let (Some(from), Some(to)) =
                    (self.from.relation(parent), self.to.relation(parent))
                    && kept
                    && self.options.relations.has(parent)
                {
                    found.retain(|(known, _)| known.name != from.name);
                    found.push((from, to));
                    if found.len() <= self.from.relations.len() {
                        waiting.push(from);
                    }
                }
            }
        }
        found.reverse();
        found
    }

    /// Whether a relation stays a partition or child of a parent.
    pub(super) fn keeps_parent(
        &self,
        from: &Relation,
        to: &Relation,
        parent: &QualifiedName,
    ) -> bool {
        // Where one parent of a child changes, all are taken off and put back, for their order counts.
        let keeps_all = || {
            to.inherits == from.inherits
                && to.inherits.contains(parent)
                && !to.inherits.iter().any(|name| self.recreated.contains(name))
        };
        !self.recreated.contains(parent)
            && !self.recreated.contains(&from.name)
            && (keeps_all() || to.partition_of.is_some() && to.partition_of == from.partition_of)
    }

    /// When to drop a sequence or type: last of all, when nothing needs it any more, or early where something new takes
    /// its name.
    pub(super) fn drop_phase(&self, name: &QualifiedName, usual: Phase) -> Phase {
        let is_taken = self.claimed.contains(name)
            || self.from.relation(name).is_none() && self.to.relation(name).is_some()
            || usual == Phase::DropTypes
                && (sequence(self.to, name).is_some()
                    || type_names(self.to).any(|own| own == name))
            || usual == Phase::DropSequences && type_names(self.to).any(|own| own == name);
        if is_taken { Phase::MakeRoom } else { usual }
    }

    /// How many parents, and theirs, a relation of a side has above it.
    pub(super) fn depth(schema: &Schema, relation: &Relation) -> usize {
        let mut depth = 0;
        let mut level: Vec<&QualifiedName> = parents(relation).collect();
        while !level.is_empty() && depth <= schema.relations.len() {
            depth += 1;
            level = level
                .into_iter()
                .filter_map(|name| schema.relation(name))
                .flat_map(parents)
                .collect();
        }
        depth
    }

    /// Namespaces that something new needs, and those that are left over.
    pub(super) fn namespaces(&mut self) {
        let mut needed = BTreeSet::new();
        for change in self.found() {
            needed.extend(match change {
                Change::CreateTable { table, .. } | Change::CreateView(table) => {
                    Some(table.name.schema.clone())
                }
                Change::RenameTable { to, .. } => Some(to.schema.clone()),
                Change::CreateType(definition) => Some(definition.name().schema.clone()),
                Change::CreateSequence(sequence) => Some(sequence.name.schema.clone()),
                _ => None,
            });
        }
        let known = |name: &str| self.from.namespaces.iter().any(|own| own.name == name);
        needed.extend(
            self.to
                .namespaces
                .iter()
                .map(|namespace| &namespace.name)
                .filter(|name| self.options.namespaces.has(name))
                .cloned(),
        );
        // Where the left side does not list its namespaces, what is in them tells.
        let inhabited: BTreeSet<&str> = self
            .from
            .relations
            .iter()
            .map(|relation| relation.name.schema.as_str())
            .chain(self.from.enums.iter().map(|own| own.name.schema.as_str()))
            .chain(self.from.domains.iter().map(|own| own.name.schema.as_str()))
            .chain(
                self.from
                    .composites
                    .iter()
                    .map(|own| own.name.schema.as_str()),
            )
            .chain(
                self.from
                    .sequences
                    .iter()
                    .map(|own| own.name.schema.as_str()),
            )
            .collect();
        let created: Vec<Change> = needed
            .iter()
            .filter(|name| !known(name) && name.as_str() != "public")
            .filter(|name| !inhabited.contains(name.as_str()))
            .map(|name| {
                let said = self.to.namespaces.iter().find(|said| said.name == **name);
                Change::CreateNamespace(said.cloned().unwrap_or_else(|| Namespace {
                    name: name.clone(),
                    comment: None,
                    of_extension: false,
                }))
            })
            .collect();
        let dropped: Vec<Change> = self
            .from
            .namespaces
            .iter()
            .filter(|own| self.options.namespaces.has(&own.name) && own.name != "public")
            .filter(|own| !self.to.namespaces.iter().any(|said| said.name == own.name))
            .filter(|own| !needed.contains(&own.name))
            .filter(|own| {
                let mut extensions = self.from.extensions.iter();
                !extensions.any(|extension| extension.schema == own.name)
            })
            .map(|own| Change::DropNamespace {
                name: own.name.clone(),
            })
            .collect();
        for change in created {
            self.push(Phase::CreateNamespaces, change);
        }
        for own in &self.from.namespaces {
            if let Some(said) = self.to.namespaces.iter().find(|said| said.name == own.name)
                && self.options.namespaces.has(&own.name)
            {
                self.comment(
                    Commented::Namespace(own.name.clone()),
                    own.comment.as_deref(),
                    said.comment.as_deref(),
                );
            }
        }
        for change in dropped {
            self.push(Phase::DropNamespaces, change);
        }
    }
}

/// The sequence of a name. Sequences are kept in name order.
pub(super) fn sequence<'a>(schema: &'a Schema, name: &QualifiedName) -> Option<&'a Sequence> {
    schema
        .sequences
        .binary_search_by(|sequence| sequence.name.cmp(name))
        .ok()
        .map(|position| &schema.sequences[position])
}

/// The names of the types that stand alone.
pub(super) fn type_names(schema: &Schema) -> impl Iterator<Item = &QualifiedName> {
    let enums = schema.enums.iter().map(|own| &own.name);
    let domains = schema.domains.iter().map(|own| &own.name);
    let composites = schema.composites.iter().map(|own| &own.name);
    enums.chain(domains).chain(composites)
}

/// The parents that a relation names.
pub(super) fn parents(relation: &Relation) -> impl Iterator<Item = &QualifiedName> {
    let partitioned = relation.partition_of.iter().map(|of| &of.parent);
    partitioned.chain(&relation.inherits)
}
