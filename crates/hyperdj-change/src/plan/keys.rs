//! Constraints and indexes of tables that are there already.

use hyperdj_ddl::index::{self, Manner};
use hyperdj_ddl::{Statement, constraint};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Index, PrimaryKey, QualifiedName, RelationKind, Unique};

use super::{Planner, Step};
use crate::{Change, Constraint, Hazard, LockMode};

impl Planner {
    pub(super) fn keys(&mut self, change: &Change) {
        match change {
            Change::AddConstraint {
                table,
                kind,
                constraint,
            } => self.add_constraint(table, *kind, constraint),
            Change::DropConstraint { table, constraint } => {
                let step = Step::new(constraint::drop(table, constraint.name()));
                let mut step = self.lock(step, table, LockMode::AccessExclusive);
                if let Constraint::ForeignKey(key) = &**constraint {
                    step = self.lock(step, &key.target, LockMode::AccessExclusive);
                }
                self.push(step);
            }
            Change::RenameConstraint { table, from, to } => {
                let sql = format!(
                    "ALTER TABLE {table} RENAME CONSTRAINT {} TO {}",
                    quote_identifier(from),
                    quote_identifier(to)
                );
                let step = self.locking(sql, table, LockMode::AccessExclusive);
                self.push(step);
            }
            Change::ValidateConstraint { table, name } => self.validate(table, name),
            Change::SetDeferrable {
                table,
                name,
                deferrable,
            } => {
                let words = match constraint::deferrable(*deferrable) {
                    "" => " NOT DEFERRABLE",
                    words => words,
                };
                let sql = format!(
                    "ALTER TABLE {table} ALTER CONSTRAINT {}{words}",
                    quote_identifier(name)
                );
                let step = self.locking(sql, table, LockMode::AccessExclusive);
                self.push(step);
            }
            Change::CreateIndex {
                relation,
                kind,
                index,
                prepared,
            } => self.create_index(relation, *kind, index, *prepared),
            Change::DropIndex {
                relation,
                kind,
                name,
            } => {
                let name = QualifiedName::new(&relation.schema, name);
                let concurrently = self.spares(relation) && *kind != RelationKind::PartitionedTable;
                let step = Step::new(index::drop(&name, concurrently));
                self.push(if concurrently {
                    self.lock(step.alone(), relation, LockMode::ShareUpdateExclusive)
                } else {
                    self.lock(step, relation, LockMode::AccessExclusive)
                });
            }
            Change::RenameIndex { from, to } => {
                // It locks the index alone, and lets readers and writers of the table go on.
                self.statement(format!(
                    "ALTER INDEX {from} RENAME TO {}",
                    quote_identifier(to)
                ));
            }
            _ => {}
        }
    }

