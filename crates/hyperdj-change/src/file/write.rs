//! Writes a migration file.

use std::borrow::Cow;

use hyperdj_schema::lexer::{TokenKind, tokens};

use hyperdj_ddl::Statement;

use crate::{Hazard, Plan, Step};

/// The text of a migration.
///
/// `title` is a line or more for the reader, without `--` in front; `up` and `down` are the plans of both ways. Where the
/// way back can't bring back what the way there took away, the text says so.
pub fn write(title: &str, up: &Plan, down: &Plan) -> String {
    let mut text = head(title);
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

/// The text of a migration that has no way back: its statements are one transaction.
pub fn write_one_way(title: &str, statements: &[Statement]) -> String {
    let mut text = head(title);
    for statement in statements {
        text.push_str(&format!("\n{};\n", without_returns(statement.sql())));
    }
    text
}

/// The words to the reader, and the line that begins the way there.
fn head(title: &str) -> String {
    let mut text = String::new();
    for line in title.lines() {
        // PostgreSQL takes a carriage return for the end of a comment.
        text.push_str(&comment(&line.replace('\r', " ")));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str("-- UP\n");
    text
}

/// A text between dollar quotes as one with escapes.
fn as_escaped(text: &str) -> String {
    let tag = text[1..].find('$').map_or(0, |end| end + 2);
    let body = text
        .get(tag..text.len().saturating_sub(tag))
        .unwrap_or_default();
    let escaped = body
        .replace('\\', "\\\\")
        .replace('\'', "''")
        .replace('\r', "\\r");
    format!("E'{escaped}'")
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
        TokenKind::Text if token.text.starts_with('$') => Cow::Owned(as_escaped(token.text)),
        TokenKind::QuotedName if token.text.starts_with('"') => {
            let escaped = token.text.replace('\\', "\\\\").replace('\r', "\\000D");
            Cow::Owned(format!("U&{escaped}"))
        }
        _ => Cow::Borrowed(token.text),
    });
    Cow::Owned(written.collect())
}
