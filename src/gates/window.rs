//! Gate `window` (row G9): the time is inside the open hours and outside every freeze, by the clocks of the policy's zone.
//!
//! An instant is judged by what those clocks show at it. So an hour that the clocks skip is never open, and one that they repeat is open twice.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, civil};

use super::case::Case;
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::shown;
use crate::policy::{Day, Freeze, OpenHours, WindowRule};

const CLOSED: ReasonSpec = ReasonSpec { code: "window.closed", about: "It is outside the open hours." };
const FREEZE: ReasonSpec = ReasonSpec { code: "window.freeze", about: "It is a time of no change." };
const NEVER: ReasonSpec = ReasonSpec { code: "window.never", about: "It is closed, and does not open within the next 400 days." };
const ZONE_UNKNOWN: ReasonSpec = ReasonSpec { code: "window.zone-unknown", about: "The policy names a time zone that is not in the IANA database." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[CLOSED, FREEZE, NEVER, ZONE_UNKNOWN];

/// How far ahead an opening is looked for.
const HORIZON_DAYS: i64 = 400;

/// Judges: it is open now.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Window);
    let Some(rule) = &case.environment.gates.window else {
        answering.saw("always open");
        return answering.done();
    };
    let Some(clocks) = Clocks::of(rule) else {
        let remedy = "name a zone of the IANA database in the policy, e.g. `Europe/Berlin`";
        answering.refuse(&ZONE_UNKNOWN, format!("there is no time zone `{}`", shown(&rule.zone))).remedy(remedy);
        return answering.done();
    };
    clocks.judge(case.facts.now, &mut answering);
    answering.done()
}

/// The first instant from `now` on at which it is open, `now` itself where it is open now. `None` where it does not open within 400 days, or
/// where the zone does not exist.
pub fn next_opening(rule: &WindowRule, now: Timestamp) -> Option<Timestamp> {
    Clocks::of(rule)?.next_opening(now)
}

/// A rule with the clocks by which it is read.
struct Clocks<'a> {
    rule: &'a WindowRule,
    zone: TimeZone,
}

impl<'a> Clocks<'a> {
    fn of(rule: &'a WindowRule) -> Option<Self> {
        TimeZone::get(&rule.zone).ok().map(|zone| Self { rule, zone })
    }

    fn judge(&self, now: Timestamp, answering: &mut Answering) {
        let local = self.zone.to_datetime(now);
        answering.saw(format!("it is {}", self.say(now)));
        match (self.rule.open.is_empty(), hours_at(self.rule, local)) {
            (true, _) => answering.saw("no open hours: always open outside freezes"),
            (false, Some(hours)) => answering.saw(format!("inside the open hours {}", say_hours(hours))),
            (false, None) => answering.saw(format!("open hours: {}", self.rule.open.iter().map(say_hours).collect::<Vec<_>>().join("; "))),
        };
        let outside = !self.rule.open.is_empty() && hours_at(self.rule, local).is_none();
        let freeze = freeze_at(self.rule, local);
        if !outside && freeze.is_none() {
            return;
        }
        let next = self.next_opening(now);
        let change = "change the open hours or the freezes in the policy";
        let remedy = next.map_or_else(|| change.to_owned(), |next| format!("wait until {}", self.say(next)));
        if outside {
            let opens = next.map(|next| format!("; it opens {}", self.say(next))).unwrap_or_default();
            answering.wait(&CLOSED, format!("it is outside the open hours{opens}")).remedy(remedy.clone());
        }
        if let Some(freeze) = freeze {
            let why = freeze.why.as_ref().map(|why| format!(" ({})", shown(why))).unwrap_or_default();
            answering.wait(&FREEZE, format!("it is a time of no change{why} until {}", self.say_civil(freeze.until))).remedy(remedy);
        }
        if next.is_none() {
            answering.refuse(&NEVER, format!("it does not open within {HORIZON_DAYS} days")).remedy(change);
        }
    }

