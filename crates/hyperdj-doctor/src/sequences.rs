//! Sequences near their end, or near that of the columns which they fill.

use hyperdj_schema::statistics::SequenceStatistics;
use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::examine::Examination;
use crate::finding::Figure;
use crate::foreign_keys::width;
use crate::retype::{Retype, retype};
use crate::words::grouped;
use crate::{Code, Finding, Object, ObjectKind, Severity};

/// From which share on a sequence is told, and told gravely, in per cent.
const SOON: [(f64, Severity); 3] = [
    (90.0, Severity::High),
    (70.0, Severity::Medium),
    (50.0, Severity::Low),
];

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for sequence in &examination.statistics.sequences {
        let mut tables = sequence.columns.iter().map(|(table, ..)| table);
        let is_wanted = match sequence.columns.is_empty() {
            true => examination.is_whole(),
            false => tables.any(|table| examination.wants(table)),
        };
        if !is_wanted || sequence.cycle {
            continue;
        }
        if let Some(finding) = finding(examination, sequence) {
            examination.tell(finding);
        }
    }
}

fn finding(examination: &Examination<'_>, sequence: &SequenceStatistics) -> Option<Finding> {
    let last = i128::from(sequence.last_value?);
    let column = narrowest(sequence);
    let own = end(sequence, None);
    let by_column = column.map(|(.., bytes)| end(sequence, Some(bytes)));
    let is_column = by_column.is_some_and(|end| {
        if sequence.increment < 0 {
            end > own
        } else {
            end < own
        }
    });
    let end = if is_column { by_column? } else { own };
    let share = share(sequence, last, end);
    let (_, severity) = SOON.into_iter().find(|(from, _)| share >= *from)?;

    let object = match sequence.columns.first() {
        Some((table, column, _)) => Object::part(ObjectKind::Column, table, column),
        None => Object::free(ObjectKind::Sequence, &sequence.name),
    };
    let evidence = match column {
        Some((_, _, data_type, _)) if is_column => format!(
            "{} stands at {}, and the column, which is {data_type}, ends at {}: {share:.1} % are used up.",
            sequence.name,
            grouped(last),
            grouped(end)
        ),
        _ => format!(
            "{} stands at {}, and ends at {}: {share:.1} % are used up.",
            sequence.name,
            grouped(last),
            grouped(end)
        ),
    };
    let mut finding = Finding::new(Code::SequenceNearEnd, severity, object, evidence)
        .figure("sequence", Figure::Text(sequence.name.to_string()))
        .figure("last_value", Figure::Number(sequence.last_value?))
        .figure(
            "maximum",
            Figure::Number(i64::try_from(end).unwrap_or(i64::MAX)),
        )
        .figure("per_cent", Figure::Share((share * 10.0).round() / 10.0));
    let widest = self::end_of(sequence, 8);
    if self::share(sequence, last, widest) >= 50.0 {
        return Some(finding.caution(
            "There is no wider type for a sequence: numbers must be given anew, or from the other end.",
        ));
    }
    // Where the sequence alone is too short, the columns may stay as they are.
    let columns_hold = by_column.is_none_or(|end| self::share(sequence, last, end) < 50.0);
    if !columns_hold {
        finding = widen(examination, sequence, finding);
    }
    let is_free = !is_identity(examination.schema, sequence);
    let type_end = match sequence.data_type.as_str() {
        "smallint" => end_of(sequence, 2),
        "integer" => end_of(sequence, 4),
        _ => widest,
    };
    let has_own_end = own != type_end;
    if has_own_end {
        let word = if sequence.increment < 0 {
            "MINVALUE"
        } else {
            "MAXVALUE"
        };
        let end = match by_column {
            Some(end) if columns_hold => end,
            _ => widest,
        };
        finding = finding.mend([format!(
            "ALTER SEQUENCE {} AS bigint {word} {end}",
            sequence.name
        )]);
    } else if sequence.data_type != "bigint" && (is_free || columns_hold) {
        finding = finding.mend([format!("ALTER SEQUENCE {} AS bigint", sequence.name)]);
    }
    Some(finding)
}

