//! Instants in records: as UTC where they say so, else as the local time of their server. What can
//! be read in two ways is not read.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// An instant in milliseconds since 1970 in UTC; negative before.
pub type InstantMs = i64;

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadInstant {
    /// It has another form.
    NotATime,
    /// 02/03/2016 is in February or in March.
    DayOrMonth,
    /// The clock went back: this local time occurred twice.
    Twice,
    /// The clock went forward: this local time never occurred.
    Never,
}

impl BadInstant {
    /// What would be right.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::NotATime => "a time such as 2016-03-02T10:00:00Z or 2016-03-02 10:00:00",
            Self::DayOrMonth => {
                "a time whose day and month cannot be confused, such as 2016-03-02 10:00:00"
            }
            Self::Twice => {
                "a time in UTC: this local time occurred twice, because the clock went back"
            }
            Self::Never => {
                "another time zone in the manifest: this local time never occurred, because the \
                 clock went forward"
            }
        }
    }
}

/// Reads an instant: `2016-03-02T10:00:00.123Z`, with an offset or without one, `20160302
/// 10:00:00`, `02.03.2016 10:00:00` (the day first, as wherever dots are used) or the
/// `/Date(1456912800000)/` of PowerShell. A time without an offset is of the zone.
///
/// # Errors
/// Why it cannot be read.
pub fn parse(text: &str, zone: &TimeZone) -> Result<InstantMs, BadInstant> {
    let text = text.trim();
    if let Some(rest) = text.trim_matches('\\').strip_prefix("/Date(") {
        let digits = rest.split(')').next().unwrap_or_default();
        return digits.parse().map_err(|_| BadInstant::NotATime);
    }
    let (date, rest) = date(text)?;
    let rest = rest.trim_start_matches(['T', ' ']);
    if rest.is_empty() {
        return local(date.to_datetime(Time::midnight()), zone);
    }
    let (time, offset) = time(rest)?;
    let civil = date.to_datetime(time);
    match offset {
        None => local(civil, zone),
        Some(minutes) => {
            let utc = TimeZone::UTC.to_timestamp(civil);
            let utc = utc.map_err(|_| BadInstant::NotATime)?;
            Ok(utc.as_millisecond() - minutes * 60_000)
        }
    }
}

fn local(civil: DateTime, zone: &TimeZone) -> Result<InstantMs, BadInstant> {
    let found = zone.to_ambiguous_timestamp(civil);
    match found.offset() {
        AmbiguousOffset::Fold { .. } => Err(BadInstant::Twice),
        AmbiguousOffset::Gap { .. } => Err(BadInstant::Never),
        AmbiguousOffset::Unambiguous { .. } => {
            let stamp = found.unambiguous().map_err(|_| BadInstant::NotATime)?;
            Ok(stamp.as_millisecond())
        }
    }
}

/// The date at the beginning, and what follows it.
fn date(text: &str) -> Result<(Date, &str), BadInstant> {
    let bad = BadInstant::NotATime;
    let digits = |from: usize, to: usize| number(text.get(from..to)?);
    let separator = |at: usize| text.as_bytes().get(at).copied();
    let (year, month, day, length) = match (separator(4), separator(2)) {
        (Some(b'-'), _) => (digits(0, 4), digits(5, 7), digits(8, 10), 10),
        (_, Some(b'.')) => (digits(6, 10), digits(3, 5), digits(0, 2), 10),
        (_, Some(b'/')) | (_, Some(b'-')) => return Err(BadInstant::DayOrMonth),
        _ if separator(1) == Some(b'/') => return Err(BadInstant::DayOrMonth),
        _ => (digits(0, 4), digits(4, 6), digits(6, 8), 8),
    };
    let (year, month, day) = (year.ok_or(bad)?, month.ok_or(bad)?, day.ok_or(bad)?);
    let date = Date::new(year, month as i8, day as i8).map_err(|_| bad)?;
    Ok((date, text.get(length..).ok_or(bad)?))
}

