//! What PostgreSQL does to a table when a column's type or default changes: facts about types and functions.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{BaseType, without_modifiers};

/// A printed type in its parts.
struct Parts {
    base: BaseType,
    name: String,
    modifiers: Vec<i64>,
}

fn parts(printed: &str) -> Parts {
    let name = without_modifiers(printed).unwrap_or_else(|| printed.to_owned());
    let modifiers = if name == printed {
        Vec::new()
    } else {
        let inside = printed
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'))
            .map_or("", |(inside, _)| inside);
        inside
            .split(',')
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    };
    Parts {
        base: BaseType::of(printed),
        name,
        modifiers,
    }
}

fn is_text(base: BaseType) -> bool {
    matches!(
        base,
        BaseType::Text | BaseType::CharacterVarying | BaseType::Character | BaseType::Name
    )
}

fn is_number(base: BaseType) -> bool {
    base.is_integer()
        || matches!(
            base,
            BaseType::Real | BaseType::DoublePrecision | BaseType::Numeric | BaseType::Money
        )
}

fn is_moment(base: BaseType) -> bool {
    matches!(
        base,
        BaseType::Date
            | BaseType::Time
            | BaseType::TimeTz
            | BaseType::Timestamp
            | BaseType::TimestampTz
    )
}

/// Whether a date or time becomes another by a cast that PostgreSQL applies by itself.
fn is_kept_moment(old: BaseType, new: BaseType) -> bool {
    let has_date = |base| {
        matches!(
            base,
            BaseType::Date | BaseType::Timestamp | BaseType::TimestampTz
        )
    };
    has_date(old) && has_date(new)
        || matches!(
            (old, new),
            (
                BaseType::Timestamp | BaseType::TimestampTz | BaseType::TimeTz,
                BaseType::Time
            ) | (BaseType::TimestampTz | BaseType::Time, BaseType::TimeTz)
        )
}

/// Whether all lengths and precisions of `to` are those of `from` or wider; none is the widest.
fn is_wider(from: &Parts, to: &Parts) -> bool {
    match (from.modifiers.as_slice(), to.modifiers.as_slice()) {
        (_, []) => true,
        ([before], [after]) => before <= after,
        // numeric(10) is numeric(10,0); the scale must stay, or every value is written anew.
        ([before, scale], [after, new_scale]) => before <= after && scale == new_scale,
        _ => false,
    }
}

/// Whether `ALTER COLUMN TYPE` writes the whole table anew. In doubt it does.
///
/// PostgreSQL documentation: ALTER TABLE, "Notes".
pub(crate) fn rewrites(from: &str, to: &str) -> bool {
    if from == to {
        return false;
    }
    let (before, after) = (parts(from), parts(to));
    let keeps = match (before.base, after.base) {
        (BaseType::Text | BaseType::CharacterVarying, BaseType::Text) => true,
        (BaseType::Text, BaseType::CharacterVarying) => after.modifiers.is_empty(),
        (BaseType::CharacterVarying, BaseType::CharacterVarying)
        | (BaseType::Numeric, BaseType::Numeric)
        | (BaseType::Timestamp, BaseType::Timestamp)
        | (BaseType::TimestampTz, BaseType::TimestampTz)
        | (BaseType::Time, BaseType::Time)
        | (BaseType::TimeTz, BaseType::TimeTz) => is_wider(&before, &after),
        (BaseType::Other, BaseType::Other) => {
            let same = before.name == after.name && before.name == "bit varying";
            same && is_wider(&before, &after) || (from == "cidr" && to == "inet")
        }
        _ => false,
    };
    !keeps
}

/// Whether digits or parts of a value are cut off without a word.
pub(crate) fn loses(from: &str, to: &str) -> bool {
    let (before, after) = (parts(from), parts(to));
    let inexact = |base| {
        matches!(
            base,
            BaseType::Real | BaseType::DoublePrecision | BaseType::Numeric
        )
    };
    let (old, new) = (before.base, after.base);
    let scale = |parts: &Parts| match parts.modifiers.as_slice() {
        [] => i64::MAX,
        [_] => 0,
        [_, scale, ..] => *scale,
    };
    inexact(old) && new.is_integer()
        || old == BaseType::DoublePrecision && new == BaseType::Real
        || inexact(old) && new == BaseType::Numeric && scale(&after) < scale(&before)
        || matches!(old, BaseType::Timestamp | BaseType::TimestampTz)
            && matches!(new, BaseType::Date | BaseType::Time | BaseType::TimeTz)
        || is_moment(old) && old == new && !is_wider(&before, &after)
        || old == BaseType::TimeTz && new == BaseType::Time
}

