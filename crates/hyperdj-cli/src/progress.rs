//! A line that shows that work goes on: only on a terminal, and gone when it is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::Printer;

/// A spinner with a message; where nobody watches, nothing.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn start(printer: &Printer, message: String) -> Self {
        if !printer.is_interactive() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.set_message(message);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
