//! A model as a relation.

use hyperdj_schema::{
    BaseType, Column, Exclusion, ForeignServer, Generated, Identity, IdentityKind, Index,
    PartitionOf, QualifiedName, Relation, RelationKind, Serial, View, check_name, columns_read,
    exclusion_columns, exclusion_name, index_name,
};

use crate::Error;
use crate::default_expression::default_expression;
use crate::document::{Auto, Constraint, Field, Model};
use crate::indexes::index;
use crate::keys::{foreign_keys, primary_key, uniques};
use crate::resolve::{Models, There};
use crate::types::{check, collation, options, sorted};

/// The relation that a model describes.
pub(crate) fn relation(
    models: &Models<'_>,
    model: &Model,
    there: &There<'_>,
) -> Result<Relation, Error> {
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
        .map(|field| column(model, field, there))
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
        let mut index = Index::btree("", [&field.column_name]);
        index.name = index_name(&model.table_name, &index);
        relation.indexes.push(index);
    }
    for found in &model.indexes {
        relation.indexes.push(index(model, found)?);
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

fn column(model: &Model, field: &Field, there: &There<'_>) -> Column {
    let found = match field.db_type {
        Some(_) => None,
        None => there(&model.table(), &field.column_name),
    };
    let (found_type, found_collation) = found.unzip();
    let data_type = field.db_type.clone().or(found_type).unwrap_or_else(|| {
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
        collation: field
            .collation
            .as_ref()
            .map(collation)
            .or(found_collation.flatten()),
        comment: field.comment.clone(),
        serial,
        foreign_options,
        ..Column::new(&field.column_name, data_type)
    }
}
