//! Writes a migration file.

use std::borrow::Cow;

use hyperdj_schema::lexer::{TokenKind, tokens};

use crate::{Hazard, Plan, Step};

/// The text of a migration.
///
/// `title` is a line or more for the reader, without `--` in front; `up` and `down` are the plans of both ways. Where the
/// way back can't bring back what the way there took away, the text says so.
pub fn write(title: &str, up: &Plan, down: &Plan) -> String {
    let mut text = String::new();
    for line in title.lines() {
        text.push_str(&comment(line));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str("-- UP\n");
    for step in &up.steps {
        text.push('\n');
        text.push_str(&written(step));
    }
    text.push_str("\n-- DOWN\n");
    if up.hazards().contains(&Hazard::DataLoss) {
        text.push_str(
            "\n-- -- What the way up took away does not come back: tables and columns come back empty.\n",
        );
    }
    for step in &down.steps {
        text.push('\n');
        for line in written(step).lines() {
            text.push_str(&comment(line));
        }
    }
    text
}

/// A step with all that is said of it.
fn written(step: &Step) -> String {
    let mut text = String::new();
    for line in step.comment.iter().flat_map(|words| words.lines()) {
        text.push_str(&comment(line));
    }
    for hazard in &step.hazards {
        text.push_str(&comment(&format!(
            "hazard: {}: {}",
            hazard.name(),
            hazard.sentence()
        )));
        text.push_str(&comment(&format!("safer: {}", hazard.recipe())));
    }
    if !step.transactional {
        text.push_str("-- transaction: no\n");
    }
    text.push_str(&format!("{};\n", without_returns(step.statement.sql())));
    text
}

/// A line behind `--`. One that would begin a section has no blank between.
fn comment(line: &str) -> String {
    let blank = match line.trim_end() {
        _ if line.is_empty() => "",
        "UP" | "DOWN" | "UP transaction: no" | "DOWN transaction: no" => "",
        _ => " ",
    };
    format!("--{blank}{line}\n")
}

/// A statement in which carriage returns are escapes: PostgreSQL takes one for the end of a line, and so of a comment.
fn without_returns(sql: &str) -> Cow<'_, str> {
    if !sql.contains('\r') {
        return Cow::Borrowed(sql);
    }
    let written = tokens(sql).map(|token| match token.kind {
        _ if !token.text.contains('\r') => Cow::Borrowed(token.text),
        TokenKind::Space => Cow::Owned(token.text.replace('\r', " ")),
        TokenKind::Text if token.text.starts_with('\'') => {
            let escaped = token.text.replace('\\', "\\\\").replace('\r', "\\r");
            Cow::Owned(format!("E{escaped}"))
        }
        TokenKind::Text if token.text.starts_with(['e', 'E']) => {
            Cow::Owned(token.text.replace('\r', "\\r"))
        }
        TokenKind::QuotedName if token.text.starts_with('"') => {
            let escaped = token.text.replace('\\', "\\\\").replace('\r', "\\000D");
            Cow::Owned(format!("U&{escaped}"))
        }
        _ => Cow::Borrowed(token.text),
    });
    Cow::Owned(written.collect())
}
