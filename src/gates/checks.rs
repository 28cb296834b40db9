//! Gate `checks` (row G1): the checks and statuses of the exact commit pass.
//!
//! The newest run counts for each app, name, workflow and event. What GitHub counts as passed for required checks counts here: success, neutral and
//! skipped (docs.github.com, "About protected branches"). Any word that we do not know is no pass.

use std::collections::BTreeMap;

use super::case::Case;
use super::registry::GateId;
use super::unknown::quoted;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::shown;
use crate::facts::{Check, CheckKind, CheckState, Checks, RequiredCheck};
use crate::policy::{ChecksRequired, ChecksRule, NamedCheck};

const FAILED: ReasonSpec = ReasonSpec { code: "checks.failed", about: "A check that counts did not pass." };
const PENDING: ReasonSpec = ReasonSpec { code: "checks.pending", about: "A check that counts is not finished." };
const NOT_REPORTED: ReasonSpec = ReasonSpec {
    code: "checks.not-reported",
    about: "A check that must pass has not reported on this commit, or only from another app or event than the rule names.",
};
const NONE: ReasonSpec = ReasonSpec { code: "checks.none", about: "No check counts on this commit, and none is required: nothing shows that it was tested." };
const NONE_REQUIRED: ReasonSpec =
    ReasonSpec { code: "checks.none-required", about: "The policy asks for the required or named checks only, and there are none." };
const UNKNOWN: ReasonSpec = ReasonSpec { code: "checks.unknown", about: "The checks, or the list of required ones, could not be read." };
const TOO_MANY: ReasonSpec = ReasonSpec { code: "checks.too-many", about: "The commit has more checks than can be judged." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[FAILED, PENDING, NOT_REPORTED, NONE, NONE_REQUIRED, UNKNOWN, TOO_MANY];

/// Judges: every check that the rule asks for is there and passed.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Checks);
    let rule = &case.environment.gates.checks;
    let checks = match case.facts.checks.get() {
        Ok(checks) => checks,
        Err(why) => {
            answering.unknown(&UNKNOWN, "the checks could not be read", why);
            return answering.done();
        }
    };
    let required = match (rule.require, case.facts.base.required_checks.get()) {
        (ChecksRequired::Named, _) => &[],
        (_, Ok(required)) => required.as_slice(),
        (_, Err(why)) => {
            answering.unknown(&UNKNOWN, "which checks the base branch requires could not be read", why);
            return answering.done();
        }
    };
    match checks.items.all() {
        Ok(all) => {
            answering.saw(format!("commit {}: {} checks reported", case.facts.pull.head.short(), all.len()));
            Weighing { rule, demands: demands(rule, required), checks, all }.weigh(&mut answering);
        }
        Err(truncated) => {
            answering.refuse(&TOO_MANY, format!("the commit has too many checks to judge: {truncated}")).remedy("let fewer checks report on one commit");
        }
    }
    answering.done()
}

/// A check that must be there.
#[derive(Clone, Copy)]
enum Demand<'a> {
    /// The base branch requires it.
    Required(&'a RequiredCheck),
    /// The policy names it.
    Named(&'a NamedCheck),
}

impl Demand<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Required(required) => &required.name,
            Self::Named(named) => &named.name,
        }
    }

    /// True when this check answers the demand. A status has no app and no event, so it never answers a demand that names one.
    fn fits(&self, check: &Check) -> bool {
        check.name == self.name()
            && match self {
                Self::Required(required) => required.app.is_none_or(|id| check.app.as_ref().is_some_and(|app| app.id == id)),
                Self::Named(named) => {
                    named.app.as_ref().is_none_or(|slug| check.app.as_ref().is_some_and(|app| app.slug == *slug))
                        && named.event.as_ref().is_none_or(|event| check.event.as_ref() == Some(event))
                }
            }
    }

    /// Where it must come from.
    fn source(&self) -> String {
        match self {
            Self::Required(RequiredCheck { app: Some(id), .. }) => format!("from the app with the id {id}"),
            Self::Required(_) => "from any app".to_owned(),
            Self::Named(named) => {
                let app = named.app.as_ref().map_or_else(|| "from any app".to_owned(), |slug| format!("from the app `{}`", shown(slug)));
                named.event.as_ref().map_or_else(|| app.clone(), |event| format!("{app} on the event `{}`", shown(event)))
            }
        }
    }
}

