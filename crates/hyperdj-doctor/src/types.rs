//! Types that say less than the data: timestamps without a zone, money, numbers and dates as text; enums without a use.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::statistics::TextStatistics;
use hyperdj_schema::{BaseType, Column, QualifiedName, Relation};

use crate::examine::Examination;
use crate::finding::Figure;
use crate::retype::{Retype, retype};
use crate::sequences::owner;
use crate::words::{counted, grouped, rows};
use crate::{Code, Finding, Object, ObjectKind, Severity};

/// How many values the planner's statistics must hold of a column before they say something of the others.
const ENOUGH_VALUES: u64 = 10;

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        timestamps(examination, relation);
        money(examination, relation);
        for column in own_columns(examination, relation, BaseType::Text)
            .into_iter()
            .chain(own_columns(
                examination,
                relation,
                BaseType::CharacterVarying,
            ))
        {
            text(examination, relation, column);
        }
    }
    if examination.is_whole() {
        enums(examination);
    }
}

/// The columns of a type that a table declares itself, and that no expression computes.
fn own_columns<'a>(
    examination: &Examination<'a>,
    relation: &'a Relation,
    base: BaseType,
) -> Vec<&'a Column> {
    let columns = relation.columns.iter().filter(|column| {
        BaseType::of(&column.data_type) == base
            && column.generated.is_none()
            && owner(examination.schema, relation, &column.name).name == relation.name
    });
    columns.collect()
}

/// A finding over several columns of a table.
fn of_columns(
    examination: &Examination<'_>,
    relation: &Relation,
    columns: &[&Column],
    code: Code,
) -> Finding {
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let (count, bytes) = examination.extent(relation);
    let evidence = format!(
        "{} of {}: {}; the table has {}.",
        counted(columns.len(), "column"),
        columns
            .first()
            .map_or("", |column| column.data_type.as_str()),
        names.join(", "),
        rows(count, bytes)
    );
    Finding::new(code, Severity::Low, Object::table(&relation.name), evidence)
        .number("rows", count)
        .number("bytes", bytes)
        .figure("columns", Figure::List(names))
}

fn timestamps<'a>(examination: &mut Examination<'a>, relation: &'a Relation) {
    let columns = own_columns(examination, relation, BaseType::Timestamp);
    if columns.is_empty() {
        return;
    }
    let changes: Vec<Retype> = columns
        .iter()
        .map(|column| Retype {
            data_type: column
                .data_type
                .replace("without time zone", "with time zone"),
            default: zoned_default(column),
            // An index over a part of a moment would depend on the session's zone, which PostgreSQL refuses.
            keeps_operators: false,
            ..Retype::plain(&column.name, "")
        })
        .collect();
    let mut finding = of_columns(examination, relation, &columns, Code::NaiveTimestamp);
    finding.caution = Some(
        "This takes what is there for UTC: put the zone of whoever wrote it in its place. With UTC the table is not written \
         anew, its indexes on the columns are; readers and writers wait meanwhile. Defaults that were computed for UTC \
         become now()."
            .to_owned(),
    );
    finding.sql.push("SET timezone = 'UTC'".to_owned());
    let mut finding = retype(examination, relation, &changes, finding);
    finding.sql.push("RESET timezone".to_owned());
    // Comparisons between columns go on working where all of them change.
    finding
        .blocked_by
        .retain(|reason| !reason.starts_with("check "));
    examination.tell(finding);
}

/// The default that a column needs where its own would mean another moment in a session of another zone.
fn zoned_default(column: &Column) -> Option<String> {
    let default = column.default.as_deref()?;
    let is_now = default.contains("now()")
        || default.contains("CURRENT_TIMESTAMP")
        || default.contains("LOCALTIMESTAMP")
        || default.contains("clock_timestamp()")
        || default.contains("'now'::text");
    (is_now && default != "now()" && default != "CURRENT_TIMESTAMP").then(|| "now()".to_owned())
}

fn money<'a>(examination: &mut Examination<'a>, relation: &'a Relation) {
    let columns = own_columns(examination, relation, BaseType::Money);
    if columns.is_empty() {
        return;
    }
    let changes: Vec<Retype> = columns
        .iter()
        .map(|column| Retype {
            using: Some(format!("{}::numeric", quote_identifier(&column.name))),
            keeps_operators: false,
            ..Retype::plain(&column.name, "numeric")
        })
        .collect();
    let finding = of_columns(examination, relation, &columns, Code::MoneyColumn);
    let finding = retype(examination, relation, &changes, finding);
    examination.tell(finding);
}

