//! Foreign keys: columns that lead no index, columns too narrow for their key; and constraints that were never proven.

use hyperdj_ddl::constraint;
use hyperdj_schema::{
    BaseType, ForeignKey, Index, QualifiedName, ReferentialAction, Relation, RelationKind,
};

use crate::examine::{Examination, key_columns};
use crate::finding::Figure;
use crate::retype::{Retype, retype};
use crate::words::rows;
use crate::{Code, Finding, Object, ObjectKind, Severity};

/// From how many rows on the lack of an index is more than untidy.
const MANY_ROWS: u64 = 10_000;

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        let mut told: Vec<&[String]> = Vec::new();
        for key in relation.foreign_keys.iter().filter(|key| !key.inherited) {
            // Two keys over the same columns want one index.
            if !told.contains(&key.columns.as_slice()) && !is_indexed(relation, &key.columns) {
                told.push(&key.columns);
                unindexed(examination, relation, key);
            }
            narrow(examination, relation, key);
            if !key.validated {
                not_valid(examination, &relation.name, &key.name, "foreign key");
            }
        }
        for check in &relation.checks {
            if !check.validated && !check.inherited {
                not_valid(examination, &relation.name, &check.name, "check");
            }
        }
    }
}

/// Whether an index begins with columns, in any order.
fn is_indexed(relation: &Relation, columns: &[String]) -> bool {
    let leads = |keys: &[&str]| {
        keys.len() >= columns.len()
            && columns
                .iter()
                .all(|column| keys[..columns.len()].contains(&column.as_str()))
    };
    let leads_names = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        leads(&names)
    };
    let primary = relation.primary_key.as_ref();
    primary.is_some_and(|key| leads_names(&key.columns))
        || relation
            .uniques
            .iter()
            .any(|unique| leads_names(&unique.columns))
        || relation.indexes.iter().any(|index| {
            let keys: Vec<&str> = leading_columns(index);
            serves_equality(index, columns) && leads(&keys)
        })
}

/// The columns that an index begins with, up to its first expression.
fn leading_columns(index: &Index) -> Vec<&str> {
    index
        .keys
        .iter()
        .map_while(|key| key_columns(std::slice::from_ref(key)))
        .flatten()
        .collect()
}

/// Whether an index finds the rows that have some values in its columns, whatever these are.
fn serves_equality(index: &Index, columns: &[String]) -> bool {
    let is_whole = match &index.predicate {
        None => true,
        // A NULL refers to nothing.
        Some(predicate) => match columns {
            [column] => {
                let column = hyperdj_schema::sql::quote_identifier(column);
                *predicate == format!("({column} IS NOT NULL)")
            }
            _ => false,
        },
    };
    index.valid && is_whole && matches!(index.method.as_str(), "btree" | "hash")
}

fn unindexed<'a>(examination: &mut Examination<'a>, relation: &'a Relation, key: &ForeignKey) {
    let (count, bytes) = examination.extent(relation);
    let severity = match count >= MANY_ROWS {
        true => Severity::Medium,
        false => Severity::Low,
    };
    let action = match key.on_delete {
        ReferentialAction::NoAction => String::new(),
        action => format!(" (ON DELETE {})", action.as_sql()),
    };
    let evidence = format!(
        "No index begins with {}, which refers to {}{action}; the table has {}.",
        key.columns.join(", "),
        key.target,
        rows(count, bytes)
    );
    let (_, sql) = examination.build_index(relation, &key.columns);
    let object = Object::part(ObjectKind::Constraint, &relation.name, &key.name);
    let mut finding = Finding::new(Code::UnindexedForeignKey, severity, object, evidence)
        .number("rows", count)
        .number("bytes", bytes)
        .figure("columns", Figure::List(key.columns.clone()))
        .figure("references", Figure::Text(key.target.to_string()))
        .mend(sql);
    if relation.kind == RelationKind::PartitionedTable {
        finding = finding
            .caution("Each partition's index is built by itself, then put under the table's.");
    }
    examination.tell(finding);
}

/// A column of a smaller integer type than the one that it refers to.
fn narrow<'a>(examination: &mut Examination<'a>, relation: &'a Relation, key: &ForeignKey) {
    let Some(target) = examination.schema.relation(&key.target) else {
        return;
    };
    for (column, referenced) in key.columns.iter().zip(&key.target_columns) {
        let (Some(own), Some(theirs)) = (relation.column(column), target.column(referenced)) else {
            continue;
        };
        let (Some(width), Some(wanted)) = (width(&own.data_type), width(&theirs.data_type)) else {
            continue;
        };
        if width >= wanted {
            continue;
        }
        let evidence = format!(
            "The column is {}, and the key {}.{referenced} that it refers to is {}.",
            own.data_type, key.target, theirs.data_type
        );
        let (count, bytes) = examination.extent(relation);
        let object = Object::part(ObjectKind::Column, &relation.name, column);
        let finding = Finding::new(Code::NarrowForeignKey, Severity::Medium, object, evidence)
            .number("rows", count)
            .number("bytes", bytes)
            .figure("data_type", Figure::Text(own.data_type.clone()))
            .figure("references", Figure::Text(key.target.to_string()))
            .figure("referenced_type", Figure::Text(theirs.data_type.clone()));
        let change = Retype::plain(column, &theirs.data_type);
        let finding = retype(examination, relation, &[change], finding);
        examination.tell(finding);
    }
}

/// How many bytes an integer type has.
pub(crate) fn width(data_type: &str) -> Option<u8> {
    match BaseType::of(data_type) {
        BaseType::SmallInt => Some(2),
        BaseType::Integer => Some(4),
        BaseType::BigInt => Some(8),
        _ => None,
    }
}

fn not_valid(examination: &mut Examination<'_>, table: &QualifiedName, name: &str, kind: &str) {
    let figures = examination.figures(table);
    let evidence = format!(
        "The {kind} is NOT VALID: it was never proven for the rows that were there before it ({}).",
        rows(figures.rows, figures.bytes)
    );
    let object = Object::part(ObjectKind::Constraint, table, name);
    let finding = Finding::new(Code::NotValidConstraint, Severity::Medium, object, evidence)
        .number("rows", figures.rows)
        .number("bytes", figures.bytes)
        .mend([constraint::validate(table, name).sql()])
        .caution("It reads the table once while others write; where a row breaks it, it fails and changes nothing.");
    examination.tell(finding);
}
