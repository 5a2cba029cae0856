//! What models say, brought to the words of the database where both mean the same.

use hyperdj_schema::{Column, Index, KeyTarget, Relation, same_expression};

/// Columns that every table has by itself; a model may name one to read it.
const SYSTEM_COLUMNS: [&str; 6] = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// Leaves out the columns that a table has by itself.
pub(super) fn without_system_columns(relation: &mut Relation) {
    let is_system = |name: &str| SYSTEM_COLUMNS.contains(&name);
    relation.columns.retain(|column| !is_system(&column.name));
    relation
        .primary_key
        .take_if(|key| key.columns.iter().any(|name| is_system(name)));
}

/// Takes the database's text for what a model says in other words.
pub(super) fn settle(said: &mut Relation, found: &Relation) {
    for column in &mut said.columns {
        if let Some(there) = found.column(&column.name) {
            settle_column(column, there);
        }
    }
    for check in &mut said.checks {
        let texts = found.checks.iter().map(|other| &other.expression);
        settle_text(&mut check.expression, texts);
    }
    for exclusion in &mut said.exclusions {
        let texts = found.exclusions.iter().map(|other| &other.definition);
        settle_text(&mut exclusion.definition, texts);
    }
    for index in &mut said.indexes {
        let like: Vec<&Index> = found
            .indexes
            .iter()
            .filter(|other| other.keys.len() == index.keys.len())
            .collect();
        if let Some(predicate) = &mut index.predicate {
            settle_text(
                predicate,
                like.iter().filter_map(|other| other.predicate.as_ref()),
            );
        }
        for (position, key) in index.keys.iter_mut().enumerate() {
            let KeyTarget::Expression(expression) = &mut key.target else {
                continue;
            };
            let texts = like
                .iter()
                .filter_map(|other| match &other.keys.get(position)?.target {
                    KeyTarget::Expression(text) => Some(text),
                    KeyTarget::Column(_) => None,
                });
            settle_text(expression, texts);
        }
    }
    if let (Some(view), Some(there)) = (&mut said.view, &found.view) {
        settle_text(&mut view.definition, [&there.definition]);
    }
}

fn settle_column(said: &mut Column, there: &Column) {
    if let (Some(text), Some(other)) = (&mut said.default, &there.default) {
        settle_text(text, [other]);
    }
    if let (Some(generated), Some(other)) = (&mut said.generated, &there.generated) {
        settle_text(&mut generated.expression, [&other.expression]);
    }
}

fn settle_text<'t>(text: &mut String, others: impl IntoIterator<Item = &'t String>) {
    for other in others {
        if same_expression(text, other) {
            text.clone_from(other);
            return;
        }
    }
}