fn demands<'a>(rule: &'a ChecksRule, required: &'a [RequiredCheck]) -> Vec<Demand<'a>> {
    let required = required.iter().filter(|required| !rule.except.contains(&required.name)).map(Demand::Required);
    required.chain(rule.also.iter().map(Demand::Named)).collect()
}

/// Everything needed to weigh the checks of one commit.
struct Weighing<'a> {
    rule: &'a ChecksRule,
    demands: Vec<Demand<'a>>,
    checks: &'a Checks,
    all: &'a [Check],
}

impl Weighing<'_> {
    fn weigh(&self, answering: &mut Answering) {
        let newest = self.newest(answering);
        let (counted, excepted): (Vec<&Check>, Vec<&Check>) = newest.iter().copied().partition(|check| !self.is_excepted(check));
        if !excepted.is_empty() {
            answering.saw(format!("not counted, because the policy excepts them: {}", names(&excepted)));
        }
        let counted: Vec<&Check> = counted.into_iter().filter(|check| self.counts(check)).collect();
        self.say_whether_any(answering, &counted);
        self.say_missing(answering, &newest);
        say_states(answering, &counted);
    }

    /// The newest of each check, without those of our own run.
    fn newest(&self, answering: &mut Answering) -> Vec<&Check> {
        let mut newest: BTreeMap<Identity<'_>, &Check> = BTreeMap::new();
        let (mut own, mut older) = (Vec::new(), 0);
        for check in self.all {
            if self.is_own(check) {
                own.push(check);
                continue;
            }
            let kept = newest.entry(Identity::of(check)).or_insert(check);
            if !std::ptr::eq(*kept, check) {
                older += 1;
                if Age::of(check) > Age::of(kept) {
                    *kept = check;
                }
            }
        }
        if !own.is_empty() {
            answering.saw(format!("not counted, because they belong to this very run: {}", names(&own)));
        }
        if older > 0 {
            answering.saw(format!("{older} older runs gave way to newer ones of the same check"));
        }
        newest.into_values().collect()
    }

    fn is_own(&self, check: &Check) -> bool {
        check.run.is_some() && check.run == self.checks.own_run
    }

    /// True when the policy says that it does not count; what it names in `also` counts nevertheless.
    fn is_excepted(&self, check: &Check) -> bool {
        self.rule.except.contains(&check.name) && !self.rule.also.iter().any(|named| Demand::Named(named).fits(check))
    }

    fn counts(&self, check: &Check) -> bool {
        let asked = match self.rule.require {
            ChecksRequired::All => true,
            ChecksRequired::Required => check.required,
            ChecksRequired::Named => false,
        };
        asked || self.demands.iter().any(|demand| demand.fits(check))
    }

    fn say_whether_any(&self, answering: &mut Answering, counted: &[&Check]) {
        let required = || self.demands.iter().any(|demand| matches!(demand, Demand::Required(_))) || counted.iter().any(|check| check.required);
        match self.rule.require {
            ChecksRequired::All if counted.is_empty() && self.demands.is_empty() => {
                let remedy = "let a workflow test this commit, or name in the policy (`checks: { require: named, also: […] }`) what must pass";
                answering.refuse(&NONE, "no check counts on this commit, and none is required").remedy(remedy);
            }
            ChecksRequired::Required if !required() => {
                let remedy = "require status checks in a branch rule of the base branch, or set `checks: { require: all }` in the policy";
                answering.refuse(&NONE_REQUIRED, "the policy asks for the required checks, and the base branch requires none that counts").remedy(remedy);
            }
            ChecksRequired::Named if self.demands.is_empty() => {
                let remedy = "name checks in `checks: { also: […] }`, or set `checks: { require: all }` in the policy";
                answering.refuse(&NONE_REQUIRED, "the policy asks for named checks, and names none").remedy(remedy);
            }
            _ => {}
        }
    }

    /// Says which demands nothing answers, and what reported under the same name and does not count.
    fn say_missing(&self, answering: &mut Answering, newest: &[&Check]) {
        for demand in self.demands.iter().filter(|demand| !newest.iter().any(|check| demand.fits(check))) {
            for check in newest.iter().filter(|check| check.name == demand.name()) {
                answering.saw(format!("{} does not answer the demand for one {}", described(check), demand.source()));
            }
            answering
                .wait(&NOT_REPORTED, format!("`{}` {} is expected, and has not reported on this commit yet", shown(demand.name()), demand.source()))
                .remedy("wait for it; if it does not come, find out why its workflow did not start on this commit");
        }
    }
}

