//! What autovacuum should do and does not: tables never analysed, tables that it was told to leave alone.

use hyperdj_schema::{Relation, RelationKind};

use crate::examine::Examination;
use crate::words::rows;
use crate::{Code, Finding, Object, Severity};

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        never_analysed(examination, relation);
        autovacuum_off(examination, relation);
    }
}

fn never_analysed(examination: &mut Examination<'_>, relation: &Relation) {
    let figures = examination.figures(&relation.name);
    let (count, bytes) = examination.extent(relation);
    let is_partitioned = relation.kind == RelationKind::PartitionedTable;
    let is_filled = figures.filled || is_partitioned && count > 0;
    if figures.analysed != Some(false) || !is_filled {
        return;
    }
    let extent = match count {
        0 => "rows that the server has not counted".to_owned(),
        _ => rows(count, bytes),
    };
    let (severity, evidence) = if is_partitioned {
        let told = format!(
            "The table has {extent} in its partitions, and was never analysed as a whole: autovacuum \
                            does that for partitions only."
        );
        (Severity::Low, told)
    } else {
        let told = format!("The table has {extent}, and was never analysed.");
        (Severity::Medium, told)
    };
    let object = Object::table(&relation.name);
    let finding = Finding::new(Code::NeverAnalysed, severity, object, evidence)
        .number("rows", count)
        .number("bytes", bytes)
        .mend([format!("ANALYZE {}", relation.name)]);
    examination.tell(finding);
}

fn autovacuum_off(examination: &mut Examination<'_>, relation: &Relation) {
    let is_off = |value: &str| {
        let value = value.to_lowercase();
        // What PostgreSQL takes for false: a beginning of `false` or `no`, `off`, `0`.
        value == "0"
            || value == "of"
            || value == "off"
            || !value.is_empty() && ("false".starts_with(&value) || "no".starts_with(&value))
    };
    let mut options = relation.options.iter();
    if !options.any(|(name, value)| name == "autovacuum_enabled" && is_off(value)) {
        return;
    }
    let (count, bytes) = examination.extent(relation);
    let object = Object::table(&relation.name);
    let evidence = format!(
        "autovacuum_enabled is off for the table, which has {}.",
        rows(count, bytes)
    );
    let finding = Finding::new(Code::AutovacuumOff, Severity::Medium, object, evidence)
        .number("rows", count)
        .number("bytes", bytes)
        .mend([format!(
            "ALTER TABLE {} RESET (autovacuum_enabled)",
            relation.name
        )]);
    examination.tell(finding);
}
