//! A field whose column has changed: its annotation and the keywords that say what has changed, and nothing else.

use hyperdj_codegen::{Argument, Expression, WrittenField, assignment_before, one_line};
use ruff_python_ast::{Expr, ExprCall, StmtAnnAssign};
use ruff_text_size::Ranged;

use crate::convert::{arguments, has_star};
use crate::edits::{Edits, indented};
use crate::sequence::{Change, edit};
use crate::source::{Source, places};

/// Changes a field from what its model says to what it is to say; `whole` writes it anew.
pub(crate) fn update(
    source: &Source<'_>,
    edits: &mut Edits,
    statement: &StmtAnnAssign,
    said: &WrittenField,
    wanted: &WrittenField,
    whole: bool,
) {
    let (start, end) = places(statement);
    let step = source.indent(start);
    let call = match statement.value.as_deref() {
        Some(Expr::Call(call)) if !whole && !has_star(call) => call,
        _ => {
            let text = indented(&wanted.text, step);
            edits.replace(start..end, text.trim().to_owned());
            return;
        }
    };
    let changes = Changes::of(source, statement, call, said, wanted);
    let target = match &changes.annotation {
        Some(annotation) => {
            let name = source.slice(statement.target.range());
            format!("{name}: {annotation}")
        }
        None => {
            let (_, behind) = places(&*statement.annotation);
            let (value, _) = places(call);
            let equals = source.text[behind..value].find('=').unwrap_or_default();
            source.text[start..behind + equals].trim_end().to_owned()
        }
    };
    if source.has_comment(statement.range()) {
        changes.in_place(source, edits, statement, call);
        return;
    }
    let function = source.slice(call.func.range()).to_owned();
    let value = Expression::call(function, changes.arguments(arguments(source, call)));
    let behind = source.text[end..source.line_end(end)].chars().count();
    let text = indented(&assignment_before(&target, &value, 1, behind), step);
    edits.replace(start..end, text.trim().to_owned());
}

/// What becomes of a field.
struct Changes {
    /// The annotation, where it changes.
    annotation: Option<String>,
    /// Keywords that get a value, each with those that stand before it.
    set: Vec<(String, Expression, Vec<String>)>,
    /// Keywords that go.
    removed: Vec<String>,
}

impl Changes {
    fn of(
        source: &Source<'_>,
        statement: &StmtAnnAssign,
        call: &ExprCall,
        said: &WrittenField,
        wanted: &WrittenField,
    ) -> Self {
        let written = source.slice(statement.annotation.range());
        let (own, says_none) = without_none(written);
        let mut set = Vec::new();
        let mut removed = Vec::new();
        let value = |field: &WrittenField, keyword: &str| {
            let mut found = field.arguments.iter();
            found
                .find(|(name, _)| name == keyword)
                .map(|(_, value)| value.clone())
        };
        let first = ["primary_key", "unique", "foreign_key"].map(str::to_owned);
        let before = |keyword: &str| -> Vec<String> {
            let names = wanted.arguments.iter().map(|(name, _)| name.clone());
            let mut names: Vec<String> = names.take_while(|name| name != keyword).collect();
            if !first.iter().any(|name| name == keyword) {
                names.push("nullable".to_owned());
            }
            names
        };
        for (keyword, value_there) in &wanted.arguments {
            if value(said, keyword).as_ref() != Some(value_there) {
                set.push((keyword.clone(), value_there.clone(), before(keyword)));
            }
        }
        for (keyword, _) in &said.arguments {
            if value(wanted, keyword).is_none() {
                removed.push(keyword.clone());
            }
        }
        // An annotation that is none of ours is its author's, as long as the column's own type is said beside it.
        let is_usual = same(&own, &said.annotation);
        let mut annotation = own.clone();
        if is_usual && said.annotation != wanted.annotation {
            annotation.clone_from(&wanted.annotation);
        } else if !is_usual && said.data_type != wanted.data_type {
            removed.retain(|keyword| keyword != "db_type");
            set.retain(|(keyword, ..)| keyword != "db_type");
            let data_type = Expression::Atom(literal(&wanted.data_type));
            set.push(("db_type".to_owned(), data_type, before("db_type")));
        }
        let mut or_none = says_none;
        if said.nullable != wanted.nullable {
            let has_keyword = |name: &str| {
                let mut keywords = call.arguments.keywords.iter();
                keywords.any(|keyword| keyword.arg.as_ref().is_some_and(|own| own == name))
            };
            if !wanted.nullable {
                or_none = false;
                if has_keyword("nullable") {
                    removed.push("nullable".to_owned());
                }
            } else if wanted.says_none {
                or_none = true;
            } else {
                let flag = Expression::Atom("True".to_owned());
                set.push(("nullable".to_owned(), flag, first.to_vec()));
            }
        }
        let is_changed = or_none != says_none || annotation != own;
        let new = match or_none {
            true => format!("{annotation} | None"),
            false => annotation,
        };
        Self {
            annotation: is_changed.then_some(new),
            set,
            removed,
        }
    }

