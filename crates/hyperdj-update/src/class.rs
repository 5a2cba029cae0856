//! A class whose table has changed: fields come, go and change, and so do the entries of its `Meta`.

use std::collections::HashSet;

use hyperdj_codegen::{Expression, WrittenClass, assignment};
use hyperdj_schema::QualifiedName;
use ruff_python_ast::{Stmt, StmtAnnAssign, StmtClassDef};

use crate::Model;
use crate::edits::{Edits, indented};
use crate::field;
use crate::sequence::{Change, changed, changes, elements};
use crate::source::{Source, assigned, places};

/// What stands above the class of a table without a key.
const NO_KEY: &str =
    "# No primary key: mark a unique column, or add ctid: str = Field(primary_key=True).";

/// The entries of `Meta` in the order in which they are written.
const ENTRIES: [&str; 16] = [
    "table_name",
    "managed",
    "schema",
    "complete",
    "primary_key",
    "view",
    "partition_of",
    "partition_by",
    "inherits",
    "foreign",
    "unlogged",
    "options",
    "tablespace",
    "constraints",
    "indexes",
    "comment",
];

/// Entries of a list, each with the name that it has in the database.
type Entries = [(String, Expression)];

/// Changes a class from what it says to what it is to say.
pub(crate) fn update(
    source: &Source<'_>,
    edits: &mut Edits,
    model: &Model,
    said: &WrittenClass,
    wanted: &WrittenClass,
    whole: &HashSet<(QualifiedName, String)>,
) {
    let Some(class) = source.class(&model.class) else {
        return;
    };
    fields(source, edits, class, said, wanted, whole);
    let meta = class.body.iter().rev().find_map(|part| match part {
        Stmt::ClassDef(inner) if inner.name.as_str() == "Meta" => Some(inner),
        _ => None,
    });
    if let Some(meta) = meta {
        let lists = [
            (
                "constraints",
                &said.constraints,
                &wanted.constraints,
                &model.constraints,
            ),
            ("indexes", &said.indexes, &wanted.indexes, &model.indexes),
        ];
        // What goes whole goes first: nothing is put in behind it.
        for only_removes in [true, false] {
            for (name, said, wanted, order) in lists {
                list(
                    source,
                    edits,
                    meta,
                    name,
                    (said, wanted),
                    order,
                    only_removes,
                );
            }
            if only_removes {
                entries(source, edits, meta, said, wanted);
            }
        }
    }
    if said.is_keyed != wanted.is_keyed {
        key_comment(source, edits, class, wanted.is_keyed);
    }
}

/// Takes a class away, with what inspectdb wrote above it.
pub(crate) fn remove(source: &Source<'_>, edits: &mut Edits, name: &str) {
    let Some(class) = source.class(name) else {
        return;
    };
    let (start, end) = places(class);
    let mut first = source.line_start(start);
    if let Some(line) = line_before(source, first)
        && source.text[line..first].trim_end() == NO_KEY
    {
        first = line;
    }
    let mut behind = source.next_line(end);
    while behind < source.text.len()
        && source.text[behind..source.line_end(behind)]
            .trim()
            .is_empty()
    {
        behind = source.next_line(behind);
    }
    if behind >= source.text.len() {
        // The last one: the empty lines before it go.
        let kept = source.text[..first].trim_end().len();
        first = source.next_line(kept).min(first);
    }
    edits.delete(first..behind);
}

fn fields(
    source: &Source<'_>,
    edits: &mut Edits,
    class: &StmtClassDef,
    said: &WrittenClass,
    wanted: &WrittenClass,
    whole: &HashSet<(QualifiedName, String)>,
) {
    let statement = |name: &str| {
        class
            .body
            .iter()
            .rev()
            .find_map(|part| field_of(part, name))
    };
    for old in &said.fields {
        let Some(found) = statement(&old.name) else {
            continue;
        };
        match wanted.fields.iter().find(|new| new.column == old.column) {
            Some(new) => {
                let is_whole = whole.contains(&(wanted.table.clone(), new.column.clone()));
                let is_same = old.arguments == new.arguments
                    && old.annotation == new.annotation
                    && old.nullable == new.nullable
                    && old.data_type == new.data_type;
                if is_whole || !is_same {
                    field::update(source, edits, found, old, new, is_whole);
                }
            }
            None => {
                let (start, end) = places(found);
                edits.delete(source.line_start(start)..source.next_line(end));
            }
        }
    }
    let step = step_of(source, class);
    let mut at_top = String::new();
    for (number, new) in wanted.fields.iter().enumerate() {
        if said.fields.iter().any(|old| old.column == new.column) {
            continue;
        }
        let text = indented(&new.text, step);
        // Behind the nearest column before it that has a field here.
        let before = wanted.fields[..number].iter().rev();
        let anchor = before
            .filter(|other| said.fields.iter().any(|old| old.column == other.column))
            .find_map(|other| statement(&other.name));
        match anchor {
            Some(found) => {
                let end = source.line_end(places(found).1);
                edits.insert(end, format!("\n{}", text.trim_end()));
            }
            None => at_top.push_str(&text),
        }
    }
    if !at_top.is_empty() {
        if !class.body.iter().any(Stmt::is_ann_assign_stmt) {
            at_top.push('\n');
        }
        edits.insert(source.line_start(top_of(class)), at_top);
    }
}

