//! Gate `window`: zones, open hours, freezes (row G9).

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::super::code::Code;
use super::super::fault::{Fault, Sink};
use super::super::nearest::nearest;
use super::super::raw::{At, RawFreeze, RawWindow};
use super::super::{Day, Freeze, OpenHours, WindowRule};
use super::values;

const HOURS: &str = "write days and hours: `Mon-Fri 09:00-17:00`, `Mon,Wed 22:00-04:00`, `Sat 00:00-24:00`";

/// The window's rule.
pub(super) fn window(at: &At<RawWindow>, sink: &Sink) -> WindowRule {
    let raw = &at.value;
    let zone = raw.zone.value().cloned().unwrap_or_default();
    if raw.zone.is_absent() {
        let fault = Fault::new(Code::Missing, at.span, "the key `zone` is missing here");
        sink.add(fault.help("e.g. `zone: Europe/Berlin` or `zone: UTC`"));
    }
    if let Some(zone) = raw.zone.at() {
        check_zone(zone, sink);
    }
    if let Some(open) = raw.open.at()
        && open.value.items.is_empty()
        && !open.value.broken
    {
        sink.add(Fault::new(Code::Window, open.span, "this window never opens").help("name open hours, or remove `open`: then it is always open"));
    }
    if raw.open.is_absent() && raw.freeze.is_absent() {
        sink.add(Fault::new(Code::Empty, at.span, "this window has neither `open` hours nor a `freeze`"));
    }
    let open = raw.open.value().map_or(&[][..], |open| &open.items).iter().filter_map(|hours| open_hours(hours, sink)).collect();
    let freeze = raw.freeze.value().map_or(&[][..], |freeze| &freeze.items).iter().filter_map(|at| freeze_of(at, sink)).collect();
    WindowRule { zone, open, freeze }
}

fn check_zone(zone: &At<String>, sink: &Sink) {
    let name = zone.value.as_str();
    // The database forgives the case of letters; one spelling is enough.
    let known = TimeZone::get(name).is_ok_and(|found| found.iana_name() == Some(name));
    if !known {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let fault = Fault::new(Code::Zone, zone.span, format!("`{name}` is not a time zone of the IANA database"));
        sink.add(fault.meant(nearest(name, names.iter().map(String::as_str))).help("e.g. `UTC`, `Europe/Berlin`, `America/New_York`"));
    }
}

fn open_hours(at: &At<String>, sink: &Sink) -> Option<OpenHours> {
    let hours = parse_hours(&at.value);
    if hours.is_none() {
        sink.add(Fault::new(Code::Window, at.span, format!("`{}` are not open hours", at.value)).help(HOURS));
    }
    hours
}

fn parse_hours(text: &str) -> Option<OpenHours> {
    let (days, times) = text.split_once(' ')?;
    let (from, until) = times.split_once('-')?;
    let mut set = BTreeSet::new();
    for part in days.split(',') {
        match part.split_once('-') {
            Some((first, last)) => set.extend(day_range(day(first)?, day(last)?)),
            None => drop(set.insert(day(part)?)),
        }
    }
    let until = if until == "24:00" { None } else { Some(time(until)?) };
    Some(OpenHours { days: set, from: time(from)?, until })
}

const DAYS: [(&str, Day); 7] =
    [("Mon", Day::Mon), ("Tue", Day::Tue), ("Wed", Day::Wed), ("Thu", Day::Thu), ("Fri", Day::Fri), ("Sat", Day::Sat), ("Sun", Day::Sun)];

fn day(word: &str) -> Option<Day> {
    DAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day)
}

/// From a day to a day, over the end of the week where need be.
fn day_range(first: Day, last: Day) -> impl Iterator<Item = Day> {
    let length = (last as usize + 7 - first as usize) % 7 + 1;
    DAYS.iter().map(|(_, day)| *day).cycle().skip(first as usize).take(length)
}

