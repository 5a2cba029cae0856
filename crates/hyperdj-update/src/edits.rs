//! Replacements of parts of a text, made all at once.

use std::ops::Range;

use crate::source::Source;

/// Replacements, in any order. None may be inside another.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    found: Vec<(Range<usize>, usize, String)>,
}

impl Edits {
    /// Replaces what stands between two places.
    pub(crate) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        let number = self.found.len();
        self.found.push((range, number, text.into()));
    }

    /// Puts a text in at a place, behind what was put in there before.
    pub(crate) fn insert(&mut self, place: usize, text: impl Into<String>) {
        self.replace(place..place, text);
    }

    /// Takes away what stands between two places.
    pub(crate) fn delete(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    /// Whether what stands at a place goes.
    pub(crate) fn takes_away(&self, place: usize) -> bool {
        self.found
            .iter()
            .any(|(range, _, text)| text.is_empty() && range.start <= place && place < range.end)
    }

    /// The text with all of it done, in the line breaks of the file.
    pub(crate) fn apply(mut self, source: &Source<'_>) -> String {
        if self.found.is_empty() {
            return source.text.to_owned();
        }
        self.found
            .sort_by_key(|(range, number, _)| (range.start, range.end, *number));
        let line_break = source.line_break();
        let mut text = String::with_capacity(source.text.len());
        let mut place = 0;
        for (range, _, replacement) in self.found {
            // What is in a part that goes has gone with it.
            if range.start < place {
                continue;
            }
            text.push_str(&source.text[place..range.start]);
            match line_break {
                "\n" => text.push_str(&replacement),
                _ => text.push_str(&replacement.replace("\r\n", "\n").replace('\n', line_break)),
            }
            place = range.end;
        }
        text.push_str(&source.text[place..]);
        text
    }
}

/// A text that is written with four spaces for a step, with another indentation for a step.
pub(crate) fn indented(text: &str, step: &str) -> String {
    if step == "    " || step.is_empty() {
        return text.to_owned();
    }
    let lines = text.split('\n').map(|line| {
        let bare = line.trim_start_matches(' ');
        let steps = (line.len() - bare.len()) / 4;
        let rest = (line.len() - bare.len()) % 4;
        format!("{}{}{bare}", step.repeat(steps), " ".repeat(rest))
    });
    lines.collect::<Vec<_>>().join("\n")
}
