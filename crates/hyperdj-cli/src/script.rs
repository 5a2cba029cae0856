//! A migration in Python, run by a process of its own.

use std::io::Write;
use std::process::Stdio;

use hyperdj_migrate::{Direction, Error, Script};
use serde_json::Value;

use crate::Failure;
use crate::python::{no_answer, python};

/// Runs `up(db)` or `down(db)` of a script and the statement of the history in one transaction.
///
/// The child ends when its standard input does: should we be killed, it does not go on without the lock.
pub(crate) fn run(
    script: &Script,
    direction: Direction,
    record: &str,
    database: Option<&str>,
) -> Result<(), Failure> {
    let way = match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    };
    let mut command = python()?;
    command
        .args(["-m", "hyperdjango._migration", way])
        .arg(&script.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    if let Some(url) = database {
        // Not as an argument: those are shown to everyone on the machine.
        command.env("HYPER_DATABASE_URL", url);
    }
    let started = |error| Failure::new(format!("Python could not be started: {error}"));
    let mut child = command.spawn().map_err(started)?;
    // It stays open until the child is done.
    let mut input = child.stdin.take();
    if let Some(input) = &mut input {
        let line = Value::String(record.to_owned()).to_string();
        // A child that is gone already says why below.
        let _ = writeln!(input, "{line}").and_then(|()| input.flush());
    }
    let output = child.wait_with_output().map_err(started)?;
    drop(input);
    let text = String::from_utf8_lossy(&output.stdout);
    let Ok(answer) = serde_json::from_str::<Value>(text.trim()) else {
        return Err(no_answer(b""));
    };
    let Some(error) = answer.get("error") else {
        return Ok(());
    };
    let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let file = match word("file") {
        "" => script.path.display().to_string(),
        file => file.to_owned(),
    };
    let line = match error.get("line").and_then(Value::as_u64) {
        Some(line) => format!(":{line}"),
        None => String::new(),
    };
    let told = Error::new(format!(
        "{file}{line}: {}: {}",
        word("kind"),
        word("message")
    ));
    Err(told
        .with_hint(format!("Nothing of {} is done.", script.name))
        .into())
}
