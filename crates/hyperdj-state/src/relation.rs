//! A model as a relation.

use hyperdj_schema::{
    BaseType, Column, Deferrable, Exclusion, ForeignKey, ForeignServer, Generated, Identity,
    IdentityKind, Index, IndexKey, KeyTarget, MatchType, PartitionOf, PrimaryKey, QualifiedName,
    ReferentialAction, Relation, RelationKind, Serial, Unique, View, check_name, columns_read,
    exclusion_columns, exclusion_name, foreign_key_name, index_name, primary_key_name, unique_name,
};

use crate::Error;
use crate::default_expression::default_expression;
use crate::document::{
    Auto, Constraint, DeferrableWord, Field, ForeignKeyObject, IndexObject, Initially, Key,
    KeyObject, Model,
};
use crate::resolve::Models;
use crate::types::{check, collation, options, sorted};

/// The relation that a model describes.
pub(crate) fn relation(models: &Models<'_>, model: &Model) -> Result<Relation, Error> {
    let kind = match (&model.view, &model.foreign, &model.partition_by) {
        (Some(view), ..) if view.materialized => RelationKind::MaterializedView,
        (Some(_), ..) => RelationKind::View,
        (None, Some(_), _) => RelationKind::ForeignTable,
        (None, None, Some(_)) => RelationKind::PartitionedTable,
        (None, None, None) => RelationKind::Table,
    };
    let mut relation = Relation::new(model.table(), kind);
    relation.columns = model
        .fields
        .iter()
        .map(|field| column(model, field))
        .collect();
    relation.comment.clone_from(&model.comment);
    relation.view = model.view.as_ref().map(|view| View {
        definition: view.definition.clone(),
        populated: view.with_data,
    });
    relation.partition_by.clone_from(&model.partition_by);
    if let Some(partition) = &model.partition_of {
        relation.partition_of = Some(PartitionOf {
            parent: models.target(&model.name, &partition.of, None)?.table,
            bound: partition.bound.clone(),
        });
    }
    for parent in &model.inherits {
        let parent = models.target(&model.name, parent, None)?.table;
        relation.inherits.push(parent);
    }
    relation.foreign_server = model.foreign.as_ref().map(|foreign| ForeignServer {
        name: foreign.name.clone(),
        options: sorted(&foreign.options),
    });
    relation.unlogged = model.unlogged;
    relation.options = sorted(&model.options);
    relation.tablespace.clone_from(&model.tablespace);
    primary_key(model, &mut relation)?;
    uniques(model, &mut relation)?;
    foreign_keys(models, model, &mut relation)?;
    for constraint in &model.constraints {
        match constraint {
            Constraint::Check(found) => {
                let columns = columns_read(&found.expression, &relation.columns);
                let usual = check_name(&model.table_name, &columns);
                relation.checks.push(check(found, usual));
            }
            Constraint::Exclude(found) => {
                let columns = exclusion_columns(&found.definition, &relation.columns);
                let usual = exclusion_name(&model.table_name, columns.iter().map(String::as_str));
                relation.exclusions.push(Exclusion {
                    name: found.name.clone().unwrap_or(usual),
                    definition: found.definition.clone(),
                    inherited: false,
                    comment: found.comment.clone(),
                });
            }
            _ => {}
        }
    }
    for field in model.fields.iter().filter(|field| field.index) {
        let mut index = plain_index(vec![IndexKey::column(&field.column_name)]);
        index.name = index_name(&model.table_name, &index);
        relation.indexes.push(index);
    }
    for found in &model.indexes {
        relation.indexes.push(self::index(model, found)?);
    }
    sort(&mut relation);
    Ok(relation)
}

/// Everything in name order, as the catalog's reader leaves it.
pub(crate) fn sort(relation: &mut Relation) {
    relation
        .uniques
        .sort_by(|left, right| left.name.cmp(&right.name));
    relation
        .foreign_keys
        .sort_by(|left, right| left.name.cmp(&right.name));
    relation
        .checks
        .sort_by(|left, right| left.name.cmp(&right.name));
    relation
        .exclusions
        .sort_by(|left, right| left.name.cmp(&right.name));
    relation
        .indexes
        .sort_by(|left, right| left.name.cmp(&right.name));
}

