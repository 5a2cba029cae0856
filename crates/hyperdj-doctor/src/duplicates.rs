//! Indexes that another makes superfluous: the same again, or the beginning of another.

use std::borrow::Cow;
use std::cmp::Reverse;

use hyperdj_ddl::{constraint, index};
use hyperdj_schema::{Deferrable, Index, QualifiedName, Relation, RelationKind};

use crate::examine::Examination;
use crate::finding::Figure;
use crate::words::{counted, grouped, size};
use crate::{Code, Finding, Object, ObjectKind, Severity};

/// What an index is, whoever made it.
struct Shape<'a> {
    name: &'a str,
    is_primary: bool,
    is_constraint: bool,
    deferrable: Deferrable,
    inherited: bool,
    needed: bool,
    index: Cow<'a, Index>,
}

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        let shapes = shapes(examination, relation);
        for shape in &shapes {
            // A partition's part is the partitioned table's to drop, and what something needs stays.
            if shape.inherited || shape.needed || shape.is_primary || !shape.index.valid {
                continue;
            }
            let others = || {
                let all = shapes.iter().filter(|other| other.name != shape.name);
                all.filter(|other| other.index.valid && stands_for(other, shape))
            };
            let same = others().find(|other| is_same(other, shape) && rank(other) > rank(shape));
            let finding = if let Some(same) = same {
                finding(examination, relation, shape, same, Code::DuplicateIndex)
            } else if let Some(longer) = others().find(|other| is_beginning(shape, other)) {
                finding(examination, relation, shape, longer, Code::RedundantIndex)
            } else {
                continue;
            };
            examination.tell(finding);
        }
    }
}

/// Every index of a table, those of its constraints too.
fn shapes<'a>(examination: &Examination<'_>, relation: &'a Relation) -> Vec<Shape<'a>> {
    let needed = |name: &str| {
        let figures = examination.statistics.index(&relation.name, name);
        figures.is_some_and(|figures| figures.needed)
    };
    let mut shapes = Vec::new();
    if let Some(key) = &relation.primary_key {
        let like = Index {
            unique: true,
            include: key.include.clone(),
            options: key.options.clone(),
            tablespace: key.tablespace.clone(),
            ..Index::btree(&key.name, &key.columns)
        };
        shapes.push(Shape {
            name: &key.name,
            is_primary: true,
            is_constraint: true,
            deferrable: key.deferrable,
            inherited: key.inherited,
            needed: needed(&key.name),
            index: Cow::Owned(like),
        });
    }
    for key in &relation.uniques {
        let like = Index {
            unique: true,
            nulls_not_distinct: key.nulls_not_distinct,
            include: key.include.clone(),
            options: key.options.clone(),
            tablespace: key.tablespace.clone(),
            ..Index::btree(&key.name, &key.columns)
        };
        let own = Shape {
            is_primary: false,
            is_constraint: true,
            name: &key.name,
            deferrable: key.deferrable,
            inherited: key.inherited,
            needed: needed(&key.name),
            index: Cow::Owned(like),
        };
        shapes.push(own);
    }
    for index in &relation.indexes {
        shapes.push(Shape {
            name: &index.name,
            is_primary: false,
            is_constraint: false,
            deferrable: Deferrable::No,
            inherited: index.inherited,
            needed: needed(&index.name),
            index: Cow::Borrowed(index),
        });
    }
    shapes
}

/// Which of two that are the same stays: a key, a constraint, what something needs, what proves more; then by name.
fn rank<'s>(shape: &'s Shape<'_>) -> impl Ord + use<'s> {
    (
        shape.is_primary,
        shape.is_constraint,
        shape.needed,
        shape.inherited,
        shape.index.unique,
        Reverse(shape.name),
    )
}

/// Whether one proves whatever the other proves.
fn stands_for(other: &Shape<'_>, shape: &Shape<'_>) -> bool {
    let nulls = other.index.nulls_not_distinct == shape.index.nulls_not_distinct
        || other.is_primary
        || !shape.index.unique;
    !shape.index.unique || other.index.unique && other.deferrable == shape.deferrable && nulls
}

/// Whether two hold the same, in the same order, by the same means.
fn is_same(other: &Shape<'_>, shape: &Shape<'_>) -> bool {
    let (left, right) = (&other.index, &shape.index);
    left.method == right.method
        && left.keys == right.keys
        && left.include == right.include
        && left.predicate == right.predicate
        && left.options == right.options
        && left.tablespace == right.tablespace
}

/// Whether one is the beginning of a longer one.
fn is_beginning(shape: &Shape<'_>, other: &Shape<'_>) -> bool {
    let (short, long) = (&shape.index, &other.index);
    !short.unique
        && short.method == "btree"
        && long.method == "btree"
        && short.include.is_empty()
        && short.keys.len() < long.keys.len()
        && long.keys.starts_with(&short.keys)
        && short.predicate == long.predicate
        && short.options == long.options
        && short.tablespace == long.tablespace
}

fn finding(
    examination: &Examination<'_>,
    relation: &Relation,
    shape: &Shape<'_>,
    other: &Shape<'_>,
    code: Code,
) -> Finding {
    let figures = examination.statistics.index(&relation.name, shape.name);
    let figures = figures.copied().unwrap_or_default();
    let other_name = QualifiedName::new(&relation.name.schema, other.name);
    let relationship = match code {
        Code::DuplicateIndex => "has the same columns and options",
        _ => "begins with the same columns, with the same options",
    };
    let scans = match figures.scans {
        0 => "never scanned since the counters were reset".to_owned(),
        scans if scans < 1000 => format!(
            "scanned {}",
            counted(usize::try_from(scans).unwrap_or(999), "time")
        ),
        scans => format!("scanned {} times", grouped(scans)),
    };
    let evidence = format!(
        "{other_name} {relationship}; this one takes {} and was {scans}.",
        size(figures.bytes)
    );
    let severity = match code {
        Code::DuplicateIndex => Severity::Medium,
        _ => Severity::Low,
    };
    let object = Object::part(ObjectKind::Index, &relation.name, shape.name);
    let finding = Finding::new(code, severity, object, evidence)
        .number("bytes", figures.bytes)
        .number("scans", figures.scans)
        .figure("table", Figure::Text(relation.name.to_string()))
        .figure("other", Figure::Text(other_name.to_string()));
    if shape.is_constraint {
        return finding
            .mend([constraint::drop(&relation.name, shape.name).sql()])
            .caution("See that no program names the constraint (ON CONFLICT ON CONSTRAINT).");
    }
    let name = QualifiedName::new(&relation.name.schema, shape.name);
    let is_partitioned = relation.kind == RelationKind::PartitionedTable;
    let finding = finding.mend([index::drop(&name, !is_partitioned).sql()]);
    if is_partitioned {
        finding.caution("It locks the table and its partitions for a moment.")
    } else {
        finding
    }
}
