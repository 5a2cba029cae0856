//! Which operator or function a call means, by the types of what stands in it.
//!
//! PostgreSQL documentation: 10.2 Operators; 10.3 Functions.

use crate::facts::{CASTS, Context, TYPES};
use crate::types::{Base, Type};

/// Something that can be called.
pub(super) struct Candidate {
    pub(super) arguments: Vec<Type>,
    pub(super) result: Type,
}

/// The candidate that a call of these types means; `None` of them is a constant of no type yet.
pub(super) fn select<'c>(
    candidates: &'c [Candidate],
    given: &[Option<Type>],
    labelled: &dyn Fn(&Type) -> bool,
) -> Option<&'c Candidate> {
    let fitting: Vec<&Candidate> = candidates
        .iter()
        .filter(|candidate| candidate.arguments.len() == given.len())
        .collect();
    let exact = |candidate: &&&Candidate| {
        candidate
            .arguments
            .iter()
            .zip(given)
            .all(|(wanted, given)| given.as_ref().is_some_and(|given| given.plain() == *wanted))
    };
    if let Some(found) = fitting.iter().find(exact) {
        return Some(found);
    }
    // One that is unknown is first taken for the other's type.
    if let [left, right] = given
        && let (Some(known), None) | (None, Some(known)) = (left, right)
    {
        let both = [Some(known.plain()), Some(known.plain())];
        let same = |candidate: &&&Candidate| {
            candidate
                .arguments
                .iter()
                .zip(&both)
                .all(|(wanted, given)| given.as_ref() == Some(wanted))
        };
        if let Some(found) = fitting.iter().find(same) {
            return Some(found);
        }
    }
    let possible: Vec<&Candidate> = fitting
        .into_iter()
        .filter(|candidate| {
            let pairs = candidate.arguments.iter().zip(given);
            let each = pairs.clone().all(|(wanted, given)| match given {
                Some(given) => is_implicit(given, wanted, labelled),
                None => true,
            });
            each && is_consistent(candidate, given)
        })
        .collect();
    narrow(possible, given)
}

/// Narrows down candidates by exact matches, preferred types and the categories of unknown constants.
fn narrow<'c>(mut possible: Vec<&'c Candidate>, given: &[Option<Type>]) -> Option<&'c Candidate> {
    if possible.len() > 1 {
        keep_best(&mut possible, |candidate| {
            count(candidate, given, |wanted, given| given.plain() == *wanted)
        });
    }
    if possible.len() > 1 {
        keep_best(&mut possible, |candidate| {
            count(candidate, given, |wanted, given| {
                given.plain() == *wanted
                    || is_preferred(wanted) && category(wanted) == category(given)
            })
        });
    }
    if possible.len() > 1 && given.iter().any(Option::is_none) {
        for position in (0..given.len()).filter(|position| given[*position].is_none()) {
            let categories: Vec<char> = possible
                .iter()
                .map(|found| category(&found.arguments[position]))
                .collect();
            let chosen = if categories.contains(&'S') {
                'S'
            } else {
                let first = *categories.first()?;
                if categories.iter().any(|found| *found != first) {
                    return by_known(&possible, given);
                }
                first
            };
            possible.retain(|found| category(&found.arguments[position]) == chosen);
            if possible
                .iter()
                .any(|found| is_preferred(&found.arguments[position]))
            {
                possible.retain(|found| is_preferred(&found.arguments[position]));
            }
        }
    }
    match possible.as_slice() {
        [found] => Some(found),
        _ => by_known(&possible, given),
    }
}

/// Where all that is known is of one type, the unknown is taken to be of it as well.
fn by_known<'c>(possible: &[&'c Candidate], given: &[Option<Type>]) -> Option<&'c Candidate> {
    let mut known = given.iter().flatten();
    let first = known.next()?.plain();
    if known.any(|other| other.plain() != first) {
        return None;
    }
    let mut all = possible.iter().filter(|candidate| {
        candidate
            .arguments
            .iter()
            .all(|wanted| is_implicit(&first, wanted, &|_| false))
    });
    match (all.next(), all.next()) {
        (Some(found), None) => Some(found),
        _ => None,
    }
}

fn keep_best(possible: &mut Vec<&Candidate>, score: impl Fn(&Candidate) -> usize) {
    let best = possible
        .iter()
        .map(|candidate| score(candidate))
        .max()
        .unwrap_or_default();
    possible.retain(|candidate| score(candidate) == best);
}

fn count(
    candidate: &Candidate,
    given: &[Option<Type>],
    fits: impl Fn(&Type, &Type) -> bool,
) -> usize {
    let pairs = candidate.arguments.iter().zip(given);
    pairs
        .filter(|(wanted, given)| given.as_ref().is_some_and(|given| fits(wanted, given)))
        .count()
}

