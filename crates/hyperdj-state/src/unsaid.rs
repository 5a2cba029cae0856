//! What a model that is not complete leaves unsaid: it is whatever the table has.
//!
//! Such a model says which columns there are, of which Python types, which of them take NULL, which are the key, which
//! are unique and which refer to another table alone, and the defaults that it gives. Nothing else is compared.

use hyperdj_schema::{
    BaseType, Check, Column, Exclusion, ForeignKey, Index, Relation, RelationKind, same_expression,
};

use crate::default_expression::default_expression;
use crate::document::{Constraint, Default, Field, Model};
use crate::relation::sort;

/// Gives the relation of a model what only the table says.
pub(crate) fn fill(model: &Model, said: &mut Relation, there: &Relation) {
    for column in &mut said.columns {
        let mut fields = model.fields.iter();
        let field = fields.find(|field| field.column_name == column.name);
        if let (Some(field), Some(found)) = (field, there.column(&column.name)) {
            fill_column(field, column, found);
        }
    }
    if model.view.is_none() && model.foreign.is_none() && model.partition_by.is_none() {
        said.kind = there.kind;
        said.view.clone_from(&there.view);
        said.foreign_server.clone_from(&there.foreign_server);
        said.partition_by.clone_from(&there.partition_by);
    }
    if said.kind == RelationKind::ForeignTable {
        for column in &mut said.columns {
            if let Some(found) = there.column(&column.name) {
                column.foreign_options.clone_from(&found.foreign_options);
            }
        }
    }
    if said.partition_of.is_none() {
        said.partition_of.clone_from(&there.partition_of);
    }
    if said.inherits.is_empty() {
        said.inherits.clone_from(&there.inherits);
    }
    said.unlogged |= there.unlogged;
    if said.options.is_empty() {
        said.options.clone_from(&there.options);
    }
    if said.tablespace.is_none() {
        said.tablespace.clone_from(&there.tablespace);
    }
    if said.comment.is_none() {
        said.comment.clone_from(&there.comment);
    }
    keys(model, said, there);
    foreign_keys(model, said, there);
    conditions(said, there);
    sort(said);
}

fn fill_column(field: &Field, said: &mut Column, there: &Column) {
    if field.db_type.is_none() && annotation(&there.data_type) == field.annotation {
        said.data_type.clone_from(&there.data_type);
        if field.collation.is_none() {
            said.collation.clone_from(&there.collation);
        }
        if let (None, Some(literal @ Default::Literal { .. })) = (&field.db_default, &field.default)
        {
            said.default = default_expression(&said.data_type, literal);
        }
    }
    let gives_default = matches!(field.default, Some(Default::Literal { .. }));
    let gives_value = gives_default
        || field.db_default.is_some()
        || field.auto.is_some()
        || field.identity.is_some()
        || field.generated.is_some();
    if !gives_value {
        said.default.clone_from(&there.default);
        said.serial.clone_from(&there.serial);
        said.identity.clone_from(&there.identity);
        said.generated.clone_from(&there.generated);
    }
    if said.comment.is_none() {
        said.comment.clone_from(&there.comment);
    }
}

/// The annotation of a type in the canonical form.
fn annotation(data_type: &str) -> &'static str {
    match BaseType::of(data_type) {
        BaseType::SmallInt | BaseType::Integer | BaseType::BigInt => "int",
        BaseType::Real | BaseType::DoublePrecision => "float",
        BaseType::Numeric | BaseType::Money => "Decimal",
        BaseType::Boolean => "bool",
        BaseType::Bytea => "bytes",
        BaseType::Date => "date",
        BaseType::Time | BaseType::TimeTz => "time",
        BaseType::Timestamp | BaseType::TimestampTz => "datetime",
        _ => "str",
    }
}

