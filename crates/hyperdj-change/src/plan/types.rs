//! Namespaces, types and sequences.

use hyperdj_ddl::{Statement, namespace, sequence, types};
use hyperdj_schema::QualifiedName;
use hyperdj_schema::sql::{quote_identifier, quote_literal};

use super::{Planner, Step};
use crate::change::{TypeDefinition, TypeUse};
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
            Change::RebuildType { from, to, uses } => self.rebuild(from, to, uses),
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

    /// The old type steps aside under another name, its columns move to the new one, and it goes.
    fn rebuild(&mut self, from: &TypeDefinition, to: &TypeDefinition, uses: &[TypeUse]) {
        let name = from.name();
        let aside = QualifiedName::new(&name.schema, aside_name(&name.name));
        let word = word(from);
        let first = Step::new(Statement::new(format!(
            "ALTER {word} {name} RENAME TO {}",
            quote_identifier(&aside.name)
        )));
        self.push(first.comment("No ALTER makes this type what it should be: it is made anew."));
        self.statements(create(to));
        for each in uses {
            let column = quote_identifier(&each.column);
            if each.default.is_some() {
                let sql = format!(
                    "ALTER TABLE {} ALTER COLUMN {column} DROP DEFAULT",
                    each.table
                );
                let step = self.locking(sql, &each.table, LockMode::AccessExclusive);
                self.push(step);
            }
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
        self.statement(format!("DROP {word} {aside}"));
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

/// A name for the old type that has room in the 63 bytes of a name.
fn aside_name(name: &str) -> String {
    let mut end = name.len().min(58);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}__old", &name[..end])
}