/// Says how those that count stand.
fn say_states(answering: &mut Answering, counted: &[&Check]) {
    let with = |wanted: fn(CheckState) -> bool| -> Vec<&Check> { counted.iter().copied().filter(|check| wanted(check.state)).collect() };
    for (word, wanted) in [
        ("passed", (|state| state == CheckState::Success) as fn(CheckState) -> bool),
        ("skipped, which counts as passed", |state| state == CheckState::Skipped),
        ("neutral, which counts as passed", |state| state == CheckState::Neutral),
    ] {
        let those = with(wanted);
        if !those.is_empty() {
            answering.saw(format!("{} {word}: {}", those.len(), names(&those)));
        }
    }
    let failed = with(|state| standing(state) == Standing::Failed);
    let pending = with(|state| standing(state) == Standing::Pending);
    for check in failed.iter().chain(&pending) {
        answering.saw(described(check));
    }
    if !failed.is_empty() {
        let remedy = "run them again, or push a commit on which they pass";
        answering.refuse(&FAILED, format!("{} did not pass: {}", number(failed.len()), names(&failed))).remedy(remedy);
    }
    if !pending.is_empty() {
        answering.wait(&PENDING, format!("{} not finished: {}", number(pending.len()), names(&pending))).remedy("wait until they are finished");
    }
}

fn number(count: usize) -> String {
    if count == 1 { "1 check".to_owned() } else { format!("{count} checks") }
}

fn names(checks: &[&Check]) -> String {
    quoted(checks.iter().map(|check| check.name.as_str()))
}

/// One line from which a reader finds the check again.
fn described(check: &Check) -> String {
    let from = match (check.kind, &check.app) {
        (_, Some(app)) => format!("app `{}`", shown(&app.slug)),
        (CheckKind::Status, None) => "a commit status".to_owned(),
        (CheckKind::Run, None) => "app unknown".to_owned(),
    };
    let event = check.event.as_ref().map(|event| format!(", event `{}`", shown(event))).unwrap_or_default();
    let run = check.run.map(|run| format!(", run {run}")).unwrap_or_default();
    format!("`{}`: {} ({from}{event}{run})", shown(&check.name), word(check.state))
}

/// What makes two runs runs of the same check.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity<'a> {
    name: &'a str,
    is_status: bool,
    app: Option<u64>,
    workflow: Option<u64>,
    event: Option<&'a str>,
}

impl<'a> Identity<'a> {
    fn of(check: &'a Check) -> Self {
        Self {
            name: &check.name,
            is_status: check.kind == CheckKind::Status,
            app: check.app.as_ref().map(|app| app.id),
            workflow: check.workflow,
            event: check.event.as_deref(),
        }
    }
}

/// How runs of the same check are put in order: one that has not begun is the newest; where nothing tells two apart, the worse one stands.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Age {
    not_begun: bool,
    at: Option<jiff::Timestamp>,
    id: Option<u64>,
    standing: Standing,
}

impl Age {
    fn of(check: &Check) -> Self {
        let standing = standing(check.state);
        Self { not_begun: check.at.is_none() && standing == Standing::Pending, at: check.at, id: check.id, standing }
    }
}

/// What a state means for a deployment, from best to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Passed,
    Pending,
    Failed,
}

fn standing(state: CheckState) -> Standing {
    match state {
        CheckState::Success | CheckState::Neutral | CheckState::Skipped => Standing::Passed,
        CheckState::Queued | CheckState::InProgress | CheckState::Waiting | CheckState::Pending | CheckState::Requested | CheckState::Expected => {
            Standing::Pending
        }
        CheckState::Failure
        | CheckState::Error
        | CheckState::TimedOut
        | CheckState::Cancelled
        | CheckState::ActionRequired
        | CheckState::StartupFailure
        | CheckState::Stale
        | CheckState::Unknown => Standing::Failed,
    }
}

