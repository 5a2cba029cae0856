//! Intervals: months, days and microseconds, which do not turn into one another.

use crate::calendar::write_time;
use std::fmt;

/// An `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Whole months, of 28 to 31 days.
    pub months: i32,
    /// Whole days, of 23 to 25 hours.
    pub days: i32,
    /// The rest.
    pub microseconds: i64,
}

impl fmt::Display for Interval {
    /// As PostgreSQL prints it with `IntervalStyle` postgres: `1 year 2 mons -3 days +04:05:06`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut after_negative = false;
        let parts = [
            (self.months / 12, "year"),
            (self.months % 12, "mon"),
            (self.days, "day"),
        ];
        for (number, unit) in parts {
            if number == 0 {
                continue;
            }
            let space = if first { "" } else { " " };
            let sign = if after_negative && number > 0 {
                "+"
            } else {
                ""
            };
            let plural = if number == 1 { "" } else { "s" };
            write!(formatter, "{space}{sign}{number} {unit}{plural}")?;
            first = false;
            after_negative = number < 0;
        }
        if self.microseconds == 0 && !first {
            return Ok(());
        }
        let space = if first { "" } else { " " };
        let sign = match self.microseconds {
            ..0 => "-",
            _ if after_negative => "+",
            _ => "",
        };
        write!(formatter, "{space}{sign}")?;
        // The least number has no positive counterpart, and PostgreSQL does not print it either.
        write_time(formatter, self.microseconds.saturating_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_postgresql_s() {
        let text = |months, days, microseconds| {
            Interval {
                months,
                days,
                microseconds,
            }
            .to_string()
        };
        assert_eq!(text(0, 0, 0), "00:00:00");
        assert_eq!(text(14, 0, 0), "1 year 2 mons");
        assert_eq!(text(1, -3, 14_706_000_000), "1 mon -3 days +04:05:06");
        assert_eq!(text(-1, 3, -1), "-1 mons +3 days -00:00:00.000001");
        assert_eq!(text(-14, 0, 0), "-1 years -2 mons");
    }
}
