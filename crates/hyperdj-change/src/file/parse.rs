//! Reads a migration file.

use std::fmt;

use super::position::{Lines, Position};
use crate::split::split;
use hyperdj_schema::lexer::{TokenKind, tokens};

/// A migration as its file says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// The way there.
    pub up: Section,
    /// The way back; `None` where the file has none.
    pub down: Option<Section>,
}

/// One way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The statements in order.
    pub statements: Vec<FileStatement>,
}

impl Section {
    /// The statements in the groups that are run together: each group is one transaction, or one statement alone.
    pub fn batches(&self) -> impl Iterator<Item = &[FileStatement]> {
        self.statements
            .chunk_by(|left, right| left.transactional && right.transactional)
    }
}

/// A statement of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatement {
    /// The statement, without its semicolon.
    pub sql: String,
    /// False under `-- transaction: no`.
    pub transactional: bool,
    /// Where each line of the statement starts in the file.
    lines: Vec<Position>,
}

impl FileStatement {
    /// Where the statement starts in the file.
    pub fn start(&self) -> Position {
        self.lines
            .first()
            .copied()
            .unwrap_or(Position { line: 1, column: 1 })
    }

    /// The place in the file of a character of the statement, counted from 1, as a server's error counts.
    pub fn place(&self, character: usize) -> Position {
        let mut line = 0;
        let mut column = 0;
        for (number, at) in self.sql.chars().enumerate() {
            if number + 1 >= character {
                break;
            }
            if at == '\n' {
                line += 1;
                column = 0;
            } else {
                column += 1;
            }
        }
        match self.lines.get(line) {
            Some(start) => Position {
                line: start.line,
                column: start.column + column,
            },
            None => self.start(),
        }
    }
}

/// A text that is no migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Where.
    pub position: Position,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}",
            self.position.line, self.position.column, self.message
        )
    }
}

impl std::error::Error for FileError {}

/// A line that begins a section.
struct Heading {
    is_up: bool,
    transactional: bool,
    /// The bytes of the line.
    start: usize,
    end: usize,
}

/// Reads the text of a migration file.
///
/// # Errors
///
/// A section that is there twice, `-- DOWN` ahead of `-- UP`, or statements ahead of `-- UP`.
pub fn parse(text: &str) -> Result<Migration, FileError> {
    let headings = headings(text);
    let lines = Lines::of(text);
    let error = |byte: usize, message: &str| {
        Err(FileError {
            position: lines.position(byte),
            message: message.to_owned(),
        })
    };
    let ups: Vec<&Heading> = headings.iter().filter(|heading| heading.is_up).collect();
    let downs: Vec<&Heading> = headings.iter().filter(|heading| !heading.is_up).collect();
    if let [_, second, ..] = ups.as_slice() {
        return error(
            second.start,
            "`-- UP` is there already. Put all statements of the way up under one.",
        );
    }
    if let [_, second, ..] = downs.as_slice() {
        return error(
            second.start,
            "`-- DOWN` is there already. Put all statements of the way down under one.",
        );
    }
    let (up, down) = (ups.first(), downs.first());
    if let (Some(up), Some(down)) = (up, down)
        && down.start < up.start
    {
        return error(
            down.start,
            "`-- DOWN` stands ahead of `-- UP`. Put it behind the statements of the way up.",
        );
    }
    let up_end = down.map_or(text.len(), |down| down.start);
    let up_start = up.map_or(0, |up| up.end);
    if let Some(up) = up
        && let Some(piece) = split(&text[..up.start])
            .into_iter()
            .find(|piece| !piece.statement.is_empty())
    {
        return error(
            piece.start,
            "A statement stands ahead of `-- UP`. Put it behind.",
        );
    }
    let transactional = up.is_none_or(|up| up.transactional);
    Ok(Migration {
        up: section(
            &lines,
            &text[up_start..up_end],
            up_start,
            transactional,
            false,
        ),
        down: down.map(|down| {
            section(
                &lines,
                &text[down.end..],
                down.end,
                down.transactional,
                true,
            )
        }),
    })
}

/// The lines that begin sections, outside strings and comments of more than a line.
fn headings(text: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    for token in tokens(text) {
        let starts_line = token.start == 0 || text.as_bytes()[token.start - 1] == b'\n';
        if token.kind != TokenKind::Comment || !starts_line {
            continue;
        }
        let (is_up, transactional) = match token.text.trim_end() {
            "-- UP" => (true, true),
            "-- DOWN" => (false, true),
            "-- UP transaction: no" => (true, false),
            "-- DOWN transaction: no" => (false, false),
            _ => continue,
        };
        found.push(Heading {
            is_up,
            transactional,
            start: token.start,
            end: token.start + token.text.len(),
        });
    }
    found
}

/// The statements of a section; those of a way down are taken out of their comments where all lines are comments.
fn section(
    lines: &Lines<'_>,
    raw: &str,
    start: usize,
    transactional: bool,
    may_be_commented: bool,
) -> Section {
    let mut body = String::new();
    let mut origins = Vec::new();
    let is_commented = may_be_commented
        && raw
            .lines()
            .all(|line| line.trim().is_empty() || line.starts_with("--"));
    let mut at = start;
    for line in raw.split_inclusive('\n') {
        let kept = if is_commented {
            line.strip_prefix("-- ")
                .or_else(|| line.strip_prefix("--"))
                .unwrap_or(line)
        } else {
            line
        };
        // The line's first byte in the body, and the byte of the file that it is.
        origins.push((body.len(), at + line.len() - kept.len()));
        body.push_str(kept);
        at += line.len();
    }
    let statements = split(&body)
        .into_iter()
        .filter(|piece| !piece.statement.is_empty() && (piece.terminated || !is_commented))
        .map(|piece| FileStatement {
            sql: piece.statement.to_owned(),
            transactional: transactional && !is_alone(piece.before),
            lines: line_starts(lines, piece.statement, piece.start, &origins),
        })
        .collect();
    Section { statements }
}

/// Where each line of a statement starts in the file.
fn line_starts(
    lines: &Lines<'_>,
    statement: &str,
    start: usize,
    origins: &[(usize, usize)],
) -> Vec<Position> {
    let ends = statement.match_indices('\n').map(|(end, _)| end + 1);
    std::iter::once(0)
        .chain(ends)
        .map(|offset| {
            let byte = start + offset;
            let line = origins.partition_point(|(own, _)| *own <= byte);
            let (own, file) = line
                .checked_sub(1)
                .and_then(|line| origins.get(line))
                .copied()
                .unwrap_or((0, 0));
            lines.position(file + byte - own)
        })
        .collect()
}

/// Whether the comments in front of a statement say that it runs by itself.
fn is_alone(before: &str) -> bool {
    before.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["--", "transaction:", "no"])
    })
}
