//! Columns of a table that is on both sides.

use hyperdj_ddl::column::{default_expression, serial_sequence_name};
use hyperdj_schema::{BaseType, Column, Domain, Relation, columns_read, same_expression};

use super::difference::{Difference, Phase, parents};
use crate::Change;
use crate::change::Commented;
use crate::rewrite;

/// The same column on both sides, and the tables that have it.
pub(super) struct Both<'c> {
    pub(super) left: &'c Relation,
    pub(super) right: &'c Relation,
    pub(super) from: &'c Column,
    pub(super) to: &'c Column,
}

impl Difference<'_> {
    /// Compares the columns of a table: `left` is the table as the changes of its parents leave it.
    pub(super) fn columns(&mut self, left: &Relation, right: &Relation) {
        for column in &left.columns {
            if right.column(&column.name).is_none() {
                self.drop_column(left, column, column.generated.is_some());
            }
        }
        let rebuilt = self.rebuilt_columns(left, right);
        // What the parent makes anew, is anew here too.
        let follows = |difference: &Self, name: &str| {
            parents(right).any(|parent| {
                difference.keeps_parent(left, right, parent)
                    && difference
                        .rebuilt
                        .contains(&(parent.clone(), name.to_owned()))
            })
        };
        let parent = right
            .partition_of
            .as_ref()
            .and_then(|of| self.to.relation(&of.parent));
        // Generated columns come last: what they read is there then.
        let (generated, plain): (Vec<&Column>, Vec<&Column>) = right
            .columns
            .iter()
            .partition(|column| column.generated.is_some());
        for column in plain.into_iter().chain(generated) {
            let to = hyperdj_ddl::relation::own_part(column, parent);
            match left.column(&column.name) {
                None => self.add_column(right, &to),
                Some(_) if rebuilt.contains(&column.name) && follows(self, &column.name) => {}
                Some(from) if rebuilt.contains(&column.name) => {
                    let is_computed = from.generated.is_some();
                    self.drop_column(left, from, is_computed);
                    self.add_column(right, &to);
                }
                Some(from) => {
                    // What becomes a partition counts by itself until then, and must not any more.
                    let kept = parent.filter(|own| self.keeps_parent(left, right, &own.name));
                    let from = hyperdj_ddl::relation::own_part(from, kept);
                    self.column(&Both {
                        left,
                        right,
                        from: &from,
                        to: &to,
                    });
                }
            }
        }
        for name in rebuilt {
            self.rebuilt.insert((right.name.clone(), name));
        }
    }

    fn drop_column(&mut self, table: &Relation, column: &Column, generated: bool) {
        let owns_sequence = column.serial.is_some()
            || self
                .owners
                .contains(&(table.name.clone(), column.name.clone()));
        let phase = if generated {
            Phase::DropGenerated
        } else if owns_sequence {
            // Its sequence may be in the default of another column that goes.
            Phase::DropOwners
        } else {
            Phase::DropColumns
        };
        if column.serial.is_some() {
            self.sequences_done
                .insert(serial_sequence_name(&table.name, &column.name));
        }
        self.push(
            phase,
            Change::DropColumn {
                table: table.name.clone(),
                column: column.name.clone(),
                generated,
            },
        );
    }

    fn add_column(&mut self, table: &Relation, column: &Column) {
        self.claim(table, column);
        self.push(
            Phase::Columns,
            Change::AddColumn {
                table: table.name.clone(),
                unlogged: table.unlogged,
                column: Box::new(column.clone()),
                constrained_domain: is_constrained(&self.to.domains, &column.data_type),
            },
        );
    }

    /// Notes the name of the sequence that comes with a new column.
    pub(super) fn claim(&mut self, table: &Relation, column: &Column) {
        let usual = || serial_sequence_name(&table.name, &column.name);
        if column.serial.is_some() {
            self.claimed.insert(usual());
        }
        if let Some(identity) = &column.identity {
            let name = identity.sequence.clone().unwrap_or_else(usual);
            self.claimed.insert(name);
        }
    }

    /// Columns that must be made anew: generated ones whose expression changes or reads what changes its type, and those
    /// that become generated.
    fn rebuilt_columns(&self, left: &Relation, right: &Relation) -> Vec<String> {
        let retyped: Vec<&str> = right
            .columns
            .iter()
            .filter(|to| {
                left.column(&to.name).is_some_and(|from| {
                    from.data_type != to.data_type
                        || from.collation != to.collation
                        || self.is_of_rebuilt_type(&to.data_type)
                })
            })
            .map(|column| column.name.as_str())
            .collect();
        let reads = |expression: &str| {
            !retyped.is_empty()
                && columns_read(expression, &right.columns)
                    .iter()
                    .any(|name| retyped.contains(&name.as_str()))
        };
        let is_rebuilt = |to: &&Column| {
            let Some(from) = left.column(&to.name) else {
                return false;
            };
            match (&from.generated, &to.generated) {
                (None, None) => false,
                (Some(generated), None) => !generated.stored,
                (None, Some(_)) => true,
                (Some(before), Some(after)) => {
                    before.stored != after.stored
                        || !same_expression(&before.expression, &after.expression)
                        || retyped.contains(&to.name.as_str())
                        || reads(&after.expression)
                        || self.mentions_rebuilt_type(&after.expression)
                }
            }
        };
        right
            .columns
            .iter()
            .filter(is_rebuilt)
            .map(|column| column.name.clone())
            .collect()
    }

    fn column(&mut self, both: &Both<'_>) {
        let Both {
            left,
            right,
            from,
            to,
            ..
        } = both;
        let table = &right.name;
        let name = &to.name;
        if from.generated.is_some() && to.generated.is_none() {
            self.push(
                Phase::Columns,
                Change::DropExpression {
                    table: table.clone(),
                    column: name.clone(),
                },
            );
        }
        if from.identity.is_some() && to.identity.is_none() {
            // A sequence that comes may have the name of the one that goes.
            let own = from.identity.as_ref().and_then(|own| own.sequence.clone());
            let name_left = own.unwrap_or_else(|| serial_sequence_name(&left.name, &from.name));
            let is_taken = self.to.sequences.iter().any(|one| one.name == name_left);
            let phase = if is_taken {
                Phase::DropDefaults
            } else {
                Phase::Columns
            };
            self.push(
                phase,
                Change::DropIdentity {
                    table: table.clone(),
                    column: name.clone(),
                },
            );
        }
        let retyped = self.column_type(both);
        if !from.nullable && to.nullable {
            self.push(
                Phase::Columns,
                Change::DropNotNull {
                    table: table.clone(),
                    column: name.clone(),
                },
            );
        }
        self.default(both, retyped);
        if from.nullable && !to.nullable {
            let parent = self.with_children.contains(table);
            self.push(
                Phase::Columns,
                Change::SetNotNull {
                    table: table.clone(),
                    column: name.clone(),
                    parent,
                },
            );
        }
        self.identity(both);
        if from.foreign_options != to.foreign_options {
            self.push(
                Phase::Settings,
                Change::SetForeignOptions {
                    table: table.clone(),
                    column: Some(name.clone()),
                    from: from.foreign_options.clone(),
                    to: to.foreign_options.clone(),
                },
            );
        }
        self.comment(
            Commented::Column(table.clone(), name.clone()),
            from.comment.as_deref(),
            to.comment.as_deref(),
        );
    }

    /// Whether the column's type changed in a way that its default does not outlive.
    fn column_type(&mut self, both: &Both<'_>) -> bool {
        let Both {
            left,
            right,
            from,
            to,
        } = both;
        if from.data_type == to.data_type && from.collation == to.collation {
            return false;
        }
        let table = &right.name;
        let key = (table.clone(), to.name.clone());
        if !rewrite::keeps_foreign_keys(&from.data_type, &to.data_type) {
            self.retyped.insert(key.clone());
        }
        let has_default = default_expression(left, from).is_some();
        if has_default {
            self.push(
                Phase::Columns,
                Change::DropDefault {
                    table: table.clone(),
                    column: to.name.clone(),
                },
            );
        }
        let using = self
            .options
            .using
            .get(&key)
            .cloned()
            .or_else(|| rewrite::cast(&to.name, &from.data_type, &to.data_type));
        self.push(
            Phase::Columns,
            Change::AlterColumnType {
                table: table.clone(),
                from: Box::new((*from).clone()),
                to: Box::new((*to).clone()),
                using,
            },
        );
        has_default
    }
}

/// Whether a type is a domain that refuses some values, or an array of one.
fn is_constrained(domains: &[Domain], data_type: &str) -> bool {
    BaseType::of(data_type) == BaseType::Other
        && domains.iter().any(|domain| {
            data_type.trim_end_matches("[]") == domain.name.to_string()
                && (!domain.nullable || !domain.checks.is_empty())
        })
}
