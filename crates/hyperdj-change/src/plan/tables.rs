//! Tables and views as a whole: making, dropping, renaming, linking, settings and comments.

use hyperdj_ddl::relation::{self, kind_word};
use hyperdj_ddl::{Statement, comment, foreign_options, storage_parameters};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{QualifiedName, RelationKind};

use super::{Planner, Step};
use crate::change::Commented;
use crate::{Change, Hazard, LockMode};

impl Planner {
    pub(super) fn tables(&mut self, change: &Change) -> bool {
        match change {
            Change::CreateTable { table, parents } => {
                let find = |name: &QualifiedName| parents.iter().find(|own| own.name == *name);
                self.statements(relation::create_detached(table, &find));
                let mut valid = (**table).clone();
                valid.indexes.retain(|index| index.valid);
                self.statements(hyperdj_ddl::create_indexes(&valid));
            }
            Change::DropTable { name, kind } => {
                let step = Step::new(relation::drop(name, *kind)).hazard(Hazard::DataLoss);
                let step = self.lock(step, name, LockMode::AccessExclusive);
                self.push(step);
            }
            Change::RenameTable { from, to, kind } => self.rename(from, to, *kind),
            Change::CreateView(view) => {
                self.statements(relation::create(view, &|_| None));
                self.statements(hyperdj_ddl::create_indexes(view));
            }
            Change::DropView { name, kind } => {
                let step = Step::new(relation::drop(name, *kind));
                self.push(Self::on(step, name));
            }
            Change::ReplaceView(view) => {
                let step = Step::new(relation::create_view(view, true));
                self.push(Self::on(step, &view.name));
            }
            Change::SetOptions {
                relation,
                kind,
                set,
                reset,
            } => self.options(&alter(relation, *kind), relation, set, reset),
            Change::SetTablespace {
                relation,
                kind,
                tablespace,
            } => {
                let place = tablespace.as_deref().unwrap_or("pg_default");
                let sql = format!(
                    "{} SET TABLESPACE {}",
                    alter(relation, *kind),
                    quote_identifier(place)
                );
                let step = self.locking(sql, relation, LockMode::AccessExclusive);
                self.push(step.hazard_if(
                    *kind != RelationKind::PartitionedTable,
                    Hazard::TableRewrite,
                ));
            }
            Change::SetUnlogged { table, unlogged } => {
                let word = if *unlogged { "UNLOGGED" } else { "LOGGED" };
                let sql = format!("ALTER TABLE {table} SET {word}");
                let step = self.locking(sql, table, LockMode::AccessExclusive);
                self.push(step.hazard(Hazard::TableRewrite));
            }
            Change::SetForeignOptions {
                table,
                column,
                from,
                to,
            } => {
                let place = column.as_ref().map_or_else(String::new, |column| {
                    format!(" ALTER COLUMN {}", quote_identifier(column))
                });
                let options = altered_options(from, to);
                let sql = format!("ALTER FOREIGN TABLE {table}{place} OPTIONS ({options})");
                let step = self.locking(sql, table, LockMode::AccessExclusive);
                self.push(step);
            }
            _ => return self.links(change),
        }
        true
    }

    fn links(&mut self, change: &Change) -> bool {
        match change {
            Change::AttachPartition {
                parent,
                partition,
                bound,
            } => {
                let step = Step::new(relation::attach_partition(parent, partition, bound));
                let step = self.lock(step, parent, LockMode::ShareUpdateExclusive);
                let step = self.lock(step, partition, LockMode::AccessExclusive);
                let is_scanned = self.spares(partition);
                self.push(step.hazard_if(is_scanned, Hazard::LongLock));
            }
            Change::DetachPartition { parent, partition } => {
                let sql = format!("ALTER TABLE {parent} DETACH PARTITION {partition}");
                let step = self.locking(sql, parent, LockMode::AccessExclusive);
                let step = self.lock(step, partition, LockMode::AccessExclusive);
                self.push(step);
            }
            Change::Inherit { child, parent } => {
                let sql = format!("ALTER TABLE {child} INHERIT {parent}");
                let step = self.locking(sql, child, LockMode::AccessExclusive);
                let step = self.lock(step, parent, LockMode::ShareUpdateExclusive);
                self.push(step);
            }
            Change::NoInherit { child, parent } => {
                let sql = format!("ALTER TABLE {child} NO INHERIT {parent}");
                let step = self.locking(sql, child, LockMode::AccessExclusive);
                self.push(step);
            }
            Change::SetIndexOptions { name, set, reset } => {
                self.options(&format!("ALTER INDEX {name}"), name, set, reset);
            }
            Change::SetIndexTablespace {
                relation,
                name,
                tablespace,
            } => {
                let place = quote_identifier(tablespace.as_deref().unwrap_or("pg_default"));
                let sql = format!("ALTER INDEX {name} SET TABLESPACE {place}");
                let step = self.locking(sql, relation, LockMode::Share);
                self.push(step.hazard(Hazard::IndexRebuild));
            }
            Change::Comment { on, text } => {
                self.push(Step::new(commented(on, text.as_deref())));
            }
            _ => return false,
        }
        true
    }

