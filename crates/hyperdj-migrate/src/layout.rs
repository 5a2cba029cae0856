//! JSON that is read line by line in a review: a line for each column, constraint and index, and none longer for it.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// What stands deeper than this is on one line: schema, relations, relation, columns are above it.
const DEEPEST: usize = 5;

/// Indents the upper levels, and writes what is in them on one line each.
pub(crate) struct LineForm {
    pretty: PrettyFormatter<'static>,
    compact: CompactFormatter,
    depth: usize,
}

impl LineForm {
    pub(crate) fn new() -> Self {
        Self {
            pretty: PrettyFormatter::new(),
            compact: CompactFormatter,
            depth: 0,
        }
    }
}

/// Has the formatter of the depth do it.
macro_rules! by_depth {
    ($($method:ident($($argument:ident: $kind:ty),*) after $change:expr;)*) => {$(
        fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            let change: i8 = $change;
            if change > 0 {
                self.depth += 1;
            }
            let written = if self.depth > DEEPEST {
                self.compact.$method(writer $(, $argument)*)
            } else {
                self.pretty.$method(writer $(, $argument)*)
            };
            if change < 0 {
                self.depth = self.depth.saturating_sub(1);
            }
            written
        }
    )*};
}

impl Formatter for LineForm {
    by_depth! {
        begin_array() after 1;
        end_array() after -1;
        begin_array_value(first: bool) after 0;
        end_array_value() after 0;
        begin_object() after 1;
        end_object() after -1;
        begin_object_key(first: bool) after 0;
        begin_object_value() after 0;
        end_object_value() after 0;
    }
}
