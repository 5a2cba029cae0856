//! What looks like a rename and was not said to be one: it is asked about on a terminal, and an error elsewhere.

use std::io::{BufRead, IsTerminal, stdin};

use hyperdj_change::Rename;
use hyperdj_schema::{QualifiedName, Relation, RelationKind, Schema};
use hyperdj_state::Document;

use super::answers::Answers;
use crate::{Failure, Printer};

/// Finds what looks like a rename and has it answered; what the user says is added to the answers. True where something
/// was answered, and the comparison has to be made anew.
pub(super) fn settle(
    document: &Document,
    live: &Schema,
    said: &Schema,
    answers: &mut Answers,
    printer: &mut Printer,
) -> Result<bool, Failure> {
    let found = suspects(document, live, said, answers);
    if found.is_empty() {
        return Ok(false);
    }
    if !(printer.is_interactive() && stdin().is_terminal()) {
        return Err(unanswered(&found));
    }
    let mut taken: Vec<QualifiedName> = Vec::new();
    for suspect in found {
        if suspect.is_taken(&taken, answers) {
            continue;
        }
        if asked(&suspect.question(), printer)? {
            if let Rename::Relation { to, .. } = &suspect.rename {
                taken.push(to.clone());
            }
            answers.renames.push(suspect.rename);
        } else {
            answers.keep.push(suspect.old);
        }
    }
    Ok(true)
}

/// A rename that may be one.
struct Suspect {
    rename: Rename,
    /// What `--keep` takes.
    old: String,
    /// What `--rename` takes.
    flag: String,
}

impl Suspect {
    fn question(&self) -> String {
        match &self.rename {
            Rename::Relation { from, to } => {
                format!("Was the table {from} renamed to {to}? [y/N] ")
            }
            Rename::Column { relation, from, to } => {
                format!("Was the column {relation}.{from} renamed to {to}? [y/N] ")
            }
        }
    }

    /// Whether one of its two names has its answer already.
    fn is_taken(&self, tables: &[QualifiedName], answers: &Answers) -> bool {
        match &self.rename {
            Rename::Relation { to, .. } => tables.contains(to) || answers.keep.contains(&self.old),
            Rename::Column { relation, from, to } => answers.renames.iter().any(|known| {
                matches!(known, Rename::Column { relation: table, from: old, to: new }
                    if table == relation && (old == from || new == to))
            }),
        }
    }
}

fn suspects(document: &Document, live: &Schema, said: &Schema, answers: &Answers) -> Vec<Suspect> {
    let mut found = Vec::new();
    for relation in &said.relations {
        match live.relation(&answers.old_table(&relation.name)) {
            Some(there) => columns(relation, there, answers, &mut found),
            None => tables(document, live, relation, answers, &mut found),
        }
    }
    found
}

/// Columns that are gone beside columns of the same type that are new.
fn columns(said: &Relation, there: &Relation, answers: &Answers, found: &mut Vec<Suspect>) {
    let is_renamed = |name: &str, is_old: bool| {
        answers.renames.iter().any(|rename| match rename {
            Rename::Column { relation, from, to } => {
                *relation == said.name && (if is_old { from } else { to }) == name
            }
            Rename::Relation { .. } => false,
        })
    };
    for old in &there.columns {
        if said.column(&old.name).is_some()
            || is_renamed(&old.name, true)
            || answers.is_no_rename(&said.name, &old.name)
        {
            continue;
        }
        for new in &said.columns {
            if there.column(&new.name).is_none()
                && !is_renamed(&new.name, false)
                && new.data_type == old.data_type
            {
                let short = format!("{}.{}", said.name.name, old.name);
                found.push(Suspect {
                    rename: Rename::Column {
                        relation: said.name.clone(),
                        from: old.name.clone(),
                        to: new.name.clone(),
                    },
                    flag: format!("{short}:{}", new.name),
                    old: short,
                });
            }
        }
    }
}

/// Tables that no model names, with the columns of a model that has no table.
fn tables(
    document: &Document,
    live: &Schema,
    said: &Relation,
    answers: &Answers,
    found: &mut Vec<Suspect>,
) {
    let columns = |relation: &Relation| {
        let mut columns: Vec<(String, String)> = relation
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.data_type.clone()))
            .collect();
        columns.sort();
        columns
    };
    let wanted = columns(said);
    for there in &live.relations {
        let is_free = there.kind == RelationKind::Table
            && there.name.schema == said.name.schema
            && there.partition_of.is_none()
            && !document.models().any(|model| model.table == there.name)
            && !answers.keeps_table(&there.name);
        if is_free && columns(there) == wanted {
            found.push(Suspect {
                rename: Rename::Relation {
                    from: there.name.clone(),
                    to: said.name.clone(),
                },
                flag: format!("{}:{}", there.name.name, said.name.name),
                old: there.name.name.clone(),
            });
        }
    }
}

fn unanswered(found: &[Suspect]) -> Failure {
    let mut what = String::from("these look like renames, and a name is never guessed:");
    let mut hint =
        String::from("If it is a rename, add the line; if not, say that the old one stays:");
    for suspect in found {
        what.push_str(&format!("\n{}", suspect.question().replace(" [y/N] ", "")));
        hint.push_str(&format!(
            "\n--rename {}   or   --keep {}",
            suspect.flag, suspect.old
        ));
    }
    hint.push_str("\nA column that goes for good is named with --allow-drop.");
    Failure::new(what).with_hint(hint)
}

fn asked(question: &str, printer: &mut Printer) -> Result<bool, Failure> {
    printer.line(question);
    let mut answer = String::new();
    stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(format!("the answer can't be read: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