    fn rename(&mut self, from: &QualifiedName, to: &QualifiedName, kind: RelationKind) {
        if from.schema != to.schema {
            let sql = format!(
                "{} SET SCHEMA {}",
                alter(from, kind),
                quote_identifier(&to.schema)
            );
            let step = self.locking(sql, from, LockMode::AccessExclusive);
            self.push(step);
        }
        if from.name != to.name {
            let moved = QualifiedName::new(&to.schema, &from.name);
            let sql = format!(
                "{} RENAME TO {}",
                alter(&moved, kind),
                quote_identifier(&to.name)
            );
            let step = self.locking(sql, from, LockMode::AccessExclusive);
            self.push(step);
        }
    }

    fn options(
        &mut self,
        alter: &str,
        relation: &QualifiedName,
        set: &[(String, String)],
        reset: &[String],
    ) {
        if !set.is_empty() {
            let sql = format!("{alter} SET ({})", storage_parameters(set));
            let step = self.locking(sql, relation, LockMode::ShareUpdateExclusive);
            self.push(step);
        }
        if !reset.is_empty() {
            let names: Vec<String> = reset
                .iter()
                .map(|name| hyperdj_ddl::parameter_name(name))
                .collect();
            let sql = format!("{alter} RESET ({})", names.join(", "));
            let step = self.locking(sql, relation, LockMode::ShareUpdateExclusive);
            self.push(step);
        }
    }

    /// A step on a view that is there already, even if one of its name is made again later.
    fn on(mut step: Step, view: &QualifiedName) -> Step {
        step.locks.push(crate::Lock {
            relation: view.clone(),
            mode: LockMode::AccessExclusive,
        });
        step
    }
}

fn alter(relation: &QualifiedName, kind: RelationKind) -> String {
    format!("ALTER {} {relation}", kind_word(kind))
}

/// `ADD`, `SET` and `DROP` of foreign options.
fn altered_options(from: &[(String, String)], to: &[(String, String)]) -> String {
    let mut parts = Vec::new();
    for (name, _) in from {
        if !to.iter().any(|(other, _)| other == name) {
            parts.push(format!("DROP {}", quote_identifier(name)));
        }
    }
    for option in to {
        if from.contains(option) {
            continue;
        }
        let verb = if from.iter().any(|(name, _)| *name == option.0) {
            "SET"
        } else {
            "ADD"
        };
        parts.push(format!(
            "{verb} {}",
            foreign_options(std::slice::from_ref(option))
        ));
    }
    parts.join(", ")
}

fn commented(on: &Commented, text: Option<&str>) -> Statement {
    match on {
        Commented::Namespace(name) => comment::on_namespace(name, text),
        Commented::Relation(name, kind) => comment::on_relation(name, *kind, text),
        Commented::Column(table, column) => comment::on_column(table, column, text),
        Commented::Constraint(table, name) => comment::on_constraint(table, name, text),
        Commented::DomainConstraint(domain, name) => {
            comment::on_domain_constraint(domain, name, text)
        }
        Commented::Index(name) => comment::on_index(name, text),
        Commented::Type(name) => comment::on_type(name, text),
        Commented::Domain(name) => comment::on_domain(name, text),
        Commented::Sequence(name) => comment::on_sequence(name, text),
    }
}
