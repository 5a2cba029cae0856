//! What stands in the way of the changes and is not theirs to move: views, functions, triggers that no managed model says.
//! PostgreSQL would refuse the migration; it is refused before it is written.

use std::collections::BTreeSet;

use hyperdj_catalog::{Dependent, DependentKind, Subject, dependents};
use hyperdj_change::Change;
use hyperdj_postgres::Client;
use hyperdj_schema::{QualifiedName, Schema, relations_named};

use super::answers::Answers;
use super::wanted::Wanted;
use crate::Failure;

/// What the changes move by themselves, under the names of the database as it is.
#[derive(Default)]
struct Moved {
    types: BTreeSet<QualifiedName>,
    views: BTreeSet<QualifiedName>,
    tables: BTreeSet<QualifiedName>,
}

/// Refuses changes of types and columns that something else stands on. Without a database only views are known.
pub(super) fn refuse(
    changes: &[Change],
    live: &Schema,
    found: &Wanted,
    answers: &Answers,
    client: Option<&mut Client>,
) -> Result<(), Failure> {
    let (subjects, mut moved) = look(changes, answers);
    if subjects.is_empty() {
        return Ok(());
    }
    moved.tables = tables(live, found, answers);
    let all = match client {
        Some(client) => dependents(client, &subjects).map_err(|error| {
            Failure::new(format!("what stands in the way can't be read: {error}"))
        })?,
        None => views(live, &subjects),
    };
    let in_the_way: Vec<&Dependent> = all
        .iter()
        .filter(|dependent| match &dependent.kind {
            DependentKind::View(name) => !moved.views.contains(name),
            DependentKind::Table(name) => !moved.tables.contains(name),
            DependentKind::Type(name) => !moved.types.contains(name),
            DependentKind::Other => true,
        })
        .collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    Err(refusal(&in_the_way))
}

/// The types and columns that can't be altered while something stands on them, and what goes or is made anew anyway.
fn look(changes: &[Change], answers: &Answers) -> (Vec<Subject>, Moved) {
    let mut subjects: Vec<Subject> = Vec::new();
    let mut moved = Moved::default();
    let column = |table: &QualifiedName, column: &str| {
        let old = answers.old_column(table, column).to_owned();
        Subject::Column(answers.old_table(table), Some(old))
    };
    for change in changes {
        match change {
            Change::RebuildTypes { from, uses, .. } => {
                for old in from {
                    moved.types.insert(old.definition.name().clone());
                    subjects.push(Subject::Type(old.definition.name().clone()));
                }
                subjects.extend(uses.iter().map(|each| column(&each.table, &each.column)));
            }
            Change::AlterColumnType { table, to, .. } => subjects.push(column(table, &to.name)),
            Change::DropColumn {
                table, column: own, ..
            } => subjects.push(column(table, own)),
            Change::DropView { name, .. } => {
                let name = answers.old_table(name);
                subjects.push(Subject::Column(name.clone(), None));
                moved.views.insert(name);
            }
            _ => {}
        }
    }
    subjects.dedup();
    (subjects, moved)
}

/// The tables whose columns, defaults, constraints and indexes are compared, and their partitions and children.
fn tables(live: &Schema, found: &Wanted, answers: &Answers) -> BTreeSet<QualifiedName> {
    let said = found.said.relations.iter();
    let mut tables: BTreeSet<QualifiedName> =
        said.map(|own| answers.old_table(&own.name)).collect();
    loop {
        let more: Vec<QualifiedName> = live
            .relations
            .iter()
            .filter(|relation| {
                let partition = relation.partition_of.iter().map(|of| &of.parent);
                let mut parents = partition.chain(&relation.inherits);
                !tables.contains(&relation.name) && parents.any(|name| tables.contains(name))
            })
            .map(|relation| relation.name.clone())
            .collect();
        if more.is_empty() {
            return tables;
        }
        tables.extend(more);
    }
}

/// The views that name what changes, where no server can be asked.
fn views(live: &Schema, subjects: &[Subject]) -> Vec<Dependent> {
    let mut found = Vec::new();
    for view in &live.relations {
        let Some(definition) = view.view.as_ref().map(|view| &view.definition) else {
            continue;
        };
        let names = relations_named(definition);
        let on = subjects.iter().find(|subject| match subject {
            Subject::Type(name) => names.contains(name),
            Subject::Column(table, column) => {
                let has_word = column
                    .as_ref()
                    .is_none_or(|column| definition.contains(column.as_str()));
                names.contains(table) && has_word && *table != view.name
            }
        });
        if let Some(on) = on {
            found.push(Dependent {
                on: on.clone(),
                kind: DependentKind::View(view.name.clone()),
                words: format!("{} {}", view.kind.singular(), view.name),
            });
        }
    }
    found
}

fn refusal(in_the_way: &[&Dependent]) -> Failure {
    let mut what = String::from(
        "the migration is not written, for PostgreSQL would refuse it because of what stands in the way:",
    );
    for dependent in in_the_way {
        let on = match &dependent.on {
            Subject::Type(name) => format!("the type {name}, which is made anew"),
            Subject::Column(table, Some(column)) => format!("the column {table}.{column}"),
            Subject::Column(view, None) => format!("the view {view}, which is made anew"),
        };
        what.push_str(&format!("\n{}, which stands on {on}", dependent.words));
    }
    let mut hint = String::new();
    let views = in_the_way
        .iter()
        .any(|dependent| matches!(dependent.kind, DependentKind::View(_)));
    if views {
        hint.push_str("A view whose model is managed is dropped and made again by the migration: hyper inspectdb --include-views writes its model, hyper adopt takes it over.\n");
    }
    let others = in_the_way
        .iter()
        .any(|dependent| !matches!(dependent.kind, DependentKind::View(_)));
    hint.push_str(match (views, others) {
        (true, true) => "Take the rest",
        (true, false) => "Or take it",
        (false, _) => "Take it",
    });
    hint.push_str(" away in a migration of your own (hyper makemigrations --empty), apply that, run this again, and put it back in a third one.");
    Failure::new(what).with_hint(hint)
}