/// The time of the day, and the minutes that it is ahead of UTC, where it says so.
fn time(text: &str) -> Result<(Time, Option<i64>), BadInstant> {
    let bad = BadInstant::NotATime;
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at(end);
    let (clock, fraction) = match clock.trim_end().split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, milliseconds(fraction).ok_or(bad)?),
        None => (clock.trim_end(), 0),
    };
    let mut parts = clock.split(':');
    let mut part = || parts.next().and_then(number);
    let (hour, minute) = (part().ok_or(bad)?, part().ok_or(bad)?);
    let second = match parts.next() {
        Some(second) => number(second).ok_or(bad)?,
        None => 0,
    };
    if parts.next().is_some() {
        return Err(bad);
    }
    let time = Time::new(hour as i8, minute as i8, second as i8, fraction * 1_000_000);
    Ok((time.map_err(|_| bad)?, ahead(offset)?))
}

/// Minutes ahead of UTC: `Z`, `+01:00`, `+0100`; `None` where nothing is said.
fn ahead(text: &str) -> Result<Option<i64>, BadInstant> {
    let bad = BadInstant::NotATime;
    let (sign, rest) = match text.as_bytes().first() {
        None => return Ok(None),
        Some(b'Z' | b'z') if text.len() == 1 => return Ok(Some(0)),
        Some(b'+') => (1, &text[1..]),
        Some(b'-') => (-1, &text[1..]),
        Some(_) => return Err(bad),
    };
    let hours = rest.get(..2).and_then(number).ok_or(bad)?;
    let minutes = rest.get(2..).unwrap_or_default();
    let minutes = match minutes.strip_prefix(':').unwrap_or(minutes) {
        "" => 0,
        minutes => number(minutes).ok_or(bad)?,
    };
    Ok(Some(sign * (i64::from(hours) * 60 + i64::from(minutes))))
}

/// A number of one to four digits.
fn number(text: &str) -> Option<i16> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// The milliseconds of a fraction of a second; finer digits are cut off.
fn milliseconds(fraction: &str) -> Option<i32> {
    let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let three: String = fraction.chars().chain("00".chars()).take(3).collect();
    three.parse().ok().filter(|_| plain)
}

/// The instant as `2016-03-02 10:00:00 UTC`.
#[must_use]
pub fn text(instant: InstantMs) -> String {
    let stamp = jiff::Timestamp::from_millisecond(instant);
    stamp.map_or_else(
        |_| format!("{instant} ms since 1970"),
        |stamp| stamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// The hour of the day, 0 to 23, in a zone.
#[must_use]
pub fn hour_of_day(instant: InstantMs, zone: &TimeZone) -> usize {
    let stamp = jiff::Timestamp::from_millisecond(instant);
    let hour = stamp.map(|stamp| zone.to_datetime(stamp).hour());
    usize::try_from(hour.unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: InstantMs = 1_456_912_800_000;

    #[test]
    fn instants_are_read_in_every_form_that_occurs() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (text, ms) in [
            ("2016-03-02T10:00:00Z", TEN),
            ("2016-03-02T10:00:00.25Z", TEN + 250),
            ("2016-03-02 11:00:00", TEN),
            ("2016-03-02T11:00:00,1234567", TEN + 123),
            ("2016-03-02T11:00:00+01:00", TEN),
            ("2016-03-02T04:30:00.000-0530", TEN),
            ("02.03.2016 11:00:00", TEN),
            ("20160302 11:00", TEN),
            ("2016-03-02", TEN - 11 * 3_600_000),
            ("/Date(1456912800000)/", TEN),
            ("\\/Date(1456912800000)\\/", TEN),
        ] {
            assert_eq!(parse(text, &berlin), Ok(ms), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (text, why) in [
            ("02/03/2016 10:00:00", BadInstant::DayOrMonth),
            ("2/3/2016 10:00:00", BadInstant::DayOrMonth),
            ("2016-10-30 02:30:00", BadInstant::Twice),
            ("2016-03-27 02:30:00", BadInstant::Never),
            ("yesterday", BadInstant::NotATime),
            ("2016-02-30 10:00:00", BadInstant::NotATime),
            ("2016-03-02 25:00:00", BadInstant::NotATime),
            ("2016-03-02 10:00:00x", BadInstant::NotATime),
            ("", BadInstant::NotATime),
            ("ü", BadInstant::NotATime),
        ] {
            assert_eq!(parse(text, &berlin), Err(why), "{text}");
        }
        assert_eq!(
            parse("2016-10-30T02:30:00Z", &berlin),
            Ok(1_477_794_600_000)
        );
    }
}
