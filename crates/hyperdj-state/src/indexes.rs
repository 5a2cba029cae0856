//! Indexes: marks on fields, and `Meta.indexes`.

use hyperdj_schema::{Index, IndexKey, KeyTarget, QualifiedName, index_name};

use crate::Error;
use crate::document::{IndexObject, Key, Model};
use crate::types::{collation, sorted};

pub(crate) fn index(model: &Model, found: &IndexObject) -> Result<Index, Error> {
    let keys: Result<Vec<IndexKey>, Error> =
        found.keys.iter().map(|key| index_key(model, key)).collect();
    let mut index = Index {
        method: found.method.clone(),
        unique: found.unique,
        keys: keys?,
        include: model.columns(&found.include)?,
        predicate: found.predicate.clone(),
        nulls_not_distinct: found.nulls_not_distinct,
        options: sorted(&found.options),
        tablespace: found.tablespace.clone(),
        valid: found.valid,
        comment: found.comment.clone(),
        ..Index::btree("", [])
    };
    index.name = match &found.name {
        Some(name) => name.clone(),
        None => index_name(&model.table_name, &index),
    };
    Ok(index)
}

fn index_key(model: &Model, key: &Key) -> Result<IndexKey, Error> {
    let said = match key {
        Key::Field(field) => return Ok(IndexKey::column(model.column(&model.name, field)?)),
        Key::Said(said) => said,
    };
    let target = match (&said.field, &said.expression) {
        (Some(field), _) => KeyTarget::Column(model.column(&model.name, field)?),
        (None, expression) => KeyTarget::Expression(expression.clone().unwrap_or_default()),
    };
    Ok(IndexKey {
        target,
        collation: said.collation.as_ref().map(collation),
        operator_class: said.operator_class.as_deref().map(operator_class),
        operator_class_options: sorted(&said.operator_class_options),
        descending: said.descending,
        nulls: said.nulls,
    })
}

/// `text_pattern_ops`, `public."My ops"`: a name of SQL, in `pg_catalog` where it has no schema.
fn operator_class(text: &str) -> QualifiedName {
    let mut parts = vec![String::new()];
    let mut in_quotes = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let last = parts.len() - 1;
        match character {
            '"' if in_quotes && characters.next_if_eq(&'"').is_some() => parts[last].push('"'),
            '"' => in_quotes = !in_quotes,
            '.' if !in_quotes => parts.push(String::new()),
            _ => parts[last].push(character),
        }
    }
    match parts.as_slice() {
        [schema, name] => QualifiedName::new(schema, name),
        _ => QualifiedName::new("pg_catalog", parts.concat()),
    }
}
