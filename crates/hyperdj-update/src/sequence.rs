//! Entries of a list or tuple, and arguments of a call: one is taken away, replaced or put in, and all else stays.

use hyperdj_codegen::{Expression, one_line};
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use crate::convert::expression;
use crate::edits::Edits;
use crate::source::{Source, places};

/// What becomes of an entry.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Nothing.
    Keep,
    /// It goes.
    Remove,
    /// Another is there in its place.
    Replace(Expression),
}

/// What becomes of the entries that stand in a list, `order`, and those that come to them.
///
/// Entries are known by their names. Nothing where nothing changes.
pub(crate) fn changes<K: PartialEq>(
    said: &[(K, Expression)],
    wanted: &[(K, Expression)],
    order: &[K],
) -> Option<(Vec<Change>, Vec<Expression>)> {
    let of = |entries: &[(K, Expression)], name: &K| -> Option<Expression> {
        let mut found = entries.iter();
        let (_, value) = found.find(|(own, _)| own == name)?;
        Some(value.clone())
    };
    let changes: Vec<Change> = order
        .iter()
        .map(|own| match (of(said, own), of(wanted, own)) {
            (Some(before), Some(after)) if before != after => Change::Replace(after),
            (Some(_), None) => Change::Remove,
            _ => Change::Keep,
        })
        .collect();
    let added: Vec<Expression> = wanted
        .iter()
        .filter(|(own, value)| !order.contains(own) && of(said, own).as_ref() != Some(value))
        .map(|(_, value)| value.clone())
        .collect();
    let is_same = changes.iter().all(|change| matches!(change, Change::Keep));
    (!added.is_empty() || !is_same).then_some((changes, added))
}

/// The elements of a list or a tuple that is written out.
pub(crate) fn elements(value: &Expr) -> Option<&[Expr]> {
    let found = match value {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) if tuple.parenthesized => &tuple.elts,
        _ => return None,
    };
    (!found.iter().any(Expr::is_starred_expr)).then_some(found)
}

/// Changes the list that a statement assigns: in place where a comment stands in it. Where none does, it can be laid out
/// anew, and is given as it is to be.
pub(crate) fn changed(
    source: &Source<'_>,
    edits: &mut Edits,
    (statement, value): (&Stmt, &Expr),
    changes: &[Change],
    added: &[Expression],
) -> Option<Expression> {
    let found = elements(value)?;
    if !source.has_comment(statement.range()) {
        return Some(rebuilt(source, value, found, changes, added));
    }
    let items: Vec<(usize, usize)> = found.iter().map(places).collect();
    let added: Vec<String> = added.iter().map(one_line).collect();
    edit(source, edits, &items, places(value).1 - 1, changes, &added);
    None
}

/// The whole list as it is to be.
fn rebuilt(
    source: &Source<'_>,
    value: &Expr,
    found: &[Expr],
    changes: &[Change],
    added: &[Expression],
) -> Expression {
    let mut items = Vec::new();
    for (item, change) in found.iter().zip(changes) {
        match change {
            Change::Keep => items.push(expression(source, item)),
            Change::Remove => {}
            Change::Replace(other) => items.push(other.clone()),
        }
    }
    items.extend(added.iter().cloned());
    match value {
        Expr::List(_) => Expression::List(items),
        _ => Expression::Tuple(items),
    }
}

/// Changes the entries between two brackets in place, around the comments that stand there.
///
/// `items` are the places of the entries, `close` is where the closing bracket stands.
pub(crate) fn edit(
    source: &Source<'_>,
    edits: &mut Edits,
    items: &[(usize, usize)],
    close: usize,
    changes: &[Change],
    added: &[String],
) {
    for ((start, end), change) in items.iter().zip(changes) {
        match change {
            Change::Keep => {}
            Change::Replace(other) => edits.replace(*start..*end, one_line(other)),
            Change::Remove => {
                let comma = comma(source, *end, close);
                let behind = comma.unwrap_or(*end);
                let stands_alone =
                    !source.indent(*start).is_empty() || source.line_start(*start) == *start;
                let rest = source.text[behind..source.line_end(behind)].trim();
                if stands_alone && (rest.is_empty() || rest.starts_with('#')) {
                    edits.delete(source.line_start(*start)..source.next_line(behind));
                } else {
                    let spaces = source.text[behind..].len()
                        - source.text[behind..].trim_start_matches(' ').len();
                    edits.delete(*start..behind + spaces);
                }
            }
        }
    }
    if added.is_empty() {
        return;
    }
    match items.last() {
        Some((start, end)) => {
            let comma = comma(source, *end, close);
            if comma.is_none() {
                edits.insert(*end, ",");
            }
            let place = source.line_end(comma.unwrap_or(*end)).min(close);
            let indent = source.indent(*start);
            for text in added {
                edits.insert(place, format!("\n{indent}{text},"));
            }
        }
        None => edits.insert(close, added.join(", ")),
    }
}

/// Where the comma behind an entry ends, if there is one.
fn comma(source: &Source<'_>, end: usize, close: usize) -> Option<usize> {
    let found = source.token(TokenKind::Comma, end, close)?;
    Some(found.end().into())
}
