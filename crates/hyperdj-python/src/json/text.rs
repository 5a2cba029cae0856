//! How JSON spells text, numbers, bytes and lengths of time.

use std::io::Write;

/// What stands for a byte in a string: 0 the byte itself, `u` its number, else a backslash and this.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Whether one of eight bytes needs an escape: looked at all at once.
fn needs_escape(chunk: [u8; 8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_ne_bytes(chunk);
    // A byte of `x` is zero exactly where its highest bit is set here, if no lower byte was; that one is is enough.
    let has_zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    let quote = has_zero(word ^ (ONES * b'"' as u64));
    let backslash = has_zero(word ^ (ONES * b'\\' as u64));
    below_space | quote | backslash != 0
}

/// Appends a string, given in UTF-8, with its quotes.
pub(super) fn string(bytes: &[u8], output: &mut Vec<u8>) {
    output.reserve(bytes.len() + 2);
    output.push(b'"');
    let (chunks, rest) = bytes.as_chunks::<8>();
    if chunks.iter().any(|chunk| needs_escape(*chunk))
        || rest.iter().any(|byte| ESCAPES[usize::from(*byte)] != 0)
    {
        escaped(bytes, output);
    } else {
        output.extend_from_slice(bytes);
    }
    output.push(b'"');
}

fn escaped(bytes: &[u8], output: &mut Vec<u8>) {
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[usize::from(*byte)];
        if escape == 0 {
            continue;
        }
        output.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        if escape == b'u' {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            output.extend_from_slice(b"\\u00");
            output.push(DIGITS[usize::from(byte >> 4)]);
            output.push(DIGITS[usize::from(byte & 15)]);
        } else {
            output.extend_from_slice(&[b'\\', escape]);
        }
    }
    output.extend_from_slice(&bytes[start..]);
}

/// A name as the key of an object, with the colon.
pub(crate) fn key(name: &str) -> Vec<u8> {
    let mut output = Vec::with_capacity(name.len() + 3);
    string(name.as_bytes(), &mut output);
    output.push(b':');
    output
}

/// Appends a whole number.
pub(super) fn whole(number: i64, output: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        // A remainder by 10.
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        output.push(b'-');
    }
    output.extend_from_slice(&digits[at..]);
}

/// Appends a number in so many digits.
pub(super) fn padded<const WIDTH: usize>(number: u32, output: &mut Vec<u8>) {
    let mut digits = [b'0'; WIDTH];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    output.extend_from_slice(&digits);
}

/// Appends a finite float in the fewest digits that give it back.
pub(super) fn float(number: f64, output: &mut Vec<u8>) {
    output.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes());
}

/// Appends anything that has a text of plain ASCII, with quotes.
pub(super) fn quoted(value: impl std::fmt::Display, output: &mut Vec<u8>) {
    let _ = write!(output, "\"{value}\"");
}

/// Appends a decimal number, given as Python's `str` of it, without an exponent as far as that is not absurdly long.
pub(super) fn decimal(text: &str, output: &mut Vec<u8>) {
    const LONGEST: i64 = 20_000;
    let plain = text
        .split_once(['E', 'e'])
        .and_then(|(mantissa, exponent)| {
            let exponent: i64 = exponent.parse().ok()?;
            if exponent.abs() > LONGEST {
                return None;
            }
            let (sign, mantissa) = match mantissa.strip_prefix('-') {
                Some(rest) => ("-", rest),
                None => ("", mantissa),
            };
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let digits = format!("{whole}{fraction}");
            let point = i64::try_from(whole.len()).ok()? + exponent;
            let length = i64::try_from(digits.len()).ok()?;
            Some(if point <= 0 {
                let zeros = "0".repeat(usize::try_from(-point).ok()?);
                format!("{sign}0.{zeros}{digits}")
            } else if point >= length {
                let zeros = "0".repeat(usize::try_from(point - length).ok()?);
                let all = format!("{digits}{zeros}");
                let shown = all.trim_start_matches('0');
                format!("{sign}{}", if shown.is_empty() { "0" } else { shown })
            } else {
                let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
                format!("{sign}{whole}.{fraction}")
            })
        });
    output.extend_from_slice(plain.as_deref().unwrap_or(text).as_bytes());
}

/// Appends bytes in base 64, with quotes.
pub(super) fn base64(bytes: &[u8], output: &mut Vec<u8>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    output.push(b'"');
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            output.push(if index <= chunk.len() {
                DIGITS[(bits >> (18 - 6 * index)) as usize & 63]
            } else {
                b'='
            });
        }
    }
    output.push(b'"');
}

/// Appends a length of time as ISO 8601 says it, `P1DT2H3M4.5S`, with quotes.
pub(super) fn duration(days: i32, seconds: i32, microseconds: i32, output: &mut Vec<u8>) {
    let total = i128::from(days) * 86_400_000_000
        + i128::from(seconds) * 1_000_000
        + i128::from(microseconds);
    let rest = total.unsigned_abs();
    let (days, rest) = (rest / 86_400_000_000, rest % 86_400_000_000);
    let (hours, rest) = (rest / 3_600_000_000, rest % 3_600_000_000);
    let (minutes, rest) = (rest / 60_000_000, rest % 60_000_000);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let mut text = String::from(if total < 0 { "-P" } else { "P" });
    if days > 0 {
        text += &format!("{days}D");
    }
    if total == 0 || hours + minutes + seconds + micros > 0 {
        text.push('T');
    }
    if hours > 0 {
        text += &format!("{hours}H");
    }
    if minutes > 0 {
        text += &format!("{minutes}M");
    }
    if micros > 0 {
        text += format!("{seconds}.{micros:06}").trim_end_matches('0');
        text.push('S');
    } else if seconds > 0 || total == 0 {
        text += &format!("{seconds}S");
    }
    quoted(text, output);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut output = Vec::new();
        write(&mut output);
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(written(|to| duration(0, 0, 0, to)), "\"PT0S\"");
        assert_eq!(written(|to| duration(1, 0, 0, to)), "\"P1D\"");
        assert_eq!(
            written(|to| duration(0, 3661, 500_000, to)),
            "\"PT1H1M1.5S\""
        );
        assert_eq!(written(|to| duration(-1, 86_399, 0, to)), "\"-PT1S\"");
    }

    #[test]
    fn decimals_are_plain() {
        assert_eq!(written(|to| decimal("1E+3", to)), "1000");
        assert_eq!(written(|to| decimal("-1.5E-7", to)), "-0.00000015");
        assert_eq!(written(|to| decimal("0E-7", to)), "0.0000000");
        assert_eq!(written(|to| decimal("0E+2", to)), "0");
        assert_eq!(written(|to| decimal("12.50", to)), "12.50");
        assert_eq!(written(|to| decimal("1.23E+1", to)), "12.3");
        assert_eq!(written(|to| decimal("1E+999999", to)), "1E+999999");
    }

    #[test]
    fn base_64() {
        assert_eq!(written(|to| base64(b"", to)), "\"\"");
        assert_eq!(written(|to| base64(b"a", to)), "\"YQ==\"");
        assert_eq!(written(|to| base64(b"ab", to)), "\"YWI=\"");
        assert_eq!(written(|to| base64(b"abc\xff", to)), "\"YWJj/w==\"");
    }
}
