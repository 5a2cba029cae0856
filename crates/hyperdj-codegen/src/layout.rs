//! Expressions, and how ruff lays them out: flat where they fit in 88 columns, else broken at the outermost bracket.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// The width that a line may have, in columns.
const LINE_WIDTH: usize = 88;
/// Spaces of one step.
const STEP: usize = 4;

/// The columns that a text takes; nearly all of it is ASCII.
fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// A Python expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// What has no place to break: a name, a number, a string.
    Atom(String),
    /// A text of several lines between triple quotes.
    Lines(String),
    /// A call: the function's name and its arguments.
    Call(Cow<'static, str>, Vec<Argument>),
    /// `[…]`
    List(Vec<Expression>),
    /// `(…)`
    Tuple(Vec<Expression>),
    /// `{…}`
    Dictionary(Vec<(Expression, Expression)>),
}

impl Expression {
    /// A call of a function by its name.
    pub fn call(function: impl Into<Cow<'static, str>>, arguments: Vec<Argument>) -> Self {
        Self::Call(function.into(), arguments)
    }
}

/// An argument of a call, by place or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name, where it is given by name.
    pub keyword: Option<Cow<'static, str>>,
    /// The value.
    pub value: Expression,
}

impl Argument {
    /// An argument by its place.
    pub fn new(value: Expression) -> Self {
        Self {
            keyword: None,
            value,
        }
    }

    /// An argument by its name.
    pub fn named(keyword: impl Into<Cow<'static, str>>, value: Expression) -> Self {
        Self {
            keyword: Some(keyword.into()),
            value,
        }
    }
}

/// A statement `target = value` at an indentation in steps, with a line break behind it.
pub fn assignment(target: &str, value: &Expression, steps: usize) -> String {
    assignment_before(target, value, steps, 0)
}

/// As [`assignment`], where a comment of so many columns stands behind it.
pub fn assignment_before(target: &str, value: &Expression, steps: usize, behind: usize) -> String {
    let indent = steps * STEP;
    let margin = " ".repeat(indent);
    let start = indent + width(target) + 3;
    if let Expression::Atom(text) = value
        && start + width(text) + behind > LINE_WIDTH
        && indent + STEP + width(text) <= LINE_WIDTH
    {
        // A string that is too long for its line moves to one of its own where it fits there.
        let inner = " ".repeat(indent + STEP);
        return format!("{margin}{target} = (\n{inner}{text}\n{margin})\n");
    }
    if let Some(text) = long_annotation(target, value, indent, behind) {
        return text;
    }
    format!(
        "{margin}{target} = {}\n",
        laid_out(value, indent, start, behind)
    )
}

/// A field whose annotation leaves no room for the beginning of its call: the call goes to a line of its own, if there is
/// room for a bracket in front of it, else the annotation is broken if it has a place for that.
fn long_annotation(
    target: &str,
    value: &Expression,
    indent: usize,
    behind: usize,
) -> Option<String> {
    let (name, annotation) = target.split_once(": ")?;
    let Expression::Call(function, _) = value else {
        return None;
    };
    let start = indent + width(target) + 3;
    let is_flat = flat(value).is_some_and(|text| start + width(&text) + behind <= LINE_WIDTH);
    if is_flat || start + width(function) < LINE_WIDTH {
        return None;
    }
    let margin = " ".repeat(indent);
    let inner = " ".repeat(indent + STEP);
    if start < LINE_WIDTH {
        let value = laid_out(value, indent + STEP, indent + STEP, 0);
        return Some(format!("{margin}{target} = (\n{inner}{value}\n{margin})\n"));
    }
    let after = |closing: &str| {
        let start = indent + width(closing) + 3;
        laid_out(value, indent, start, behind)
    };
    if annotation.contains(" | ") {
        let value = after(")");
        return Some(format!(
            "{margin}{name}: (\n{inner}{annotation}\n{margin}) = {value}\n"
        ));
    }
    if let Some((outer, item)) = annotation
        .strip_suffix(']')
        .and_then(|text| text.split_once('['))
    {
        let value = after("]");
        return Some(format!(
            "{margin}{name}: {outer}[\n{inner}{item}\n{margin}] = {value}\n"
        ));
    }
    None
}

/// An expression on one line, or as it stands in a file where a text of several lines is in it.
pub fn one_line(value: &Expression) -> String {
    flat(value).unwrap_or_else(|| laid_out(value, 0, 0, 0))
}

