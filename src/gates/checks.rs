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
const NOT_REPORTED: ReasonSpec =
    ReasonSpec { code: "checks.not-reported", about: "A check that must pass has not reported on this commit, or only from another app or event than the rule names." };
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
    let mut from = match (check.kind, &check.app) {
        (_, Some(app)) => format!("app `{}`", shown(&app.slug)),
        (CheckKind::Status, None) => "a commit status".to_owned(),
        (CheckKind::Run, None) => "app unknown".to_owned(),
    };
    if let Some(event) = &check.event {
        from.push_str(&format!(", event `{}`", shown(event)));
    }
    if let Some(run) = check.run {
        from.push_str(&format!(", run {run}"));
    }
    format!("`{}`: {} ({from})", shown(&check.name), word(check.state))
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
        CheckState::Queued | CheckState::InProgress | CheckState::Waiting | CheckState::Pending | CheckState::Requested | CheckState::Expected => Standing::Pending,
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
