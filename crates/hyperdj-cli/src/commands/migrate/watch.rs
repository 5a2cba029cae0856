//! Tells what happens while migrations run: each statement on a terminal, what matters everywhere.

use hyperdj_migrate::{Event, Watcher};

use crate::Printer;
use crate::progress::Progress;

/// The longest part of a statement that is shown.
const SHOWN: usize = 70;

/// Words through the printer, and a line of progress.
pub(crate) struct Watch<'a> {
    printer: &'a mut Printer,
    progress: Option<Progress>,
    retried: Option<usize>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(printer: &'a mut Printer) -> Self {
        Self {
            printer,
            progress: None,
            retried: None,
        }
    }

    /// Words take the place of the progress line.
    fn line(&mut self, text: &str) {
        self.progress = None;
        self.printer.line(text);
    }
}

impl Watcher for Watch<'_> {
    fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Waiting { holder } => self.line(&format!(
                "Another run works on this database ({holder}); waiting for it."
            )),
            Event::Statement {
                script,
                number,
                of,
                sql,
            } => {
                let shown: String = sql.chars().take(SHOWN).collect();
                let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                let message = format!("{} {number}/{of}: {shown}", script.name);
                match &self.progress {
                    Some(progress) => progress.say(message),
                    None => self.progress = Some(Progress::start(self.printer, message)),
                }
            }
            Event::Retry {
                script,
                number,
                pause,
            } => {
                // Once is enough: it may be tried many times.
                if self.retried != Some(*number) {
                    self.retried = Some(*number);
                    self.line(&format!(
                        "{}: statement {number} did not get its lock in time; trying again, first after {} ms.",
                        script.name,
                        pause.as_millis()
                    ));
                }
            }
            Event::Leftover { index } => self.line(&format!(
                "The index {index} is what an interrupted CREATE INDEX CONCURRENTLY left; it is dropped and built again."
            )),
            Event::Resumed { script, done, of } => self.line(&format!(
                "{} was interrupted after {done} of {of} statements; going on from there.",
                script.name
            )),
        }
    }
}
