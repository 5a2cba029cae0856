//! `--using`: how the values of a column become its new type.

use std::collections::BTreeMap;

use hyperdj_change::Change;
use hyperdj_schema::QualifiedName;
use hyperdj_state::Document;

use crate::Failure;
use crate::near::{alternatives, near};

/// How it is written.
const FORM: &str = "Write --using table.column:expression, with the names that the models have.";

/// The expressions of `--using`, by the model's table and column.
pub(super) fn using(
    texts: &[String],
    document: &Document,
) -> Result<BTreeMap<(QualifiedName, String), String>, Failure> {
    let mut found = BTreeMap::new();
    for text in texts {
        let (place, expression) = parts(text)?;
        let Some((table, column)) = place.rsplit_once('.') else {
            return Err(
                Failure::new(format!("--using {text}: `{place}` names no column")).with_hint(FORM),
            );
        };
        let is_meant = |name: &QualifiedName| {
            name.name == table || format!("{}.{}", name.schema, name.name) == table
        };
        let Some(model) = document.models().find(|model| is_meant(&model.table)) else {
            return Err(Failure::new(format!(
                "--using {text}: no model is of the table `{table}`"
            ))
            .with_hint(
                "Name a column as table.column, with the table's name and not the model's.",
            ));
        };
        if !model.fields.iter().any(|field| field.column == column) {
            let columns = model.fields.iter().map(|field| field.column);
            let hint = match near(column, columns).as_slice() {
                [] => FORM.to_owned(),
                near => format!("Did you mean {}?", alternatives(near)),
            };
            return Err(Failure::new(format!(
                "--using {text}: {} has no field for a column `{column}`",
                model.name
            ))
            .with_hint(hint));
        }
        found.insert(
            (model.table.clone(), column.to_owned()),
            expression.to_owned(),
        );
    }
    Ok(found)
}

/// Place and expression.
fn parts(text: &str) -> Result<(&str, &str), Failure> {
    match text.split_once(':') {
        Some((place, expression)) if !expression.trim().is_empty() => {
            Ok((place, expression.trim()))
        }
        _ => Err(Failure::new(format!("--using {text}: it has no expression")).with_hint(FORM)),
    }
}

/// An expression for a column whose type stays would be lost without a word.
pub(super) fn refuse_unused(texts: &[String], changes: &[Change]) -> Result<(), Failure> {
    for text in texts {
        let (place, expression) = parts(text)?;
        let is_used = changes.iter().any(|change| match change {
            Change::AlterColumnType {
                table, to, using, ..
            } => {
                let short = format!("{}.{}", table.name, to.name);
                let full = format!("{}.{short}", table.schema);
                using.as_deref() == Some(expression) && (place == short || place == full)
            }
            _ => false,
        });
        if !is_used {
            return Err(Failure::new(format!(
                "--using {text}: the type of {place} does not change"
            ))
            .with_hint(
                "Say the new type in the model first: db_type=\"date\". Its model must be managed.",
            ));
        }
    }
    Ok(())
}
