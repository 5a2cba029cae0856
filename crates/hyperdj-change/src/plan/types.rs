//! Namespaces, types and sequences.

use hyperdj_ddl::{Statement, namespace, sequence, types};
use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{Composite, QualifiedName};

use super::{Planner, Step};
use crate::change::{OldType, TypeDefinition, TypeUse};
use crate::{Change, Hazard, LockMode};

impl Planner {
    pub(super) fn types(&mut self, change: &Change) -> bool {
        match change {
            Change::CreateNamespace(namespace) => {
                self.statements(namespace::create_namespace(namespace));
            }
            Change::DropNamespace { name } => {
                self.push(Step::new(namespace::drop_namespace(name)));
            }
            Change::CreateType(definition) => self.statements(create(definition)),
            Change::DropType(definition) => {
                self.statement(format!("DROP {} {}", word(definition), definition.name()));
            }
            Change::AddEnumValue {
                name,
                value,
                before,
                used,
            } => {
                let place = before.as_ref().map_or_else(String::new, |next| {
                    format!(" BEFORE {}", quote_literal(next))
                });
                let step = Step::new(Statement::new(format!(
                    "ALTER TYPE {name} ADD VALUE {}{place}",
                    quote_literal(value)
                )));
                self.push(if *used {
                    step.alone().hazard(Hazard::EnumValueInUse)
                } else {
                    step
                });
            }
            Change::RebuildTypes { from, to, uses } => self.rebuild(from, to, uses),
            Change::SetDomainDefault { domain, default } => {
                self.statement(match default {
                    Some(default) => format!("ALTER DOMAIN {domain} SET DEFAULT {default}"),
                    None => format!("ALTER DOMAIN {domain} DROP DEFAULT"),
                });
            }
            Change::SetDomainNotNull { domain, not_null } => {
                let verb = if *not_null { "SET" } else { "DROP" };
                let step = Step::new(Statement::new(format!(
                    "ALTER DOMAIN {domain} {verb} NOT NULL"
                )));
                self.push(step.hazard_if(*not_null && self.online, Hazard::LongLock));
            }
            Change::AddDomainCheck { domain, check } => self.add_domain_check(domain, check),
            Change::DropDomainCheck { domain, name } => {
                self.statement(format!(
                    "ALTER DOMAIN {domain} DROP CONSTRAINT {}",
                    quote_identifier(name)
                ));
            }
            Change::ValidateDomainCheck { domain, name } => self.validate_domain(domain, name),
            Change::AddAttribute {
                composite,
                name,
                data_type,
            } => self.statement(format!(
                "ALTER TYPE {composite} ADD ATTRIBUTE {} {data_type}",
                quote_identifier(name)
            )),
            Change::DropAttribute { composite, name } => {
                let step = Step::new(Statement::new(format!(
                    "ALTER TYPE {composite} DROP ATTRIBUTE {}",
                    quote_identifier(name)
                )));
                self.push(step.hazard(Hazard::DataLoss));
            }
            Change::AlterAttributeType {
                composite,
                name,
                data_type,
            } => self.statement(format!(
                "ALTER TYPE {composite} ALTER ATTRIBUTE {} SET DATA TYPE {data_type}",
                quote_identifier(name)
            )),
            _ => return self.sequences(change),
        }
        true
    }

    fn add_domain_check(&mut self, domain: &QualifiedName, check: &hyperdj_schema::Check) {
        if !self.online || !check.validated {
            self.push(Step::new(types::add_domain_check(domain, check)));
            return;
        }
        let mut unproven = check.clone();
        unproven.validated = false;
        self.push(Step::new(types::add_domain_check(domain, &unproven)));
        self.validate_domain(domain, &check.name);
    }

    fn validate_domain(&mut self, domain: &QualifiedName, name: &str) {
        let step = Step::new(Statement::new(format!(
            "ALTER DOMAIN {domain} VALIDATE CONSTRAINT {}",
            quote_identifier(name)
        )));
        self.push(if self.online { step.alone() } else { step });
    }

