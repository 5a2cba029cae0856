//! Enums, domains and composite types of both sides. New ones come with the tables, in the order of their needs.

use hyperdj_ddl::order::{Object, ordered};
use hyperdj_schema::sql::quote_literal;
use hyperdj_schema::{
    Composite, Domain, Enum, QualifiedName, Schema, relations_named, same_expression,
};

use super::difference::{Difference, Phase, type_names};
use crate::Change;
use crate::change::{Commented, TypeDefinition};

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
        self.rebuild();
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

    fn domain(&mut self, before: &Domain, after: &Domain) {
        if self.rebuilt_types.contains(&before.name) {
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
        if self.rebuilt_types.contains(&before.name) {
            return;
        }
        let composite = &after.name;
        for (name, _) in &before.attributes {
            if !after.attributes.iter().any(|(other, _)| other == name) {
                self.push(
                    Phase::Attributes,
                    Change::DropAttribute {
                        composite: composite.clone(),
                        name: name.clone(),
                    },
                );
            }
        }
        for (name, data_type) in &after.attributes {
            // What is new and has a value of the type in a default, has it with all attributes.
            let needs_new = relations_named(data_type).iter().any(|of| {
                let is_there = type_names(self.from).any(|known| known == of);
                !is_there && type_names(self.to).any(|known| known == of)
            });
            let phase = match needs_new {
                true => Phase::AlterTypes,
                false => Phase::Attributes,
            };
            let (composite, name, data_type) = (composite.clone(), name.clone(), data_type.clone());
            match before.attributes.iter().find(|(other, _)| *other == name) {
                None => self.push(
                    phase,
                    Change::AddAttribute {
                        composite,
                        name,
                        data_type,
                    },
                ),
                Some((_, old)) if *old != data_type => self.push(
                    phase,
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