/// The column of the smallest type among those that a sequence fills.
fn narrowest(sequence: &SequenceStatistics) -> Option<(&QualifiedName, &str, &str, u8)> {
    let columns = sequence
        .columns
        .iter()
        .filter_map(|(table, column, data_type)| {
            Some((
                table,
                column.as_str(),
                data_type.as_str(),
                width(data_type)?,
            ))
        });
    columns.min_by_key(|(.., bytes)| *bytes)
}

/// The last value of a sequence, or of a column of some width.
fn end(sequence: &SequenceStatistics, bytes: Option<u8>) -> i128 {
    match bytes {
        Some(bytes) => end_of(sequence, bytes),
        None if sequence.increment < 0 => sequence.min_value.into(),
        None => sequence.max_value.into(),
    }
}

/// The last value of an integer type in the direction of a sequence.
fn end_of(sequence: &SequenceStatistics, bytes: u8) -> i128 {
    let range = 1_i128 << (u32::from(bytes) * 8 - 1);
    if sequence.increment < 0 {
        -range
    } else {
        range - 1
    }
}

/// How much of the way to an end is behind a sequence, in per cent.
fn share(sequence: &SequenceStatistics, last: i128, end: i128) -> f64 {
    let (used, all) = if sequence.increment < 0 {
        let first = i128::from(sequence.max_value);
        (first - last + 1, first - end + 1)
    } else {
        let first = i128::from(sequence.min_value);
        (last - first + 1, end - first + 1)
    };
    if all <= 0 {
        return 100.0;
    }
    // Figures for a person: more digits than a double has are none of their concern.
    used as f64 * 100.0 / all as f64
}

fn is_identity(schema: &Schema, sequence: &SequenceStatistics) -> bool {
    sequence.columns.iter().any(|(table, column, _)| {
        let relation = schema.relation(table);
        let column = relation.and_then(|relation| relation.column(column));
        column.is_some_and(|column| column.identity.is_some())
    })
}

/// Widens the columns that a sequence fills, and those that refer to them.
fn widen<'a>(
    examination: &Examination<'a>,
    sequence: &SequenceStatistics,
    mut finding: Finding,
) -> Finding {
    let schema = examination.schema;
    let mut columns: Vec<(&'a Relation, &str)> = Vec::new();
    let mut waiting: Vec<(&QualifiedName, &str)> = sequence
        .columns
        .iter()
        .map(|(table, column, _)| (table, column.as_str()))
        .collect();
    while let Some((table, column)) = waiting.pop() {
        let Some(relation) = schema.relation(table) else {
            continue;
        };
        let relation = owner(schema, relation, column);
        let is_known = columns
            .iter()
            .any(|(known, name)| known.name == relation.name && *name == column);
        if is_known {
            continue;
        }
        columns.push((relation, column));
        for other in &schema.relations {
            for key in &other.foreign_keys {
                let pairs = key.columns.iter().zip(&key.target_columns);
                for (own, _) in pairs.filter(|(_, target)| {
                    *target == column && (key.target == relation.name || key.target == *table)
                }) {
                    waiting.push((&other.name, own));
                }
            }
        }
    }
    let mut others = 0;
    for (relation, column) in &columns {
        let found = relation.column(column);
        let is_narrow = found
            .and_then(|found| width(&found.data_type))
            .is_some_and(|bytes| bytes < 8);
        if is_narrow {
            others += 1;
            finding = retype(
                examination,
                relation,
                &[Retype::plain(column, "bigint")],
                finding,
            );
        }
    }
    if others > 1 {
        let caution = finding.caution.take().unwrap_or_default();
        finding.caution = Some(format!(
            "{caution} Columns that refer to the key are widened with it."
        ));
    }
    finding
}

/// The table that a column is declared in: a partition's or child's is its parent's.
pub(crate) fn owner<'s>(schema: &'s Schema, relation: &'s Relation, column: &str) -> &'s Relation {
    let mut relation = relation;
    loop {
        let partitioned = relation
            .partition_of
            .iter()
            .map(|partition| &partition.parent);
        let parent = partitioned
            .chain(&relation.inherits)
            .filter_map(|parent| schema.relation(parent))
            .find(|parent| parent.column(column).is_some());
        match parent {
            Some(parent) => relation = parent,
            None => return relation,
        }
    }
}
