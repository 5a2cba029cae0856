//! `hyper check`: the models beside the database beside the history of migrations.

mod recorded;
mod unmanaged;

use hyperdj_migrate::{Recorded, estimate};
use serde_json::json;

use super::makemigrations::{Expressions, compared, live};
use super::migrate::Session;
use crate::arguments::{CheckArguments, Format};
use crate::{Failure, Printer, Status, models};

pub(crate) use unmanaged::{ANNOTATIONS, usual_annotation};

/// One thing that is not as it should be.
pub(crate) struct Finding {
    /// `drift`, `unmanaged`, `type`, `record`, `pending`, `history` or `hazard`.
    pub(crate) kind: &'static str,
    /// The table or migration that it is about.
    pub(crate) subject: String,
    /// What it is, in words or as SQL.
    pub(crate) message: String,
}

pub(crate) fn run(arguments: &CheckArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let document = models::read(&arguments.models)?;
    let record = Recorded::read(&arguments.place.migrations)?;
    let mut session = Session::open(&arguments.place, printer)?;
    let found = live(&mut session.client, &session.config, printer)?;
    let mut findings = Vec::new();
    let mut notes = Vec::new();

    let mut expressions = Expressions::new(Some(&mut session.client), &[]);
    let (wanted, plan) = compared(
        &document,
        &found,
        record.as_ref(),
        &|model| model.managed,
        &mut expressions,
    )?;
    for step in &plan.steps {
        let subject = step.locks.first().map(|lock| lock.relation.to_string());
        findings.push(Finding {
            kind: "drift",
            subject: subject.unwrap_or_default(),
            message: format!("the models say: {}", step.statement.sql()),
        });
    }
    for kept in wanted.kept {
        findings.push(Finding {
            kind: "drift",
            subject: kept,
            message: "only the database has it".to_owned(),
        });
    }
    unmanaged::compare(&document, &found.schema, &mut findings, &mut notes);
    if let Some(mut record) = record {
        expressions.settle(&mut record.schema, &found.schema);
        recorded::compare(&record, &session.state, &found.schema, &mut findings);
    }
    history(&mut session, &mut findings)?;

    match arguments.format {
        Format::Text => {
            for finding in &findings {
                printer.data(&line(finding))?;
            }
            for note in &notes {
                printer.line(&format!("note: {note}"));
            }
            printer.line(&match findings.len() {
                0 => "Nothing found.".to_owned(),
                1 => "1 finding.".to_owned(),
                count => format!("{count} findings."),
            });
        }
        Format::Json => {
            let findings: Vec<_> = findings
                .iter()
                .map(|finding| {
                    json!({
                        "kind": finding.kind,
                        "subject": finding.subject,
                        "message": finding.message,
                    })
                })
                .collect();
            printer.data(&format!(
                "{}\n",
                json!({ "findings": findings, "notes": notes })
            ))?;
        }
    }
    Ok(match findings.is_empty() {
        true => Status::Done,
        false => Status::Findings,
    })
}

/// What is still to be applied, with its hazards, and what does not fit.
fn history(session: &mut Session, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    for complaint in session.state.complaints() {
        findings.push(Finding {
            kind: "history",
            subject: session.history.table().to_string(),
            message: complaint.to_string(),
        });
    }
    for script in session.state.pending() {
        findings.push(Finding {
            kind: "pending",
            subject: script.name.clone(),
            message: match session.state.record(script) {
                Some(record) => format!(
                    "it was interrupted after {} statements",
                    record.statements_done
                ),
                None => "it is not applied".to_owned(),
            },
        });
        for weighed in estimate(&mut session.client, script, true)? {
            for hazard in weighed.hazards {
                findings.push(Finding {
                    kind: "hazard",
                    subject: format!("{}:{}", script.path.display(), weighed.place.line),
                    message: format!("{}: {}", hazard.name(), hazard.sentence()),
                });
            }
        }
    }
    Ok(())
}

fn line(finding: &Finding) -> String {
    let message = finding.message.replace('\n', " ");
    match finding.subject.as_str() {
        "" => format!("{}: {message}\n", finding.kind),
        subject => format!("{}: {subject}: {message}\n", finding.kind),
    }
}
