//! Classes of enumerations: members come and go with the labels of their types.

use std::collections::HashMap;

use hyperdj_codegen::{Expression, WrittenEnum, assignment, string_literal};
use hyperdj_schema::QualifiedName;
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use crate::edits::{Edits, indented};
use crate::placing::{Export, Kind};
use crate::sequence::elements;
use crate::source::{Source, places};
use crate::{Error, File, Wanted, class};

/// A class of an enumeration: its name, and each member with its label.
type EnumNames = (String, Vec<(String, String)>);

/// The classes of enumerations that files have, by their types: what `types` lists as `EnumType("public", "mood", Mood)`.
///
/// # Errors
///
/// A file that is no Python.
pub fn enum_names(files: &[File]) -> Result<HashMap<QualifiedName, EnumNames>, Error> {
    let sources: Result<Vec<Source<'_>>, Error> = files.iter().map(Source::parse).collect();
    let sources = sources?;
    let mut found = HashMap::new();
    for source in &sources {
        let Some((_, value)) = source.assigned("types") else {
            continue;
        };
        for item in elements(value).unwrap_or_default() {
            let Some((name, class)) = enum_of(item) else {
                continue;
            };
            let mut classes = sources.iter();
            if let Some(definition) = classes.find_map(|source| source.class(&class)) {
                let members = members(definition)
                    .map(|(member, label, _)| (member, label))
                    .collect();
                found.insert(name, (class, members));
            }
        }
    }
    Ok(found)
}

/// `EnumType("public", "mood", Mood)`
fn enum_of(item: &Expr) -> Option<(QualifiedName, String)> {
    let call = item.as_call_expr()?;
    let [schema, name, class, ..] = &*call.arguments.args else {
        return None;
    };
    let text = |value: &Expr| Some(value.as_string_literal_expr()?.value.to_str().to_owned());
    let class = class.as_name_expr()?.id.to_string();
    Some((QualifiedName::new(text(schema)?, text(name)?), class))
}

/// The members of a class with their labels and their statements.
fn members(class: &StmtClassDef) -> impl Iterator<Item = (String, String, &Stmt)> {
    class.body.iter().filter_map(|part| {
        let found = part.as_assign_stmt()?;
        let [target] = found.targets.as_slice() else {
            return None;
        };
        let label = found.value.as_string_literal_expr()?.value.to_str();
        Some((
            target.as_name_expr()?.id.to_string(),
            label.to_owned(),
            part,
        ))
    })
}

/// Changes the classes of enumerations; gives those that have come and gone.
pub(crate) fn update(
    sources: &[Source<'_>],
    edits: &mut [Edits],
    wanted: &Wanted<'_>,
) -> Vec<Export> {
    let mut exports = Vec::new();
    let mut note = |file: usize, class: &str, is_new: bool| {
        exports.push(Export {
            file,
            class: class.to_owned(),
            kind: Kind::Enumeration,
            is_new,
        });
    };
    let place = |class: &str| {
        sources
            .iter()
            .position(|source| source.class(class).is_some())
    };
    for new in &wanted.wanted.enums {
        let old = wanted.said.enums.iter().find(|old| old.name == new.name);
        match place(&new.class) {
            Some(number) if old.is_some_and(|old| old.members != new.members) => {
                if let Some(found) = sources[number].class(&new.class) {
                    relabel(&sources[number], &mut edits[number], found, new);
                }
            }
            None if old.is_none() => {
                let number = sources
                    .iter()
                    .position(|source| source.assigned("types").is_some())
                    .unwrap_or_default();
                add(&sources[number], &mut edits[number], new);
                note(number, &new.class, true);
            }
            _ => {}
        }
    }
    for old in &wanted.said.enums {
        let is_gone = !wanted.wanted.enums.iter().any(|new| new.name == old.name);
        if let Some(number) = place(&old.class).filter(|_| is_gone) {
            class::remove(&sources[number], &mut edits[number], &old.class);
            note(number, &old.class, false);
        }
    }
    exports
}

/// Gives a class the members that its type's labels are; those that stay are not touched.
fn relabel(source: &Source<'_>, edits: &mut Edits, class: &StmtClassDef, wanted: &WrittenEnum) {
    let found: Vec<(String, String, &Stmt)> = members(class).collect();
    for (_, label, statement) in &found {
        if !wanted.members.iter().any(|(_, own)| own == label) {
            let (start, end) = places(*statement);
            edits.delete(source.line_start(start)..source.next_line(end));
        }
    }
    let step = class
        .body
        .first()
        .map_or("", |part| source.indent(places(part).0));
    for (number, (member, label)) in wanted.members.iter().enumerate() {
        if found.iter().any(|(_, own, _)| own == label) {
            continue;
        }
        let value = Expression::Atom(string_literal(label));
        let text = indented(&assignment(member, &value, 1), step);
        let mut before = wanted.members[..number].iter().rev();
        let anchor = before.find_map(|(_, other)| {
            let mut found = found.iter();
            found.find(|(_, own, _)| own == other)
        });
        match (anchor, found.first()) {
            (Some((_, _, statement)), _) => {
                let end = source.line_end(places(*statement).1);
                edits.insert(end, format!("\n{}", text.trim_end()));
            }
            (None, Some((_, _, first))) => {
                edits.insert(source.line_start(places(*first).0), text);
            }
            (None, None) => {}
        }
    }
}

/// A class of its own, before the first class of the file.
fn add(source: &Source<'_>, edits: &mut Edits, wanted: &WrittenEnum) {
    let first = source.body().iter().find(|part| part.is_class_def_stmt());
    let text = indented(wanted.text.trim_end(), source.step());
    match first {
        Some(part) => {
            let place = source.line_start(places(part).0);
            edits.insert(place, format!("{text}\n\n\n"));
        }
        None => {
            let end = source.text.trim_end().len();
            edits.insert(end, format!("\n\n\n{text}"));
        }
    }
}
