//! What the database should be: what it is, with what the managed models say in its place.
//!
//! A model need not say all that its table has: what only the table has stays, unless it may be dropped, and what the model
//! leaves unsaid (a type, a key's counter, the usual name of a constraint) is what the table has.

use std::collections::{BTreeSet, HashSet};

use hyperdj_change::{Options, Rename, Scope, renamed};
use hyperdj_schema::{QualifiedName, Relation, RelationKind, Schema};
use hyperdj_state::{Document, ModelPlace, schema_over};

use super::answers::Answers;
use super::expressions::Expressions;
use super::keep::Keeper;
use super::types::{sequences, types};
use crate::Failure;

/// Columns that every table has by itself; a model may name one to read it.
const SYSTEM_COLUMNS: [&str; 6] = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// Both sides of a comparison.
pub(crate) struct Wanted {
    /// What the database should be.
    pub(crate) right: Schema,
    /// What is looked at.
    pub(crate) options: Options,
    /// What only the database has, in words; it stays.
    pub(crate) kept: Vec<String>,
    /// What the models alone say of the managed tables.
    pub(crate) said: Schema,
}

/// Puts what the chosen models say into what the database has.
pub(crate) fn wanted(
    document: &Document,
    live: &Schema,
    answers: &Answers,
    chosen: &dyn Fn(&ModelPlace<'_>) -> bool,
    expressions: &mut Expressions<'_>,
) -> Result<Wanted, Failure> {
    let managed: BTreeSet<QualifiedName> = document
        .models()
        .filter(chosen)
        .map(|model| model.table)
        .collect();
    let mut said = said(document, live, answers)?;
    said.relations
        .retain(|relation| managed.contains(&relation.name));
    for relation in &mut said.relations {
        without_system_columns(relation);
    }
    let mut scope = managed.clone();
    scope.extend(answers.renames.iter().filter_map(|rename| match rename {
        Rename::Relation { from, to } if managed.contains(to) => Some(from.clone()),
        _ => None,
    }));
    let mut options = Options {
        relations: Scope::Only(scope),
        types: Scope::none(),
        sequences: Scope::none(),
        namespaces: Scope::none(),
        renames: answers.renames.clone(),
        using: answers.using.clone(),
    };
    let left = renamed(live, &said, &options);
    expressions.settle(&mut said, &left);
    let mut right = left.clone();
    right
        .relations
        .retain(|relation| !managed.contains(&relation.name));
    let mut kept = Vec::new();
    let uncounted = uncounted(document);
    for relation in &said.relations {
        let mut relation = relation.clone();
        if let Some(there) = left.relation(&relation.name) {
            same_kind(&relation, there)?;
            let mut keeper = Keeper {
                answers,
                uncounted: &uncounted,
                cut: HashSet::new(),
                kept: &mut kept,
            };
            keeper.keep(there, &mut relation);
        }
        right.relations.push(relation);
    }
    right
        .relations
        .sort_by(|left, right| left.name.cmp(&right.name));
    types(&left, &said, &managed, &mut right, &mut options, &mut kept);
    sequences(&left, &said, &managed, &mut right, &mut options);
    Ok(Wanted {
        right,
        options,
        kept,
        said,
    })
}

/// What all models say, over the types that the database has.
pub(crate) fn said(
    document: &Document,
    live: &Schema,
    answers: &Answers,
) -> Result<Schema, Failure> {
    let there = |table: &QualifiedName, column: &str| {
        if answers
            .retyped
            .contains(&(table.clone(), column.to_owned()))
        {
            return None;
        }
        let relation = live.relation(&answers.old_table(table))?;
        let column = relation.column(answers.old_column(table, column))?;
        Some((column.data_type.clone(), column.collation.clone()))
    };
    // A table under its old name is under its new one here.
    let whole = |table: &QualifiedName| {
        let mut relation = live.relation(&answers.old_table(table))?.clone();
        relation.name.clone_from(table);
        Some(relation)
    };
    schema_over(document, &there, &whole)
        .map_err(|error| Failure::new(format!("the models do not fit together: {error}")))
}

/// The columns of which no field says whether a sequence counts them.
fn uncounted(document: &Document) -> HashSet<(QualifiedName, String)> {
    let mut found = HashSet::new();
    for model in document.models() {
        for field in &model.fields {
            if !field.states_counter {
                found.insert((model.table.clone(), field.column.to_owned()));
            }
        }
    }
    found
}

fn without_system_columns(relation: &mut Relation) {
    let is_system = |name: &str| SYSTEM_COLUMNS.contains(&name);
    relation.columns.retain(|column| !is_system(&column.name));
    if relation
        .primary_key
        .as_ref()
        .is_some_and(|key| key.columns.iter().any(|name| is_system(name)))
    {
        relation.primary_key = None;
    }
}

/// A table is altered into another, never dropped and made anew.
fn same_kind(said: &Relation, there: &Relation) -> Result<(), Failure> {
    let is_same = said.kind == there.kind
        || said.kind == RelationKind::Table && there.kind == RelationKind::PartitionedTable;
    if is_same {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is a {} in the database and a {} in the models",
        said.name,
        there.kind.singular(),
        said.kind.singular()
    ))
    .with_hint(format!(
        "A {} is never dropped to make a {} of it. Have the model say what it is (hyper inspectdb --table {} shows \
         how), or set `managed = False`.",
        there.kind.singular(),
        said.kind.singular(),
        said.name.name
    )))
}
