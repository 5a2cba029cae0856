//! Numbers of any length, exact to the last digit.

use crate::ValueError;
use std::fmt;

pub(crate) const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEGATIVE_INFINITY: u16 = 0xf000;
/// The most digits behind the point that a number can have.
const MOST_SCALE: u16 = 0x3fff;

/// A `numeric`: groups of four decimal digits, still on the receive buffer. `Display` gives PostgreSQL's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric<'a> {
    /// The groups, two bytes each.
    groups: &'a [u8],
    /// The power of 10,000 of the first group.
    weight: i16,
    sign: u16,
    /// How many decimal digits stand behind the point.
    scale: u16,
}

impl<'a> Numeric<'a> {
    /// The number that these bytes are; `None` if they are none.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[a, b, c, d, e, f, g, h], groups) = bytes.split_first_chunk::<8>()?;
        let count = usize::from(u16::from_be_bytes([a, b]));
        let sign = u16::from_be_bytes([e, f]);
        let known = matches!(
            sign,
            0 | NEGATIVE | NOT_A_NUMBER | INFINITY | NEGATIVE_INFINITY
        );
        let scale = u16::from_be_bytes([g, h]);
        let is_group = |pair: &[u8; 2]| u16::from_be_bytes(*pair) < 10_000;
        let fits = known && scale <= MOST_SCALE && groups.len() == count * 2;
        (fits && groups.as_chunks().0.iter().all(is_group)).then_some(Self {
            groups,
            weight: i16::from_be_bytes([c, d]),
            sign,
            scale,
        })
    }

    /// Whether it is a number, neither NaN nor infinite.
    pub fn is_finite(&self) -> bool {
        matches!(self.sign, 0 | NEGATIVE)
    }

    /// Whether a minus stands before it.
    pub(crate) fn is_negative(&self) -> bool {
        self.sign == NEGATIVE
    }

    /// How many decimal digits stand behind the point.
    pub(crate) fn scale(&self) -> u16 {
        self.scale
    }

    /// The power of 10,000 of the first group.
    pub(crate) fn weight(&self) -> i32 {
        self.weight.into()
    }

    /// How many groups there are.
    fn count(&self) -> i32 {
        // As many as 16 bits count.
        (self.groups.len() / 2) as i32
    }

    /// The group of this power of 10,000.
    pub(crate) fn group(&self, power: i32) -> u16 {
        let index = i32::from(self.weight) - power;
        usize::try_from(index)
            .ok()
            .and_then(|index| self.groups.get(index * 2..index * 2 + 2))
            .map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
    }
}

impl Numeric<'_> {
    /// Appends PostgreSQL's own text of the number.
    pub fn write_text(&self, output: &mut Vec<u8>) {
        match self.sign {
            NOT_A_NUMBER => return output.extend_from_slice(b"NaN"),
            INFINITY => return output.extend_from_slice(b"Infinity"),
            NEGATIVE_INFINITY => return output.extend_from_slice(b"-Infinity"),
            NEGATIVE => output.push(b'-'),
            _ => {}
        }
        let weight = i32::from(self.weight).max(0);
        let first = digits(self.group(weight));
        let zeros = first.iter().take(3).take_while(|digit| **digit == b'0');
        let zeros = zeros.count();
        let mut left = usize::from(self.scale);
        // Room for all at once: whole groups, and the point.
        output.reserve(weight.unsigned_abs() as usize * 4 + left + 5);
        output.extend_from_slice(&first[zeros..]);
        for power in (0..weight).rev() {
            output.extend_from_slice(&digits(self.group(power)));
        }
        if left > 0 {
            output.push(b'.');
        }
        let mut power = -1;
        while left > 0 {
            // Groups that the server left out are zeros.
            if i32::from(self.weight) - power >= self.count() {
                output.resize(output.len() + left, b'0');
                return;
            }
            let digits = digits(self.group(power));
            output.extend_from_slice(&digits[..left.min(4)]);
            left = left.saturating_sub(4);
            power -= 1;
        }
    }
}

impl fmt::Display for Numeric<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(32);
        self.write_text(&mut text);
        formatter.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The four digits of a group, which is below 10,000.
fn digits(group: u16) -> [u8; 4] {
    [group / 1000, group / 100 % 10, group / 10 % 10, group % 10].map(|digit| b'0' + digit as u8)
}

