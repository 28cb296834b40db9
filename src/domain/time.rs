//! Durations as a policy and a command write them. Instants are [`jiff::Timestamp`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::{Fault, Invalid};

/// A length of time in whole seconds, written `90s`, `30m`, `2h` or `14d`; from 1 second to 3,650 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    seconds: u32,
}

impl Period {
    /// So many seconds; the caller states a constant within range.
    pub const fn of_seconds(seconds: u32) -> Self {
        Self { seconds }
    }

    /// Its length in seconds.
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// The instant that lies this long after `start`; the greatest instant where there is none.
    pub fn after(self, start: jiff::Timestamp) -> jiff::Timestamp {
        start.checked_add(jiff::SignedDuration::from_secs(i64::from(self.seconds))).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl TryFrom<String> for Period {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl std::str::FromStr for Period {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const SHAPE: Fault = Fault::Shape("a whole number and a unit: `90s`, `30m`, `2h` or `14d`, at most 3650d");
        let invalid = || Invalid::new("duration", text, SHAPE);
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            _ => return Err(invalid()),
        };
        let digits = &text[..text.len() - 1];
        let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if !plain {
            return Err(invalid());
        }
        let seconds = digits.parse::<u32>().ok().and_then(|count| count.checked_mul(unit)).ok_or_else(invalid)?;
        if seconds > 3_650 * 86_400 { Err(invalid()) } else { Ok(Self { seconds }) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.seconds {
            seconds if seconds % 86_400 == 0 => (seconds / 86_400, "d"),
            seconds if seconds % 3_600 == 0 => (seconds / 3_600, "h"),
            seconds if seconds % 60 == 0 => (seconds / 60, "m"),
            seconds => (seconds, "s"),
        };
        write!(formatter, "{count}{unit}")
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_as_they_are_written() {
        for text in ["90s", "30m", "2h", "14d", "1s", "3650d"] {
            assert_eq!(text.parse::<Period>().expect("valid").to_string(), text);
        }
        for text in ["", "s", "0s", "01m", "1", "1w", "-1h", "1.5h", "3651d", "99999999999d", "\u{0663}h", "1h30m", "1 h"] {
            assert!(text.parse::<Period>().is_err(), "{text:?}");
        }
    }
}
