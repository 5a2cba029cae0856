//! `--infer-relations`: what names, types and keys tell, and with `--sample` the data; told, and handed to the writers.

use std::time::Duration;

use hyperdj_catalog::Inspection;
use hyperdj_codegen::Suggestions;
use hyperdj_infer::{Candidate, Confidence, Sample, candidates};
use hyperdj_postgres::Client;
use hyperdj_schema::{ForeignKey, Schema, foreign_key_name};

use super::report::counted;
use super::selection::Selection;
use crate::arguments::{InspectdbArguments, Level};
use crate::{Failure, Printer};

/// How long a look at the data of one column may take.
const SAMPLE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long it waits for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(200);

/// Finds relations, tells them, and with `--apply` adds them to the schema as keys that are the models' alone.
pub(super) fn infer(
    found: &mut Inspection,
    client: Option<&mut Client>,
    arguments: &InspectdbArguments,
    printer: &mut Printer,
) -> Result<Suggestions, Failure> {
    let selection = Selection::new(found, &arguments.tables, false);
    let mut likely: Vec<Candidate> = candidates(&found.schema)
        .into_iter()
        .filter(|candidate| selection.takes(&candidate.table))
        .collect();
    let mut unanswered = Vec::new();
    if let Some(client) = client.filter(|_| arguments.sample) {
        ask(client, &mut likely, &mut unanswered)?;
    }
    let all = likely.len();
    likely.retain(|candidate| candidate.confidence() >= least(arguments.confidence));

    for candidate in &likely {
        printer.line(&format!(
            "{candidate}: {} ({:.2}): {}",
            candidate.confidence().word(),
            candidate.score,
            candidate.evidence()
        ));
    }
    if let Some((first, why)) = unanswered.first() {
        let count = counted(unanswered.len(), "column");
        printer.warning(&format!("no answer about {count}, such as {first}: {why}"));
    }
    let mut sum = format!("{} inferred", counted(likely.len(), "relation"));
    if likely.len() < all {
        sum.push_str(&format!(
            "; {} less sure than --confidence asks for",
            all - likely.len()
        ));
    }
    printer.line(&format!("{sum}."));

    let mut suggestions = Suggestions::default();
    for candidate in likely {
        let place = (candidate.table.clone(), candidate.column.clone());
        if arguments.apply {
            add(&mut found.schema, &candidate);
            suggestions.unenforced.insert(place);
        } else {
            let text = format!(
                "No foreign key, but likely {}.{} ({}): {}",
                candidate.target,
                candidate.target_column,
                candidate.confidence().word(),
                candidate.evidence()
            );
            suggestions.comments.insert(place, text);
        }
    }
    Ok(suggestions)
}

fn least(level: Level) -> Confidence {
    match level {
        Level::High => Confidence::High,
        Level::Medium => Confidence::Medium,
        Level::Low => Confidence::Low,
    }
}

/// Asks the data about each candidate: a bounded question each, in a session that may write nothing.
fn ask(
    client: &mut Client,
    likely: &mut [Candidate],
    unanswered: &mut Vec<(String, String)>,
) -> Result<(), Failure> {
    client.batch_execute(&format!(
        "SET default_transaction_read_only = on; SET statement_timeout = {}; SET lock_timeout = {}; SET search_path = ''",
        SAMPLE_TIMEOUT.as_millis(),
        LOCK_TIMEOUT.as_millis()
    ))?;
    for candidate in likely {
        match client.query(&candidate.question(), &[]) {
            Ok(rows) => {
                let number =
                    |place: usize| -> Option<u64> { rows.first()?.get(place).ok()??.parse().ok() };
                if let (Some(values), Some(found)) = (number(0), number(1)) {
                    candidate.weigh(Sample { values, found });
                }
            }
            // What the server refuses (no right, no time, a lock) says nothing of the relation.
            Err(error) if error.sqlstate().is_some() => {
                unanswered.push((candidate.to_string(), error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Adds a key to a schema, as if the database had it. Only what is written from that schema knows of it.
fn add(schema: &mut Schema, candidate: &Candidate) {
    let mut relations = schema.relations.iter_mut();
    let Some(relation) = relations.find(|relation| relation.name == candidate.table) else {
        return;
    };
    relation.foreign_keys.push(ForeignKey::new(
        foreign_key_name(&relation.name.name, [candidate.column.as_str()]),
        vec![candidate.column.clone()],
        candidate.target.clone(),
        vec![candidate.target_column.clone()],
    ));
    relation
        .foreign_keys
        .sort_by(|left, right| left.name.cmp(&right.name));
}