    fn is_open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        (self.rule.open.is_empty() || hours_at(self.rule, local).is_some()) && freeze_at(self.rule, local).is_none()
    }

    /// It can only turn from closed to open where the clocks show the beginning of open hours or the end of a freeze, or where they jump.
    fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_open(now) {
            return Some(now);
        }
        let horizon = now.checked_add(SignedDuration::from_hours(24 * HORIZON_DAYS)).unwrap_or(Timestamp::MAX);
        let opens = |at: &Timestamp| (now..=horizon).contains(at) && self.is_open(*at);
        let jumps = self.zone.following(now).map(|jump| jump.timestamp()).take_while(|at| *at <= horizon);
        let thaws = self.rule.freeze.iter().flat_map(|freeze| self.instants(freeze.until));
        let mut first = jumps.chain(thaws).filter(opens).min();
        let mut day = self.zone.to_datetime(now).date();
        for _ in 0..=HORIZON_DAYS + 1 {
            // Two days more: the clocks may have jumped back in between.
            if first.is_some_and(|first| self.zone.to_datetime(first).date().saturating_add(jiff::Span::new().days(2)) < day) {
                break;
            }
            let beginnings = self.rule.open.iter().filter(|hours| hours.days.contains(&day_of(day))).map(|hours| day.to_datetime(hours.from));
            let earliest = beginnings.flat_map(|beginning| self.instants(beginning)).filter(opens).min();
            first = [first, earliest].into_iter().flatten().min();
            day = day.tomorrow().ok()?;
        }
        first
    }

    /// When the clocks show this: once, or twice where they go back, or never where they skip it.
    fn instants(&self, local: civil::DateTime) -> impl Iterator<Item = Timestamp> {
        let (one, other) = match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => (Some(offset), None),
            AmbiguousOffset::Gap { .. } => (None, None),
            AmbiguousOffset::Fold { before, after } => (Some(before), Some(after)),
        };
        [one, other].into_iter().flatten().filter_map(move |offset| offset.to_timestamp(local).ok())
    }

    /// An instant for people: by the zone's clocks and in UTC.
    fn say(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at).strftime("%a %Y-%m-%d %H:%M");
        format!("{local} {} ({} UTC)", shown(&self.rule.zone), at.strftime("%Y-%m-%d %H:%M"))
    }

    fn say_civil(&self, local: civil::DateTime) -> String {
        self.zone.to_ambiguous_timestamp(local).compatible().map_or_else(|_| local.to_string(), |at| self.say(at))
    }
}

/// The open hours in which the clocks are; `until` at or before `from` lies on the next day.
fn hours_at(rule: &WindowRule, local: civil::DateTime) -> Option<&OpenHours> {
    let (time, today) = (local.time(), day_of(local.date()));
    let yesterday = local.date().yesterday().ok().map(day_of);
    rule.open.iter().find(|hours| {
        let over_midnight = hours.until.filter(|until| *until <= hours.from);
        let begun_today = hours.days.contains(&today) && time >= hours.from && (over_midnight.is_some() || hours.until.is_none_or(|until| time < until));
        let begun_yesterday = yesterday.is_some_and(|day| hours.days.contains(&day)) && over_midnight.is_some_and(|until| time < until);
        begun_today || begun_yesterday
    })
}

fn freeze_at(rule: &WindowRule, local: civil::DateTime) -> Option<&Freeze> {
    rule.freeze.iter().find(|freeze| freeze.from <= local && local < freeze.until)
}

fn day_of(date: civil::Date) -> Day {
    match date.weekday() {
        civil::Weekday::Monday => Day::Mon,
        civil::Weekday::Tuesday => Day::Tue,
        civil::Weekday::Wednesday => Day::Wed,
        civil::Weekday::Thursday => Day::Thu,
        civil::Weekday::Friday => Day::Fri,
        civil::Weekday::Saturday => Day::Sat,
        civil::Weekday::Sunday => Day::Sun,
    }
}

