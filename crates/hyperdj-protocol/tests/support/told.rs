//! Events as short texts, and the shortest messages.

use super::events;
use hyperdj_protocol::{Event, Execution, Session};

pub(crate) const PARSED: &[u8] = b"1\0\0\0\x04";
pub(crate) const BOUND: &[u8] = b"2\0\0\0\x04";
pub(crate) const NO_COLUMNS: &[u8] = b"n\0\0\0\x04";

pub(crate) fn execute(session: &mut Session, sql: &str) -> u64 {
    session
        .execute(
            &Execution {
                sql: Some(sql),
                describe: true,
                ..Execution::default()
            },
            [],
        )
        .unwrap()
}

/// The events, each as a short text.
pub(crate) fn told(session: &mut Session, bytes: &[u8]) -> Vec<String> {
    events(session, bytes).unwrap().iter().map(tell).collect()
}

pub(crate) fn tell(event: &Event) -> String {
    match event {
        Event::Parsed { statement } => format!("{statement} parsed"),
        Event::Parameters { statement, types } => format!("{statement} parameters {types:?}"),
        Event::Columns { statement, columns } => {
            format!(
                "{statement} columns {:?}",
                columns
                    .iter()
                    .map(|column| column.name.as_str())
                    .collect::<Vec<_>>()
            )
        }
        Event::NoColumns { statement } => format!("{statement} no columns"),
        Event::Row { statement, row } => {
            let bytes = row.bytes();
            let values: Vec<Option<&str>> = row
                .ranges()
                .map(|range| {
                    range
                        .unwrap()
                        .map(|range| std::str::from_utf8(&bytes[range]).unwrap())
                })
                .collect();
            format!("{statement} row {values:?}")
        }
        Event::Complete { statement, tag } => format!("{statement} complete {tag}"),
        Event::Suspended { statement } => format!("{statement} suspended"),
        Event::Empty { statement } => format!("{statement} empty"),
        Event::Closed { statement } => format!("{statement} closed"),
        Event::Error { statement, error } => format!("{statement:?} error {}", error.code),
        Event::CopyIn { statement, .. } => format!("{statement} copy in"),
        Event::CopyOut { statement, .. } => format!("{statement} copy out"),
        Event::CopyData { statement, data } => {
            format!("{statement} data {}", String::from_utf8_lossy(data))
        }
        Event::CopyDone { statement } => format!("{statement} copy done"),
        Event::Notice(notice) => format!("notice {}", notice.message),
        Event::Notification {
            process_id,
            channel,
            payload,
        } => format!("{process_id} {channel} {payload}"),
        Event::Parameter { name, value } => format!("{name} = {value}"),
        Event::Ready {
            transaction,
            through,
        } => format!("ready {transaction:?} {through}"),
        _ => "?".to_owned(),
    }
}
