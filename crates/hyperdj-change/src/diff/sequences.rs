//! Sequences that stand by themselves.

use hyperdj_schema::{QualifiedName, Sequence};

use super::difference::{Difference, Phase, sequence};
use crate::Change;
use crate::change::Commented;

impl Difference<'_> {
    /// Compares all sequences but those that a serial column of either side says.
    pub(super) fn sequences(&mut self) {
        for before in &self.from.sequences {
            if !self.is_compared(&before.name) {
                continue;
            }
            match sequence(self.to, &before.name) {
                Some(after) => self.sequence(before, after),
                // One that belongs to a column goes with the column.
                None if self.owner_goes(before) => {}
                None => self.push(
                    self.drop_phase(&before.name, Phase::DropSequences),
                    Change::DropSequence {
                        name: before.name.clone(),
                    },
                ),
            }
        }
        for after in &self.to.sequences {
            let is_known = sequence(self.from, &after.name).is_some();
            if is_known || !self.is_compared(&after.name) {
                continue;
            }
            self.push(
                Phase::CreateSequences,
                Change::CreateSequence(Box::new(after.clone())),
            );
            if after.owned_by.is_some() {
                self.push(
                    Phase::Own,
                    Change::OwnSequence {
                        name: after.name.clone(),
                        owner: after.owned_by.clone(),
                    },
                );
            }
            self.logged_as_said(after);
        }
    }

    /// A new sequence is owned by the time that its table becomes another, and follows it (since PostgreSQL 15).
    fn logged_as_said(&mut self, after: &Sequence) {
        let follows = after.owned_by.as_ref().is_some_and(|(table, _)| {
            let sides = self.from.relation(table).zip(self.to.relation(table));
            sides.is_some_and(|(left, right)| {
                left.unlogged != right.unlogged && right.unlogged != after.unlogged
            })
        });
        if follows {
            self.push(
                Phase::Settings,
                Change::SetSequenceUnlogged {
                    name: after.name.clone(),
                    unlogged: after.unlogged,
                },
            );
        }
    }

    fn is_compared(&self, name: &QualifiedName) -> bool {
        self.options.sequences.has(name) && !self.sequences_done.contains(name)
    }

    /// Whether the column that a sequence belongs to goes, or is made anew.
    fn owner_goes(&self, sequence: &Sequence) -> bool {
        sequence.owned_by.as_ref().is_some_and(|(table, column)| {
            self.options.relations.has(table)
                && (self.recreated.contains(table)
                    || self.rebuilt.contains(&(table.clone(), column.clone()))
                    || self
                        .to
                        .relation(table)
                        .is_none_or(|table| table.column(column).is_none()))
        })
    }

    /// Compares a sequence of both sides.
    pub(super) fn sequence(&mut self, before: &Sequence, after: &Sequence) {
        if before.owned_by != after.owned_by {
            if before.owned_by.is_some() {
                self.push(
                    Phase::Disown,
                    Change::OwnSequence {
                        name: before.name.clone(),
                        owner: None,
                    },
                );
            }
            if after.owned_by.is_some() {
                self.push(
                    Phase::Own,
                    Change::OwnSequence {
                        name: after.name.clone(),
                        owner: after.owned_by.clone(),
                    },
                );
            }
        } else if self.owner_goes(before) || self.remade_owner(before) {
            // Its column is made anew; it must not go with the old one.
            self.push(
                Phase::Disown,
                Change::OwnSequence {
                    name: before.name.clone(),
                    owner: None,
                },
            );
            self.push(
                Phase::Own,
                Change::OwnSequence {
                    name: after.name.clone(),
                    owner: after.owned_by.clone(),
                },
            );
        }
        // Since PostgreSQL 15 a sequence follows when the table of its column changes.
        let followed = before.owned_by.as_ref().and_then(|(table, _)| {
            let (left, right) = (self.from.relation(table)?, self.to.relation(table)?);
            (left.unlogged != right.unlogged && !self.recreated.contains(table))
                .then_some(right.unlogged)
        });
        if followed.unwrap_or(before.unlogged) != after.unlogged {
            self.push(
                Phase::Settings,
                Change::SetSequenceUnlogged {
                    name: after.name.clone(),
                    unlogged: after.unlogged,
                },
            );
        }
        self.sequence_options(before, after);
        self.comment(
            Commented::Sequence(after.name.clone()),
            before.comment.as_deref(),
            after.comment.as_deref(),
        );
    }

    fn remade_owner(&self, sequence: &Sequence) -> bool {
        sequence
            .owned_by
            .as_ref()
            .is_some_and(|(table, _)| self.recreated.contains(table))
    }

    /// Type and options of a sequence of both sides.
    pub(super) fn sequence_options(&mut self, before: &Sequence, after: &Sequence) {
        if before.data_type != after.data_type || before.options != after.options {
            self.push(
                Phase::Own,
                Change::AlterSequence {
                    name: after.name.clone(),
                    data_type: after.data_type.clone(),
                    retype: before.data_type != after.data_type,
                    options: after.options.clone(),
                },
            );
        }
    }
}
