//! What is recorded beside the migrations, held against their files and the database.

use std::collections::BTreeSet;

use hyperdj_change::{Options, PlanOptions, Scope, diff, plan};
use hyperdj_migrate::{RECORDED_FILE, Recorded, State};
use hyperdj_schema::{QualifiedName, Schema};

use super::Finding;

/// Finds a record of other files, and a database that is another than the record.
pub(super) fn compare(
    record: &Recorded,
    state: &State,
    live: &Schema,
    findings: &mut Vec<Finding>,
) {
    if let Some(error) = record.stale(&state.folder) {
        findings.push(Finding {
            kind: "record",
            subject: RECORDED_FILE.to_owned(),
            message: error.to_string(),
        });
        return;
    }
    // Before all is applied, the database is not yet what is recorded.
    if state.pending().next().is_some() {
        return;
    }
    let managed: BTreeSet<QualifiedName> = record
        .managed
        .iter()
        .map(|managed| managed.table.clone())
        .collect();
    let own_types = |schema: &Schema| {
        let enums = schema.enums.iter().map(|own| own.name.clone());
        let domains = schema.domains.iter().map(|own| own.name.clone());
        let composites = schema.composites.iter().map(|own| own.name.clone());
        enums.chain(domains).chain(composites).collect()
    };
    let options = Options {
        relations: Scope::Only(managed),
        types: Scope::Only(own_types(&record.schema)),
        sequences: Scope::none(),
        namespaces: Scope::none(),
        ..Options::default()
    };
    let changes = diff(&record.schema, live, &options);
    for step in plan(&changes, &PlanOptions { online: false }).steps {
        let subject = step.locks.first().map(|lock| lock.relation.to_string());
        findings.push(Finding {
            kind: "record",
            subject: subject.unwrap_or_default(),
            message: format!(
                "the database is not what {RECORDED_FILE} says; since then: {}",
                step.statement.sql()
            ),
        });
    }
}
