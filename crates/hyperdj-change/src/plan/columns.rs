//! Columns of tables that are there already.

use hyperdj_ddl::column;
use hyperdj_ddl::{Statement, comment, constraint};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Check, Column, QualifiedName, Relation, RelationKind};

use super::{Planner, Step};
use crate::rewrite::{cast, is_volatile, loses, may_not_fit, rewrites};
use crate::{Change, Hazard, LockMode};

impl Planner {
    pub(super) fn columns(&mut self, change: &Change) -> bool {
        match change {
            Change::AddColumn {
                table,
                unlogged,
                column,
                constrained_domain,
            } => self.add_column(table, *unlogged, column, *constrained_domain),
            Change::DropColumn {
                table,
                column,
                generated,
            } => {
                let step = self.alter(table, &format!("DROP COLUMN {}", quote_identifier(column)));
                self.push(step.hazard_if(!generated, Hazard::DataLoss));
            }
            Change::RenameColumn { table, from, to } => {
                let step = self.alter(
                    table,
                    &format!(
                        "RENAME COLUMN {} TO {}",
                        quote_identifier(from),
                        quote_identifier(to)
                    ),
                );
                self.push(step);
            }
            Change::AlterColumnType {
                table,
                from,
                to,
                using,
            } => self.alter_type(table, from, to, using.as_deref()),
            Change::SetDefault {
                table,
                column,
                expression,
            } => self.alter_column(table, column, &format!("SET DEFAULT {expression}")),
            Change::DropDefault { table, column } => {
                self.alter_column(table, column, "DROP DEFAULT");
            }
            Change::SetNotNull {
                table,
                column,
                parent,
            } => self.set_not_null(table, column, *parent),
            Change::DropNotNull { table, column } => {
                self.alter_column(table, column, "DROP NOT NULL");
            }
            Change::AddIdentity { table, column } => {
                let clause = column::identity_clause(column).unwrap_or_default();
                self.alter_column(table, &column.name, &format!("ADD {clause}"));
            }
            Change::SetIdentity {
                table,
                column,
                kind,
            } => {
                let word = column::identity_word(*kind);
                self.alter_column(table, column, &format!("SET GENERATED {word}"));
            }
            Change::DropIdentity { table, column } => {
                self.alter_column(table, column, "DROP IDENTITY");
            }
            Change::DropExpression { table, column } => {
                self.alter_column(table, column, "DROP EXPRESSION");
            }
            _ => return false,
        }
        true
    }

    fn alter(&self, table: &QualifiedName, action: &str) -> Step {
        self.locking(
            format!("ALTER TABLE {table} {action}"),
            table,
            LockMode::AccessExclusive,
        )
    }

    fn alter_column(&mut self, table: &QualifiedName, column: &str, action: &str) {
        let step = self.alter(
            table,
            &format!("ALTER COLUMN {} {action}", quote_identifier(column)),
        );
        self.push(step);
    }

    fn add_column(
        &mut self,
        table: &QualifiedName,
        unlogged: bool,
        column: &Column,
        constrained_domain: bool,
    ) {
        let mut relation = Relation::new(table.clone(), RelationKind::Table);
        relation.unlogged = unlogged;
        self.statements(column::before(&relation, column));
        let counts = column.serial.is_some() || column.identity.is_some();
        let is_stored = column.generated.as_ref().is_some_and(|own| own.stored);
        let is_rewritten = counts
            || is_stored
            || constrained_domain
            || column.default.as_deref().is_some_and(is_volatile);
        let has_value = counts || column.generated.is_some() || column.default.is_some();
        let step = self
            .alter(
                table,
                &format!("ADD COLUMN {}", column::definition(&relation, column)),
            )
            .hazard_if(is_rewritten, Hazard::TableRewrite)
            .hazard_if(
                !column.nullable && !has_value,
                Hazard::NotNullWithoutDefault,
            );
        self.push(step);
        self.statements(column::after(&relation, column));
        if let Some(text) = &column.comment {
            self.push(Step::new(comment::on_column(
                table,
                &column.name,
                Some(text),
            )));
        }
    }

    fn alter_type(
        &mut self,
        table: &QualifiedName,
        from: &Column,
        to: &Column,
        using: Option<&str>,
    ) {
        let mut action = format!(
            "ALTER COLUMN {} TYPE {}",
            quote_identifier(&to.name),
            to.data_type
        );
        if let Some(collation) = &to.collation {
            action.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(using) = using {
            action.push_str(&format!(" USING {using}"));
        }
        // What an expression of the user's own does to a value is not known: each is written anew.
        let is_own =
            using.is_some() && using != cast(&to.name, &from.data_type, &to.data_type).as_deref();
        let is_rewritten = is_own || rewrites(&from.data_type, &to.data_type);
        let step = self
            .alter(table, &action)
            .hazard_if(is_rewritten, Hazard::TableRewrite)
            .hazard_if(
                from.collation != to.collation && !is_rewritten,
                Hazard::IndexRebuild,
            )
            .hazard_if(loses(&from.data_type, &to.data_type), Hazard::DataLoss)
            .hazard_if(
                may_not_fit(&from.data_type, &to.data_type),
                Hazard::ValuesMayNotFit,
            );
        self.push(step);
    }

    /// A check that the column has no NULL, proven while others write, spares the scan under the strongest lock.
    fn set_not_null(&mut self, table: &QualifiedName, column: &str, parent: bool) {
        let quoted = quote_identifier(column);
        let set = format!("ALTER COLUMN {quoted} SET NOT NULL");
        if !self.spares(table) {
            let step = self.alter(table, &set);
            self.push(step);
            return;
        }
        let check = Check {
            name: proof_name(&table.name, column),
            expression: format!("{quoted} IS NOT NULL"),
            no_inherit: false,
            validated: false,
            inherited: false,
            comment: None,
        };
        let add = Step::new(constraint::add(
            table,
            constraint::Constraint::Check(&check),
        ));
        let add = self.lock(add, table, LockMode::AccessExclusive);
        self.push(if parent {
            add.comment("The check is on the partitions or children too.")
        } else {
            add
        });
        let validate = Step::new(constraint::validate(table, &check.name)).alone();
        let validate = self.lock(validate, table, LockMode::ShareUpdateExclusive);
        self.push(validate);
        let step = self.alter(table, &set);
        self.push(step.comment("The check proves it: no row is read again."));
        let drop: Statement = constraint::drop(table, &check.name);
        let drop = self.lock(Step::new(drop), table, LockMode::AccessExclusive);
        self.push(drop);
    }
}

/// A name for the check that has room in the 63 bytes of a name.
fn proof_name(table: &str, column: &str) -> String {
    let clip = |text: &str| {
        let mut end = text.len().min(25);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    format!("{}_{}_not_null", clip(table), clip(column))
}
