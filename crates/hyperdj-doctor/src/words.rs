//! Numbers as a person reads them.

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the unit that leaves one to four digits: `8 kB`, `1,234 MB`. PostgreSQL's `pg_size_pretty` counts the same way.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes;
    let mut unit = "bytes";
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 10 * 1024 && unit != "bytes" || value < 1024 {
            break;
        }
        value = value.div_ceil(1024);
        unit = next;
    }
    format!("{} {unit}", grouped(value))
}

/// `about 1,200 rows (96 kB)`, `no rows that the server counted`.
pub(crate) fn rows(rows: u64, bytes: u64) -> String {
    match (rows, bytes) {
        (0, _) => "no rows, as far as the server knows".to_owned(),
        (1, _) => "1 row".to_owned(),
        (rows, 0) => format!("about {} rows", grouped(rows)),
        (rows, bytes) => format!("about {} rows ({})", grouped(rows), size(bytes)),
    }
}

/// `1 column`, `2 columns`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{grouped, rows, size};

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(8192), "8 kB");
        assert_eq!(size(50 * 1024 * 1024), "50 MB");
        assert_eq!(rows(2000, 8192), "about 2,000 rows (8 kB)");
    }
}
