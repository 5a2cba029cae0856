//! Constants as the server prints them: read by their type, and written in that type's one form.
//!
//! What a type's input function would make of a text is told here only where it is certain; the rest is left to a server.

use serde_json::Value;

use crate::reader::Reader;
use crate::types::{Base, Type};

/// The text search configurations of `pg_catalog` (`SELECT cfgname FROM pg_ts_config`, PostgreSQL 15).
const TEXT_SEARCH: &str = "arabic armenian basque catalan danish dutch english finnish french german greek hindi hungarian \
    indonesian irish italian lithuanian nepali norwegian portuguese romanian russian serbian simple spanish swedish tamil \
    turkish yiddish";

/// `'text'`, by the rules of `standard_conforming_strings`.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Reader<'_> {
    /// A text as a constant of a type, with the type behind it where the server prints it.
    pub(super) fn constant(&self, text: &str, data_type: &Type) -> Option<String> {
        let label = data_type.plain();
        if data_type.is_array {
            return self
                .array_text(text, data_type)
                .map(|text| format!("{}::{label}", quoted(&text)));
        }
        let name = match &data_type.base {
            Base::Builtin(name) => name.as_str(),
            Base::User(user) => {
                let is_label = self
                    .enum_labels(user)
                    .is_some_and(|labels| labels.iter().any(|label| label == text));
                let is_known = is_label || self.is_text_of_extension(user);
                return is_known.then(|| format!("{}::{label}", quoted(text)));
            }
        };
        let value = match name {
            "text" | "varchar" | "bpchar" => text.to_owned(),
            "json" => text.to_owned(),
            "name" => text.get(..63.min(text.len()))?.to_owned(),
            "bool" => return boolean(text).map(str::to_owned),
            "int4" => {
                let value: i32 = text.trim().parse().ok()?;
                return Some(if value < 0 {
                    format!("'{value}'::integer")
                } else {
                    value.to_string()
                });
            }
            "int2" => text.trim().parse::<i16>().ok()?.to_string(),
            "int8" => text.trim().parse::<i64>().ok()?.to_string(),
            "oid" => text.trim().parse::<u32>().ok()?.to_string(),
            "numeric" => return numeric_constant(text.trim()),
            "float8" => float(text.trim())?,
            "uuid" => uuid(text)?,
            "date" => date(text)?,
            "time" => time(text)?,
            "timestamp" => timestamp(text, false)?,
            "timestamptz" => timestamp(text, true)?,
            "interval" => interval(text)?,
            "jsonb" => jsonb(&serde_json::from_str(text).ok()?)?,
            "bytea" => {
                let digits = text.strip_prefix("\\x")?;
                let is_hex =
                    digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_hex.then(|| text.to_ascii_lowercase())?
            }
            "regconfig" => TEXT_SEARCH
                .split(' ')
                .find(|found| *found == text)?
                .to_owned(),
            "regclass" => self.relation_text(text)?,
            _ => return None,
        };
        Some(format!("{}::{label}", quoted(&value)))
    }

    /// `{…}` with elements that every type writes as they are read.
    fn array_text(&self, text: &str, data_type: &Type) -> Option<String> {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        if inner.is_empty() {
            return Some(text.to_owned());
        }
        let element = data_type.element()?;
        let is_plain = |part: &str| {
            !part.is_empty()
                && !part.eq_ignore_ascii_case("null")
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let is_fitting = |part: &&str| {
            is_plain(part)
                && self
                    .constant(part, &element)
                    .is_some_and(|found| found.contains(part))
        };
        let mut parts = inner.split(',');
        let is_text = element.is("text")
            || element.is("varchar")
            || element.is("int4")
            || element.is("int8")
            || matches!(&element.base, Base::User(_));
        (is_text && parts.all(|part| is_fitting(&part))).then(|| text.to_owned())
    }
}

fn boolean(text: &str) -> Option<&'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some("true"),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some("false"),
        _ => None,
    }
}

