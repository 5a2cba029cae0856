//! Views: those that differ, and those that are in the way of what changes below them.

use std::collections::{BTreeSet, HashMap};

use hyperdj_ddl::order::{Object, ordered};
use hyperdj_schema::{
    QualifiedName, Relation, RelationKind, Schema, relations_named, same_expression,
};

use super::difference::{Difference, Phase, parents};
use crate::Change;

impl<'a> Difference<'a> {
    /// Compares all views, when it is known what becomes of the tables.
    pub(super) fn views(&mut self) {
        let pairs: Vec<(Option<&Relation>, Option<&Relation>)> = self
            .pairs()
            .into_iter()
            .filter(|(from, to)| from.or(*to).is_some())
            .map(|(from, to)| {
                (
                    from.filter(|it| it.kind.is_view()),
                    to.filter(|it| it.kind.is_view()),
                )
            })
            .filter(|(from, to)| from.or(*to).is_some())
            .collect();
        if pairs.is_empty() {
            return;
        }
        let mut gone = self.disturbed();
        let mut replaced: BTreeSet<&QualifiedName> = BTreeSet::new();
        for (from, to) in &pairs {
            match (from, to) {
                (Some(from), None) => {
                    gone.insert(from.name.clone());
                }
                (Some(from), Some(to)) if !is_same(from, to) => {
                    if is_replaceable(from, to) {
                        replaced.insert(&to.name);
                    } else {
                        gone.insert(from.name.clone());
                    }
                }
                _ => {}
            }
        }
        // What reads a view that goes, goes first; one that is still to come may be read by one that is replaced.
        loop {
            let before = gone.len();
            for from in pairs.iter().filter_map(|(from, _)| *from) {
                if !gone.contains(&from.name) && reads(from).iter().any(|name| gone.contains(name))
                {
                    gone.insert(from.name.clone());
                }
            }
            if gone.len() == before {
                break;
            }
        }
        let dropped: Vec<Relation> = pairs
            .iter()
            .filter_map(|(from, _)| *from)
            .filter(|from| gone.contains(&from.name))
            .cloned()
            .collect();
        for view in in_order(dropped).into_iter().rev() {
            self.push(
                Phase::DropViews,
                Change::DropView {
                    name: view.name,
                    kind: view.kind,
                },
            );
        }
        let mut made: Vec<Relation> = Vec::new();
        for (from, to) in &pairs {
            let Some(to) = to else { continue };
            match from {
                Some(from) if !gone.contains(&from.name) => {
                    if replaced.contains(&to.name) {
                        made.push((*to).clone());
                    }
                    self.settings(from, to);
                    self.view_columns(from, to);
                    self.drop_keys(from, to);
                    self.add_keys(from, to);
                }
                _ => made.push((*to).clone()),
            }
        }
        for view in in_order(made) {
            let change = if replaced.contains(&view.name) && !gone.contains(&view.name) {
                Change::ReplaceView(Box::new(view))
            } else {
                Change::CreateView(Box::new(view))
            };
            self.push(Phase::Views, change);
        }
    }

    /// Defaults and comments of a view's columns.
    fn view_columns(&mut self, from: &Relation, to: &Relation) {
        for column in &to.columns {
            let before = from.column(&column.name);
            let default = before.and_then(|before| before.default.clone());
            if default != column.default {
                let (table, name) = (to.name.clone(), column.name.clone());
                let change = match &column.default {
                    Some(expression) => Change::SetDefault {
                        table,
                        column: name,
                        expression: expression.clone(),
                    },
                    None => Change::DropDefault {
                        table,
                        column: name,
                    },
                };
                self.push(Phase::Settings, change);
            }
            self.comment(
                crate::change::Commented::Column(to.name.clone(), column.name.clone()),
                before.and_then(|before| before.comment.as_deref()),
                column.comment.as_deref(),
            );
        }
    }

    /// Tables that change in a way that PostgreSQL refuses while a view reads them.
    fn disturbed(&self) -> BTreeSet<QualifiedName> {
        let mut tables: BTreeSet<QualifiedName> = self
            .found()
            .filter_map(|change| match change {
                Change::AlterColumnType { table, .. } | Change::DropColumn { table, .. } => {
                    Some(table.clone())
                }
                Change::DropTable { name, .. } => Some(name.clone()),
                Change::DropConstraint { table, constraint }
                    if matches!(**constraint, crate::Constraint::PrimaryKey(_)) =>
                {
                    // A query that groups by the key depends on it.
                    Some(table.clone())
                }
                _ => None,
            })
            .collect();
        for change in self.found() {
            if let Change::RebuildTypes { uses, .. } = change {
                tables.extend(uses.iter().map(|each| each.table.clone()));
            }
        }
        // What changes in a table, changes in its partitions and children.
        let mut below: HashMap<&QualifiedName, Vec<&QualifiedName>> = HashMap::new();
        for relation in &self.from.relations {
            for parent in parents(relation) {
                below.entry(parent).or_default().push(&relation.name);
            }
        }
        let mut above: Vec<QualifiedName> = tables.iter().cloned().collect();
        while let Some(parent) = above.pop() {
            for name in below.get(&parent).into_iter().flatten() {
                if tables.insert((*name).clone()) {
                    above.push((*name).clone());
                }
            }
        }
        let of_rebuilt_type = |view: &&Relation| {
            let definition = view.view.as_ref().map(|view| &view.definition);
            definition.is_some_and(|text| self.mentions_rebuilt_type(text))
                || view
                    .columns
                    .iter()
                    .any(|column| self.is_of_rebuilt_type(&column.data_type))
        };
        if !self.rebuilt_types.is_empty() {
            let views = self.from.relations.iter().filter(|own| own.kind.is_view());
            tables.extend(views.filter(of_rebuilt_type).map(|view| view.name.clone()));
        }
        tables
    }
}

fn reads(view: &Relation) -> Vec<QualifiedName> {
    view.view
        .as_ref()
        .map(|view| relations_named(&view.definition))
        .unwrap_or_default()
}

/// Views, each behind those that it reads.
fn in_order(views: Vec<Relation>) -> Vec<Relation> {
    let schema = Schema {
        relations: views,
        ..Schema::default()
    };
    ordered(&schema)
        .into_iter()
        .filter_map(|object| match object {
            Object::Relation(view) => Some(view.clone()),
            _ => None,
        })
        .collect()
}

fn is_same(from: &Relation, to: &Relation) -> bool {
    from.kind == to.kind
        && match (&from.view, &to.view) {
            (Some(from), Some(to)) => {
                from.populated == to.populated && same_expression(&from.definition, &to.definition)
            }
            (None, None) => true,
            _ => false,
        }
}

/// Whether `CREATE OR REPLACE VIEW` does it: all columns stay what and where they are, and others only come behind.
fn is_replaceable(from: &Relation, to: &Relation) -> bool {
    let describe =
        |view: &Relation, count: usize| -> Vec<(String, String, Option<QualifiedName>)> {
            view.columns
                .iter()
                .take(count)
                .map(|column| {
                    (
                        column.name.clone(),
                        column.data_type.clone(),
                        column.collation.clone(),
                    )
                })
                .collect()
        };
    from.kind == RelationKind::View
        && to.kind == RelationKind::View
        && !from.columns.is_empty()
        && describe(from, from.columns.len()) == describe(to, from.columns.len())
}
