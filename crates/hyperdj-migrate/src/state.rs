//! The folder beside the history: what is applied, what is not, and what does not fit.

use std::collections::BTreeMap;

use crate::folder::checksum;
use crate::{Error, Folder, Phase, Record, Script};

/// A folder of migrations and what a database's history says of them.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The folder.
    pub folder: Folder,
    /// The history by number.
    pub records: BTreeMap<u32, Record>,
}

impl State {
    /// Puts the two together, whether or not they fit.
    pub fn new(folder: Folder, records: Vec<Record>) -> Self {
        Self {
            folder,
            records: records
                .into_iter()
                .map(|record| (record.number, record))
                .collect(),
        }
    }

    /// What the history says of a script.
    pub fn record(&self, script: &Script) -> Option<&Record> {
        self.records.get(&script.number)
    }

    /// Whether all of a script is applied.
    pub fn is_applied(&self, script: &Script) -> bool {
        self.record(script)
            .is_some_and(|record| record.phase == Phase::Applied)
    }

    /// The scripts that are not applied, or not to the end.
    pub fn pending(&self) -> impl Iterator<Item = &Script> {
        self.folder
            .scripts
            .iter()
            .filter(|script| !self.is_applied(script))
    }

    /// The migration that was interrupted.
    pub fn interrupted(&self) -> Option<&Record> {
        self.records
            .values()
            .find(|record| record.phase != Phase::Applied)
    }

    /// Everything that does not fit, in the order of the numbers.
    pub fn complaints(&self) -> Vec<Error> {
        let mut found = Vec::new();
        for record in self.records.values() {
            match self.folder.script(record.number) {
                None => found.push(self.unknown(record)),
                Some(script) if script.name != record.name => found.push(
                    Error::new(format!(
                        "the database has migration {} applied, and the folder has {} under that number",
                        record.name,
                        script.path.display()
                    ))
                    .with_hint("The history may be that of another project, or of a branch. Number the file anew if it was never applied here; if it only got another name, give it the old one back."),
                ),
                Some(script) => found.extend(edited(script, record)),
            }
        }
        let last = self.records.keys().next_back().copied().unwrap_or(0);
        for script in &self.folder.scripts {
            if script.number < last && !self.records.contains_key(&script.number) {
                found.push(
                    Error::new(format!(
                        "{} is not applied, but {last:04}, which comes after it, is",
                        script.path.display()
                    ))
                    .with_hint(format!(
                        "Give it a number of its own behind the last one: {:04}.",
                        self.folder.next_number()
                    )),
                );
            }
        }
        found
    }

    /// Fails with the first thing that does not fit.
    ///
    /// # Errors
    ///
    /// An applied file that was edited, one that is gone or of another name, or a file ahead of one that is applied.
    pub fn check(&self) -> Result<(), Error> {
        self.complaints().into_iter().next().map_or(Ok(()), Err)
    }

    fn unknown(&self, record: &Record) -> Error {
        Error::new(format!(
            "the database has migration {} applied (by {}, {}), and {} has no such file",
            record.name,
            record.applied_by,
            record.applied_at,
            self.folder.path.display()
        ))
        .with_hint("Get the file from where it was applied. If this is another project's history, keep your own in another schema with --history-schema.")
    }
}

/// Whether a file is another than the one that was applied. Of an interrupted one only the part that is done counts.
fn edited(script: &Script, record: &Record) -> Option<Error> {
    let is_same = match record.phase {
        Phase::Applied => script.checksum == record.checksum,
        Phase::Applying => done_checksum(script, true, record.statements_done) == record.checksum,
        Phase::Reverting => done_checksum(script, false, record.statements_done) == record.checksum,
    };
    if is_same {
        return None;
    }
    Some(if record.phase == Phase::Applied {
        Error::new(format!(
            "{} was edited after it was applied (by {}, {})",
            script.path.display(),
            record.applied_by,
            record.applied_at
        ))
        .with_hint("Put the file back as it was, and make the change in a new migration: hyper makemigrations.")
    } else {
        Error::new(format!(
            "{} was interrupted after {} statements, and those were edited since",
            script.path.display(),
            record.statements_done
        ))
        .with_hint("Put the statements that are done back as they were. Those that are still to come may be changed.")
    })
}

/// The checksum of a script's first statements of a way, to know an interrupted one again.
pub(crate) fn done_checksum(script: &Script, is_up: bool, done: usize) -> String {
    let statements = script.statements(is_up).unwrap_or_default();
    if statements.len() < done {
        return String::new();
    }
    let text: Vec<&str> = statements
        .iter()
        .take(done)
        .map(|statement| statement.sql.as_str())
        .collect();
    checksum(&text.join(";\n"))
}