/// A number in the one form that `numeric` prints: no exponent, no needless zeros in front.
pub(super) fn numeric(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("nan") {
        return Some("NaN".to_owned());
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(position) => (
            &digits[..position],
            digits[position + 1..].parse::<i32>().ok()?,
        ),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty()
        || !all.bytes().all(|byte| byte.is_ascii_digit())
        || exponent.unsigned_abs() > 1000
    {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let scale = (i32::try_from(fraction.len()).ok()? - exponent).max(0);
    let digit = |position: i32| {
        usize::try_from(position)
            .ok()
            .and_then(|at| all.as_bytes().get(at))
            .copied()
            .unwrap_or(b'0')
    };
    let whole: String = (0..point.max(0)).map(|at| char::from(digit(at))).collect();
    let fraction: String = (point..point + scale)
        .map(|at| char::from(digit(at)))
        .collect();
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = format!("{whole}{fraction}")
        .bytes()
        .all(|byte| byte == b'0');
    let sign = if is_zero { "" } else { sign };
    Some(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// A constant of type `numeric`: bare only where it can't be read back as an integer.
pub(super) fn numeric_constant(text: &str) -> Option<String> {
    let value = numeric(text)?;
    let is_bare = value.starts_with(|first: char| first.is_ascii_digit()) && value.contains('.');
    Some(if is_bare {
        value
    } else {
        format!("'{value}'::numeric")
    })
}

/// A double in the shortest form that reads back the same, where that has no exponent.
fn float(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => return Some("NaN".to_owned()),
        "infinity" | "inf" | "+infinity" | "+inf" => return Some("Infinity".to_owned()),
        "-infinity" | "-inf" => return Some("-Infinity".to_owned()),
        _ => {}
    }
    let value: f64 = text.parse().ok()?;
    let size = value.abs();
    let is_plain = size == 0.0 && !value.is_sign_negative() || (1e-4..1e15).contains(&size);
    is_plain.then(|| value.to_string())
}

fn uuid(text: &str) -> Option<String> {
    let is_usual = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match position {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
    is_usual.then(|| text.to_ascii_lowercase())
}

/// Whether a text is digits in places that a pattern marks with `9`, and the pattern's own characters elsewhere.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'9' => byte.is_ascii_digit(),
                other => byte == other,
            })
}

fn date(text: &str) -> Option<String> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(text.to_owned());
    }
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let is_date = fits(text, "9999-99-99")
        && part(0..4).is_some_and(|year| year > 0)
        && part(5..7).is_some_and(|month| (1..=12).contains(&month))
        // The last days of a month are left to the server.
        && part(8..10).is_some_and(|day| (1..=28).contains(&day) || day <= 31 && matches!(part(5..7), Some(1 | 3 | 5 | 7 | 8 | 10 | 12)));
    is_date.then(|| text.to_owned())
}

fn time(text: &str) -> Option<String> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = if fits(clock, "99:99") && fraction.is_empty() {
        format!("{clock}:00")
    } else {
        clock.to_owned()
    };
    let below = |range: std::ops::Range<usize>, limit: u32| {
        whole
            .get(range)
            .and_then(|part| part.parse::<u32>().ok())
            .is_some_and(|value| value < limit)
    };
    let is_time = fits(&whole, "99:99:99") && below(0..2, 24) && below(3..5, 60) && below(6..8, 60);
    let is_fraction = fraction.len() <= 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_time || !is_fraction {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() {
        whole
    } else {
        format!("{whole}.{fraction}")
    })
}

/// A moment. Without a zone it is in that of the session that loads the file, which nobody knows here.
fn timestamp(text: &str, zoned: bool) -> Option<String> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(text.to_owned());
    }
    let day = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return (!zoned).then(|| format!("{day} 00:00:00"));
    }
    let rest = rest.strip_prefix([' ', 'T'])?;
    let zone_at = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let clock = time(rest[..zone_at].trim_end())?;
    let zone = &rest[zone_at..];
    let is_utc = matches!(zone, "+00" | "+00:00" | "-00" | "-00:00" | "Z");
    let is_zone = zone.is_empty()
        || is_utc
        || fits(zone, "+99")
        || fits(zone, "-99")
        || fits(zone, "+99:99")
        || fits(zone, "-99:99");
    match zoned {
        true => is_utc.then(|| format!("{day} {clock}+00")),
        // A zone in a text without one is passed over.
        false => is_zone.then(|| format!("{day} {clock}")),
    }
}