fn word(state: CheckState) -> &'static str {
    match state {
        CheckState::Success => "success",
        CheckState::Neutral => "neutral",
        CheckState::Skipped => "skipped",
        CheckState::Failure => "failure",
        CheckState::Error => "error",
        CheckState::TimedOut => "timed out",
        CheckState::Cancelled => "cancelled",
        CheckState::ActionRequired => "action required",
        CheckState::StartupFailure => "did not start",
        CheckState::Stale => "stale",
        CheckState::Queued => "queued",
        CheckState::InProgress => "in progress",
        CheckState::Waiting => "waiting",
        CheckState::Pending => "pending",
        CheckState::Requested => "requested",
        CheckState::Expected => "expected",
        CheckState::Unknown => "in a state that we do not know",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, reasons, saw};
    use super::super::verdict::Judgement::{self, NoGo, Waiting};
    use super::*;
    use crate::domain::RunId;
    use crate::facts::{CheckApp, Fact, Listing, Why};

    fn run(name: &str, state: CheckState, id: u64) -> Check {
        let at = format!("2026-03-10T09:20:{id:02}Z").parse().expect("a time");
        Check {
            kind: CheckKind::Run,
            name: name.to_owned(),
            state,
            at: Some(at),
            id: Some(id),
            app: Some(CheckApp { id: 15_368, slug: "github-actions".to_owned() }),
            event: Some("push".to_owned()),
            run: Some(RunId(100 + id)),
            workflow: Some(1),
            required: false,
        }
    }

    fn by_app(check: Check, id: u64, slug: &str) -> Check {
        Check { app: Some(CheckApp { id, slug: slug.to_owned() }), ..check }
    }

    fn status(name: &str, state: CheckState) -> Check {
        Check { kind: CheckKind::Status, app: None, event: None, run: None, workflow: None, ..run(name, state, 1) }
    }

    fn required(name: &str, app: Option<u64>) -> RequiredCheck {
        RequiredCheck { name: name.to_owned(), app }
    }

    fn named(name: &str, app: Option<&str>, event: Option<&str>) -> NamedCheck {
        NamedCheck { name: name.to_owned(), app: app.map(str::to_owned), event: event.map(str::to_owned) }
    }

    fn world(checks: Vec<Check>, required: Vec<RequiredCheck>) -> World {
        let mut world = World::new();
        world.facts.checks = Fact::Known(Checks { items: Listing::whole(checks), own_run: Some(RunId(9_000)) });
        world.facts.base.required_checks = Fact::Known(required);
        world
    }

    fn under(rule: ChecksRule, checks: Vec<Check>, required: Vec<RequiredCheck>) -> Answer {
        let mut world = world(checks, required);
        world.gates().checks = rule;
        world.ask(judge)
    }

    fn rule(require: ChecksRequired) -> ChecksRule {
        ChecksRule { require, also: Vec::new(), except: Vec::new() }
    }

    fn all(checks: Vec<Check>, required: Vec<RequiredCheck>) -> Answer {
        under(rule(ChecksRequired::All), checks, required)
    }

    const OK: CheckState = CheckState::Success;
    const BAD: CheckState = CheckState::Failure;

    #[test]
    fn g1_checks_that_pass_are_go_and_are_named() {
        let answer = World::new().ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "2 passed: `build`, `test`") && saw(&answer, "abababababab"), "{answer:#?}");
    }

    #[test]
    fn g1_every_state_that_is_not_known_to_pass_is_waiting_or_no() {
        use CheckState::*;
        for state in [Success, Neutral, Skipped] {
            assert_eq!(reasons(&all(vec![run("a", state, 1)], vec![])), [], "{state:?}");
        }
        for state in [Queued, InProgress, Waiting, Pending, Requested, Expected] {
            assert_eq!(reasons(&all(vec![run("a", state, 1)], vec![])), [(Judgement::Waiting, "checks.pending")], "{state:?}");
        }
        for state in [Failure, Error, TimedOut, Cancelled, ActionRequired, StartupFailure, Stale, Unknown] {
            assert_eq!(reasons(&all(vec![run("a", state, 1)], vec![])), [(NoGo, "checks.failed")], "{state:?}");
        }
    }

    #[test]
    fn g1_skipped_and_neutral_pass_and_are_said() {
        let answer = all(vec![run("a", CheckState::Skipped, 1), run("b", CheckState::Neutral, 2)], vec![required("a", None)]);
        assert!(reasons(&answer).is_empty() && saw(&answer, "skipped, which counts as passed: `a`") && saw(&answer, "neutral, which counts as passed: `b`"));
    }

    #[test]
    fn g1_a_required_check_that_has_not_reported_is_waiting() {
        let answer = all(vec![run("build", OK, 1)], vec![required("test", None)]);
        assert_eq!(reasons(&answer), [(Waiting, "checks.not-reported")]);
        assert_eq!(reasons(&all(vec![], vec![required("test", None)])), [(Waiting, "checks.not-reported")], "and not `checks.none`");
    }

    #[test]
    fn g1_only_the_app_that_the_rule_names_answers_for_a_required_check() {
        let from = |check: Check| all(vec![check], vec![required("test", Some(42))]);
        assert_eq!(reasons(&from(by_app(run("test", OK, 1), 42, "right"))), []);
        let answer = from(run("test", OK, 1));
        assert_eq!(reasons(&answer), [(Waiting, "checks.not-reported")]);
        assert!(saw(&answer, "`test`: success (app `github-actions`, event `push`, run 101) does not answer the demand for one from the app with the id 42"));
        assert_eq!(reasons(&from(status("test", OK))), [(Waiting, "checks.not-reported")], "a status has no app");
        assert_eq!(reasons(&all(vec![status("test", OK)], vec![required("test", None)])), []);
    }

    #[test]
    fn g1_the_newest_run_of_a_check_counts_whatever_the_order_of_the_list() {
        for (older, newer, expected) in [(BAD, OK, vec![]), (OK, BAD, vec![(NoGo, "checks.failed")])] {
            let (older, newer) = (run("test", older, 1), run("test", newer, 2));
            assert_eq!(reasons(&all(vec![older.clone(), newer.clone()], vec![])), expected);
            let answer = all(vec![newer, older], vec![]);
            assert_eq!(reasons(&answer), expected);
            assert!(saw(&answer, "1 older runs gave way"));
        }
    }

    #[test]
    fn g1_a_run_that_has_not_begun_is_newer_than_one_that_passed() {
        let queued = Check { at: None, ..run("test", CheckState::Queued, 2) };
        for checks in [vec![queued.clone(), run("test", OK, 1)], vec![run("test", OK, 1), queued]] {
            assert_eq!(reasons(&all(checks, vec![])), [(Waiting, "checks.pending")]);
        }
    }

    #[test]
    fn g1_of_two_that_nothing_tells_apart_the_worse_one_counts() {
        for checks in [vec![status("ci", OK), status("ci", BAD)], vec![status("ci", BAD), status("ci", OK)]] {
            assert_eq!(reasons(&all(checks, vec![])), [(NoGo, "checks.failed")]);
        }
    }

    #[test]
    fn g1_checks_of_one_name_from_two_apps_workflows_or_events_are_all_judged() {
        let failed = run("test", BAD, 1);
        let others = [
            by_app(run("test", OK, 2), 42, "other"),
            Check { workflow: Some(2), ..run("test", OK, 2) },
            Check { event: Some("pull_request".to_owned()), ..run("test", OK, 2) },
            status("test", OK),
        ];
        for other in others {
            let answer = all(vec![failed.clone(), other], vec![required("test", None)]);
            assert_eq!(reasons(&answer), [(NoGo, "checks.failed")], "{answer:#?}");
        }
    }

    #[test]
    fn g1_our_own_run_does_not_count_neither_as_pending_nor_as_passed() {
        let own = |state| Check { run: Some(RunId(9_000)), ..run("deploy", state, 3) };
        let answer = all(vec![run("test", OK, 1), own(CheckState::InProgress)], vec![]);
        assert!(reasons(&answer).is_empty() && saw(&answer, "belong to this very run: `deploy`"));
        assert_eq!(reasons(&all(vec![own(OK)], vec![])), [(NoGo, "checks.none")]);
        assert_eq!(reasons(&all(vec![run("test", OK, 1), own(OK)], vec![required("deploy", None)])), [(Waiting, "checks.not-reported")]);
    }

    #[test]
    fn g1_excepted_names_do_not_count_and_are_said_unless_they_are_named_besides() {
        let lint = |also: Vec<NamedCheck>| {
            let rule = ChecksRule { except: vec!["lint".to_owned()], also, ..rule(ChecksRequired::All) };
            under(rule, vec![run("test", OK, 1), run("lint", BAD, 2)], vec![required("lint", None)])
        };
        let answer = lint(vec![]);
        assert!(reasons(&answer).is_empty() && saw(&answer, "because the policy excepts them: `lint`"));
        assert_eq!(reasons(&lint(vec![named("lint", None, None)])), [(NoGo, "checks.failed")]);
    }

    #[test]
    fn g1_no_check_at_all_is_no() {
        assert_eq!(reasons(&all(vec![], vec![])), [(NoGo, "checks.none")]);
        let excepted = ChecksRule { except: vec!["lint".to_owned()], ..rule(ChecksRequired::All) };
        assert_eq!(reasons(&under(excepted, vec![run("lint", OK, 1)], vec![])), [(NoGo, "checks.none")]);
    }

    #[test]
    fn g1_required_asks_for_those_that_the_base_branch_requires_and_at_least_one() {
        let ask = |checks, names| under(rule(ChecksRequired::Required), checks, names);
        assert_eq!(reasons(&ask(vec![run("test", OK, 1), run("docs", BAD, 2)], vec![required("test", None)])), []);
        assert_eq!(reasons(&ask(vec![run("test", BAD, 1)], vec![required("test", None)])), [(NoGo, "checks.failed")]);
        assert_eq!(reasons(&ask(vec![run("test", OK, 1)], vec![])), [(NoGo, "checks.none-required")]);
        let flagged = Check { required: true, ..run("test", BAD, 1) };
        assert_eq!(reasons(&ask(vec![flagged], vec![])), [(NoGo, "checks.failed")], "the server says that it is required");
        let also = ChecksRule { also: vec![named("e2e", None, None)], ..rule(ChecksRequired::Required) };
        assert_eq!(reasons(&under(also, vec![run("e2e", OK, 1)], vec![])), [(NoGo, "checks.none-required")]);
    }

    #[test]
    fn g1_named_checks_must_come_from_the_app_and_event_named() {
        let ask = |check: Check, app, event| under(ChecksRule { also: vec![named("e2e", app, event)], ..rule(ChecksRequired::Named) }, vec![check], vec![]);
        assert_eq!(reasons(&ask(run("e2e", OK, 1), Some("github-actions"), Some("push"))), []);
        assert_eq!(reasons(&ask(run("e2e", BAD, 1), None, None)), [(NoGo, "checks.failed")]);
        assert_eq!(reasons(&ask(run("e2e", OK, 1), Some("other"), None)), [(Waiting, "checks.not-reported")]);
        assert_eq!(reasons(&ask(run("e2e", OK, 1), None, Some("schedule"))), [(Waiting, "checks.not-reported")]);
        assert_eq!(reasons(&ask(status("e2e", OK), Some("github-actions"), None)), [(Waiting, "checks.not-reported")]);
        assert_eq!(reasons(&ask(run("other", BAD, 1), None, None)), [(Waiting, "checks.not-reported")], "others do not count");
        assert_eq!(reasons(&under(rule(ChecksRequired::Named), vec![run("test", OK, 1)], vec![])), [(NoGo, "checks.none-required")]);
    }

    #[test]
    fn g1_what_could_not_be_read_is_no() {
        let mut unread = World::new();
        unread.facts.checks = Fact::Unavailable(Why::new("502").mended_by("try again"));
        let answer = unread.ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "checks.unknown")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("try again"));
        unread.facts.checks = Fact::NotAsked;
        assert_eq!(reasons(&unread.ask(judge)), [(NoGo, "checks.unknown")]);

        let mut rules = World::new();
        rules.facts.base.required_checks = Fact::Unavailable(Why::new("403"));
        assert_eq!(reasons(&rules.ask(judge)), [(NoGo, "checks.unknown")]);
        rules.gates().checks = ChecksRule { also: vec![named("test", None, None)], ..rule(ChecksRequired::Named) };
        assert_eq!(reasons(&rules.ask(judge)), [], "named checks need no branch rule");

        let mut cut = World::new();
        let listing = Listing { items: vec![run("test", OK, 1)], total: 5_000, complete: false };
        cut.facts.checks = Fact::Known(Checks { items: listing, own_run: None });
        assert_eq!(reasons(&cut.ask(judge)), [(NoGo, "checks.too-many")]);
    }

    #[test]
    fn g1_hostile_names_stay_on_one_line() {
        let answer = all(vec![run("x\n## all passed\u{202e}", BAD, 1)], vec![]);
        assert_eq!(reasons(&answer), [(NoGo, "checks.failed")]);
        assert!(answer.reasons[0].what.is_ascii());
    }
}
