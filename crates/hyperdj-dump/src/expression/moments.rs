//! Moments in printed expressions: a dump shows them in the time zone of the session that wrote it.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

use super::constants::quoted;
use crate::cursor::string_value;
use crate::split::is_word;

/// What can't be told of a moment.
type What = &'static str;

const UNKNOWN: What = "a moment in this form is in a time zone that is not followed";

/// A printed expression with its moments in UTC, as a catalog is read.
///
/// `'2000-01-01 01:00:00+01'::timestamp with time zone` is `'2000-01-01 00:00:00+00'::…`.
pub(super) fn settled_moments(text: &str) -> Result<String, What> {
    if !(text.contains("with time zone") || text.contains("tstz")) {
        return Ok(text.to_owned());
    }
    let all: Vec<Token<'_>> = tokens(text).collect();
    let mut written = String::with_capacity(text.len());
    for (position, token) in all.iter().enumerate() {
        let behind = &all[position + 1..];
        let [first, second, cast @ ..] = behind else {
            written.push_str(token.text);
            continue;
        };
        let is_cast =
            token.kind == TokenKind::Text && first.is_symbol(":") && second.is_symbol(":");
        let words: Vec<&Token<'_>> = cast
            .iter()
            .filter(|token| token.is_significant())
            .take(6)
            .collect();
        let is =
            |number: usize, word: &str| words.get(number).is_some_and(|token| is_word(token, word));
        let is_moment = is(0, "timestamp") && is(1, "with") || is(0, "timestamp") && is(4, "with");
        let holds_moments = is_moment || is(0, "tstzrange") || is(0, "tstzmultirange");
        if !is_cast || !holds_moments {
            written.push_str(token.text);
            continue;
        }
        let value = string_value(token.text).ok_or(UNKNOWN)?;
        match in_utc(&value) {
            Some(value) if is_moment => written.push_str(&quoted(&value)),
            // A list or a range of them is as it should be where all are in UTC already.
            _ if is_free_of_zones(&value) => written.push_str(token.text),
            _ => return Err(UNKNOWN),
        }
    }
    Ok(written)
}

/// The bound of a partition with its moments in UTC: they stand there without their type.
pub(crate) fn settled_bound(text: &str) -> String {
    let all: Vec<Token<'_>> = tokens(text).collect();
    let settled = |token: &Token<'_>| {
        let value = string_value(token.text).filter(|_| token.kind == TokenKind::Text)?;
        in_utc(&value).map(|value| quoted(&value))
    };
    all.iter()
        .map(|token| settled(token).unwrap_or_else(|| token.text.to_owned()))
        .collect()
}

/// Whether nothing in a text looks like a time with a zone other than UTC.
fn is_free_of_zones(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).enumerate().all(|(position, window)| {
        let is_zone = window[0].is_ascii_digit()
            && matches!(window[1], b'+' | b'-')
            && window[2..].iter().all(u8::is_ascii_digit);
        let follows_time =
            position >= 2 && bytes[position - 2] == b':' || bytes[..position].ends_with(b".");
        let is_utc = &window[1..] == b"+00" && bytes.get(position + 4) != Some(&b':');
        !is_zone || is_utc || !follows_time && !bytes[..=position].contains(&b':')
    })
}

/// `2000-01-01 01:00:00+01` as `2000-01-01 00:00:00+00`; `None` of anything else, and of what is not a usual year.
pub(super) fn in_utc(text: &str) -> Option<String> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let part = text.get(range)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let mark = |position: usize, wanted: u8| {
        (text.as_bytes().get(position) == Some(&wanted)).then_some(())
    };
    for (position, wanted) in [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')] {
        mark(position, wanted)?;
    }
    let day = days(number(0..4)?, number(5..7)?, number(8..10)?);
    let seconds = number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
    let rest = text.get(19..)?;
    let zone_at = rest.find(['+', '-'])?;
    let (fraction, zone) = rest.split_at(zone_at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let mut offset = 0;
    for (part, unit) in zone[1..].split(':').zip([3600, 60, 1]) {
        if part.len() != 2 {
            return None;
        }
        offset += part.parse::<i64>().ok()? * unit;
    }
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_fraction {
        return None;
    }
    let total = day * 86_400 + seconds - sign * offset;
    let (year, month, day) = date(total.div_euclid(86_400));
    let clock = total.rem_euclid(86_400);
    (1..=9999).contains(&year).then(|| {
        format!(
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}{fraction}+00",
            clock / 3600,
            clock / 60 % 60,
            clock % 60
        )
    })
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{in_utc, settled_bound, settled_moments};

    #[test]
    fn moments_are_told_in_utc() {
        for (text, utc) in [
            ("2022-04-01 01:00:00+01", Some("2022-04-01 00:00:00+00")),
            ("2000-01-01 00:00:00+00", Some("2000-01-01 00:00:00+00")),
            (
                "2000-02-29 23:30:00.5-05:30",
                Some("2000-03-01 05:00:00.5+00"),
            ),
            ("1999-12-31 23:00:00-01", Some("2000-01-01 00:00:00+00")),
            ("infinity", None),
            ("2000-01-01", None),
        ] {
            assert_eq!(in_utc(text).as_deref(), utc, "{text}");
        }
        assert_eq!(
            settled_bound("FOR VALUES FROM ('2022-04-01 01:00:00+01') TO (MAXVALUE)"),
            "FOR VALUES FROM ('2022-04-01 00:00:00+00') TO (MAXVALUE)"
        );
        assert_eq!(
            settled_moments("(at > '2022-04-01 01:00:00+01'::timestamp with time zone)").as_deref(),
            Ok("(at > '2022-04-01 00:00:00+00'::timestamp with time zone)")
        );
        assert!(settled_moments("'[\"2022-04-01 01:00:00+01\",)'::tstzrange").is_err());
        assert!(settled_moments("'[\"2022-04-01 01:00:00+00\",)'::tstzrange").is_ok());
        assert!(settled_moments("'infinity'::timestamp with time zone").is_ok());
    }
}
