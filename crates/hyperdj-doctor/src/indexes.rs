//! Indexes that PostgreSQL does not use.

use hyperdj_ddl::index::{self, Manner};
use hyperdj_schema::{Index, QualifiedName, Relation, RelationKind};

use crate::examine::Examination;
use crate::finding::Figure;
use crate::words::size;
use crate::{Code, Finding, Object, ObjectKind, Severity};

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        for index in relation.indexes.iter().filter(|index| !index.valid) {
            let finding = invalid(examination, relation, index);
            examination.tell(finding);
        }
    }
}

fn invalid(examination: &Examination<'_>, relation: &Relation, found: &Index) -> Finding {
    let name = QualifiedName::new(&relation.name.schema, &found.name);
    let figures = examination.statistics.index(&relation.name, &found.name);
    let bytes = figures.map_or(0, |figures| figures.bytes);
    let unique = if found.unique { "unique " } else { "" };
    let evidence = format!(
        "The {unique}index of {} is marked invalid; it takes {}.",
        relation.name,
        size(bytes)
    );
    let object = Object::part(ObjectKind::Index, &relation.name, &found.name);
    let finding = Finding::new(Code::InvalidIndex, Severity::High, object, evidence)
        .number("bytes", bytes)
        .figure("table", Figure::Text(relation.name.to_string()));
    if relation.kind == RelationKind::PartitionedTable {
        let mut whole = found.clone();
        whole.valid = true;
        return finding
            .mend([
                index::drop(&name, false).sql(),
                index::create(&relation.name, &whole, Manner::default()).sql(),
            ])
            .caution(
                "Partitions' own indexes that are under it go with it and are built anew, and writers wait meanwhile.",
            );
    }
    if is_left_over(&found.name) {
        return finding.mend([index::drop(&name, true).sql()]).caution(
            "REINDEX CONCURRENTLY left it behind: the index that it was to replace is still there.",
        );
    }
    let finding = finding.mend([format!("REINDEX INDEX CONCURRENTLY {name}")]);
    if found.unique {
        finding.caution(
            "Where rows break it, it fails and stays invalid: mend the rows and run it again.",
        )
    } else {
        finding
    }
}

/// Whether a name is one that `REINDEX CONCURRENTLY` gives to what it works on.
fn is_left_over(name: &str) -> bool {
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    stem.ends_with("_ccnew") || stem.ends_with("_ccold")
}