fn column(model: &Model, field: &Field) -> Column {
    let data_type = field.db_type.clone().unwrap_or_else(|| {
        match field.annotation.as_str() {
            "int" => "integer",
            "float" => "double precision",
            "Decimal" => "numeric",
            "bool" => "boolean",
            "datetime" => "timestamp with time zone",
            "date" => "date",
            "time" => "time without time zone",
            "bytes" => "bytea",
            _ => "text",
        }
        .to_owned()
    });
    let default = match (&field.db_default, &field.default) {
        (Some(expression), _) => Some(expression.clone()),
        (None, Some(literal)) => default_expression(&data_type, literal),
        (None, None) => None,
    };
    let is_key = model.primary_key == [field.name.clone()];
    let is_counted_key = is_key
        && BaseType::of(&data_type).is_integer()
        && field.foreign_key.is_none()
        && field.db_default.is_none()
        && field.default.is_none()
        && field.identity.is_none()
        && field.generated.is_none();
    let serial = match &field.auto {
        Some(Auto::Flag(false)) => None,
        Some(Auto::Flag(true)) => Some(Serial::default()),
        Some(Auto::Serial(found)) => Some(Serial {
            data_type: found.data_type.clone(),
            options: options(&found.counting),
        }),
        None => is_counted_key.then(Serial::default),
    };
    let foreign_options = model
        .foreign
        .iter()
        .flat_map(|foreign| &foreign.column_options.0)
        .find(|(name, _)| *name == field.name)
        .map(|(_, options)| sorted(options))
        .unwrap_or_default();
    Column {
        name: field.column_name.clone(),
        data_type,
        nullable: field.nullable,
        default,
        identity: field.identity.as_ref().map(|identity| Identity {
            kind: match identity.mode.as_str() {
                "always" => IdentityKind::Always,
                _ => IdentityKind::ByDefault,
            },
            options: options(&identity.counting),
            sequence: identity
                .sequence_name
                .as_ref()
                .map(|name| QualifiedName::new(&model.schema, name)),
        }),
        generated: field.generated.as_ref().map(|generated| Generated {
            expression: generated.expression.clone(),
            stored: !generated.is_virtual,
        }),
        collation: field.collation.as_ref().map(collation),
        comment: field.comment.clone(),
        serial,
        foreign_options,
    }
}

fn primary_key(model: &Model, relation: &mut Relation) -> Result<(), Error> {
    if model.primary_key.is_empty() {
        return Ok(());
    }
    let mut key = PrimaryKey {
        name: primary_key_name(&model.table_name),
        columns: model.columns(&model.primary_key)?,
        include: Vec::new(),
        deferrable: Deferrable::No,
        options: Vec::new(),
        tablespace: None,
        inherited: false,
        comment: None,
    };
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

fn uniques(model: &Model, relation: &mut Relation) -> Result<(), Error> {
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
        relation.uniques.push(Unique {
            name: unique_name(&model.table_name, columns.iter().map(String::as_str)),
            columns,
            include: Vec::new(),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            options: Vec::new(),
            tablespace: None,
            inherited: false,
            comment: None,
        });
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

fn foreign_keys(models: &Models<'_>, model: &Model, relation: &mut Relation) -> Result<(), Error> {
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
            name: foreign_key_name(&model.table_name, columns.iter().map(String::as_str)),
            columns,
            target: target.table,
            target_columns: target.columns,
            match_type: MatchType::Simple,
            on_delete: action(field.on_delete.as_deref()),
            on_update: action(field.on_update.as_deref()),
            on_delete_columns: Vec::new(),
            deferrable: Deferrable::No,
            validated: true,
            inherited: false,
            comment: None,
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
                let mut key = ForeignKey {
                    name: foreign_key_name(&model.table_name, columns.iter().map(String::as_str)),
                    columns,
                    target: target.table,
                    target_columns: target.columns,
                    match_type: MatchType::Simple,
                    on_delete: ReferentialAction::NoAction,
                    on_update: ReferentialAction::NoAction,
                    on_delete_columns: Vec::new(),
                    deferrable: Deferrable::No,
                    validated: true,
                    inherited: false,
                    comment: None,
                };
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

fn plain_index(keys: Vec<IndexKey>) -> Index {
    Index {
        name: String::new(),
        method: "btree".to_owned(),
        unique: false,
        keys,
        include: Vec::new(),
        predicate: None,
        nulls_not_distinct: false,
        options: Vec::new(),
        tablespace: None,
        valid: true,
        inherited: false,
        comment: None,
    }
}

fn index(model: &Model, found: &IndexObject) -> Result<Index, Error> {
    let keys: Result<Vec<IndexKey>, Error> =
        found.keys.iter().map(|key| index_key(model, key)).collect();
    let mut index = Index {
        method: found.method.clone(),
        unique: found.unique,
        include: model.columns(&found.include)?,
        predicate: found.predicate.clone(),
        nulls_not_distinct: found.nulls_not_distinct,
        options: sorted(&found.options),
        tablespace: found.tablespace.clone(),
        valid: found.valid,
        comment: found.comment.clone(),
        ..plain_index(keys?)
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
