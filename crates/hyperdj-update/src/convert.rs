//! Expressions of a file as those that are laid out anew, their texts kept.

use hyperdj_codegen::{Argument, Expression};
use ruff_python_ast::{Expr, ExprCall, Keyword};
use ruff_text_size::{Ranged, TextRange};

use crate::source::{Source, places};

/// An expression, whose parts can be broken into lines where they are calls, lists, tuples or dictionaries.
pub(crate) fn expression(source: &Source<'_>, found: &Expr) -> Expression {
    match found {
        Expr::Call(call) if !has_star(call) => Expression::call(
            source.slice(call.func.range()).to_owned(),
            arguments(source, call),
        ),
        Expr::List(list) if !list.elts.iter().any(Expr::is_starred_expr) => {
            Expression::List(items(source, &list.elts))
        }
        Expr::Tuple(tuple)
            if tuple.parenthesized && !tuple.elts.iter().any(Expr::is_starred_expr) =>
        {
            Expression::Tuple(items(source, &tuple.elts))
        }
        Expr::Dict(dict) if dict.items.iter().all(|item| item.key.is_some()) => {
            let pairs = dict.items.iter().filter_map(|item| {
                let key = expression(source, item.key.as_ref()?);
                Some((key, expression(source, &item.value)))
            });
            Expression::Dictionary(pairs.collect())
        }
        _ => atom(source.slice(found.range())),
    }
}

/// A text that is not broken, or not in any other way than it is.
pub(crate) fn atom(text: &str) -> Expression {
    match text.contains('\n') {
        true => Expression::Lines(text.to_owned()),
        false => Expression::Atom(text.to_owned()),
    }
}

/// The arguments of a call, in the order of the text.
pub(crate) fn arguments(source: &Source<'_>, call: &ExprCall) -> Vec<Argument> {
    let mut found: Vec<(usize, Argument)> = Vec::new();
    for value in &call.arguments.args {
        found.push((places(value).0, Argument::new(expression(source, value))));
    }
    for keyword in &call.arguments.keywords {
        if let Some(name) = &keyword.arg {
            let value = keyword_value(source, keyword);
            found.push((places(keyword).0, Argument::named(name.to_string(), value)));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, argument)| argument).collect()
}

fn keyword_value(source: &Source<'_>, keyword: &Keyword) -> Expression {
    // Parentheses around the value belong to the keyword's text alone.
    let name_end = keyword.arg.as_ref().map_or(keyword.start(), Ranged::end);
    let text = source.slice(TextRange::new(name_end, keyword.end()));
    let text = text.trim_start().trim_start_matches('=').trim();
    if text == source.slice(keyword.value.range()) {
        expression(source, &keyword.value)
    } else {
        atom(text)
    }
}

/// Whether a call has arguments that are given as `*` or `**`.
pub(crate) fn has_star(call: &ExprCall) -> bool {
    call.arguments.args.iter().any(Expr::is_starred_expr)
        || call
            .arguments
            .keywords
            .iter()
            .any(|keyword| keyword.arg.is_none())
}

fn items(source: &Source<'_>, found: &[Expr]) -> Vec<Expression> {
    found.iter().map(|item| expression(source, item)).collect()
}