/// `pg_type.typcategory`
pub(super) fn category(found: &Type) -> char {
    if found.is_array {
        return 'A';
    }
    match &found.base {
        Base::Builtin(name) => TYPES.get(name.as_str()).map_or('U', |known| known.category),
        Base::User(_) => 'U',
    }
}

pub(super) fn is_preferred(found: &Type) -> bool {
    match &found.base {
        Base::Builtin(name) if !found.is_array => TYPES
            .get(name.as_str())
            .is_some_and(|known| known.preferred),
        _ => false,
    }
}

/// Whether a type stands for several.
pub(super) fn is_polymorphic(found: &Type) -> bool {
    matches!(&found.base, Base::Builtin(name) if name.starts_with("any"))
}

/// Whether a value of a type is taken for another without a word. `labelled` tells enums.
pub(super) fn is_implicit(from: &Type, to: &Type, labelled: &dyn Fn(&Type) -> bool) -> bool {
    let (from, to) = (from.plain(), to.plain());
    if from == to {
        return true;
    }
    if let Base::Builtin(name) = &to.base
        && is_polymorphic(&to)
    {
        return match name.as_str() {
            "any" | "anyelement" | "anycompatible" => true,
            "anyarray" | "anycompatiblearray" => from.is_array,
            "anynonarray" | "anycompatiblenonarray" => !from.is_array,
            "anyenum" => labelled(&from),
            "anyrange" | "anycompatiblerange" => category(&from) == 'R' && !from.is_array,
            _ => false,
        };
    }
    if let (Some(from), Some(to)) = (from.element(), to.element()) {
        return is_implicit(&from, &to, labelled);
    }
    cast(&from, &to).is_some_and(|(context, _)| context == Context::Implicit)
}

/// The cast between two types of `pg_catalog`: when it is applied, and whether a function does it.
pub(super) fn cast(from: &Type, to: &Type) -> Option<(Context, bool)> {
    let (from, to) = (from.catalog_name()?, to.catalog_name()?);
    CASTS.get(&(from.as_str(), to.as_str())).copied()
}

/// Whether all that stands for several types stands for the same one.
fn is_consistent(candidate: &Candidate, given: &[Option<Type>]) -> bool {
    let mut element: Option<Type> = None;
    for (wanted, given) in candidate.arguments.iter().zip(given) {
        let (Base::Builtin(name), Some(given)) = (&wanted.base, given) else {
            continue;
        };
        let found = match name.as_str() {
            "anyelement" | "anynonarray" | "anyenum" => given.plain(),
            "anyarray" => match given.element() {
                Some(element) => element.plain(),
                None => return false,
            },
            _ => continue,
        };
        if element.get_or_insert_with(|| found.clone()) != &found {
            return false;
        }
    }
    true
}

/// The type that a polymorphic one stands for in a call; `None` where the call does not say it.
pub(super) fn stands_for(
    wanted: &Type,
    candidate: &Candidate,
    given: &[Option<Type>],
) -> Option<Type> {
    if !is_polymorphic(wanted) {
        return Some(wanted.clone());
    }
    let element = candidate
        .arguments
        .iter()
        .zip(given)
        .find_map(|(wanted, given)| {
            let given = given.as_ref()?;
            match &wanted.base {
                Base::Builtin(name) if name == "anyarray" => {
                    given.element().map(|found| found.plain())
                }
                Base::Builtin(name)
                    if matches!(name.as_str(), "anyelement" | "anynonarray" | "anyenum") =>
                {
                    Some(given.plain())
                }
                Base::Builtin(name) if name == "anyrange" => bounds_of(given),
                _ => None,
            }
        })?;
    match &wanted.base {
        Base::Builtin(name)
            if matches!(name.as_str(), "anyelement" | "anynonarray" | "anyenum") =>
        {
            Some(element)
        }
        Base::Builtin(name) if name == "anyarray" => Some(element.array()),
        // The range that is given itself.
        Base::Builtin(name) if name == "anyrange" => {
            let mut ranges = given
                .iter()
                .flatten()
                .filter(|given| bounds_of(given).is_some());
            ranges.next().map(Type::plain)
        }
        _ => None,
    }
}

/// The type of a range's bounds.
pub(super) fn bounds_of(range: &Type) -> Option<Type> {
    let known = [
        ("int4range", "int4"),
        ("int8range", "int8"),
        ("numrange", "numeric"),
        ("daterange", "date"),
        ("tsrange", "timestamp"),
        ("tstzrange", "timestamptz"),
    ];
    let found = known.into_iter().find(|(name, _)| range.is(name));
    found.map(|(_, bound)| Type::builtin(bound))
}
