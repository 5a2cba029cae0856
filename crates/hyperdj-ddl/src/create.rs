//! A whole schema, in an order that works in an empty database.

use std::collections::HashMap;

use hyperdj_schema::{ForeignKey, QualifiedName, Relation, RelationKind, Schema};

use crate::constraint::Constraint;
use crate::index::Manner;
use crate::order::{Object, ordered};
use crate::{Statement, comment, constraint, index, namespace, relation, sequence, types};

/// The statements that build a schema in an empty database, in order.
///
/// What a schema can't say is not built, and what needs it is written all the same: see the crate's documentation. An
/// index that a failed build left invalid is left out, as `pg_dump` does. Rows of a foreign key that PostgreSQL keeps
/// for the partitions of the referenced table are its own, and so are keys that a partition has from its parent under
/// the parent's name.
pub fn create(schema: &Schema) -> Vec<Statement> {
    let by_name: HashMap<&QualifiedName, &Relation> = schema
        .relations
        .iter()
        .map(|relation| (&relation.name, relation))
        .collect();
    let find = |name: &QualifiedName| by_name.get(name).copied();

    let mut statements = Vec::new();
    for namespace in &schema.namespaces {
        statements.extend(namespace::create_namespace(namespace));
    }
    for extension in &schema.extensions {
        // Every new database has it.
        if extension.name != "plpgsql" {
            statements.push(namespace::create_extension(extension));
        }
    }
    for sequence in &schema.sequences {
        statements.extend(sequence::create_sequence(sequence));
    }
    for object in ordered(schema) {
        statements.extend(match object {
            Object::Enum(enumeration) => types::create_enum(enumeration),
            Object::Domain(domain) => types::create_domain(domain),
            Object::Composite(composite) => types::create_composite(composite),
            Object::Relation(relation) => relation::create(relation, &find),
        });
    }
    for sequence in &schema.sequences {
        if let Some((table, column)) = &sequence.owned_by {
            statements.push(sequence::own_sequence(
                &sequence.name,
                Some((table, column)),
            ));
        }
    }
    let deepest_first = deepest_first(schema, &by_name);
    for relation in &deepest_first {
        statements.extend(create_indexes(relation));
    }
    for relation in &deepest_first {
        statements.extend(add_foreign_keys(relation, &find));
    }
    statements
}

/// Partitions before their partitioned tables, so that what the parent then gets finds theirs and takes it over, with
/// its name. Otherwise in name order.
fn deepest_first<'a>(
    schema: &'a Schema,
    by_name: &HashMap<&QualifiedName, &'a Relation>,
) -> Vec<&'a Relation> {
    let depth = |relation: &Relation| {
        let mut depth = 0;
        let mut partition_of = relation.partition_of.as_ref();
        // A circle can't be, but text that says so must not hang.
        while let Some(partition) = partition_of
            && depth < schema.relations.len()
        {
            depth += 1;
            partition_of = by_name
                .get(&partition.parent)
                .and_then(|parent| parent.partition_of.as_ref());
        }
        depth
    };
    let mut sorted: Vec<&Relation> = schema.relations.iter().collect();
    sorted.sort_by_cached_key(|relation| (std::cmp::Reverse(depth(relation)), &relation.name));
    sorted
}

/// The indexes of a relation that no constraint owns, with their comments.
///
/// Those that a failed build left invalid are left out.
pub fn create_indexes(relation: &Relation) -> Vec<Statement> {
    let mut statements = Vec::new();
    for index in &relation.indexes {
        // A partitioned table's own part is invalid until all partitions have theirs; elsewhere a build has failed.
        let only = !index.valid && relation.kind == RelationKind::PartitionedTable;
        if !index.valid && !only {
            continue;
        }
        let manner = Manner {
            only,
            ..Manner::default()
        };
        statements.push(index::create(&relation.name, index, manner));
        if let Some(text) = &index.comment {
            let name = QualifiedName::new(&relation.name.schema, &index.name);
            statements.push(comment::on_index(&name, Some(text)));
        }
    }
    statements
}

fn add_foreign_keys<'a>(relation: &'a Relation, parents: relation::Parents<'a>) -> Vec<Statement> {
    let mut statements = Vec::new();
    for key in own_foreign_keys(relation, parents) {
        let said = Constraint::ForeignKey(key);
        statements.push(constraint::add(&relation.name, said));
        if let Some(text) = said.comment() {
            statements.push(comment::on_constraint(
                &relation.name,
                said.name(),
                Some(text),
            ));
        }
    }
    statements
}

/// The foreign keys that a table must state by itself.
///
/// One that a partition has from its partitioned table comes by itself under the same name; under another name it is
/// stated first, and the parent's then takes it over. One that is inherited from nothing belongs to a partition of the
/// referenced table.
pub fn own_foreign_keys<'a>(
    relation: &'a Relation,
    parents: relation::Parents<'a>,
) -> impl Iterator<Item = &'a ForeignKey> {
    let parent = relation
        .partition_of
        .as_ref()
        .and_then(|partition| parents(&partition.parent));
    relation.foreign_keys.iter().filter(move |key| {
        let said_by = |above: &&ForeignKey| {
            above.columns == key.columns
                && above.target == key.target
                && above.target_columns == key.target_columns
        };
        let above = parent.and_then(|parent| parent.foreign_keys.iter().find(said_by));
        match above {
            Some(above) if key.inherited => above.name != key.name,
            None if key.inherited => false,
            _ => true,
        }
    })
}