/// A number of one unit, or hours, minutes and seconds.
fn interval(text: &str) -> Option<String> {
    if let Some(clock) = time(text).filter(|clock| clock == text) {
        return Some(clock);
    }
    let (number, unit) = text.split_once(' ')?;
    let number: u32 = number.parse().ok()?;
    let unit = unit.to_ascii_lowercase();
    let plural =
        |one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    if number == 0 {
        return Some("00:00:00".to_owned());
    }
    Some(match unit.as_str() {
        "year" | "years" => plural("year", "years"),
        "month" | "months" | "mon" | "mons" if number < 12 => plural("mon", "mons"),
        "week" | "weeks" => format!("{} days", number.checked_mul(7)?),
        "day" | "days" => plural("day", "days"),
        "hour" | "hours" => format!("{number:02}:00:00"),
        "minute" | "minutes" | "min" | "mins" => {
            format!("{:02}:{:02}:00", number / 60, number % 60)
        }
        "second" | "seconds" | "sec" | "secs" => {
            format!(
                "{:02}:{:02}:{:02}",
                number / 3600,
                number / 60 % 60,
                number % 60
            )
        }
        _ => return None,
    })
}

/// A value as `jsonb` prints it: keys by their length in bytes, then by their bytes. A number with a point or an exponent is
/// left to the server.
fn jsonb(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.is_f64() => return None,
        Value::Number(number) => number.to_string(),
        Value::String(text) => json_string(text)?,
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(jsonb).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Object(entries) => {
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            let entries: Option<Vec<String>> = entries
                .into_iter()
                .map(|(key, value)| Some(format!("{}: {}", json_string(key)?, jsonb(value)?)))
                .collect();
            format!("{{{}}}", entries?.join(", "))
        }
    })
}

/// A text with the escapes of JSON, which has no byte zero in PostgreSQL.
fn json_string(text: &str) -> Option<String> {
    (!text.contains('\0')).then(|| Value::from(text).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jsonb_has_one_form() {
        for (text, printed) in [
            ("{\"newsletter\":false}", Some("{\"newsletter\": false}")),
            (
                " { \"long\" : [1,-2 , null], \"b\": {}, \"a\": \"\\u00e9\\n\", \"b\": [] } ",
                Some("{\"a\": \"é\\n\", \"b\": [], \"long\": [1, -2, null]}"),
            ),
            ("[18446744073709551615]", Some("[18446744073709551615]")),
            ("1.50", None),
            ("{\"a\": \"\\u0000\"}", None),
            ("{", None),
        ] {
            let value = serde_json::from_str(text).ok();
            let said = value.and_then(|value| jsonb(&value));
            assert_eq!(said.as_deref(), printed, "{text}");
        }
    }

    #[test]
    fn numbers_have_one_form() {
        for (text, printed) in [
            ("1.50", Some("1.50")),
            ("1e-10", Some("0.0000000001")),
            ("1.5e3", Some("'1500'::numeric")),
            ("007", Some("'7'::numeric")),
            ("-9.90", Some("'-9.90'::numeric")),
            (".5", Some("0.5")),
            ("1e99999", None),
            ("x", None),
        ] {
            assert_eq!(numeric_constant(text).as_deref(), printed, "{text}");
        }
    }

    #[test]
    fn moments_have_one_form_or_none() {
        assert_eq!(
            timestamp("1970-01-01 00:00:01+00:00", false).as_deref(),
            Some("1970-01-01 00:00:01")
        );
        assert_eq!(
            timestamp("2000-01-01 00:00:00+00", true).as_deref(),
            Some("2000-01-01 00:00:00+00")
        );
        assert_eq!(timestamp("2000-01-01 00:00:00", true), None);
        assert_eq!(
            timestamp("2000-01-01", false).as_deref(),
            Some("2000-01-01 00:00:00")
        );
        assert_eq!(date("2001-02-30"), None);
        assert_eq!(interval("18 years").as_deref(), Some("18 years"));
        assert_eq!(interval("90 minutes").as_deref(), Some("01:30:00"));
        assert_eq!(interval("1 day 2 hours"), None);
    }
}
