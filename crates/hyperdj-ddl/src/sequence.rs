//! Sequences: free ones, and the options of those that columns own.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{QualifiedName, Sequence, SequenceOptions};

use crate::{Statement, comment};

/// `CREATE SEQUENCE`, with its comment; who owns it is said by [`own_sequence`] once the table is there.
///
/// PostgreSQL documentation: CREATE SEQUENCE.
pub fn create_sequence(sequence: &Sequence) -> Vec<Statement> {
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    let mut statements = vec![Statement::new(format!(
        "CREATE {unlogged}SEQUENCE {} AS {}{}",
        sequence.name,
        sequence.data_type,
        spaced(&option_clauses(&sequence.options))
    ))];
    if let Some(text) = &sequence.comment {
        statements.push(comment::on_sequence(&sequence.name, Some(text)));
    }
    statements
}

/// `ALTER SEQUENCE … OWNED BY`: the sequence then goes with its column.
pub fn own_sequence(name: &QualifiedName, owner: Option<(&QualifiedName, &str)>) -> Statement {
    let owner = owner.map_or_else(
        || "NONE".to_owned(),
        |(table, column)| format!("{table}.{}", quote_identifier(column)),
    );
    Statement::new(format!("ALTER SEQUENCE {name} OWNED BY {owner}"))
}

/// The clauses for the options that differ from the defaults: `START WITH 100`, `CYCLE`, ….
pub fn option_clauses(options: &SequenceOptions) -> Vec<String> {
    let numbers = [
        ("START WITH", options.start),
        ("INCREMENT BY", options.increment),
        ("MINVALUE", options.min_value),
        ("MAXVALUE", options.max_value),
        ("CACHE", options.cache),
    ];
    let mut clauses: Vec<String> = numbers
        .iter()
        .filter_map(|(words, number)| number.map(|number| format!("{words} {number}")))
        .collect();
    if options.cycle {
        clauses.push("CYCLE".to_owned());
    }
    clauses
}

/// The clauses that say every option, the defaults of `data_type` too: what `ALTER SEQUENCE` needs to reach `options`
/// from anywhere.
pub fn all_option_clauses(data_type: &str, options: &SequenceOptions) -> Vec<String> {
    let (lowest, highest) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let increment = options.increment.unwrap_or(1);
    let (usual_min, usual_max) = if increment < 0 {
        (lowest, -1)
    } else {
        (1, highest)
    };
    let min = options.min_value.unwrap_or(usual_min);
    let max = options.max_value.unwrap_or(usual_max);
    let start = options
        .start
        .unwrap_or(if increment < 0 { max } else { min });
    let cache = options.cache.unwrap_or(1);
    let cycle = if options.cycle { "CYCLE" } else { "NO CYCLE" };
    vec![
        format!("START WITH {start}"),
        format!("INCREMENT BY {increment}"),
        format!("MINVALUE {min}"),
        format!("MAXVALUE {max}"),
        format!("CACHE {cache}"),
        cycle.to_owned(),
    ]
}

/// Clauses with a blank in front of each.
pub(crate) fn spaced(clauses: &[String]) -> String {
    clauses.iter().map(|clause| format!(" {clause}")).collect()
}
