//! Primary keys, unique constraints and foreign keys: marks on fields, refined by `Meta.constraints`.

use hyperdj_schema::{
    Deferrable, ForeignKey, MatchType, PrimaryKey, ReferentialAction, Relation, Unique,
    foreign_key_name, primary_key_name, unique_name,
};

use crate::Error;
use crate::document::{Constraint, DeferrableWord, ForeignKeyObject, Initially, KeyObject, Model};
use crate::resolve::{Models, Resolved};
use crate::types::sorted;

pub(crate) fn primary_key(model: &Model, relation: &mut Relation) -> Result<(), Error> {
    if model.primary_key.is_empty() {
        return Ok(());
    }
    let columns = model.columns(&model.primary_key)?;
    let mut key = PrimaryKey::new(primary_key_name(&model.table_name), columns);
    for constraint in &model.constraints {
        if let Constraint::PrimaryKey(found) = constraint {
            if let Some(name) = &found.name {
                key.name.clone_from(name);
            }
            key.include = model.columns(&found.include)?;
            key.deferrable = deferrable(found.deferrable);
            key.options = sorted(&found.options);
            key.tablespace.clone_from(&found.tablespace);
            key.comment.clone_from(&found.comment);
        }
    }
    relation.primary_key = Some(key);
    Ok(())
}

pub(crate) fn uniques(model: &Model, relation: &mut Relation) -> Result<(), Error> {
    for constraint in &model.constraints {
        if let Constraint::Unique(found) = constraint {
            relation.uniques.push(unique(model, found)?);
        }
    }
    for field in model.fields.iter().filter(|field| field.unique) {
        let columns = vec![field.column_name.clone()];
        // A constraint over exactly this column is the one that the mark stands for.
        if relation
            .uniques
            .iter()
            .any(|unique| unique.columns == columns)
        {
            continue;
        }
        let name = unique_name(&model.table_name, columns.iter().map(String::as_str));
        relation.uniques.push(Unique::new(name, columns));
    }
    Ok(())
}

fn unique(model: &Model, found: &KeyObject) -> Result<Unique, Error> {
    let columns = model.columns(&found.fields)?;
    let include = model.columns(&found.include)?;
    let usual = || {
        let columns = columns.iter().chain(&include);
        unique_name(&model.table_name, columns.map(String::as_str))
    };
    Ok(Unique {
        name: found.name.clone().unwrap_or_else(usual),
        columns,
        include,
        nulls_not_distinct: found.nulls_not_distinct,
        deferrable: deferrable(found.deferrable),
        options: sorted(&found.options),
        tablespace: found.tablespace.clone(),
        inherited: false,
        comment: found.comment.clone(),
    })
}

pub(crate) fn foreign_keys(
    models: &Models<'_>,
    model: &Model,
    relation: &mut Relation,
) -> Result<(), Error> {
    let mut marks = Vec::new();
    for field in &model.fields {
        let Some(target) = &field.foreign_key else {
            continue;
        };
        if !field.db_constraint {
            continue;
        }
        let from = format!("{}.{}", model.name, field.name);
        let target = models.target(&from, target, None)?;
        let columns = vec![field.column_name.clone()];
        marks.push(ForeignKey {
            on_delete: action(field.on_delete.as_deref()),
            on_update: action(field.on_update.as_deref()),
            ..foreign_key(model, columns, target)
        });
    }
    let mut others = Vec::new();
    for constraint in &model.constraints {
        let Constraint::ForeignKey(found) = constraint else {
            continue;
        };
        let columns = model.columns(&found.fields)?;
        match &found.to {
            Some(target) => {
                let target = models.target(&model.name, target, found.to_fields.as_deref())?;
                let mut key = foreign_key(model, columns, target);
                refine(model, &mut key, found)?;
                others.push(key);
            }
            // No target: the foreign key that the field itself says.
            None => {
                if let Some(mark) = marks.iter_mut().find(|mark| mark.columns == columns) {
                    refine(model, mark, found)?;
                }
            }
        }
    }
    // Marks first: only a mark can stand for what a partition has from its parent.
    relation.foreign_keys.append(&mut marks);
    relation.foreign_keys.append(&mut others);
    Ok(())
}

/// A foreign key under its usual name.
fn foreign_key(model: &Model, columns: Vec<String>, target: Resolved) -> ForeignKey {
    let name = foreign_key_name(&model.table_name, columns.iter().map(String::as_str));
    ForeignKey::new(name, columns, target.table, target.columns)
}

fn refine(model: &Model, key: &mut ForeignKey, found: &ForeignKeyObject) -> Result<(), Error> {
    if let Some(name) = &found.name {
        key.name.clone_from(name);
    }
    if found.on_delete.is_some() {
        key.on_delete = action(found.on_delete.as_deref());
    }
    if found.on_update.is_some() {
        key.on_update = action(found.on_update.as_deref());
    }
    if found.match_type == "FULL" {
        key.match_type = MatchType::Full;
    }
    key.on_delete_columns = model.columns(&found.set_columns)?;
    key.deferrable = deferrable(found.deferrable);
    key.validated = found.validated;
    key.comment.clone_from(&found.comment);
    Ok(())
}

fn deferrable(word: DeferrableWord) -> Deferrable {
    match word {
        DeferrableWord::Flag(_) => Deferrable::No,
        DeferrableWord::Word(Initially::Deferred) => Deferrable::Deferred,
        DeferrableWord::Word(Initially::Immediate) => Deferrable::Immediate,
    }
}

fn action(words: Option<&str>) -> ReferentialAction {
    match words {
        Some("RESTRICT") => ReferentialAction::Restrict,
        Some("CASCADE") => ReferentialAction::Cascade,
        Some("SET NULL") => ReferentialAction::SetNull,
        Some("SET DEFAULT") => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
