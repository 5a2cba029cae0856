//! Models that are not managed beside their tables: what would be an error when they are used. Nothing is proposed.

use hyperdj_schema::{BaseType, Column, Schema};
use hyperdj_state::{Document, FieldPlace};

use super::Finding;

/// Columns that every table has by itself.
const SYSTEM_COLUMNS: [&str; 6] = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// Compares the tables and columns that models name with those that are there, and annotations with types.
pub(super) fn compare(
    document: &Document,
    live: &Schema,
    findings: &mut Vec<Finding>,
    notes: &mut Vec<String>,
) {
    for model in document.models() {
        let Some(there) = live.relation(&model.table) else {
            if !model.managed {
                findings.push(Finding {
                    kind: "unmanaged",
                    subject: model.table.to_string(),
                    message: format!("the database has no such table; {} names it", model.name),
                });
            }
            continue;
        };
        for field in &model.fields {
            let place = format!("{}.{}", model.name, field.name);
            match there.column(field.column) {
                None if model.managed || SYSTEM_COLUMNS.contains(&field.column) => {}
                None => findings.push(Finding {
                    kind: "unmanaged",
                    subject: there.name.to_string(),
                    message: format!("it has no column `{}`, which {place} names", field.column),
                }),
                Some(column) if !fits(field, column) => findings.push(Finding {
                    kind: "type",
                    subject: there.name.to_string(),
                    message: format!(
                        "{place} is `{}`, and the column is {}",
                        field.annotation, column.data_type
                    ),
                }),
                Some(_) => {}
            }
        }
        let unnamed = there
            .columns
            .iter()
            .filter(|column| !model.fields.iter().any(|field| field.column == column.name))
            .count();
        if unnamed > 0 && !model.managed {
            let columns = if unnamed == 1 { "column" } else { "columns" };
            notes.push(format!(
                "{} has {unnamed} {columns} that {} does not name",
                there.name, model.name
            ));
        }
    }
}

/// The annotations that mean a type by themselves.
pub(crate) const ANNOTATIONS: [&str; 9] = [
    "int", "float", "Decimal", "bool", "bytes", "date", "time", "datetime", "str",
];

/// Whether values of a column are of the annotation's type. Text holds any type that Python has no other for.
fn fits(field: &FieldPlace<'_>, column: &Column) -> bool {
    // Richer annotations are the models' own business.
    usual_annotation(&column.data_type)
        .is_none_or(|usual| field.annotation == usual || !ANNOTATIONS.contains(&field.annotation))
}

/// The annotation of a type, where it is one of the plain ones.
pub(crate) fn usual_annotation(data_type: &str) -> Option<&'static str> {
    let usual = match BaseType::of(data_type) {
        BaseType::SmallInt | BaseType::Integer | BaseType::BigInt => "int",
        BaseType::Real | BaseType::DoublePrecision => "float",
        BaseType::Numeric | BaseType::Money => "Decimal",
        BaseType::Boolean => "bool",
        BaseType::Bytea => "bytes",
        BaseType::Date => "date",
        BaseType::Time | BaseType::TimeTz => "time",
        BaseType::Timestamp | BaseType::TimestampTz => "datetime",
        BaseType::Text | BaseType::CharacterVarying | BaseType::Character | BaseType::Name => "str",
        BaseType::Other => return None,
    };
    Some(usual)
}