/// The text of an expression whose line has `indent` spaces in front, that begins at column `start`, and that has
/// `behind` columns of text behind it.
fn laid_out(expression: &Expression, indent: usize, start: usize, behind: usize) -> String {
    if let Some(text) = flat(expression)
        && start + width(&text) + behind <= LINE_WIDTH
    {
        return text;
    }
    match expression {
        Expression::Atom(text) | Expression::Lines(text) => text.clone(),
        Expression::Call(function, arguments) => call(function, arguments, indent),
        Expression::List(items) => sequence('[', items, ']', indent, false),
        Expression::Tuple(items) => sequence('(', items, ')', indent, items.len() == 1),
        Expression::Dictionary(items) => {
            let inner = indent + STEP;
            broken('{', items, '}', indent, false, |(key, value)| {
                let key = flat(key).unwrap_or_default();
                let start = inner + width(&key) + 2;
                let value = laid_out(value, inner, start, 1);
                format!("{key}: {value}")
            })
        }
    }
}

fn call(function: &str, arguments: &[Argument], indent: usize) -> String {
    if let [
        Argument {
            keyword: None,
            value: Expression::Lines(text),
        },
    ] = arguments
    {
        return format!("{function}({text})");
    }
    let inner = indent + STEP;
    if let Some(text) = flat_arguments(arguments)
        && (inner + width(&text) <= LINE_WIDTH || arguments.is_empty())
    {
        if arguments.is_empty() {
            return format!("{function}()");
        }
        return format!(
            "{function}(\n{}{text}\n{})",
            " ".repeat(inner),
            " ".repeat(indent)
        );
    }
    let body = broken('(', arguments, ')', indent, false, |argument| {
        let prefix = argument
            .keyword
            .as_ref()
            .map(|keyword| format!("{keyword}="));
        let prefix = prefix.unwrap_or_default();
        let behind = usize::from(arguments.len() > 1);
        let value = laid_out(&argument.value, inner, inner + width(&prefix), behind);
        format!("{prefix}{value}")
    });
    format!("{function}{body}")
}

fn sequence(open: char, items: &[Expression], close: char, indent: usize, comma: bool) -> String {
    let inner = indent + STEP;
    let behind = usize::from(comma || items.len() > 1);
    broken(open, items, close, indent, comma, |item| {
        laid_out(item, inner, inner, behind)
    })
}

/// One item a line. A comma behind the last one where there are several, or where it must be.
fn broken<T>(
    open: char,
    items: &[T],
    close: char,
    indent: usize,
    comma: bool,
    mut item_text: impl FnMut(&T) -> String,
) -> String {
    let margin = " ".repeat(indent + STEP);
    let mut text = String::new();
    text.push(open);
    for (position, item) in items.iter().enumerate() {
        text.push('\n');
        text.push_str(&margin);
        text.push_str(&item_text(item));
        if comma || items.len() > 1 || position + 1 < items.len() {
            text.push(',');
        }
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
    text
}

/// All on one line, where that can be.
fn flat(expression: &Expression) -> Option<String> {
    let mut text = String::new();
    push_flat(&mut text, expression).then_some(text)
}

fn flat_arguments(arguments: &[Argument]) -> Option<String> {
    let mut text = String::new();
    push_flat_arguments(&mut text, arguments).then_some(text)
}

/// Whether the expression has a form on one line, which is then behind the text.
fn push_flat(text: &mut String, expression: &Expression) -> bool {
    match expression {
        Expression::Atom(atom) => {
            text.push_str(atom);
            true
        }
        Expression::Lines(_) => false,
        Expression::Call(function, arguments) => {
            text.push_str(function);
            text.push('(');
            let has_form = push_flat_arguments(text, arguments);
            text.push(')');
            has_form
        }
        Expression::List(items) => {
            text.push('[');
            let has_form = push_joined(text, items, push_flat);
            text.push(']');
            has_form
        }
        Expression::Tuple(items) => {
            text.push('(');
            let has_form = push_joined(text, items, push_flat);
            text.push_str(if items.len() == 1 { ",)" } else { ")" });
            has_form
        }
        Expression::Dictionary(items) => {
            text.push('{');
            let has_form = push_joined(text, items, |text, (key, value)| {
                let has_key = push_flat(text, key);
                text.push_str(": ");
                has_key && push_flat(text, value)
            });
            text.push('}');
            has_form
        }
    }
}

fn push_flat_arguments(text: &mut String, arguments: &[Argument]) -> bool {
    push_joined(text, arguments, |text, argument| {
        if let Some(keyword) = &argument.keyword {
            text.push_str(keyword);
            text.push('=');
        }
        push_flat(text, &argument.value)
    })
}

fn push_joined<T>(text: &mut String, items: &[T], push: impl Fn(&mut String, &T) -> bool) -> bool {
    items.iter().enumerate().all(|(position, item)| {
        if position > 0 {
            text.push_str(", ");
        }
        push(text, item)
    })
}
