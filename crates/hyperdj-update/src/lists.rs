//! The lists `types` and `sequences`, which stand beside the classes.

use hyperdj_codegen::{Expression, assignment};
use hyperdj_schema::QualifiedName;
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use crate::Wanted;
use crate::edits::{Edits, indented};
use crate::sequence::{changed, changes, elements};
use crate::source::{Source, places};

pub(crate) fn update(sources: &[Source<'_>], edits: &mut [Edits], wanted: &Wanted<'_>) {
    let lists = [
        (
            "types",
            &wanted.said.types,
            &wanted.wanted.types,
            wanted.types,
        ),
        (
            "sequences",
            &wanted.said.sequences,
            &wanted.wanted.sequences,
            wanted.sequences,
        ),
    ];
    for (name, said, wanted, order) in lists {
        list(sources, edits, name, said, wanted, order);
    }
}

fn list(
    sources: &[Source<'_>],
    edits: &mut [Edits],
    name: &str,
    said: &[(QualifiedName, Expression)],
    wanted: &[(QualifiedName, Expression)],
    order: &[QualifiedName],
) {
    let Some((changes, added)) = changes(said, wanted, order) else {
        return;
    };
    let place = sources
        .iter()
        .position(|source| source.assigned(name).is_some());
    let Some(place) = place else {
        if !added.is_empty() {
            append(&sources[0], &mut edits[0], name, added);
        }
        return;
    };
    let (source, edits) = (&sources[place], &mut edits[place]);
    let Some((statement, value)) = source.assigned(name) else {
        return;
    };
    if elements(value).is_none_or(|found| found.len() != order.len()) {
        return;
    }
    let (start, end) = places(statement);
    if let Some(value) = changed(source, edits, (statement, value), &changes, &added) {
        let target = target(source, statement);
        edits.replace(
            start..end,
            indented(&assignment(target, &value, 0), source.step())
                .trim_end()
                .to_owned(),
        );
    }
}

/// What a statement assigns to, with its annotation.
fn target<'f>(source: &Source<'f>, statement: &Stmt) -> &'f str {
    match statement {
        Stmt::AnnAssign(found) => &source.text[places(statement).0..places(&*found.annotation).1],
        Stmt::Assign(found) => found
            .targets
            .first()
            .map_or("", |target| source.slice(target.range())),
        _ => "",
    }
}

/// A list at the end of a file.
fn append(source: &Source<'_>, edits: &mut Edits, name: &str, items: Vec<Expression>) {
    let text = indented(
        &assignment(name, &Expression::List(items), 0),
        source.step(),
    );
    let end = source.text.trim_end().len();
    let ends_in_list = source
        .body()
        .last()
        .is_some_and(|last| last.is_assign_stmt() || last.is_ann_assign_stmt());
    let lines = if ends_in_list { "\n\n" } else { "\n\n\n" };
    edits.insert(end, format!("{lines}{}", text.trim_end()));
}