    fn add_constraint(&mut self, table: &QualifiedName, kind: RelationKind, added: &Constraint) {
        if !self.spares(table) {
            let mut step = Step::new(constraint::add(table, added.borrowed()));
            let mode = if added.is_foreign_key() {
                LockMode::ShareRowExclusive
            } else {
                LockMode::AccessExclusive
            };
            step = self.lock(step, table, mode);
            if let Constraint::ForeignKey(key) = added {
                step = self.lock(step, &key.target, LockMode::ShareRowExclusive);
            }
            self.push(step);
            return;
        }
        let is_partitioned = kind == RelationKind::PartitionedTable;
        match added {
            Constraint::PrimaryKey(key) if !is_partitioned => {
                let index = key_index(key);
                self.using_index(table, &index, "PRIMARY KEY", key.deferrable);
            }
            Constraint::Unique(unique) if !is_partitioned => {
                let index = unique_index(unique);
                self.using_index(table, &index, "UNIQUE", unique.deferrable);
            }
            Constraint::PrimaryKey(_) | Constraint::Unique(_) => {
                let step = Step::new(constraint::add(table, added.borrowed()));
                let step = self.lock(step, table, LockMode::AccessExclusive);
                self.push(
                    step.comment("It takes over the indexes that the partitions have by now."),
                );
            }
            Constraint::Exclusion(_) => {
                let step = Step::new(constraint::add(table, added.borrowed()));
                let step = self.lock(step, table, LockMode::AccessExclusive);
                self.push(step.hazard(Hazard::LongLock));
            }
            Constraint::Check(check) => {
                let mut unproven = check.clone();
                unproven.validated = false;
                let unproven = Constraint::Check(unproven);
                let step = Step::new(constraint::add(table, unproven.borrowed()));
                let step = self.lock(step, table, LockMode::AccessExclusive);
                self.push(step);
                if check.validated {
                    self.validate(table, &check.name);
                }
            }
            Constraint::ForeignKey(key) => {
                // PostgreSQL adds no foreign key NOT VALID to a partitioned table.
                let is_late = !is_partitioned && key.validated;
                let mut unproven = key.clone();
                unproven.validated &= !is_late;
                let unproven = Constraint::ForeignKey(unproven);
                let step = Step::new(constraint::add(table, unproven.borrowed()));
                let step = self.lock(step, table, LockMode::ShareRowExclusive);
                let step = self.lock(step, &key.target, LockMode::ShareRowExclusive);
                self.push(step.hazard_if(is_partitioned, Hazard::LongLock));
                if is_late {
                    self.validate(table, &key.name);
                }
            }
        }
    }

    /// Proves a constraint by itself, so that no lock of an earlier step is held meanwhile.
    fn validate(&mut self, table: &QualifiedName, name: &str) {
        let step = Step::new(constraint::validate(table, name));
        let step = self.lock(step, table, LockMode::ShareUpdateExclusive);
        self.push(if self.spares(table) {
            step.alone()
        } else {
            step
        });
    }

    /// A constraint that takes over an index that is built while others write.
    fn using_index(
        &mut self,
        table: &QualifiedName,
        index: &Index,
        words: &str,
        deferrable: hyperdj_schema::Deferrable,
    ) {
        self.create_index(table, RelationKind::Table, index, false);
        let name = quote_identifier(&index.name);
        let sql = format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} {words} USING INDEX {name}{}",
            constraint::deferrable(deferrable)
        );
        let step = self.locking(sql, table, LockMode::AccessExclusive);
        self.push(step);
    }

    fn create_index(
        &mut self,
        relation: &QualifiedName,
        kind: RelationKind,
        index: &Index,
        prepared: bool,
    ) {
        let is_partitioned = kind == RelationKind::PartitionedTable;
        let manner = Manner {
            concurrently: self.spares(relation) && !is_partitioned,
            only: is_partitioned && !index.valid,
        };
        let statement: Statement = index::create(relation, index, manner);
        let step = Step::new(statement);
        if manner.concurrently {
            let step = self.lock(step.alone(), relation, LockMode::ShareUpdateExclusive);
            self.push(step);
            return;
        }
        let step = self.lock(step, relation, LockMode::Share);
        let is_slow = is_partitioned && !prepared && self.spares(relation);
        self.push(if is_partitioned && prepared && index.valid {
            step.comment("It takes over the indexes that the partitions have by now.")
        } else {
            step.hazard_if(is_slow, Hazard::LongLock)
        });
    }
}

/// The index of a primary key.
fn key_index(key: &PrimaryKey) -> Index {
    Index {
        unique: true,
        include: key.include.clone(),
        options: key.options.clone(),
        tablespace: key.tablespace.clone(),
        ..Index::btree(&key.name, &key.columns)
    }
}

/// The index of a unique constraint.
fn unique_index(unique: &Unique) -> Index {
    Index {
        unique: true,
        include: unique.include.clone(),
        nulls_not_distinct: unique.nulls_not_distinct,
        options: unique.options.clone(),
        tablespace: unique.tablespace.clone(),
        ..Index::btree(&unique.name, &unique.columns)
    }
}
