//! Names for what is made without one, as the server chooses them: with a number behind where a name is taken.

use hyperdj_schema::{QualifiedName, object_name};

use super::Reader;

impl Reader<'_> {
    /// A name for an index or a sequence: `{first}_{second}_{label}`.
    pub(super) fn choose_relation(
        &self,
        schema: &str,
        first: &str,
        second: Option<&str>,
        label: &str,
    ) -> String {
        choose(first, second, label, |name| {
            self.is_relation_name(&QualifiedName::new(schema, name))
                || self.is_constraint(schema, name)
        })
    }

    /// A name for a check or a foreign key, which no other constraint of the namespace has.
    pub(super) fn choose_constraint(
        &self,
        schema: &str,
        first: &str,
        second: Option<&str>,
        label: &str,
    ) -> String {
        choose(first, second, label, |name| {
            self.is_constraint(schema, name)
        })
    }

    pub(super) fn is_constraint(&self, schema: &str, name: &str) -> bool {
        let in_schema = self
            .relations
            .values()
            .filter(|relation| relation.name.schema == schema);
        let mut relations = in_schema.into_iter();
        relations.any(|relation| {
            relation
                .primary_key
                .as_ref()
                .is_some_and(|key| key.name == name)
                || relation.uniques.iter().any(|found| found.name == name)
                || relation.foreign_keys.iter().any(|found| found.name == name)
                || relation.checks.iter().any(|found| found.name == name)
                || relation.exclusions.iter().any(|found| found.name == name)
        }) || self.domains.values().any(|domain| {
            domain.name.schema == schema && domain.checks.iter().any(|check| check.name == name)
        })
    }
}

/// The first of `label`, `label1`, `label2` … that is free.
fn choose(
    first: &str,
    second: Option<&str>,
    label: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let mut name = object_name(first, second, label);
    let mut number = 1_u32;
    while is_taken(&name) {
        name = object_name(first, second, &format!("{label}{number}"));
        number += 1;
    }
    name
}