    /// The old types step aside under other names, the new ones are made, and the columns move over by their text.
    fn rebuild(&mut self, from: &[OldType], to: &[TypeDefinition], uses: &[TypeUse]) {
        let mut comment =
            Some("No ALTER makes these types what they should be: they are made anew.");
        for old in from {
            let new = to.iter().find(|new| new.name() == old.definition.name());
            if let (TypeDefinition::Composite(old), Some(TypeDefinition::Composite(new))) =
                (&old.definition, new)
            {
                self.same_attributes(old, new);
            }
            let mut step = Step::new(Statement::new(format!(
                "ALTER {} {} RENAME TO {}",
                word(&old.definition),
                old.definition.name(),
                quote_identifier(&old.aside.name)
            )));
            step.comment = comment.take().map(str::to_owned);
            self.push(step);
        }
        for new in to {
            self.statements(create(new));
        }
        for each in uses {
            let column = quote_identifier(&each.column);
            let brackets = &each.data_type[each.data_type.trim_end_matches("[]").len()..];
            let sql = format!(
                "ALTER TABLE {} ALTER COLUMN {column} TYPE {} USING {column}::text{brackets}::{}",
                each.table, each.data_type, each.data_type
            );
            let step = self
                .locking(sql, &each.table, LockMode::AccessExclusive)
                .hazard(Hazard::TableRewrite)
                .hazard(Hazard::ValuesMayNotFit);
            self.push(step);
        }
    }

    /// Gives the old composite type as many attributes as the new one has: the text of a value then fits to both.
    fn same_attributes(&mut self, old: &Composite, new: &Composite) {
        let is_in =
            |name: &str, other: &Composite| other.attributes.iter().any(|(known, _)| known == name);
        for (name, _) in old.attributes.iter().filter(|(name, _)| !is_in(name, new)) {
            let step = Step::new(Statement::new(format!(
                "ALTER TYPE {} DROP ATTRIBUTE {}",
                old.name,
                quote_identifier(name)
            )));
            self.push(step.hazard(Hazard::DataLoss));
        }
        for (name, _) in new.attributes.iter().filter(|(name, _)| !is_in(name, old)) {
            self.statement(format!(
                "ALTER TYPE {} ADD ATTRIBUTE {} text",
                old.name,
                quote_identifier(name)
            ));
        }
    }

    fn sequences(&mut self, change: &Change) -> bool {
        match change {
            Change::CreateSequence(created) => {
                self.statements(sequence::create_sequence(created));
            }
            Change::DropSequence { name } => self.statement(format!("DROP SEQUENCE {name}")),
            Change::AlterSequence {
                name,
                data_type,
                retype,
                options,
            } => {
                let retyped = if *retype {
                    format!(" AS {data_type}")
                } else {
                    String::new()
                };
                let clauses = sequence::all_option_clauses(data_type, options);
                self.statement(format!(
                    "ALTER SEQUENCE {name}{retyped} {}",
                    clauses.join(" ")
                ));
            }
            Change::RenameSequence { from, to } => {
                if from.schema != to.schema {
                    self.statement(format!(
                        "ALTER SEQUENCE {from} SET SCHEMA {}",
                        quote_identifier(&to.schema)
                    ));
                }
                if from.name != to.name {
                    let from = QualifiedName::new(&to.schema, &from.name);
                    self.statement(format!(
                        "ALTER SEQUENCE {from} RENAME TO {}",
                        quote_identifier(&to.name)
                    ));
                }
            }
            Change::OwnSequence { name, owner } => {
                let owner = owner
                    .as_ref()
                    .map(|(table, column)| (table, column.as_str()));
                self.push(Step::new(sequence::own_sequence(name, owner)));
            }
            Change::SetSequenceUnlogged { name, unlogged } => {
                let word = if *unlogged { "UNLOGGED" } else { "LOGGED" };
                self.statement(format!("ALTER SEQUENCE {name} SET {word}"));
            }
            Change::SynchronizeSequence {
                table,
                column,
                sequence,
            } => {
                let column = quote_identifier(column);
                let sql = format!(
                    "SELECT setval({}::regclass, max({column})) FROM {table} HAVING max({column}) > 0",
                    quote_literal(&sequence.to_string())
                );
                let step = self.locking(sql, table, LockMode::AccessShare);
                self.push(step.comment("The next value stands behind those that are there."));
            }
            _ => return false,
        }
        true
    }
}

fn create(definition: &TypeDefinition) -> Vec<Statement> {
    match definition {
        TypeDefinition::Enum(own) => types::create_enum(own),
        TypeDefinition::Domain(own) => types::create_domain(own),
        TypeDefinition::Composite(own) => types::create_composite(own),
    }
}

fn word(definition: &TypeDefinition) -> &'static str {
    match definition {
        TypeDefinition::Domain(_) => "DOMAIN",
        TypeDefinition::Enum(_) | TypeDefinition::Composite(_) => "TYPE",
    }
}
