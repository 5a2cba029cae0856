//! Dates and times, as PostgreSQL counts them: days and microseconds since 2000-01-01.

use std::fmt;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A day of the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year, 1 to 9999.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day, 1 to 31.
    pub day: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
    /// Microseconds.
    pub microsecond: u32,
}

/// A `date`: days since 2000-01-01; the least and the greatest number are the infinities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub i32);

/// A `timestamp without time zone`: microseconds since 2000-01-01; the least and the greatest are the infinities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(pub i64);

/// A `timestamp with time zone`: as [`Timestamp`], in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampTz(pub i64);

/// A `time`: microseconds since midnight, up to and including 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub i64);

/// A `time with time zone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeTz {
    /// The time where the clock hangs.
    pub time: Time,
    /// Its distance from UTC in seconds, east positive.
    pub offset: i32,
}

/// Year, month and day of a number of days since 2000-01-01, for all of PostgreSQL's dates.
///
/// Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of a year.
fn civil(days: i64) -> (i64, u8, u8) {
    // 730425 days from 0000-03-01 to 2000-01-01.
    let shifted = days + 730_425;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // Both are small: a month and a day of it.
    (year, month as u8, day as u8)
}

/// As [`civil`], for the days of the years 1 to 9999 alone, and four times as quick.
///
/// Cassio Neri and Lorenz Schneider, "Euclidean affine functions and their application to calendar algorithms".
fn ordinary(days: i64) -> Option<Civil> {
    if !(-730_119..=2_921_939).contains(&days) {
        return None;
    }
    // Days since 0000-03-01, four times as many and three more; then those of a century in the same way.
    let quarters = u32::try_from(days + 730_425).ok()? * 4 + 3;
    let (century, rest) = (quarters / 146_097, quarters % 146_097 / 4);
    let scaled = 2_939_745 * u64::from(rest * 4 + 3);
    // The upper half is the year of the century; what is left of the lower half is the day of the year.
    let year = century * 100 + (scaled >> 32) as u32;
    let day_of_year = (scaled as u32) / 2_939_745 / 4;
    let scaled = 2141 * day_of_year + 197_913;
    let (month, day) = (scaled >> 16, (scaled & 0xffff) / 2141 + 1);
    let is_next = day_of_year >= 306;
    // All are small: a day of the calendar.
    Some(Civil {
        year: (year + u32::from(is_next)) as i32,
        month: if is_next { month - 12 } else { month } as u8,
        day: day as u8,
    })
}

/// The time of day of 0 to 24 hours less a microsecond.
fn clock(microseconds: i64) -> Clock {
    let seconds = (microseconds / 1_000_000) as u32;
    // Each is small, since a day has 86,400 seconds.
    Clock {
        hour: (seconds / 3600) as u8,
        minute: (seconds / 60 % 60) as u8,
        second: (seconds % 60) as u8,
        microsecond: (microseconds % 1_000_000) as u32,
    }
}

/// Days since 2000-01-01, the other way round than [`Date::civil`] and by the same authors.
impl From<Civil> for Date {
    fn from(civil: Civil) -> Self {
        let is_early = civil.month <= 2;
        // Years begin in March.
        let year = civil.year - i32::from(is_early);
        let month = i32::from(civil.month) + if is_early { 12 } else { 0 };
        let century = year.div_euclid(100);
        let days_of_years = (1461 * year).div_euclid(4) - century + century.div_euclid(4);
        let days_of_months = (979 * month - 2919) / 32;
        Self(days_of_years + days_of_months + i32::from(civil.day) - 1 - 730_425)
    }
}

impl From<(Civil, Clock)> for Timestamp {
    fn from((civil, clock): (Civil, Clock)) -> Self {
        let seconds =
            i64::from(clock.hour) * 3600 + i64::from(clock.minute) * 60 + i64::from(clock.second);
        Self(
            i64::from(Date::from(civil).0) * DAY
                + seconds * 1_000_000
                + i64::from(clock.microsecond),
        )
    }
}

impl Date {
    /// The day, if it is one of the years 1 to 9999.
    pub fn civil(self) -> Option<Civil> {
        match self.0 {
            i32::MIN | i32::MAX => None,
            days => ordinary(days.into()),
        }
    }
}

impl Timestamp {
    /// Day and time, if they are of the years 1 to 9999.
    pub fn civil(self) -> Option<(Civil, Clock)> {
        match self.0 {
            i64::MIN | i64::MAX => None,
            moment => {
                ordinary(moment.div_euclid(DAY)).map(|civil| (civil, clock(moment.rem_euclid(DAY))))
            }
        }
    }
}

impl TimestampTz {
    /// Day and time in UTC, if they are of the years 1 to 9999.
    pub fn civil(self) -> Option<(Civil, Clock)> {
        Timestamp(self.0).civil()
    }
}

