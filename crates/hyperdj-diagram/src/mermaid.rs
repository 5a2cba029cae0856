//! The diagram as Mermaid's `erDiagram`, which GitHub and others draw in Markdown.

use hyperdj_schema::visible;

use crate::{Diagram, Row, Table};

/// Words of Mermaid's grammar that can't be a table's plain name, in capitals or not: found by having it read each.
const KEYWORDS: [&str; 16] = [
    "acctitle",
    "accdescr",
    "class",
    "classdef",
    "direction",
    "erdiagram",
    "many",
    "more",
    "one",
    "only",
    "or",
    "style",
    "title",
    "to",
    "u",
    "zero",
];

/// The whole, with a line break behind it.
pub fn mermaid(diagram: &Diagram<'_>) -> String {
    let mut text = String::from("erDiagram\n");
    let names: Vec<Name> = (0..diagram.tables.len())
        .map(|place| name(diagram, place))
        .collect();
    for (table, name) in diagram.tables.iter().zip(&names) {
        push_table(&mut text, table, name);
    }
    for line in &diagram.lines {
        let many = if line.single { "|o" } else { "}o" };
        let one = if line.optional { "o|" } else { "||" };
        text.push_str(&format!(
            "    {} {many}--{one} {} : \"{}\"\n",
            names[line.from].id,
            names[line.to].id,
            label(&line.columns.join(", "))
        ));
    }
    text
}

/// How a table is called, and what is shown for that where it differs.
struct Name {
    id: String,
    label: Option<String>,
}

fn name(diagram: &Diagram<'_>, place: usize) -> Name {
    let shown = diagram.shown(&diagram.tables[place].relation.name);
    if is_plain(&shown) {
        return Name {
            id: shown,
            label: None,
        };
    }
    Name {
        id: format!("table-{}", place + 1),
        label: Some(label(&shown)),
    }
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let lower = name.to_ascii_lowercase();
    starts
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.contains(&lower.as_str())
}

/// A text between double quotes. What would end it, and what starts one of Mermaid's own signs, is written by number.
fn label(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '"' => safe.push_str("#quot;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '#' | '%' | '\\' | '&' | ';' | '`' | '[' | ']' | '{' | '}' => {
                safe.push_str(&format!("#{};", character as u32));
            }
            _ => safe.push(character),
        }
    }
    // An empty label is none.
    if safe.trim().is_empty() {
        "?".to_owned()
    } else {
        safe
    }
}

fn push_table(text: &mut String, table: &Table<'_>, name: &Name) {
    text.push_str(&format!("    {}", name.id));
    if let Some(label) = &name.label {
        text.push_str(&format!("[\"{label}\"]"));
    }
    if table.rows.is_empty() {
        text.push('\n');
        return;
    }
    text.push_str(" {\n");
    for row in &table.rows {
        push_row(text, row);
    }
    text.push_str("    }\n");
}

fn push_row(text: &mut String, row: &Row<'_>) {
    let name = word(row.name);
    text.push_str(&format!("        {} {name}", word(&row.data_type)));
    let keys = [
        ("PK", row.primary),
        ("FK", row.references.is_some()),
        ("UK", row.unique),
    ];
    let keys: Vec<&str> = keys
        .iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(word, _)| *word)
        .collect();
    if !keys.is_empty() {
        text.push_str(&format!(" {}", keys.join(", ")));
    }
    // A name that can't be written is told behind the one that stands for it.
    let own = (name != row.name).then_some(row.name);
    let told: Vec<&str> = own.into_iter().chain(row.comment).collect();
    if !told.is_empty() {
        text.push_str(&format!(" \"{}\"", comment(&told.join(": "))));
    }
    text.push('\n');
}

/// A text of any characters but quotes: a comment has no signs of its own.
fn comment(text: &str) -> String {
    let safe = label(text);
    let mut short: String = safe.chars().take(120).collect();
    if short.len() < safe.len() {
        // Not in the middle of a number.
        if let Some(start) = short
            .rfind('#')
            .filter(|start| !short[*start..].contains(';'))
        {
            short.truncate(start);
        }
        short.push('…');
    }
    short
}

/// A word of a row: letters, digits and a few signs, beginning with a letter.
fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for character in text.chars() {
        let is_fine = character.is_ascii_alphanumeric() || "_-()[]".contains(character);
        word.push(if is_fine { character } else { '_' });
    }
    let starts = word
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic());
    // Mermaid takes these for the mark of a key, in capitals or not, up to the next sign.
    let mut parts = word.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    let head = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_mark = ["pk", "fk", "uk"].contains(&head.as_str());
    if starts && !is_mark {
        word
    } else {
        format!("x{word}")
    }
}
