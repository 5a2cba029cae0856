//! The values of a row as JSON, straight from their bytes.

use super::text::{base64, duration, float, padded, quoted, string, whole};
use crate::moments::timedelta_parts;
use hyperdj_values::{Civil, Clock, Kind, Type, Value, ValueError, decode};

/// What became of a value.
pub(super) enum Written {
    Yes,
    /// It is no number that JSON has.
    NotFinite,
    /// It needs Python: what JSON, an array or a range becomes.
    Python,
}

/// Appends a value, as `to_dict` and the writer of Python's values would together.
pub(super) fn write(
    kind: Type,
    bytes: &[u8],
    decimals_are_numbers: bool,
    output: &mut Vec<u8>,
) -> Result<Written, ValueError> {
    // The most frequent types first, without a look at all others.
    match (kind, bytes) {
        (Type::Scalar(Kind::Int4), [a, b, c, d]) => {
            whole(i32::from_be_bytes([*a, *b, *c, *d]).into(), output);
            return Ok(Written::Yes);
        }
        (Type::Scalar(Kind::Text) | Type::Other, _) => {
            std::str::from_utf8(bytes).map_err(|_| ValueError::NotUnicode)?;
            string(bytes, output);
            return Ok(Written::Yes);
        }
        _ => {}
    }
    match decode(kind, bytes)? {
        Value::Bool(value) => {
            output.extend_from_slice(if value { b"true" } else { b"false" });
        }
        Value::Int(value) => whole(value, output),
        Value::Float(value) if value.is_finite() => float(value, output),
        Value::Float(_) => return Ok(Written::NotFinite),
        Value::Text(text) => string(text.as_bytes(), output),
        Value::Bytes(bytes) => base64(bytes, output),
        Value::Numeric(number) => {
            if !decimals_are_numbers {
                output.push(b'"');
                number.write_text(output);
                output.push(b'"');
            } else if number.is_finite() {
                number.write_text(output);
            } else {
                return Ok(Written::NotFinite);
            }
        }
        Value::Uuid(bytes) => uuid(bytes, output),
        Value::Date(value) => match value.civil() {
            Some(civil) => day(civil, output),
            None => quoted(value, output),
        },
        Value::Time(value) => match value.clock() {
            Some(time) => {
                output.push(b'"');
                clock(time, output);
                output.push(b'"');
            }
            None => quoted(value, output),
        },
        Value::TimeTz(value) => match value.time.clock() {
            Some(time) => {
                output.push(b'"');
                clock(time, output);
                offset(value.offset, output);
                output.push(b'"');
            }
            None => quoted(value, output),
        },
        Value::Timestamp(value) => match value.civil() {
            Some(moment) => datetime(moment, b"", output),
            None => quoted(value, output),
        },
        Value::TimestampTz(value) => match value.civil() {
            Some(moment) => datetime(moment, b"Z", output),
            None => quoted(value, output),
        },
        Value::Interval(value) => match timedelta_parts(value) {
            Some((days, seconds, microseconds)) => duration(days, seconds, microseconds, output),
            None => quoted(value, output),
        },
        Value::Json(_) | Value::Array(_) | Value::Range(_) => return Ok(Written::Python),
    }
    Ok(Written::Yes)
}

/// Appends a date.
pub(super) fn day(day: Civil, output: &mut Vec<u8>) {
    let mut text = *b"\"0000-00-00\"";
    put_day(day, &mut text[1..11]);
    output.extend_from_slice(&text);
}

/// Writes a date over as many zeros, at once rather than bit by bit.
fn put_day(day: Civil, text: &mut [u8]) {
    let year = day.year.unsigned_abs();
    put(year / 100, text, 0);
    put(year % 100, text, 2);
    put(day.month.into(), text, 5);
    put(day.day.into(), text, 8);
}

/// Writes a time of day over as many zeros; how many of them count.
fn put_clock(time: Clock, text: &mut [u8]) -> usize {
    put(time.hour.into(), text, 0);
    put(time.minute.into(), text, 3);
    put(time.second.into(), text, 6);
    if time.microsecond == 0 {
        return 8;
    }
    put(time.microsecond / 10_000, text, 9);
    put(time.microsecond / 100 % 100, text, 11);
    put(time.microsecond % 100, text, 13);
    15
}

/// Writes two digits.
fn put(number: u32, text: &mut [u8], at: usize) {
    if let Some([ten, one]) = text.get_mut(at..at + 2) {
        // Both are digits: the number is below 100.
        *ten = b'0' + (number / 10) as u8;
        *one = b'0' + (number % 10) as u8;
    }
}

fn clock(time: Clock, output: &mut Vec<u8>) {
    let mut text = *b"00:00:00.000000";
    let length = put_clock(time, &mut text);
    output.extend_from_slice(&text[..length]);
}

/// Appends a moment, with what stands for its zone.
pub(super) fn datetime((day, time): (Civil, Clock), zone: &[u8], output: &mut Vec<u8>) {
    let mut text = *b"\"0000-00-00T00:00:00.000000";
    put_day(day, &mut text[1..11]);
    let length = put_clock(time, &mut text[12..]);
    output.extend_from_slice(&text[..12 + length]);
    output.extend_from_slice(zone);
    output.push(b'"');
}

/// The distance from UTC in seconds.
fn offset(seconds: i32, output: &mut Vec<u8>) {
    if seconds == 0 {
        output.push(b'Z');
        return;
    }
    output.push(if seconds < 0 { b'-' } else { b'+' });
    let seconds = seconds.unsigned_abs();
    padded::<2>(seconds / 3600, output);
    output.push(b':');
    padded::<2>(seconds / 60 % 60, output);
    if !seconds.is_multiple_of(60) {
        output.push(b':');
        padded::<2>(seconds % 60, output);
    }
}

fn uuid(bytes: [u8; 16], output: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    output.push(b'"');
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            output.push(b'-');
        }
        output.push(DIGITS[usize::from(byte >> 4)]);
        output.push(DIGITS[usize::from(byte & 15)]);
    }
    output.push(b'"');
}
