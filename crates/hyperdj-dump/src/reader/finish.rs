//! The end: sequences find their columns, and what was not asked for is left out.

use std::collections::BTreeSet;

use hyperdj_schema::{
    Namespace, QualifiedName, Relation, Schema, Sequence, Serial, Unmodelled, sequence_name,
};

use super::column::next_value;
use super::sequence::FullSequence;
use super::{Description, Reader};
use crate::Error;
use crate::types::Base;

impl Reader<'_> {
    pub(super) fn finish(mut self) -> Result<Description, Error> {
        let mut free = Vec::new();
        for (name, sequence) in std::mem::take(&mut self.sequences) {
            free.extend(self.place_sequence(name, sequence));
        }
        let index_parents = std::mem::take(&mut self.index_parents);
        for (part, above) in &index_parents {
            let inherited = self.is_valid(above);
            let table = self.index_tables.get(part).cloned();
            let relation = table.and_then(|table| self.relations.get_mut(&table));
            let indexes = relation
                .into_iter()
                .flat_map(|relation| &mut relation.indexes);
            indexes
                .filter(|index| index.name == part.name)
                .for_each(|index| index.inherited = inherited);
        }
        for (name, comment) in &self.namespaces.clone() {
            if comment
                .as_deref()
                .is_some_and(|comment| comment != "standard public schema")
            {
                self.note("schema comment", name.clone(), Some(name));
            }
        }
        let tables = |schema: &str| {
            let is_table =
                |relation: &&Relation| relation.name.schema == schema && !relation.kind.is_view();
            u64::try_from(self.relations.values().filter(is_table).count()).unwrap_or(u64::MAX)
        };
        let namespaces = self
            .namespaces
            .keys()
            .map(|name| (name.clone(), tables(name)))
            .collect();
        Ok(Description {
            schema: self.schema(free),
            namespaces,
        })
    }

    /// What was asked for.
    fn schema(self, free: Vec<Sequence>) -> Schema {
        let asked = self.options.schemas.clone();
        let is_read = |schema: &String| {
            asked
                .as_ref()
                .is_none_or(|schemas| schemas.contains(schema))
        };
        let used = self.used_types(&is_read);
        let takes_type = |name: &QualifiedName| is_read(&name.schema) || used.contains(name);
        let history = "hyperdjango_migrations";
        Schema {
            namespaces: self
                .namespaces
                .into_iter()
                .filter(|(name, _)| is_read(name))
                .map(|(name, comment)| Namespace {
                    name,
                    comment,
                    of_extension: false,
                })
                .collect(),
            extensions: self.extensions.into_values().collect(),
            enums: self
                .enums
                .into_values()
                .filter(|found| takes_type(&found.name))
                .collect(),
            domains: self
                .domains
                .into_values()
                .filter(|found| takes_type(&found.name))
                .collect(),
            composites: self
                .composites
                .into_values()
                .filter(|found| is_read(&found.name.schema))
                .collect(),
            sequences: free
                .into_iter()
                .filter(|found| is_read(&found.name.schema))
                .collect(),
            relations: self
                .relations
                .into_values()
                .filter(|relation| is_read(&relation.name.schema) && relation.name.name != history)
                .collect(),
            unmodelled: self
                .unmodelled
                .into_iter()
                .filter(|noted| noted.schema.as_ref().is_none_or(&is_read))
                .map(|noted| Unmodelled {
                    kind: noted.kind,
                    name: noted.name,
                })
                .collect(),
            ..Schema::default()
        }
    }

    /// The types that columns of tables of the schemas that are read have.
    fn used_types(&self, is_read: &dyn Fn(&String) -> bool) -> BTreeSet<QualifiedName> {
        self.relations
            .values()
            .filter(|relation| is_read(&relation.name.schema) && !relation.kind.is_view())
            .flat_map(|relation| &relation.columns)
            .filter_map(|column| match self.type_of(&column.data_type)?.base {
                Base::User(name) => Some(name),
                Base::Builtin(_) => None,
            })
            .collect()
    }

    /// Lets the column that owns a sequence say it, where it can; else gives it back.
    fn place_sequence(&mut self, name: QualifiedName, sequence: FullSequence) -> Option<Sequence> {
        let options = sequence.options();
        let owner = sequence.owned_by.clone();
        let relation = owner
            .as_ref()
            .and_then(|(table, _)| self.relations.get_mut(table));
        if let (Some((table, column)), Some(relation)) = (&owner, relation) {
            let usual = QualifiedName::new(&table.schema, sequence_name(&table.name, column));
            let same_persistence = relation.unlogged == sequence.unlogged;
            let column = relation
                .columns
                .iter_mut()
                .find(|found| found.name == *column);
            if let Some(column) = column {
                if sequence.is_identity {
                    if let Some(identity) = &mut column.identity {
                        identity.options = options;
                        identity.sequence = (name != usual).then(|| name.clone());
                    }
                    if sequence.comment.is_some() {
                        self.note_of("sequence comment", &name);
                    }
                    return None;
                }
                let counts = column.default.as_deref() == Some(next_value(&name).as_str());
                if name == usual && same_persistence && sequence.comment.is_none() && counts {
                    column.default = None;
                    column.serial = Some(Serial {
                        data_type: (sequence.data_type != column.data_type)
                            .then_some(sequence.data_type),
                        options,
                    });
                    return None;
                }
            }
        }
        Some(Sequence {
            name,
            data_type: sequence.data_type,
            options,
            owned_by: owner,
            unlogged: sequence.unlogged,
            comment: sequence.comment,
        })
    }
}