fn time(text: &str) -> Option<Time> {
    let shape = text.len() == 5 && text.bytes().enumerate().all(|(at, byte)| if at == 2 { byte == b':' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    Time::new(text[..2].parse().ok()?, text[3..].parse().ok()?, 0, 0).ok()
}

fn freeze_of(at: &At<RawFreeze>, sink: &Sink) -> Option<Freeze> {
    let raw = &at.value;
    for (key, set) in [("from", &raw.from), ("until", &raw.until)] {
        if set.is_absent() {
            values::missing(key, at.span, sink);
        }
    }
    if let Some(why) = raw.why.at() {
        values::line(why, 500, sink);
    }
    let from = raw.from.at().and_then(|from| moment(from, sink)).map(Moment::first);
    let until = raw.until.at().and_then(|until| moment(until, sink)).map(Moment::last);
    let (from, until) = (from?, until?);
    if from >= until {
        sink.add(Fault::new(Code::Freeze, raw.until.at().map_or(at.span, |until| until.span), "this freeze ends before it begins"));
        return None;
    }
    Some(Freeze { from, until, why: raw.why.value().cloned() })
}

/// A whole day, or a minute.
#[derive(Clone, Copy)]
enum Moment {
    Day(Date),
    Minute(DateTime),
}

impl Moment {
    fn first(self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(Time::midnight()),
            Self::Minute(minute) => minute,
        }
    }

    /// The first moment after it: a day's last moment is the next day's first.
    fn last(self) -> DateTime {
        match self {
            Self::Day(date) => date.tomorrow().map_or(DateTime::MAX, |next| next.to_datetime(Time::midnight())),
            Self::Minute(minute) => minute,
        }
    }
}

fn moment(at: &At<String>, sink: &Sink) -> Option<Moment> {
    let moment = parse_moment(&at.value);
    if moment.is_none() {
        sink.add(Fault::new(Code::Freeze, at.span, format!("`{}` is not a date", at.value)).help("write `2026-12-20` or `2026-12-20T18:00`"));
    }
    moment
}

fn parse_moment(text: &str) -> Option<Moment> {
    let (day, minute) = text.split_once('T').map_or((text, None), |(day, minute)| (day, Some(minute)));
    let shape = day.len() == 10 && day.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    let date = Date::new(day[..4].parse().ok()?, day[5..7].parse().ok()?, day[8..].parse().ok()?).ok()?;
    match minute {
        None => Some(Moment::Day(date)),
        Some(minute) => Some(Moment::Minute(date.to_datetime(time(minute)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g9_open_hours_read_days_ranges_lists_and_nights() {
        let hours = parse_hours("Mon-Thu 09:00-16:00").expect("valid");
        assert_eq!(hours.days.iter().copied().collect::<Vec<_>>(), [Day::Mon, Day::Tue, Day::Wed, Day::Thu]);
        assert_eq!((hours.from, hours.until), (Time::constant(9, 0, 0, 0), Some(Time::constant(16, 0, 0, 0))));
        let over = parse_hours("Sat-Mon,Wed 22:00-04:00").expect("valid");
        assert_eq!(over.days.iter().copied().collect::<Vec<_>>(), [Day::Mon, Day::Wed, Day::Sat, Day::Sun]);
        assert_eq!(parse_hours("Sun 00:00-24:00").expect("valid").until, None);
        assert_eq!(parse_hours("Fri-Fri 09:00-10:00").expect("valid").days.len(), 1);
        assert_eq!(parse_hours("Tue-Mon 09:00-10:00").expect("valid").days.len(), 7);
    }

    #[test]
    fn g9_hours_that_are_not_hours_are_refused() {
        for text in [
            "",
            "Mon",
            "09:00-10:00",
            "mon 09:00-10:00",
            "Mon 9:00-10:00",
            "Mon 09:00–10:00",
            "Mon  09:00-10:00",
            "Mon 24:00-10:00",
            "Mon 09:60-10:00",
            "Mon 09:00-25:00",
            "Mon- 09:00-10:00",
            "Mon, 09:00-10:00",
            "Mon 09:00",
            "Mon 09:00-10:00 ",
            "Mon \u{0660}9:00-10:00",
        ] {
            assert_eq!(parse_hours(text), None, "{text:?}");
        }
    }

    #[test]
    fn g9_a_freeze_of_days_ends_with_its_last_day() {
        let from = parse_moment("2026-12-20").map(Moment::first);
        let until = parse_moment("2027-01-03").map(Moment::last);
        assert_eq!(from, Some(DateTime::constant(2026, 12, 20, 0, 0, 0, 0)));
        assert_eq!(until, Some(DateTime::constant(2027, 1, 4, 0, 0, 0, 0)));
        assert_eq!(parse_moment("2026-12-20T18:30").map(Moment::last), Some(DateTime::constant(2026, 12, 20, 18, 30, 0, 0)));
        for text in ["2026-02-29", "2026-13-01", "20261220", "2026-12-20 18:00", "2026-12-20T", "2026-12-20T24:00", "26-12-20", ""] {
            assert!(parse_moment(text).is_none(), "{text:?}");
        }
    }
}
