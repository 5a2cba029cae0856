//! The findings as a text for a person and as JSON for programs.

use hyperdj_schema::{visible, visible_sql};
use serde::Serialize;

use crate::words::counted;
use crate::{Finding, Severity};

/// What `format` says in the JSON.
pub const FORMAT: &str = "hyperdjango doctor";

/// The version that is written. It is raised when what is there changes its meaning, not when something is added.
pub const VERSION: u32 = 1;

/// The width that sentences are broken at.
const WIDTH: usize = 110;

/// The findings as JSON, with a line break behind it.
///
/// # Errors
///
/// None that findings can cause: every key is a text.
pub fn json(
    database: &str,
    findings: &[Finding],
    not_seen: &[String],
) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Report<'a> {
        format: &'a str,
        version: u32,
        database: &'a str,
        findings: &'a [Finding],
        not_seen: &'a [String],
    }
    let mut text = serde_json::to_string_pretty(&Report {
        format: FORMAT,
        version: VERSION,
        database,
        findings,
        not_seen,
    })?;
    text.push('\n');
    Ok(text)
}

/// The findings for a person, grouped by how grave they are.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for severity in [Severity::High, Severity::Medium, Severity::Low] {
        let group: Vec<&Finding> = findings
            .iter()
            .filter(|found| found.severity == severity)
            .collect();
        if group.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let head = format!(
            "{} ({})",
            severity.word().to_uppercase(),
            counted(group.len(), "finding")
        );
        text.push_str(&format!("{head}\n{}\n", "=".repeat(head.len())));
        for alike in group.chunk_by(|left, right| left.code == right.code) {
            push_alike(&mut text, alike);
        }
    }
    text
}

/// Findings of one code: what holds for all of them is said once.
fn push_alike(text: &mut String, alike: &[&Finding]) {
    let Some(first) = alike.first() else {
        return;
    };
    text.push_str(&format!("\n{}: ", first.code));
    push_wrapped(text, first.why, "  ", first.code.name().len() + 2);
    let shared = first.caution.as_ref();
    let is_shared = alike.iter().all(|found| found.caution.as_ref() == shared);
    if let Some(caution) = shared
        && is_shared
    {
        text.push_str("  ");
        push_wrapped(text, &visible(caution), "  ", 2);
    }
    for finding in alike {
        push_finding(text, finding, !is_shared);
    }
}

fn push_finding(text: &mut String, finding: &Finding, with_caution: bool) {
    text.push_str(&format!(
        "\n  {}\n    ",
        visible_sql(&finding.object.to_string())
    ));
    push_wrapped(text, &visible(&finding.evidence), "    ", 4);
    if !finding.blocked_by.is_empty() {
        let blocked = format!(
            "First make room: {} would refuse it.",
            visible(&finding.blocked_by.join(", "))
        );
        text.push_str("    ");
        push_wrapped(text, &blocked, "    ", 4);
    }
    if let Some(caution) = finding.caution.as_ref().filter(|_| with_caution) {
        text.push_str("    ");
        push_wrapped(text, &visible(caution), "    ", 4);
    }
    for sql in &finding.sql {
        text.push_str(&format!("      {};\n", visible_sql(sql)));
    }
}

/// Adds a text with lines broken at blanks, behind `taken` columns of the first line, and a line break.
fn push_wrapped(text: &mut String, words: &str, indent: &str, taken: usize) {
    let mut column = taken;
    for (number, word) in words.split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(indent);
            column = indent.len();
        } else if number > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
}