    /// The arguments of the call with the changes in them.
    fn arguments(&self, mut found: Vec<Argument>) -> Vec<Argument> {
        let name = |argument: &Argument| argument.keyword.as_deref().map(str::to_owned);
        found.retain(|argument| !name(argument).is_some_and(|name| self.removed.contains(&name)));
        for (keyword, value, before) in &self.set {
            let place = found
                .iter()
                .position(|argument| argument.keyword.as_deref() == Some(keyword));
            if let Some(place) = place {
                found[place].value = value.clone();
                continue;
            }
            // Behind the last of those that stand before it, and of those that have no name.
            let place = found
                .iter()
                .rposition(|argument| name(argument).is_none_or(|name| before.contains(&name)));
            let argument = Argument::named(keyword.clone(), value.clone());
            found.insert(place.map_or(0, |place| place + 1), argument);
        }
        found
    }

    /// Makes the changes around the comments that stand in the statement.
    fn in_place(
        &self,
        source: &Source<'_>,
        edits: &mut Edits,
        statement: &StmtAnnAssign,
        call: &ExprCall,
    ) {
        if let Some(annotation) = &self.annotation {
            let (start, end) = places(&*statement.annotation);
            edits.replace(start..end, annotation.clone());
        }
        let mut items: Vec<((usize, usize), Change)> = Vec::new();
        for value in &call.arguments.args {
            items.push((places(value), Change::Keep));
        }
        let mut done = Vec::new();
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            let set = self.set.iter().find(|(own, ..)| own == name.as_str());
            let change = match set {
                _ if self.removed.iter().any(|own| own == name.as_str()) => Change::Remove,
                Some((own, value, _)) => {
                    done.push(own.clone());
                    Change::Replace(Expression::Atom(format!("{own}={}", one_line(value))))
                }
                None => Change::Keep,
            };
            items.push((places(keyword), change));
        }
        items.sort_by_key(|(place, _)| *place);
        let added: Vec<String> = self
            .set
            .iter()
            .filter(|(own, ..)| !done.contains(own))
            .map(|(own, value, _)| format!("{own}={}", one_line(value)))
            .collect();
        let (places_of, changes): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let (_, close) = places(call);
        edit(source, edits, &places_of, close - 1, &changes, &added);
    }
}

/// An annotation without a word on NULL, and whether there was one.
fn without_none(annotation: &str) -> (String, bool) {
    let inner = annotation
        .strip_prefix("Optional[")
        .or_else(|| annotation.strip_prefix("typing.Optional["))
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(inner) = inner {
        return (inner.trim().to_owned(), true);
    }
    let parts: Vec<&str> = annotation.split('|').map(str::trim).collect();
    if !parts.contains(&"None") {
        return (annotation.to_owned(), false);
    }
    let kept: Vec<&str> = parts.into_iter().filter(|part| *part != "None").collect();
    (kept.join(" | "), true)
}

/// Whether two annotations are the same but for spaces and quotes.
fn same(left: &str, right: &str) -> bool {
    let plain = |text: &str| -> String {
        let kept = text.chars();
        kept.filter(|letter| !letter.is_whitespace() && !matches!(letter, '"' | '\''))
            .collect()
    };
    plain(left) == plain(right)
}

fn literal(text: &str) -> String {
    hyperdj_codegen::string_literal(text)
}

#[cfg(test)]
mod tests {
    use super::{same, without_none};

    #[test]
    fn none_is_taken_out_of_an_annotation() {
        for (annotation, bare, says) in [
            ("int", "int", false),
            ("int | None", "int", true),
            ("None|list[int]", "list[int]", true),
            ("Optional[Decimal]", "Decimal", true),
            (
                "IPv4Address | IPv6Address | None",
                "IPv4Address | IPv6Address",
                true,
            ),
        ] {
            assert_eq!(without_none(annotation), (bare.to_owned(), says));
        }
        assert!(same("IPv4Address|IPv6Address", "IPv4Address | IPv6Address"));
    }
}