fn say_hours(hours: &OpenHours) -> String {
    let days = hours.days.iter().map(|day| format!("{day:?}")).collect::<Vec<_>>().join(",");
    let until = hours.until.map_or_else(|| "24:00".to_owned(), |until| until.strftime("%H:%M").to_string());
    format!("{days} {}-{until}", hours.from.strftime("%H:%M"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::time;
    use proptest::prelude::*;

    use super::super::fixtures::{World, reasons, saw};
    use super::super::verdict::Judgement::{NoGo, Waiting};
    use super::*;

    const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

    fn hours(days: &[Day], from: civil::Time, until: Option<civil::Time>) -> OpenHours {
        OpenHours { days: days.iter().copied().collect(), from, until }
    }

    fn rule(zone: &str, open: Vec<OpenHours>) -> WindowRule {
        WindowRule { zone: zone.to_owned(), open, freeze: Vec::new() }
    }

    fn office() -> WindowRule {
        rule("Europe/Berlin", vec![hours(&WEEK[..4], time(9, 0, 0, 0), Some(time(16, 0, 0, 0))), hours(&WEEK[4..5], time(9, 0, 0, 0), Some(time(12, 0, 0, 0)))])
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn asked(rule: WindowRule, now: &str) -> Answer {
        let mut world = World::new();
        world.facts.now = at(now);
        world.gates().window = Some(rule);
        world.ask(judge)
    }

    #[test]
    fn g9_without_a_rule_it_is_always_open() {
        let answer = World::new().ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "always open"));
    }

    #[test]
    fn g9_inside_the_hours_of_the_zone_is_go_to_the_second() {
        assert_eq!(reasons(&asked(office(), "2026-03-10T08:00:00Z")), []);
        assert_eq!(reasons(&asked(office(), "2026-03-10T07:59:59.999Z")), [(Waiting, "window.closed")]);
        assert_eq!(reasons(&asked(office(), "2026-03-10T14:59:59.999Z")), []);
        assert_eq!(reasons(&asked(office(), "2026-03-10T15:00:00Z")), [(Waiting, "window.closed")]);
    }

    #[test]
    fn g9_a_closed_window_says_when_it_opens_by_the_zones_clocks_and_in_utc() {
        // Friday afternoon before the clocks go forward on Sunday.
        let answer = asked(office(), "2026-03-27T12:00:00Z");
        assert_eq!(reasons(&answer), [(Waiting, "window.closed")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("wait until Mon 2026-03-30 09:00 Europe/Berlin (2026-03-30 07:00 UTC)"));
        assert!(saw(&answer, "it is Fri 2026-03-27 13:00 Europe/Berlin (2026-03-27 12:00 UTC)"));
        assert!(saw(&answer, "Mon,Tue,Wed,Thu 09:00-16:00; Fri 09:00-12:00"));
    }

    #[test]
    fn g9_hours_past_midnight_belong_to_the_day_on_which_they_begin() {
        let night = || rule("UTC", vec![hours(&[Day::Sat], time(22, 0, 0, 0), Some(time(2, 0, 0, 0)))]);
        for open in ["2026-03-14T22:00:00Z", "2026-03-14T23:59:59Z", "2026-03-15T01:59:59Z"] {
            assert_eq!(reasons(&asked(night(), open)), [], "{open}");
        }
        for closed in ["2026-03-14T01:00:00Z", "2026-03-14T21:59:59Z", "2026-03-15T02:00:00Z", "2026-03-15T22:00:00Z"] {
            assert_eq!(reasons(&asked(night(), closed)), [(Waiting, "window.closed")], "{closed}");
        }
        let all_day = || rule("UTC", vec![hours(&[Day::Sat], time(0, 0, 0, 0), None)]);
        assert_eq!(reasons(&asked(all_day(), "2026-03-14T23:59:59Z")), []);
        assert_eq!(reasons(&asked(all_day(), "2026-03-15T00:00:00Z")), [(Waiting, "window.closed")]);
    }

    #[test]
    fn g9_a_freeze_closes_open_hours_and_says_why_and_until_when() {
        let mut rule = office();
        let holidays =
            Freeze { from: civil::date(2026, 12, 20).at(0, 0, 0, 0), until: civil::date(2027, 1, 4).at(0, 0, 0, 0), why: Some("holidays".to_owned()) };
        rule.freeze.push(holidays);
        let answer = asked(rule.clone(), "2026-12-21T10:00:00Z");
        assert_eq!(reasons(&answer), [(Waiting, "window.freeze")]);
        assert_eq!(answer.reasons[0].what, "it is a time of no change (holidays) until Mon 2027-01-04 00:00 Europe/Berlin (2027-01-03 23:00 UTC)");
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("wait until Mon 2027-01-04 09:00 Europe/Berlin (2027-01-04 08:00 UTC)"));
        assert_eq!(reasons(&asked(rule.clone(), "2026-12-19T22:59:59Z")), [(Waiting, "window.closed")], "a Saturday, and no freeze yet");
        assert_eq!(reasons(&asked(rule, "2026-12-19T23:00:00Z")), [(Waiting, "window.closed"), (Waiting, "window.freeze")]);
    }

    #[test]
    fn g9_a_freeze_alone_leaves_the_rest_open() {
        let mut rule = rule("America/New_York", Vec::new());
        rule.freeze.push(Freeze { from: civil::date(2026, 11, 26).at(0, 0, 0, 0), until: civil::date(2026, 11, 27).at(0, 0, 0, 0), why: None });
        assert_eq!(reasons(&asked(rule.clone(), "2026-11-26T04:59:59Z")), []);
        assert_eq!(reasons(&asked(rule.clone(), "2026-11-26T05:00:00Z")), [(Waiting, "window.freeze")]);
        assert_eq!(next_opening(&rule, at("2026-11-26T05:00:00Z")), Some(at("2026-11-27T05:00:00Z")));
    }

    #[test]
    fn g9_a_window_that_never_opens_and_a_zone_that_does_not_exist_are_no() {
        let mut frozen = office();
        frozen.freeze.push(Freeze { from: civil::date(2020, 1, 1).at(0, 0, 0, 0), until: civil::date(2030, 1, 1).at(0, 0, 0, 0), why: None });
        assert_eq!(reasons(&asked(frozen.clone(), "2026-03-10T12:00:00Z")), [(Waiting, "window.freeze"), (NoGo, "window.never")]);
        assert_eq!(next_opening(&frozen, at("2026-03-10T12:00:00Z")), None);
        assert_eq!(reasons(&asked(rule("Europe/Atlantis", Vec::new()), "2026-03-10T12:00:00Z")), [(NoGo, "window.zone-unknown")]);
        assert_eq!(next_opening(&rule("Europe/Atlantis", Vec::new()), at("2026-03-10T12:00:00Z")), None);
    }

    #[test]
    fn g9_an_hour_that_is_skipped_is_never_open_and_one_that_is_repeated_is_open_twice() {
        let small_hours = rule("Europe/Berlin", vec![hours(&WEEK, time(2, 15, 0, 0), Some(time(2, 45, 0, 0)))]);
        // On 29 March 2026 the clocks go from 02:00 to 03:00.
        assert_eq!(next_opening(&small_hours, at("2026-03-29T00:00:00Z")), Some(at("2026-03-30T00:15:00Z")));
        // On 25 October 2026 they go from 03:00 back to 02:00.
        assert_eq!(next_opening(&small_hours, at("2026-10-24T22:00:00Z")), Some(at("2026-10-25T00:15:00Z")));
        assert_eq!(next_opening(&small_hours, at("2026-10-25T00:45:00Z")), Some(at("2026-10-25T01:15:00Z")));
        // Hours that begin in the gap are open from the moment at which the clocks have jumped into them.
        let morning = rule("Europe/Berlin", vec![hours(&WEEK, time(2, 30, 0, 0), Some(time(4, 0, 0, 0)))]);
        assert_eq!(next_opening(&morning, at("2026-03-29T00:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
    }

    /// The model: minutes of the week as sets, read off the zone's clocks; nothing of the code under test.
    struct Model {
        zone: TimeZone,
        minutes: BTreeSet<i32>,
        always: bool,
        freeze: Option<(civil::DateTime, civil::DateTime)>,
    }

    impl Model {
        fn of(rule: &WindowRule) -> Self {
            let minute = |time: civil::Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
            let mut minutes = BTreeSet::new();
            for hours in &rule.open {
                let from = minute(hours.from);
                let until = hours.until.map_or(24 * 60, |until| if until > hours.from { minute(until) } else { minute(until) + 24 * 60 });
                for day in &hours.days {
                    let midnight = *day as i32 * 24 * 60;
                    minutes.extend((from..until).map(|at| (midnight + at) % (7 * 24 * 60)));
                }
            }
            let freeze = rule.freeze.first().map(|freeze| (freeze.from, freeze.until));
            Self { zone: TimeZone::get(&rule.zone).expect("a zone"), minutes, always: rule.open.is_empty(), freeze }
        }

        fn is_open(&self, at: Timestamp) -> bool {
            let local = at.to_zoned(self.zone.clone()).datetime();
            let of_day = i32::from(local.hour()) * 60 + i32::from(local.minute());
            let minute = i32::from(local.weekday().to_monday_zero_offset()) * 24 * 60 + of_day;
            let frozen = self.freeze.is_some_and(|(from, until)| local >= from && local < until);
            (self.always || self.minutes.contains(&minute)) && !frozen
        }
    }

    fn times() -> impl Strategy<Value = civil::Time> {
        // Quarters of the hours in which clocks jump, and any other minute.
        prop_oneof![
            (0_i8..5, 0_i8..4).prop_map(|(hour, quarter)| time(hour, quarter * 15, 0, 0)),
            (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
        ]
    }

    fn open_hours() -> impl Strategy<Value = OpenHours> {
        (prop::collection::btree_set(prop::sample::select(&WEEK[..]), 1..4), times(), prop::option::of(times())).prop_map(|(days, from, until)| OpenHours {
            days,
            from,
            until,
        })
    }

    /// A zone and an instant at most three days before its clocks jump, or after.
    fn near_a_jump() -> impl Strategy<Value = (&'static str, Timestamp)> {
        const JUMPS: [(&str, &str); 6] = [
            ("Europe/Berlin", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("America/New_York", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-11-01T06:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ];
        (prop::sample::select(&JUMPS[..]).prop_map(|(zone, jump)| (zone, at(jump))), -3 * 86_400_i64..86_400)
            .prop_map(|((zone, jump), seconds)| (zone, jump + SignedDuration::from_secs(seconds)))
    }

    fn windows() -> impl Strategy<Value = (WindowRule, Timestamp)> {
        (near_a_jump(), prop::collection::vec(open_hours(), 0..3), prop::option::of((0_i64..6 * 24 * 60, 1_i64..3 * 24 * 60))).prop_map(
            |((zone, now), open, freeze)| {
                let mut rule = rule(zone, open);
                let clocks = TimeZone::get(zone).expect("a zone").to_datetime(now).date().to_datetime(time(0, 0, 0, 0));
                rule.freeze.extend(freeze.map(|(begins, lasts)| {
                    let from = clocks.saturating_sub(SignedDuration::from_hours(48)).saturating_add(SignedDuration::from_mins(begins));
                    Freeze { from, until: from.saturating_add(SignedDuration::from_mins(lasts)), why: None }
                }));
                (rule, now)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

        #[test]
        fn g9_the_next_opening_is_the_first_open_minute((rule, now) in windows()) {
            let model = Model::of(&rule);
            let next = next_opening(&rule, now).expect("every rule here opens within some weeks");
            prop_assert!(next >= now, "{next} lies before {now}");
            prop_assert!(model.is_open(next), "{next} is not open");
            prop_assert_eq!(model.is_open(now), next == now);
            let first_minute = now.as_second().div_euclid(60) * 60 + 60;
            for second in (first_minute..next.as_second()).step_by(60) {
                let minute = Timestamp::from_second(second).expect("in range");
                prop_assert!(!model.is_open(minute), "{minute} is open before {next}");
            }
        }

        #[test]
        fn g9_the_gate_says_go_exactly_where_it_is_open((rule, now) in windows()) {
            let model = Model::of(&rule);
            let mut world = World::new();
            world.facts.now = now;
            world.gates().window = Some(rule);
            prop_assert_eq!(world.ask(judge).reasons.is_empty(), model.is_open(now));
        }
    }
}