/// The primary key and unique constraints: whether there are such over one field is said, all else of them is not.
fn keys(model: &Model, said: &mut Relation, there: &Relation) {
    let refines = |found: &Constraint| matches!(found, Constraint::PrimaryKey(_));
    if let (Some(own), Some(found)) = (&mut said.primary_key, &there.primary_key) {
        let is_same = own.columns.len() == found.columns.len()
            && own
                .columns
                .iter()
                .all(|column| found.columns.contains(column));
        if is_same && !model.constraints.iter().any(refines) {
            own.clone_from(found);
        }
    }
    let mut uniques = there.uniques.clone();
    uniques.retain(|found| {
        let is_marked = |own: &&str| found.columns == [*own];
        found.columns.len() > 1 || marked(model, |field| field.unique).any(|own| is_marked(&own))
    });
    let named = |found: &Constraint| matches!(found, Constraint::Unique(_));
    let keeps_own = model.constraints.iter().any(named);
    said.uniques.retain(|own| {
        let stands_for = uniques.iter().any(|found| found.columns == own.columns);
        !stands_for || (keeps_own && uniques.iter().all(|found| found.name != own.name))
    });
    said.uniques.extend(uniques);
}

/// The columns of fields with a mark.
fn marked(model: &Model, mark: impl Fn(&Field) -> bool) -> impl Iterator<Item = &str> {
    let fields = model.fields.iter();
    fields
        .filter(move |field| mark(field))
        .map(|field| field.column_name.as_str())
}

/// What a field refers to is said; what becomes of it with its target, and its name, is not.
fn foreign_keys(model: &Model, said: &mut Relation, there: &Relation) {
    let mut found: Vec<ForeignKey> = there.foreign_keys.clone();
    for own in &mut said.foreign_keys {
        let same = |other: &ForeignKey| {
            other.columns == own.columns
                && other.target == own.target
                && other.target_columns == own.target_columns
        };
        let Some(place) = found.iter().position(same) else {
            continue;
        };
        let other = found.remove(place);
        let mut fields = model.fields.iter();
        let field = fields.find(|field| own.columns == [field.column_name.clone()]);
        let (on_delete, on_update) = (own.on_delete, own.on_update);
        *own = other;
        if field.is_some_and(|field| field.on_delete.is_some()) {
            own.on_delete = on_delete;
        }
        if field.is_some_and(|field| field.on_update.is_some()) {
            own.on_update = on_update;
        }
    }
    let refers =
        |column: &str| marked(model, |field| field.foreign_key.is_some()).any(|own| own == column);
    for key in found {
        let is_said = match key.columns.as_slice() {
            [only] => {
                !refers(only)
                    || !said
                        .foreign_keys
                        .iter()
                        .any(|own| own.columns == key.columns && there.foreign_keys.contains(own))
            }
            _ => false,
        };
        if !is_said {
            said.foreign_keys.push(key);
        }
    }
}

/// Checks, exclusion constraints and indexes: what only the table has is there, and what both have is the table's.
fn conditions(said: &mut Relation, there: &Relation) {
    let same = |own: &Check, found: &Check| {
        own.name == found.name || same_expression(&own.expression, &found.expression)
    };
    said.checks
        .retain(|own| !there.checks.iter().any(|found| same(own, found)));
    said.checks.extend(there.checks.iter().cloned());
    let same = |own: &Exclusion, found: &Exclusion| {
        own.name == found.name || same_expression(&own.definition, &found.definition)
    };
    said.exclusions
        .retain(|own| !there.exclusions.iter().any(|found| same(own, found)));
    said.exclusions.extend(there.exclusions.iter().cloned());
    let same = |own: &Index, found: &Index| {
        own.name == found.name
            || Index {
                name: found.name.clone(),
                comment: found.comment.clone(),
                inherited: found.inherited,
                ..own.clone()
            } == *found
    };
    said.indexes
        .retain(|own| !there.indexes.iter().any(|found| same(own, found)));
    said.indexes.extend(there.indexes.iter().cloned());
}
