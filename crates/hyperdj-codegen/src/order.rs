//! The order of classes: what is referred to stands before what refers to it.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::{QualifiedName, Relation, relations_named};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// Relations in topological order, ties by name. The tables of a cycle stand together in name order; a table that
/// refers to itself is no cycle. Views stand behind all tables.
pub(crate) fn ordered<'a>(relations: &[&'a Relation]) -> Vec<&'a Relation> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..relations.len())
        .map(|position| graph.add_node(position))
        .collect();
    let positions: HashMap<&QualifiedName, usize> = relations
        .iter()
        .enumerate()
        .map(|(position, relation)| (&relation.name, position))
        .collect();
    for (position, relation) in relations.iter().enumerate() {
        let partition_of = relation
            .partition_of
            .iter()
            .map(|partition| &partition.parent);
        let keys = relation.foreign_keys.iter().map(|key| &key.target);
        let read: Vec<QualifiedName> = match &relation.view {
            Some(view) => relations_named(&view.definition),
            None => Vec::new(),
        };
        for target in keys
            .chain(partition_of)
            .chain(&relation.inherits)
            .chain(&read)
        {
            if let Some(&target) = positions.get(target)
                && target != position
            {
                graph.update_edge(nodes[position], nodes[target], ());
            }
        }
    }

    // Each strongly connected component is one step, named by its first table.
    let mut component_of = vec![0; relations.len()];
    let mut components: Vec<Vec<usize>> = Vec::new();
    for component in tarjan_scc(&graph) {
        let mut members: Vec<usize> = component.iter().map(|node| graph[*node]).collect();
        members.sort_by_key(|member| key(relations[*member]));
        for member in &members {
            component_of[*member] = components.len();
        }
        components.push(members);
    }
    let mut waiting_for: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); components.len()];
    let mut waited_by: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); components.len()];
    for edge in graph.raw_edges() {
        let from = component_of[graph[edge.source()]];
        let to = component_of[graph[edge.target()]];
        if from != to {
            waiting_for[from].insert(to);
            waited_by[to].insert(from);
        }
    }

    let component_key = |component: usize| key(relations[components[component][0]]);
    let mut ready: BTreeSet<_> = (0..components.len())
        .filter(|component| waiting_for[*component].is_empty())
        .map(|component| (component_key(component), component))
        .collect();
    let mut result = Vec::with_capacity(relations.len());
    while let Some((_, component)) = ready.pop_first() {
        result.extend(
            components[component]
                .iter()
                .map(|member| relations[*member]),
        );
        for &next in &waited_by[component] {
            waiting_for[next].remove(&component);
            if waiting_for[next].is_empty() {
                ready.insert((component_key(next), next));
            }
        }
    }
    result
}

fn key(relation: &Relation) -> (bool, &QualifiedName) {
    (relation.kind.is_view(), &relation.name)
}

#[cfg(test)]
mod tests {
    use hyperdj_schema::{ForeignKey, RelationKind};

    use super::*;

    fn order(tables: &[(&str, &[&str])]) -> Vec<String> {
        let relations: Vec<Relation> = tables
            .iter()
            .map(|(name, targets)| {
                let name = QualifiedName::new("public", *name);
                let mut relation = Relation::new(name, RelationKind::Table);
                relation.foreign_keys = targets
                    .iter()
                    .map(|target| {
                        let target = QualifiedName::new("public", *target);
                        ForeignKey::new("", Vec::new(), target, Vec::new())
                    })
                    .collect();
                relation
            })
            .collect();
        let relations: Vec<&Relation> = relations.iter().collect();
        ordered(&relations)
            .iter()
            .map(|relation| relation.name.name.clone())
            .collect()
    }

    #[test]
    fn targets_come_first_and_ties_by_name() {
        assert_eq!(
            order(&[("orders", &["users"]), ("a", &[]), ("users", &[])]),
            ["a", "users", "orders"]
        );
        assert_eq!(
            order(&[("a", &["z"]), ("m", &[]), ("z", &["z"])]),
            ["m", "z", "a"]
        );
    }

    #[test]
    fn a_cycle_stands_together_and_the_rest_stays_topological() {
        assert_eq!(
            order(&[
                ("a_first", &["departments"]),
                ("departments", &["employees"]),
                ("employees", &["departments", "zones"]),
                ("zones", &[]),
            ]),
            ["zones", "departments", "employees", "a_first"]
        );
    }
}
