//! From values to bytes. Numbers and times that have one binary form are written by the caller with `to_be_bytes`.

use crate::array::DIMENSIONS;
use crate::{Interval, Oid, TimeTz, ValueError};

/// Appends a `numeric` given as text, such as `-12.50`, `1E+3`, `NaN` or `Infinity`.
///
/// # Errors
/// [`ValueError::NotNumeric`] for other text, [`ValueError::NumericTooLong`].
pub fn numeric(text: &str, output: &mut Vec<u8>) -> Result<(), ValueError> {
    crate::numeric::write(text, output)
}

/// Appends a `time with time zone`.
pub fn time_tz(value: TimeTz, output: &mut Vec<u8>) {
    output.extend_from_slice(&value.time.0.to_be_bytes());
    output.extend_from_slice(&value.offset.saturating_neg().to_be_bytes());
}

/// Appends an `interval`.
pub fn interval(value: Interval, output: &mut Vec<u8>) {
    output.extend_from_slice(&value.microseconds.to_be_bytes());
    output.extend_from_slice(&value.days.to_be_bytes());
    output.extend_from_slice(&value.months.to_be_bytes());
}

/// Appends what stands before an array's elements; nothing in `lengths` is an empty array.
///
/// # Errors
/// [`ValueError::TooDeep`] for more than six dimensions.
pub fn array_header(
    element: Oid,
    lengths: &[usize],
    has_null: bool,
    output: &mut Vec<u8>,
) -> Result<(), ValueError> {
    if lengths.len() > DIMENSIONS {
        return Err(ValueError::TooDeep);
    }
    let number = |length: usize| i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes();
    output.extend_from_slice(&number(lengths.len()));
    output.extend_from_slice(&i32::from(has_null).to_be_bytes());
    output.extend_from_slice(&element.to_be_bytes());
    for length in lengths {
        output.extend_from_slice(&number(*length));
        output.extend_from_slice(&1_i32.to_be_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Time, Type, Value, decode};

    #[test]
    fn composed_values_come_back() {
        let clock = TimeTz {
            time: Time(5),
            offset: 3600,
        };
        let mut bytes = Vec::new();
        time_tz(clock, &mut bytes);
        assert_eq!(decode(Type::of(1266), &bytes), Ok(Value::TimeTz(clock)));
        let span = Interval {
            months: -1,
            days: 2,
            microseconds: -3,
        };
        bytes.clear();
        interval(span, &mut bytes);
        assert_eq!(decode(Type::of(1186), &bytes), Ok(Value::Interval(span)));
    }

    #[test]
    fn arrays_come_back() {
        let mut bytes = Vec::new();
        array_header(23, &[2, 1], true, &mut bytes).unwrap();
        bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        bytes.extend_from_slice(&4_i32.to_be_bytes());
        bytes.extend_from_slice(&7_i32.to_be_bytes());
        let Ok(Value::Array(array)) = decode(Type::of(1007), &bytes) else {
            panic!("no array");
        };
        assert_eq!(array.lengths(), [2, 1]);
        let elements: Vec<_> = array.elements().map(Result::unwrap).collect();
        assert_eq!(elements, [None, Some([0, 0, 0, 7].as_slice())]);
        assert_eq!(
            array_header(23, &[1; 7], false, &mut bytes),
            Err(ValueError::TooDeep)
        );
    }
}
