//! The order in which tables can be filled: those that others refer to first.

use std::collections::BTreeMap;

use hyperdj_schema::{ForeignKey, QualifiedName, Relation, Schema};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

/// Tables in groups, each after those that it refers to. The tables of a group refer to each other in a circle; most
/// groups are one table. Only the foreign keys that `counts` are looked at.
pub(crate) fn groups<'a>(
    schema: &Schema,
    tables: &[&'a Relation],
    counts: impl Fn(&ForeignKey) -> bool,
) -> Vec<Vec<&'a Relation>> {
    let mut graph: DiGraph<&'a Relation, ()> = DiGraph::new();
    // Backwards, because this is how the algorithm leaves tables that no key ties to each other.
    let places: BTreeMap<&QualifiedName, _> = tables
        .iter()
        .rev()
        .map(|table| (&table.name, graph.add_node(table)))
        .collect();
    for relation in &schema.relations {
        let Some(from) = places.get(root(schema, &relation.name)) else {
            continue;
        };
        for key in relation.foreign_keys.iter().filter(|key| counts(key)) {
            if let Some(to) = places.get(root(schema, &key.target))
                && from != to
            {
                graph.update_edge(*from, *to, ());
            }
        }
    }
    let mut groups: Vec<Vec<&Relation>> = kosaraju_scc(&graph)
        .into_iter()
        .map(|group| group.into_iter().map(|node| graph[node]).collect())
        .collect();
    for group in &mut groups {
        group.sort_by(|left, right| left.name.cmp(&right.name));
    }
    groups
}

/// The partitioned table that a partition's rows are written with, or the table itself.
pub(crate) fn root<'a>(schema: &'a Schema, name: &'a QualifiedName) -> &'a QualifiedName {
    let mut name = name;
    while let Some(parent) = schema
        .relation(name)
        .and_then(|relation| relation.partition_of.as_ref())
        .map(|partition| &partition.parent)
        // A parent that was not read is nobody's root.
        .filter(|parent| schema.relation(parent).is_some())
    {
        name = parent;
    }
    name
}
