//! The one way out: data to standard output, words to standard error.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use hyperdj_schema::visible;

use crate::Failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Where a command's output goes. Colour only where a terminal shows it and `NO_COLOR` is not set.
pub struct Printer {
    data: Box<dyn Write>,
    words: Box<dyn Write>,
    is_interactive: bool,
}

impl Printer {
    /// The process's own streams.
    pub fn standard() -> Self {
        Self {
            data: Box::new(io::BufWriter::new(io::stdout())),
            words: Box::new(anstream::AutoStream::auto(io::stderr())),
            is_interactive: io::stderr().is_terminal(),
        }
    }

    /// One that nobody hears.
    pub(crate) fn silent() -> Self {
        Self {
            data: Box::new(io::sink()),
            words: Box::new(io::sink()),
            is_interactive: false,
        }
    }

    /// Whether someone watches standard error.
    pub(crate) fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Writes data to standard output.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), Failure> {
        self.data
            .write_all(text.as_bytes())
            .map_err(|error| Failure::output(&error))
    }

    /// Sees that all data is out: a full disk shows here.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.data.flush().map_err(|error| Failure::output(&error))
    }

    /// Writes a line of words to standard error. There is nowhere to report that this failed.
    pub(crate) fn line(&mut self, text: &str) {
        let _ = writeln!(self.words, "{}", visible(text));
    }

    /// Writes a line that asks for attention.
    pub(crate) fn warning(&mut self, text: &str) {
        let _ = writeln!(self.words, "{WARNING}warning{WARNING:#}: {}", visible(text));
    }

    /// Writes what ended the command.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        let _ = writeln!(
            self.words,
            "{ERROR}error{ERROR:#}: {}",
            indented(failure.what())
        );
        if let Some(hint) = failure.hint() {
            let _ = writeln!(self.words, " {HINT}hint{HINT:#}: {}", indented(hint));
        }
    }
}

/// Later lines of a message stand under its first.
fn indented(text: &str) -> String {
    let lines = text.trim_end().lines().enumerate().map(|(number, line)| {
        if number == 0 || line.is_empty() {
            visible(line)
        } else {
            format!("       {}", visible(line))
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
