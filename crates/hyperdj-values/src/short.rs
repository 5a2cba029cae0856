//! Numbers of up to 36 digits, which is what most columns hold: as one whole number and a scale.

use crate::Numeric;
use crate::numeric::NEGATIVE;

/// The most digits behind the point that [`Short::write_text`] writes.
pub const LONGEST_SCALE: u32 = 40;

/// The most groups of four digits that one whole number is made of.
const GROUPS: i32 = 9;

/// A number as a whole number and how many of its digits stand behind the point: `-12.50` is `-1250` with 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// Whether a minus stands before it; it may stand before zero.
    pub negative: bool,
    /// All digits, without the point.
    pub coefficient: u128,
    /// How many of them stand behind the point; at most [`LONGEST_SCALE`].
    pub scale: u32,
}

impl Numeric<'_> {
    /// The number as one whole number, if it is finite and has no more than nine groups of digits.
    pub fn short(&self) -> Option<Short> {
        let scale = u32::from(self.scale());
        let behind = i32::try_from(scale.div_ceil(4)).ok()?;
        let weight = self.weight().max(0);
        if !self.is_finite() || weight + 1 + behind > GROUPS {
            return None;
        }
        let mut coefficient = 0;
        for power in (-behind..=weight).rev() {
            // A server's group is below 10,000; of anything else the digits count that are written.
            coefficient = coefficient * 10_000 + u128::from(self.group(power) % 10_000);
        }
        // The last group is whole, also where fewer of its digits are the number's.
        let beyond = 10_u64.pow(behind.unsigned_abs() * 4 - scale);
        if beyond > 1 {
            coefficient = match u64::try_from(coefficient) {
                Ok(small) => u128::from(small / beyond),
                Err(_) => coefficient / u128::from(beyond),
            };
        }
        Some(Short {
            negative: self.is_negative(),
            coefficient,
            scale,
        })
    }
}

/// All pairs of digits, one after the other.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut number = 0;
    while number < 100 {
        // Both are digits.
        pairs[number * 2] = b'0' + (number / 10) as u8;
        pairs[number * 2 + 1] = b'0' + (number % 10) as u8;
        number += 1;
    }
    pairs
};