impl Time {
    /// The time of day; 24:00 is none.
    pub fn clock(self) -> Option<Clock> {
        (0..DAY).contains(&self.0).then(|| clock(self.0))
    }
}

fn write_date(formatter: &mut fmt::Formatter<'_>, days: i64) -> Result<&'static str, fmt::Error> {
    let (year, month, day) = civil(days);
    // There is no year 0: before the year 1 came 1 BC.
    let (shown, era) = if year > 0 {
        (year, "")
    } else {
        (1 - year, " BC")
    };
    write!(formatter, "{shown:04}-{month:02}-{day:02}")?;
    Ok(era)
}

/// Hours, minutes, seconds, and what there is of a second without trailing zeros.
pub(crate) fn write_time(formatter: &mut fmt::Formatter<'_>, microseconds: i64) -> fmt::Result {
    let seconds = microseconds / 1_000_000;
    write!(
        formatter,
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )?;
    let mut fraction = microseconds % 1_000_000;
    if fraction == 0 {
        return Ok(());
    }
    let mut width = 6;
    while fraction % 10 == 0 {
        fraction /= 10;
        width -= 1;
    }
    write!(formatter, ".{fraction:0width$}")
}

fn write_moment(formatter: &mut fmt::Formatter<'_>, moment: i64, zone: &str) -> fmt::Result {
    match moment {
        i64::MIN => formatter.write_str("-infinity"),
        i64::MAX => formatter.write_str("infinity"),
        moment => {
            let era = write_date(formatter, moment.div_euclid(DAY))?;
            formatter.write_str(" ")?;
            write_time(formatter, moment.rem_euclid(DAY))?;
            write!(formatter, "{zone}{era}")
        }
    }
}

impl fmt::Display for Date {
    /// As PostgreSQL prints it with `DateStyle` ISO.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            i32::MIN => formatter.write_str("-infinity"),
            i32::MAX => formatter.write_str("infinity"),
            days => {
                let era = write_date(formatter, days.into())?;
                formatter.write_str(era)
            }
        }
    }
}

impl fmt::Display for Timestamp {
    /// As PostgreSQL prints it with `DateStyle` ISO.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_moment(formatter, self.0, "")
    }
}

impl fmt::Display for TimestampTz {
    /// As PostgreSQL prints it with `DateStyle` ISO and `TimeZone` UTC.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_moment(formatter, self.0, "+00")
    }
}

impl fmt::Display for Time {
    /// As PostgreSQL prints it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_time(formatter, self.0)
    }
}

impl fmt::Display for TimeTz {
    /// As PostgreSQL prints it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.unsigned_abs();
        write!(formatter, "{}{sign}{:02}", self.time, offset / 3600)?;
        if !offset.is_multiple_of(3600) {
            write!(formatter, ":{:02}", offset / 60 % 60)?;
        }
        if !offset.is_multiple_of(60) {
            write!(formatter, ":{:02}", offset % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        let civil = |days| Date(days).civil().map(|day| (day.year, day.month, day.day));
        assert_eq!(civil(0), Some((2000, 1, 1)));
        assert_eq!(civil(59), Some((2000, 2, 29)));
        assert_eq!(civil(-1), Some((1999, 12, 31)));
        assert_eq!(civil(-730_119), Some((1, 1, 1)));
        assert_eq!(civil(2_921_939), Some((9999, 12, 31)));
        assert_eq!(civil(-730_120), None);
        assert_eq!(civil(2_921_940), None);
        assert_eq!(civil(i32::MAX), None);
    }

    #[test]
    fn each_day_is_what_the_slower_way_says() {
        for days in -730_119..=2_921_939 {
            let (year, month, day) = civil(days);
            let found = ordinary(days).unwrap();
            assert_eq!(
                (i64::from(found.year), found.month, found.day),
                (year, month, day)
            );
            assert_eq!(i64::from(Date::from(found).0), days);
        }
    }

    #[test]
    fn each_moment_is_its_day_and_time() {
        // A prime number of microseconds, so that all parts come in many combinations.
        for moment in (-63_082_281_600_000_000..252_455_616_000_000_000).step_by(31_234_567_891_019)
        {
            let parts = Timestamp(moment).civil().unwrap();
            assert_eq!(Timestamp::from(parts).0, moment);
        }
    }

    #[test]
    fn text_beyond_the_calendar() {
        assert_eq!(Date(-730_120).to_string(), "0001-12-31 BC");
        assert_eq!(Date(2_921_940).to_string(), "10000-01-01");
        assert_eq!(Date(i32::MIN).to_string(), "-infinity");
        assert_eq!(
            TimestampTz(2_921_940 * DAY + 1_500_000).to_string(),
            "10000-01-01 00:00:01.5+00"
        );
        assert_eq!(
            Timestamp(-730_120 * DAY).to_string(),
            "0001-12-31 00:00:00 BC"
        );
        assert_eq!(Time(DAY).to_string(), "24:00:00");
        assert_eq!(Time(DAY).clock(), None);
    }
}
