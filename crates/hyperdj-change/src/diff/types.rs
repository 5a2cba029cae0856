//! Enums, domains and composite types of both sides. New ones come with the tables, in the order of their needs.

use std::collections::BTreeSet;

use hyperdj_ddl::column::default_expression;
use hyperdj_ddl::order::{Object, ordered};
use hyperdj_schema::sql::quote_literal;
use hyperdj_schema::{Composite, Domain, Enum, QualifiedName, Schema, same_expression};

use super::difference::{Difference, Phase};
use crate::change::{Commented, TypeDefinition, TypeUse};
use crate::{Change, Options};

/// The types that no ALTER turns into what they should be: enums that lose labels or get another order, domains over
/// another type.
pub(super) fn rebuilt(from: &Schema, to: &Schema, options: &Options) -> BTreeSet<QualifiedName> {
    let enums = from.enums.iter().filter(|left| {
        let right = to.enums.iter().find(|right| right.name == left.name);
        right.is_some_and(|right| !is_grown(&left.labels, &right.labels))
    });
    let domains = from.domains.iter().filter(|left| {
        let right = to.domains.iter().find(|right| right.name == left.name);
        right.is_some_and(|right| {
            right.base_type != left.base_type || right.collation != left.collation
        })
    });
    enums
        .map(|own| &own.name)
        .chain(domains.map(|own| &own.name))
        .filter(|name| options.types.has(name))
        .cloned()
        .collect()
}

/// Whether labels came in between, and none went or moved.
fn is_grown(before: &[String], after: &[String]) -> bool {
    let mut rest = after.iter();
    before.iter().all(|label| rest.any(|other| other == label))
}

