//! From bytes to values.

use crate::{
    Array, Date, Interval, Kind, Numeric, RangeValue, Time, TimeTz, Timestamp, TimestampTz, Type,
    ValueError,
};

/// A value other than NULL. What has no fixed size is borrowed from the bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Value<'a> {
    Bool(bool),
    /// A whole number: `smallint`, `integer`, `bigint`, `oid`.
    Int(i64),
    /// A float; that of a `real` is exactly its value.
    Float(f64),
    Numeric(Numeric<'a>),
    Text(&'a str),
    Bytes(&'a [u8]),
    Uuid([u8; 16]),
    Date(Date),
    Time(Time),
    TimeTz(TimeTz),
    Timestamp(Timestamp),
    TimestampTz(TimestampTz),
    Interval(Interval),
    /// The text of a JSON value.
    Json(&'a str),
    Array(Array<'a>),
    Range(RangeValue<'a>),
}

/// Reads a value of a type from the bytes that came in the type's format, binary if [`Type::is_binary`], else text.
///
/// # Errors
/// [`ValueError::Malformed`], [`ValueError::NotUnicode`].
pub fn decode(kind: Type, bytes: &[u8]) -> Result<Value<'_>, ValueError> {
    match kind {
        Type::Scalar(kind) => scalar(kind, bytes),
        Type::Array { kind, .. } => {
            Array::read(kind, bytes)
                .map(Value::Array)
                .ok_or(ValueError::Malformed {
                    kind: "array",
                    length: bytes.len(),
                })
        }
        Type::Other => text(bytes).map(Value::Text),
    }
}

fn text(bytes: &[u8]) -> Result<&str, ValueError> {
    std::str::from_utf8(bytes).map_err(|_| ValueError::NotUnicode)
}

fn scalar(kind: Kind, bytes: &[u8]) -> Result<Value<'_>, ValueError> {
    let value = match kind {
        Kind::Text => return text(bytes).map(Value::Text),
        Kind::Json => return text(bytes).map(Value::Json),
        Kind::Bytea => return Ok(Value::Bytes(bytes)),
        Kind::Jsonb => match bytes.split_first() {
            Some((1, rest)) => return text(rest).map(Value::Json),
            _ => None,
        },
        Kind::Bool => match bytes {
            [byte] => Some(Value::Bool(*byte != 0)),
            _ => None,
        },
        Kind::Int2 => fixed(bytes).map(|bytes| Value::Int(i16::from_be_bytes(bytes).into())),
        Kind::Int4 => fixed(bytes).map(|bytes| Value::Int(i32::from_be_bytes(bytes).into())),
        Kind::Int8 => fixed(bytes).map(|bytes| Value::Int(i64::from_be_bytes(bytes))),
        Kind::Oid => fixed(bytes).map(|bytes| Value::Int(u32::from_be_bytes(bytes).into())),
        Kind::Float4 => fixed(bytes).map(|bytes| Value::Float(f32::from_be_bytes(bytes).into())),
        Kind::Float8 => fixed(bytes).map(|bytes| Value::Float(f64::from_be_bytes(bytes))),
        Kind::Numeric => Numeric::read(bytes).map(Value::Numeric),
        Kind::Uuid => fixed(bytes).map(Value::Uuid),
        Kind::Date => fixed(bytes).map(|bytes| Value::Date(Date(i32::from_be_bytes(bytes)))),
        Kind::Time => fixed(bytes).map(|bytes| Value::Time(Time(i64::from_be_bytes(bytes)))),
        Kind::Timestamp => {
            fixed(bytes).map(|bytes| Value::Timestamp(Timestamp(i64::from_be_bytes(bytes))))
        }
        Kind::TimestampTz => {
            fixed(bytes).map(|bytes| Value::TimestampTz(TimestampTz(i64::from_be_bytes(bytes))))
        }
        Kind::TimeTz => time_tz(bytes),
        Kind::Interval => interval(bytes),
        Kind::Int4Range
        | Kind::Int8Range
        | Kind::NumRange
        | Kind::DateRange
        | Kind::TsRange
        | Kind::TsTzRange => kind
            .of_ends()
            .and_then(|ends| RangeValue::read(ends, bytes))
            .map(Value::Range),
    };
    value.ok_or(ValueError::Malformed {
        kind: kind.name(),
        length: bytes.len(),
    })
}

/// Exactly so many bytes.
fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn time_tz(bytes: &[u8]) -> Option<Value<'static>> {
    let (time, zone) = bytes.split_first_chunk::<8>()?;
    Some(Value::TimeTz(TimeTz {
        time: Time(i64::from_be_bytes(*time)),
        // On the wire it is how far behind UTC the clock is.
        offset: i32::from_be_bytes(fixed(zone)?).checked_neg()?,
    }))
}

fn interval(bytes: &[u8]) -> Option<Value<'static>> {
    let (microseconds, rest) = bytes.split_first_chunk::<8>()?;
    let (days, months) = rest.split_first_chunk::<4>()?;
    Some(Value::Interval(Interval {
        months: i32::from_be_bytes(fixed(months)?),
        days: i32::from_be_bytes(*days),
        microseconds: i64::from_be_bytes(*microseconds),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrong_lengths_are_errors() {
        let error = decode(Type::of(23), &[1, 2, 3]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server sent 3 bytes that are no integer"
        );
        assert_eq!(decode(Type::of(25), &[0xff]), Err(ValueError::NotUnicode));
        assert_eq!(decode(Type::of(23), &[0, 0, 1, 0]), Ok(Value::Int(256)));
        assert!(decode(Type::of(3802), &[2, b'1']).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(oid in 0_u32..4000, bytes: Vec<u8>) {
            let _ = decode(Type::of(oid), &bytes);
        }
    }
}
