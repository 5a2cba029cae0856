//! Where the values of a column that is on both sides come from: defaults, serial sequences, identity.

use hyperdj_ddl::column::{default_expression, serial_sequence, serial_sequence_name};
use hyperdj_schema::{Column, QualifiedName, Relation};

use super::columns::Both;
use super::difference::{Difference, Phase, sequence};
use crate::Change;

impl Difference<'_> {
    /// The default; a serial column's is the next value of its sequence.
    pub(super) fn default(&mut self, both: &Both<'_>, retyped: bool) {
        let Both {
            left,
            right,
            from,
            to,
        } = both;
        let table = &right.name;
        // What `serial` of an unlogged table means is said in full here: the column is there already.
        let stated = |relation: &Relation, column: &Column| {
            let logged = Relation::new(relation.name.clone(), relation.kind);
            default_expression(&logged, column)
        };
        let (before, after) = (stated(left, from), stated(right, to));
        let is_new = self.serial(both);
        match (&before, &after) {
            (_, Some(expression)) if before != after || retyped => {
                self.push(
                    Phase::Columns,
                    Change::SetDefault {
                        table: table.clone(),
                        column: to.name.clone(),
                        expression: expression.clone(),
                    },
                );
            }
            (Some(_), None) if !retyped => {
                self.push(
                    Phase::Columns,
                    Change::DropDefault {
                        table: table.clone(),
                        column: to.name.clone(),
                    },
                );
            }
            _ => {}
        }
        if let Some(sequence) = is_new {
            self.push(
                Phase::Own,
                Change::OwnSequence {
                    name: sequence.clone(),
                    owner: Some((table.clone(), to.name.clone())),
                },
            );
            self.push(
                Phase::Own,
                Change::SynchronizeSequence {
                    table: table.clone(),
                    column: to.name.clone(),
                    sequence,
                },
            );
        }
        if let (None, Some(identity)) = (&from.identity, &to.identity) {
            // The identity column's own sequence takes the name, and nothing needs that of a serial column.
            let usual = serial_sequence_name(table, &to.name);
            let name = identity.sequence.clone().unwrap_or(usual);
            let is_in_the_way =
                sequence(self.from, &name).is_some() && sequence(self.to, &name).is_none();
            let own = serial_sequence(&left.name, from).map(|own| own.name);
            let gone = own.into_iter().chain(is_in_the_way.then_some(name));
            for name in gone.collect::<Vec<_>>() {
                if self.sequences_done.insert(name.clone()) {
                    self.push(Phase::Columns, Change::DropSequence { name });
                }
            }
        }
    }

    /// The sequence of a column that is serial on one side or on both; gives the name of one that is new.
    fn serial(&mut self, both: &Both<'_>) -> Option<QualifiedName> {
        let Both {
            left,
            right,
            from,
            to,
        } = both;
        let before = serial_sequence(&left.name, from);
        let after = serial_sequence(&right.name, to);
        match (before, after) {
            (Some(before), Some(after)) => {
                self.sequence_options(&before, &after);
                None
            }
            (Some(before), None) if to.identity.is_none() => {
                self.sequences_done.insert(before.name.clone());
                match sequence(self.to, &before.name) {
                    Some(after) => {
                        let after = after.clone();
                        self.sequence(&before, &after);
                    }
                    None => self.push(
                        Phase::DropSequences,
                        Change::DropSequence { name: before.name },
                    ),
                }
                None
            }
            (None, Some(after)) => {
                self.sequences_done.insert(after.name.clone());
                match sequence(self.from, &after.name) {
                    Some(before) => {
                        let before = before.clone();
                        self.sequence(&before, &after);
                        None
                    }
                    None => {
                        // The sequence of an identity column has gone by now, and had the same name.
                        let phase = if from.identity.is_some() {
                            Phase::Columns
                        } else {
                            Phase::CreateSequences
                        };
                        let name = after.name.clone();
                        self.push(phase, Change::CreateSequence(Box::new(after)));
                        Some(name)
                    }
                }
            }
            _ => None,
        }
    }

    pub(super) fn identity(&mut self, both: &Both<'_>) {
        let Both {
            right, from, to, ..
        } = both;
        let table = &right.name;
        let Some(after) = &to.identity else {
            return;
        };
        let usual = serial_sequence_name(table, &to.name);
        let name = after.sequence.clone().unwrap_or_else(|| usual.clone());
        let Some(before) = &from.identity else {
            self.push(
                Phase::Columns,
                Change::AddIdentity {
                    table: table.clone(),
                    column: Box::new((*to).clone()),
                },
            );
            self.push(
                Phase::Own,
                Change::SynchronizeSequence {
                    table: table.clone(),
                    column: to.name.clone(),
                    sequence: name,
                },
            );
            return;
        };
        if before.kind != after.kind {
            self.push(
                Phase::Columns,
                Change::SetIdentity {
                    table: table.clone(),
                    column: to.name.clone(),
                    kind: after.kind,
                },
            );
        }
        let old = before.sequence.clone().unwrap_or(usual);
        if old != name {
            self.push(
                Phase::Columns,
                Change::RenameSequence {
                    from: old,
                    to: name.clone(),
                },
            );
        }
        if before.options != after.options {
            self.push(
                Phase::Own,
                Change::AlterSequence {
                    name,
                    data_type: to.data_type.clone(),
                    retype: false,
                    options: after.options.clone(),
                },
            );
        }
    }
}