/// Whether a value may have no place in the new type, so that the statement fails.
pub(crate) fn may_not_fit(from: &str, to: &str) -> bool {
    let (before, after) = (parts(from), parts(to));
    let (old, new) = (before.base, after.base);
    let width = |base| match base {
        BaseType::SmallInt => 2,
        BaseType::Integer => 4,
        BaseType::BigInt => 8,
        _ => 16,
    };
    if from == to {
        false
    } else if is_text(old) && is_text(new) {
        !after.modifiers.is_empty() && (old != new || !is_wider(&before, &after))
    } else if is_text(new) {
        !after.modifiers.is_empty()
    } else if is_number(old) && new.is_integer() {
        width(new) < width(old)
    } else if is_number(old) && new == BaseType::Numeric {
        !is_wider(&before, &after) || old != new && !after.modifiers.is_empty()
    } else {
        !(is_number(old) && is_number(new) || is_kept_moment(old, new))
    }
}

/// Whether a foreign key over the column can stay: both sides' types still compare by the same operators.
pub(crate) fn keeps_foreign_keys(from: &str, to: &str) -> bool {
    let (old, new) = (BaseType::of(from), BaseType::of(to));
    let is_varying = |base| matches!(base, BaseType::Text | BaseType::CharacterVarying);
    old.is_integer() && new.is_integer()
        || is_varying(old) && is_varying(new)
        || old == new && old != BaseType::Other
}

/// The expression for `USING`, where PostgreSQL has no cast that it would apply by itself.
pub(crate) fn cast(column: &str, from: &str, to: &str) -> Option<String> {
    let (before, after) = (parts(from), parts(to));
    let (old, new) = (before.base, after.base);
    let is_money = (old == BaseType::Money) != (new == BaseType::Money)
        && old != BaseType::Numeric
        && new != BaseType::Numeric;
    let by_itself = before.name == after.name
        || is_text(new)
        || is_number(old) && is_number(new) && !is_money
        || is_kept_moment(old, new)
        || matches!(
            (from, to),
            ("json", "jsonb") | ("jsonb", "json") | ("cidr", "inet") | ("inet", "cidr")
        );
    if by_itself {
        return None;
    }
    let name = quote_identifier(column);
    let is_truth = matches!(
        (old, new),
        (BaseType::Boolean, BaseType::Integer) | (BaseType::Integer, BaseType::Boolean)
    );
    Some(if is_money && is_number(old) && is_number(new) {
        format!("{name}::numeric::{to}")
    } else if is_text(old) || is_truth {
        format!("{name}::{to}")
    } else {
        // Types that know nothing of each other meet in their text form.
        let brackets = if from.ends_with("[]") && to.ends_with("[]") {
            "[]"
        } else {
            ""
        };
        format!("{name}::text{brackets}::{to}")
    })
}

/// Functions of PostgreSQL's own that give another value at each call.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "gen_random_bytes",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "random",
    "random_normal",
    "setseed",
    "timeofday",
    "txid_current",
    "uuidv4",
    "uuidv7",
];

/// Whether a default has another value for each row, so that adding a column with it writes the whole table. A function
/// that is not PostgreSQL's own is taken to be such.
pub(crate) fn is_volatile(expression: &str) -> bool {
    let all: Vec<Token<'_>> = tokens(expression).filter(Token::is_significant).collect();
    all.windows(2)
        .enumerate()
        .any(|(position, pair)| match pair {
            [name, open] if open.is_symbol("(") => {
                let is_word = matches!(name.kind, TokenKind::Word | TokenKind::QuotedName);
                let is_qualified = position >= 1 && all[position - 1].is_symbol(".");
                is_word && (is_qualified || VOLATILE.contains(&name.text))
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_writes_nothing() {
        for (from, to) in [
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("text", "character varying"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            (
                "timestamp(3) without time zone",
                "timestamp without time zone",
            ),
        ] {
            assert!(!rewrites(from, to), "{from} to {to}");
            assert!(!loses(from, to), "{from} to {to}");
            assert!(!may_not_fit(from, to), "{from} to {to}");
        }
        for (from, to) in [
            ("integer", "bigint"),
            ("numeric(10,2)", "numeric(10,3)"),
            ("text", "character varying(5)"),
            ("character(5)", "text"),
        ] {
            assert!(rewrites(from, to), "{from} to {to}");
        }
        assert!(loses("numeric(10,2)", "numeric(10,1)"));
        assert!(loses("double precision", "integer"));
        assert!(may_not_fit("text", "character varying(5)"));
        assert!(may_not_fit("bigint", "integer"));
        assert!(!may_not_fit("integer", "bigint"));
    }

    #[test]
    fn casts_are_named_where_they_must_be() {
        assert_eq!(cast("a", "text", "integer").as_deref(), Some("a::integer"));
        assert_eq!(cast("a", "integer", "bigint"), None);
        assert_eq!(
            cast("a", "public.mood", "public.state").as_deref(),
            Some("a::text::public.state")
        );
    }

    #[test]
    fn volatile_defaults_are_known() {
        assert!(is_volatile("gen_random_uuid()"));
        assert!(is_volatile("public.next_code()"));
        assert!(!is_volatile("now()"));
        assert!(!is_volatile("'random()'::text"));
        assert!(!is_volatile("'x'::character varying(10)"));
    }
}
