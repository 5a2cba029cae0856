//! What changed since an earlier schema, told to a person: everything, and nothing that did not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hyperdj_schema::{Schema, visible};

use crate::facts::{Facts, facts};

/// An object that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Its kind: `table`, `enum`, `extension`, `trigger`, ….
    pub kind: String,
    /// Its name as SQL.
    pub name: String,
    /// Whether it was there before.
    pub was: bool,
    /// Whether it is there now.
    pub is: bool,
    /// What of it came, went or changed; all of what it has where it came.
    pub facts: Vec<Fact>,
}

/// A part of an object: a column, a constraint, a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is: `column email`, `constraint users_pkey`.
    pub part: String,
    /// What it was; `None` where it was not there.
    pub before: Option<String>,
    /// What it is; `None` where it is not there any more.
    pub now: Option<String>,
}

/// What changed from one schema to another, by kind of object and name.
///
/// Nothing is guessed: what has another name went and came. Empty if and only if both schemas are equal, apart from what
/// only counts or orders the rest ([`Schema::unmodelled`], [`Schema::dependencies`]).
pub fn news(before: &Schema, now: &Schema) -> Vec<News> {
    let (before, now) = (facts(before), facts(now));
    let mut told = Vec::new();
    // One object each, under its kind and name; there may be several of the same name among what models can't say.
    let mut earlier: BTreeMap<(&str, &str), Vec<&Facts>> = BTreeMap::new();
    for found in &before {
        earlier
            .entry((&found.kind, &found.name))
            .or_default()
            .push(found);
    }
    for found in &now {
        let key = (found.kind.as_str(), found.name.as_str());
        let other = earlier.get_mut(&key).and_then(|these| {
            if these.is_empty() {
                None
            } else {
                Some(these.remove(0))
            }
        });
        match other {
            Some(other) => told.extend(changed(other, found)),
            None if found.goes_with_another => {}
            None => told.push(only(found, false)),
        }
    }
    for found in &before {
        let key = (found.kind.as_str(), found.name.as_str());
        if let Some(these) = earlier.get_mut(&key)
            && these.iter().any(|other| std::ptr::eq(*other, found))
        {
            these.retain(|other| !std::ptr::eq(*other, found));
            if !found.goes_with_another {
                told.push(only(found, true));
            }
        }
    }
    let order = kinds(before.iter().chain(&now));
    told.sort_by(|left, right| {
        let place = |news: &News| order.iter().position(|kind| *kind == news.kind);
        place(left)
            .cmp(&place(right))
            .then_with(|| left.name.cmp(&right.name))
    });
    told
}

/// The kinds of objects in the order in which a schema has them.
fn kinds<'f>(facts: impl Iterator<Item = &'f Facts>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut order: Vec<String> = [
        "schema",
        "extension",
        "enum",
        "domain",
        "composite type",
        "sequence",
        "table",
        "view",
        "materialized view",
    ]
    .map(str::to_owned)
    .to_vec();
    for found in facts {
        if !order.contains(&found.kind) {
            seen.insert(found.kind.clone());
        }
    }
    order.extend(seen);
    order
}

fn only(found: &Facts, was: bool) -> News {
    let fact = |(part, text): &(String, String)| Fact {
        part: part.clone(),
        before: was.then(|| text.clone()),
        now: (!was).then(|| text.clone()),
    };
    News {
        kind: found.kind.clone(),
        name: found.name.clone(),
        was,
        is: !was,
        facts: found.parts.iter().map(fact).collect(),
    }
}

fn changed(before: &Facts, now: &Facts) -> Option<News> {
    if before.whole == now.whole {
        return None;
    }
    let text = |facts: &Facts, part: &str| {
        let mut parts = facts.parts.iter();
        parts
            .find(|(name, _)| name == part)
            .map(|(_, text)| text.clone())
    };
    let mut told = Vec::new();
    let mut tell = |part: &str| {
        let (was, is) = (text(before, part), text(now, part));
        if was != is {
            told.push(Fact {
                part: part.to_owned(),
                before: was,
                now: is,
            });
        }
    };
    for (part, _) in &now.parts {
        tell(part);
    }
    let is_gone = |part: &&(String, String)| text(now, &part.0).is_none();
    for (part, _) in before.parts.iter().filter(is_gone) {
        tell(part);
    }
    let order = |facts: &Facts, other: &Facts| {
        let names = facts
            .columns
            .iter()
            .filter(|name| other.columns.contains(name));
        names.cloned().collect::<Vec<_>>().join(", ")
    };
    let (was, is) = (order(before, now), order(now, before));
    if was != is {
        told.push(Fact {
            part: "order of columns".to_owned(),
            before: Some(was),
            now: Some(is),
        });
    }
    if told.is_empty() {
        told.push(Fact {
            part: "something that only the JSON of both says".to_owned(),
            before: None,
            now: None,
        });
    }
    Some(News {
        kind: now.kind.clone(),
        name: now.name.clone(),
        was: true,
        is: true,
        facts: told,
    })
}

impl fmt::Display for News {
    /// `+ table public.invoices` and its parts, one a line; `~` is what changed, with both sides under it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = sign(self.was, self.is);
        writeln!(f, "{whole} {} {}", visible(&self.kind), visible(&self.name))?;
        for fact in &self.facts {
            let part = visible(&fact.part);
            match (&fact.before, &fact.now) {
                _ if !(self.was && self.is) => {
                    // All of it came or went: one sign is enough.
                    let text = fact.now.as_ref().or(fact.before.as_ref());
                    writeln!(f, "    {part}{}", told(text))?;
                }
                (Some(before), Some(now)) => {
                    writeln!(f, "  ~ {part}")?;
                    writeln!(f, "      before: {}", lines(before))?;
                    writeln!(f, "      now:    {}", lines(now))?;
                }
                (before, now) => {
                    let sign = sign(before.is_some(), now.is_some());
                    writeln!(
                        f,
                        "  {sign} {part}{}",
                        told(now.as_ref().or(before.as_ref()))
                    )?;
                }
            }
        }
        Ok(())
    }
}

fn sign(was: bool, is: bool) -> char {
    match (was, is) {
        (false, true) => '+',
        (true, false) => '-',
        _ => '~',
    }
}

/// `: text`, and nothing where a part says all by its name.
fn told(text: Option<&String>) -> String {
    match text.map(String::as_str) {
        None | Some("yes") => String::new(),
        Some(text) => format!(": {}", lines(text)),
    }
}

/// A text whose later lines stand under its first.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n              ")
}