/// The statement of a field.
fn field_of<'b>(part: &'b Stmt, name: &str) -> Option<&'b StmtAnnAssign> {
    let found = part.as_ann_assign_stmt()?;
    let target = found.target.as_name_expr()?;
    (target.id == name && found.value.is_some()).then_some(found)
}

/// Where the first field, or what is behind the docstring, begins.
fn top_of(class: &StmtClassDef) -> usize {
    let field = class.body.iter().find(|part| part.is_ann_assign_stmt());
    let behind = class
        .body
        .iter()
        .find(|part| !matches!(part, Stmt::Expr(one) if one.value.is_string_literal_expr()));
    let place = field.or(behind).or(class.body.first());
    place.map_or(places(class).1, |part| places(part).0)
}

/// The indentation of a class's body.
fn step_of<'f>(source: &Source<'f>, class: &StmtClassDef) -> &'f str {
    class
        .body
        .first()
        .map_or("", |part| source.indent(places(part).0))
}

/// Entries of `Meta` with one value.
fn entries(
    source: &Source<'_>,
    edits: &mut Edits,
    meta: &StmtClassDef,
    said: &WrittenClass,
    wanted: &WrittenClass,
) {
    // What goes first: nothing is put in behind it.
    for (name, _) in &said.entries {
        if !wanted.entries.iter().any(|(own, _)| own == name)
            && let Some((statement, _)) = assigned(&meta.body, name)
        {
            let (start, end) = places(statement);
            edits.delete(source.line_start(start)..source.next_line(end));
        }
    }
    for (name, value) in &wanted.entries {
        let before = said.entries.iter().find(|(own, _)| own == name);
        if before.is_none_or(|(_, own)| own != value) {
            set_entry(source, edits, meta, name, value);
        }
    }
}

/// Gives an entry of `Meta` a value; one that is new stands where it would be written.
fn set_entry(
    source: &Source<'_>,
    edits: &mut Edits,
    meta: &StmtClassDef,
    name: &str,
    value: &Expression,
) {
    let deep = step_of(source, meta);
    let step = &deep[..deep.len() / 2];
    let text = indented(&assignment(name, value, 2), step);
    if let Some((statement, _)) = assigned(&meta.body, name) {
        let (start, end) = places(statement);
        edits.replace(start..end, text.trim().to_owned());
        return;
    }
    let rank = |name: &str| {
        ENTRIES
            .iter()
            .position(|own| *own == name)
            .unwrap_or(ENTRIES.len())
    };
    let stays = meta.body.iter().rev();
    let mut stays = stays.filter(|part| !edits.takes_away(places(*part).0));
    let last = stays.clone().next();
    let before = stays.find(|part| match part {
        Stmt::Assign(found) => match found.targets.as_slice() {
            [target] => target
                .as_name_expr()
                .is_some_and(|target| rank(&target.id) < rank(name)),
            _ => false,
        },
        _ => false,
    });
    match before.or(last) {
        Some(part) => {
            let end = source.line_end(places(part).1);
            edits.insert(end, format!("\n{}", text.trim_end()));
        }
        None => edits.insert(places(meta).1, format!("\n{}", text.trim_end())),
    }
}

/// `Meta.constraints` or `Meta.indexes`: entries are known by the names that they have in the database.
fn list(
    source: &Source<'_>,
    edits: &mut Edits,
    meta: &StmtClassDef,
    name: &str,
    (said, wanted): (&Entries, &Entries),
    order: &[String],
    only_removes: bool,
) {
    let Some((changes, added)) = changes(said, wanted, order) else {
        return;
    };
    let goes_whole = added.is_empty()
        && changes
            .iter()
            .all(|change| matches!(change, Change::Remove));
    if goes_whole != only_removes {
        return;
    }
    let Some((statement, value)) = assigned(&meta.body, name) else {
        if !added.is_empty() {
            set_entry(source, edits, meta, name, &Expression::Tuple(added));
        }
        return;
    };
    // What is put together by other means is its author's to change.
    if elements(value).is_none_or(|found| found.len() != order.len()) {
        return;
    }
    let (start, end) = places(statement);
    if goes_whole {
        edits.delete(source.line_start(start)..source.next_line(end));
        return;
    }
    if let Some(value) = changed(source, edits, (statement, value), &changes, &added) {
        set_entry(source, edits, meta, name, &value);
    }
}

/// Puts the comment on a missing key above a class, or takes it away.
fn key_comment(source: &Source<'_>, edits: &mut Edits, class: &StmtClassDef, is_keyed: bool) {
    let start = source.line_start(places(class).0);
    let before = line_before(source, start);
    let is_there = before.is_some_and(|line| source.text[line..start].trim_end() == NO_KEY);
    match (is_there, before) {
        (true, Some(line)) if is_keyed => edits.delete(line..start),
        (false, _) if !is_keyed => edits.insert(start, format!("{NO_KEY}\n")),
        _ => {}
    }
}

/// Where the line before that of a place begins.
fn line_before(source: &Source<'_>, line_start: usize) -> Option<usize> {
    (line_start > 0).then(|| source.line_start(line_start - 1))
}