/// Appends a number given as text, such as `-12.50`, `1E+3`, `NaN` or `Infinity`, in binary.
///
/// # Errors
/// [`ValueError::NotNumeric`], [`ValueError::NumericTooLong`].
pub(crate) fn write(text: &str, output: &mut Vec<u8>) -> Result<(), ValueError> {
    let (negative, text) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let special = match text {
        "NaN" => Some(NOT_A_NUMBER),
        "Infinity" if negative => Some(NEGATIVE_INFINITY),
        "Infinity" => Some(INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        header(0, 0, sign, 0, output);
        return Ok(());
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent
                .parse::<i64>()
                .map_err(|_| ValueError::NotNumeric)?,
        ),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(ValueError::NotNumeric);
    }
    let too_long = |_| ValueError::NumericTooLong;
    let length = i64::try_from(digits.len()).map_err(too_long)?;
    // How many of the digits stand before the point; negative for zeros behind it.
    let point = i64::try_from(whole.len())
        .map_err(too_long)?
        .saturating_add(exponent);
    let scale = length.saturating_sub(point).max(0);
    if scale > 16_383 {
        return Err(ValueError::NumericTooLong);
    }
    let scale = u16::try_from(scale).map_err(too_long)?;
    let leading = (4 - point.rem_euclid(4)) % 4;
    let mut weight = (point.saturating_add(leading)) / 4 - 1;
    let mut groups: Vec<u16> = Vec::with_capacity(digits.len() / 4 + 2);
    let padded = std::iter::repeat_n(b'0', usize::try_from(leading).map_err(too_long)?)
        .chain(digits)
        .map(|digit| u16::from(digit - b'0'));
    let mut group = 0;
    let mut filled = 0;
    for digit in padded {
        group = group * 10 + digit;
        filled += 1;
        if filled == 4 {
            groups.push(group);
            group = 0;
            filled = 0;
        }
    }
    if filled > 0 {
        groups.push(group * 10_u16.pow(4 - filled));
    }
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..zeros);
    if groups.is_empty() {
        header(0, 0, 0, scale, output);
        return Ok(());
    }
    weight -= i64::try_from(zeros).map_err(too_long)?;
    if weight > 32_767 {
        return Err(ValueError::NumericTooLong);
    }
    let weight = i16::try_from(weight).map_err(too_long)?;
    let count = u16::try_from(groups.len()).map_err(|_| ValueError::NumericTooLong)?;
    header(
        count,
        weight,
        if negative { NEGATIVE } else { 0 },
        scale,
        output,
    );
    for group in groups {
        output.extend_from_slice(&group.to_be_bytes());
    }
    Ok(())
}

fn header(count: u16, weight: i16, sign: u16, scale: u16, output: &mut Vec<u8>) {
    output.extend_from_slice(&count.to_be_bytes());
    output.extend_from_slice(&weight.to_be_bytes());
    output.extend_from_slice(&sign.to_be_bytes());
    output.extend_from_slice(&scale.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(text: &str) -> String {
        let mut bytes = Vec::new();
        write(text, &mut bytes).unwrap();
        Numeric::read(&bytes).unwrap().to_string()
    }

    #[test]
    fn what_no_server_sends_is_no_number() {
        let bytes = |group: u16, scale: u16| {
            let words = [1, 0, 0, scale, group];
            words.map(u16::to_be_bytes).concat()
        };
        let read =
            |group, scale| Numeric::read(&bytes(group, scale)).map(|found| found.to_string());
        assert_eq!(read(9_999, 2).as_deref(), Some("9999.00"));
        assert_eq!(read(10_000, 2), None);
        assert!(read(1, 0x3fff).is_some());
        assert_eq!(read(1, 0x4000), None);
    }

    #[test]
    fn numbers_come_back() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "10000",
            "0.0001",
            "0.00001",
            "12345678.9012345",
            "-0.5",
            "NaN",
            "Infinity",
            "-Infinity",
            "100000000000000000000.000000000000000000001",
        ] {
            assert_eq!(round_trip(text), text);
        }
        assert_eq!(round_trip("1E+3"), "1000");
        assert_eq!(round_trip("0E-5"), "0.00000");
        assert_eq!(round_trip("1.5E-7"), "0.00000015");
        assert_eq!(round_trip("-0"), "0");
    }

    #[test]
    fn what_is_no_number() {
        let mut bytes = Vec::new();
        for text in ["", "-", ".", "1e", "0x1", "1_000", "sNaN", "١"] {
            assert_eq!(
                write(text, &mut bytes),
                Err(ValueError::NotNumeric),
                "{text}"
            );
        }
        for text in ["1E+200000", "1E-20000", "1E+9223372036854775807"] {
            assert_eq!(
                write(text, &mut bytes),
                Err(ValueError::NumericTooLong),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_number_comes_back(negative: bool, whole in "[1-9][0-9]{0,40}", fraction in "([.][0-9]{1,40})?") {
            let text = format!("{}{whole}{fraction}", if negative { "-" } else { "" });
            prop_assert_eq!(round_trip(&text), text);
        }

        #[test]
        fn no_bytes_cause_a_panic(bytes: Vec<u8>) {
            if let Some(number) = Numeric::read(&bytes) {
                let _ = number.to_string();
            }
        }
    }
}