/// Writes a number to the end of what is all zeros; where it then begins.
fn digits(number: u64, text: &mut [u8]) -> usize {
    let mut at = text.len();
    let mut rest = number;
    while rest >= 10 {
        let pair = (rest % 100) as usize * 2;
        rest /= 100;
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if rest > 0 {
        at -= 1;
        // One digit.
        text[at] = b'0' + rest as u8;
    }
    at
}

impl Short {
    /// Appends the text that PostgreSQL and Python have for it, without an exponent.
    pub fn write_text(&self, output: &mut Vec<u8>) {
        /// As many digits as fit into 64 bits, whatever they are.
        const LOW: u128 = 10_u128.pow(19);
        // Room for the digits of any coefficient, and for those behind the point with one before it.
        let mut text = [b'0'; LONGEST_SCALE as usize + 1];
        let start = match u64::try_from(self.coefficient) {
            Ok(number) => digits(number, &mut text),
            Err(_) => {
                let (high, low) = (self.coefficient / LOW, self.coefficient % LOW);
                let middle = text.len() - 19;
                // Both are below 2 to the 64th: no coefficient has more than 39 digits.
                digits(low as u64, &mut text);
                match u64::try_from(high) {
                    Ok(high) => digits(high, &mut text[..middle]),
                    Err(_) => {
                        digits((high % LOW) as u64, &mut text[..middle]);
                        digits((high / LOW) as u64, &mut text[..middle - 19])
                    }
                }
            }
        };
        let point = text.len() - self.scale.min(LONGEST_SCALE) as usize;
        if self.negative {
            output.push(b'-');
        }
        output.extend_from_slice(&text[start.min(point - 1)..point]);
        if self.scale > 0 {
            output.push(b'.');
            output.extend_from_slice(&text[point..]);
        }
    }
}

/// The groups of a number as PostgreSQL keeps them, the last first, without the zeros that stand before all others.
fn groups(number: u128) -> impl Iterator<Item = u16> {
    const HALF: u128 = 10_u128.pow(16);
    // Numbers of 64 bits are divided many times quicker.
    let (mut high, mut low) = match u64::try_from(number) {
        Ok(low) => (0, low),
        Err(_) => (number / HALF, (number % HALF) as u64),
    };
    let mut left_of_half = if high == 0 { usize::MAX } else { 4 };
    std::iter::from_fn(move || {
        if left_of_half == 0 {
            (high, low) = (high / HALF, (high % HALF) as u64);
            left_of_half = if high == 0 { usize::MAX } else { 4 };
        }
        if low == 0 && high == 0 {
            return None;
        }
        left_of_half -= 1;
        let group = low % 10_000;
        low /= 10_000;
        // Below 10,000.
        Some(group as u16)
    })
}

impl Short {
    /// Appends the bytes of a `numeric`; false for a number that is too long for it to be done here.
    pub fn write(&self, output: &mut Vec<u8>) -> bool {
        let behind = self.scale.div_ceil(4);
        // Groups begin at the point.
        let Some(whole) = self
            .coefficient
            .checked_mul(10_u128.pow(behind * 4 - self.scale))
        else {
            return false;
        };
        // At most ten: a number of 128 bits has 39 digits.
        let mut found = [0; 10];
        let mut count = 0;
        let mut zeros = 0;
        for (place, group) in found.iter_mut().zip(groups(whole)) {
            *place = group;
            if zeros == count && group == 0 {
                zeros += 1;
            }
            count += 1;
        }
        let kept = &found[zeros..count];
        let sign = u16::from(self.negative && !kept.is_empty()) * NEGATIVE;
        // All are small. Zero has no groups, and the weight 0.
        let weight = if kept.is_empty() {
            0
        } else {
            count as i16 - behind as i16 - 1
        };
        for number in [
            kept.len() as u16,
            weight.cast_unsigned(),
            sign,
            self.scale as u16,
        ] {
            output.extend_from_slice(&number.to_be_bytes());
        }
        for group in kept.iter().rev() {
            output.extend_from_slice(&group.to_be_bytes());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode;
    use proptest::prelude::*;

    fn short(negative: bool, coefficient: u128, scale: u32) -> String {
        let mut text = Vec::new();
        let short = Short {
            negative,
            coefficient,
            scale,
        };
        short.write_text(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn text_of_short_numbers() {
        assert_eq!(short(false, 0, 0), "0");
        assert_eq!(short(false, 0, 3), "0.000");
        assert_eq!(short(true, 5, 1), "-0.5");
        assert_eq!(short(true, 1250, 2), "-12.50");
        assert_eq!(short(false, u64::MAX.into(), 0), "18446744073709551615");
        assert_eq!(
            short(true, u128::MAX, 39),
            "-0.340282366920938463463374607431768211455"
        );
        assert_eq!(
            short(false, u128::MAX, 0),
            "340282366920938463463374607431768211455"
        );
        assert_eq!(
            short(false, 10_u128.pow(38), 1),
            "10000000000000000000000000000000000000.0"
        );
        assert_eq!(
            short(true, u64::MAX.into(), 40),
            "-0.0000000000000000000018446744073709551615"
        );
    }

    #[test]
    fn long_numbers_are_not_short() {
        for text in ["1e36", "1e-33", "NaN", "-Infinity"] {
            let mut bytes = Vec::new();
            encode::numeric(text, &mut bytes).unwrap();
            assert_eq!(Numeric::read(&bytes).unwrap().short(), None, "{text}");
        }
    }

    /// The bytes of a number, which need not be ones that a server would send.
    fn bytes(groups: Vec<u16>, weight: i16, sign: u16, scale: u16) -> Vec<u8> {
        let count = u16::try_from(groups.len()).unwrap();
        [count, weight.cast_unsigned(), sign, scale]
            .into_iter()
            .chain(groups)
            .flat_map(u16::to_be_bytes)
            .collect()
    }

    proptest! {
        #[test]
        fn bytes_are_those_of_the_text(
            negative: bool,
            coefficient in prop_oneof![
                any::<u128>(), any::<u64>().prop_map(u128::from), 0_u128..1_000_000,
                (0_u128..100_000, 0_u32..33).prop_map(|(digits, zeros)| digits * 10_u128.pow(zeros)),
            ],
            scale in 0..=LONGEST_SCALE,
        ) {
            let short = Short { negative, coefficient, scale };
            let mut text = Vec::new();
            short.write_text(&mut text);
            let mut wanted = Vec::new();
            encode::numeric(std::str::from_utf8(&text).unwrap(), &mut wanted).unwrap();
            let mut found = Vec::new();
            if short.write(&mut found) {
                prop_assert_eq!(found, wanted);
            } else {
                prop_assert!(found.is_empty() && coefficient >= 10_u128.pow(35));
            }
        }

        #[test]
        fn short_and_long_say_the_same(
            groups in prop::collection::vec(0_u16..10_000, 0..10),
            weight in -6_i16..10,
            negative: bool,
            scale in 0_u16..40,
        ) {
            let bytes = bytes(groups, weight, if negative { 0x4000 } else { 0 }, scale);
            let number = Numeric::read(&bytes).unwrap();
            if let Some(found) = number.short() {
                let mut text = Vec::new();
                found.write_text(&mut text);
                let mut wanted = Vec::new();
                number.write_text(&mut wanted);
                // Of a number that begins with zeros, which no server sends, the text has four of them.
                let zeros = if wanted.starts_with(b"-") { 1 } else { 0 };
                while wanted[zeros..].starts_with(b"0") && wanted.get(zeros + 1).is_some_and(u8::is_ascii_digit) {
                    wanted.remove(zeros);
                }
                prop_assert_eq!(text, wanted);
            }
        }
    }
}