impl Difference<'_> {
    /// Compares all types.
    pub(super) fn types(&mut self) {
        let (from, to) = (self.from, self.to);
        for before in &from.enums {
            if let Some(after) = to.enums.iter().find(|own| own.name == before.name)
                && self.options.types.has(&before.name)
            {
                self.enumeration(before, after);
            }
        }
        for before in &from.domains {
            if let Some(after) = to.domains.iter().find(|own| own.name == before.name)
                && self.options.types.has(&before.name)
            {
                self.domain(before, after);
            }
        }
        for before in &from.composites {
            if let Some(after) = to.composites.iter().find(|own| own.name == before.name)
                && self.options.types.has(&before.name)
            {
                self.composite(before, after);
            }
        }
        self.dropped_types();
    }

    /// Types that only the left side has, what needs another first.
    fn dropped_types(&mut self) {
        let is_gone = |name: &QualifiedName, kept: bool| !kept && self.options.types.has(name);
        let to = self.to;
        let mut gone = Schema::default();
        let enums = self.from.enums.iter();
        let enums = enums.filter(|own| {
            is_gone(
                &own.name,
                to.enums.iter().any(|right| right.name == own.name),
            )
        });
        gone.enums = enums.cloned().collect();
        let domains = self.from.domains.iter();
        let domains = domains.filter(|own| {
            is_gone(
                &own.name,
                to.domains.iter().any(|right| right.name == own.name),
            )
        });
        gone.domains = domains.cloned().collect();
        let composites = self.from.composites.iter();
        let composites = composites.filter(|own| {
            is_gone(
                &own.name,
                to.composites.iter().any(|right| right.name == own.name),
            )
        });
        gone.composites = composites.cloned().collect();
        for object in ordered(&gone).into_iter().rev() {
            let definition = match object {
                Object::Enum(own) => TypeDefinition::Enum(own.clone()),
                Object::Domain(own) => TypeDefinition::Domain(own.clone()),
                Object::Composite(own) => TypeDefinition::Composite(own.clone()),
                Object::Relation(_) | Object::Definition(_) => continue,
            };
            let phase = self.drop_phase(definition.name(), Phase::DropTypes);
            self.push(phase, Change::DropType(Box::new(definition)));
        }
    }

    fn enumeration(&mut self, before: &Enum, after: &Enum) {
        if self.rebuilt_types.contains(&before.name) {
            self.rebuild(
                TypeDefinition::Enum(before.clone()),
                TypeDefinition::Enum(after.clone()),
            );
            return;
        }
        // From the last to the first: each then stands in front of one that is there.
        for (position, label) in after.labels.iter().enumerate().rev() {
            if !before.labels.contains(label) {
                let used = self.uses_label(label);
                self.push(
                    Phase::AddLabels,
                    Change::AddEnumValue {
                        name: after.name.clone(),
                        value: label.clone(),
                        before: after.labels.get(position + 1).cloned(),
                        used,
                    },
                );
            }
        }
        self.comment(
            Commented::Type(after.name.clone()),
            before.comment.as_deref(),
            after.comment.as_deref(),
        );
    }

    /// Whether what was found so far has a label in one of its expressions.
    fn uses_label(&self, label: &str) -> bool {
        let literal = quote_literal(label);
        let debugged = format!("{literal:?}");
        let inner = debugged.trim_matches('"');
        self.found()
            .any(|change| format!("{change:?}").contains(inner))
    }

    /// A type that is made anew, with the columns to move.
    fn rebuild(&mut self, from: TypeDefinition, to: TypeDefinition) {
        let name = from.name().to_string();
        let mut uses = Vec::new();
        for relation in &self.from.relations {
            let is_own = relation.kind.is_view()
                || relation.partition_of.is_some()
                || self.recreated.contains(&relation.name)
                || self.to.relation(&relation.name).is_none();
            if is_own {
                continue;
            }
            for column in &relation.columns {
                let key = (relation.name.clone(), column.name.clone());
                let stays = self
                    .to
                    .relation(&relation.name)
                    .and_then(|right| right.column(&column.name))
                    .is_some_and(|right| right.data_type == column.data_type);
                if column.data_type.trim_end_matches("[]") == name
                    && stays
                    && !self.rebuilt.contains(&key)
                {
                    uses.push(TypeUse {
                        table: relation.name.clone(),
                        column: column.name.clone(),
                        data_type: column.data_type.clone(),
                        default: default_expression(relation, column),
                    });
                }
            }
        }
        // The default comes back as it should be.
        for each in &uses {
            let right = self.to.relation(&each.table).and_then(|table| {
                let column = table.column(&each.column)?;
                Some((default_expression(table, column)?, table.name.clone()))
            });
            if let Some((expression, table)) = right
                && each.default.as_ref() == Some(&expression)
            {
                self.push(
                    Phase::Columns,
                    Change::SetDefault {
                        table,
                        column: each.column.clone(),
                        expression,
                    },
                );
            }
        }
        self.push(
            Phase::Rebuild,
            Change::RebuildType {
                from: Box::new(from),
                to: Box::new(to),
                uses,
            },
        );
    }

    fn domain(&mut self, before: &Domain, after: &Domain) {
        if self.rebuilt_types.contains(&before.name) {
            self.rebuild(
                TypeDefinition::Domain(before.clone()),
                TypeDefinition::Domain(after.clone()),
            );
            return;
        }
        let name = &after.name;
        let is_same = |left: &hyperdj_schema::Check, right: &hyperdj_schema::Check| {
            left.name == right.name
                && (left.validated == right.validated || right.validated)
                && same_expression(&left.expression, &right.expression)
        };
        for check in &before.checks {
            if !after.checks.iter().any(|right| is_same(check, right)) {
                self.push(
                    Phase::AlterTypes,
                    Change::DropDomainCheck {
                        domain: name.clone(),
                        name: check.name.clone(),
                    },
                );
            }
        }
        if before.default != after.default {
            self.push(
                Phase::AlterTypes,
                Change::SetDomainDefault {
                    domain: name.clone(),
                    default: after.default.clone(),
                },
            );
        }
        if before.nullable != after.nullable {
            self.push(
                Phase::AlterTypes,
                Change::SetDomainNotNull {
                    domain: name.clone(),
                    not_null: !after.nullable,
                },
            );
        }
        for check in &after.checks {
            let left = before.checks.iter().find(|left| is_same(left, check));
            match left {
                None => self.push(
                    Phase::AlterTypes,
                    Change::AddDomainCheck {
                        domain: name.clone(),
                        check: check.clone(),
                    },
                ),
                Some(left) if !left.validated && check.validated => self.push(
                    Phase::AlterTypes,
                    Change::ValidateDomainCheck {
                        domain: name.clone(),
                        name: check.name.clone(),
                    },
                ),
                Some(_) => {}
            }
            self.comment(
                Commented::DomainConstraint(name.clone(), check.name.clone()),
                left.and_then(|left| left.comment.as_deref()),
                check.comment.as_deref(),
            );
        }
        self.comment(
            Commented::Domain(name.clone()),
            before.comment.as_deref(),
            after.comment.as_deref(),
        );
    }

    fn composite(&mut self, before: &Composite, after: &Composite) {
        let composite = &after.name;
        for (name, _) in &before.attributes {
            if !after.attributes.iter().any(|(other, _)| other == name) {
                self.push(
                    Phase::AlterTypes,
                    Change::DropAttribute {
                        composite: composite.clone(),
                        name: name.clone(),
                    },
                );
            }
        }
        for (name, data_type) in &after.attributes {
            let (composite, name, data_type) = (composite.clone(), name.clone(), data_type.clone());
            match before.attributes.iter().find(|(other, _)| *other == name) {
                None => self.push(
                    Phase::AlterTypes,
                    Change::AddAttribute {
                        composite,
                        name,
                        data_type,
                    },
                ),
                Some((_, old)) if *old != data_type => self.push(
                    Phase::AlterTypes,
                    Change::AlterAttributeType {
                        composite,
                        name,
                        data_type,
                    },
                ),
                Some(_) => {}
            }
        }
        self.comment(
            Commented::Type(composite.clone()),
            before.comment.as_deref(),
            after.comment.as_deref(),
        );
    }
}