fn text<'a>(examination: &mut Examination<'a>, relation: &'a Relation, column: &Column) {
    let place = (relation.name.clone(), column.name.clone());
    let Some(held) = examination.statistics.texts.get(&place).copied() else {
        return;
    };
    if held.values < ENOUGH_VALUES || is_key(examination, relation, &column.name) {
        return;
    }
    let Some((code, data_type, kind)) = held_by(&held) else {
        return;
    };
    let evidence = format!(
        "The column is {}; all {} values that the planner's statistics hold of it (a sample) are {kind}.",
        column.data_type,
        grouped(held.values)
    );
    let object = Object::part(ObjectKind::Column, &relation.name, &column.name);
    let finding = Finding::new(code, Severity::Low, object, evidence)
        .number("sampled_values", held.values)
        .figure("data_type", Figure::Text(column.data_type.clone()))
        .figure("holds", Figure::Text(data_type.to_owned()))
        .caution(
            "It writes the table anew under a lock that keeps readers and writers out; where a row holds something else, \
             it fails and changes nothing. Programs must then send the other type.",
        );
    let default = column
        .default
        .as_deref()
        .map(|text| literal(text, data_type));
    let mut change = Retype {
        using: Some(format!("{}::{data_type}", quote_identifier(&column.name))),
        keeps_operators: false,
        ..Retype::plain(&column.name, data_type)
    };
    let mut finding = finding;
    match default {
        Some(Some(text)) => change.default = Some(text),
        Some(None) => finding.blocked_by.push("the column's default".to_owned()),
        None => {}
    }
    let finding = retype(examination, relation, &[change], finding);
    examination.tell(finding);
}

/// What all values of a sample are, if they are all of one kind.
fn held_by(held: &TextStatistics) -> Option<(Code, &'static str, &'static str)> {
    let all = |count: u64| count == held.values;
    if all(held.integers) {
        Some((Code::TextHoldsNumbers, "bigint", "whole numbers"))
    } else if all(held.numbers) {
        Some((Code::TextHoldsNumbers, "numeric", "numbers"))
    } else if all(held.dates) {
        Some((Code::TextHoldsDates, "date", "dates"))
    } else if all(held.moments) {
        let kind = "dates with a time and an offset";
        Some((Code::TextHoldsDates, "timestamp with time zone", kind))
    } else {
        None
    }
}

/// Whether a column is a part of some key: what is compared whole may well be digits in a text.
fn is_key(examination: &Examination<'_>, relation: &Relation, column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    let primary = relation.primary_key.as_ref();
    primary.is_some_and(|key| has(&key.columns))
        || relation.uniques.iter().any(|unique| has(&unique.columns))
        || relation.foreign_keys.iter().any(|key| has(&key.columns))
        || relation.indexes.iter().any(|index| {
            index.unique
                && index
                    .keys
                    .iter()
                    .any(|key| key.plain_column() == Some(column))
        })
        || examination.schema.relations.iter().any(|other| {
            let mut keys = other.foreign_keys.iter();
            keys.any(|key| key.target == relation.name && has(&key.target_columns))
        })
}

/// A default of text, `'0'::text`, as one of another type; `None` where it is no plain constant of numbers.
fn literal(default: &str, data_type: &str) -> Option<String> {
    let (inner, cast) = default.strip_prefix('\'')?.split_once('\'')?;
    let is_plain = cast.starts_with("::")
        && !inner.is_empty()
        && inner
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-.:+ ".contains(&byte));
    is_plain.then(|| format!("'{inner}'::{data_type}"))
}

fn enums(examination: &mut Examination<'_>) {
    for name in &examination.statistics.unused_enums {
        let labels = label_count(examination, name);
        let evidence = format!(
            "The type has {} and nothing that the server knows of refers to it.",
            counted(labels, "label")
        );
        let finding = Finding::new(
            Code::UnusedEnum,
            Severity::Low,
            Object::free(ObjectKind::Type, name),
            evidence,
        )
        .number("labels", labels as u64)
        .mend([format!("DROP TYPE {name}")])
        .caution("Bodies of functions that are kept as text, and programs' queries, are not known to the server.");
        examination.tell(finding);
    }
}

fn label_count(examination: &Examination<'_>, name: &QualifiedName) -> usize {
    let mut enums = examination.schema.enums.iter();
    let found = enums.find(|found| found.name == *name);
    found.map_or(0, |found| found.labels.len())
}
