//! The combined status of a commit and the rollup of its checks.

use git2::Oid;

use crate::sandbox::state::{CheckRun, CommitStatus, Conclusion, Repository, RequiredCheck, Rule, RunStatus, StatusState};

/// A check run or a commit status.
#[derive(Clone, Copy, Debug)]
pub enum Context<'a> {
    /// A check run.
    Run(&'a CheckRun),
    /// A commit status.
    Status(&'a CommitStatus),
}

/// All checks of a commit together.
#[derive(Clone, Debug)]
pub struct Rollup<'a> {
    /// How they stand.
    pub state: RollupState,
    /// The newest of each check, runs first.
    pub contexts: Vec<Context<'a>>,
}

/// How the checks of a commit stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum RollupState {
    Error,
    Failure,
    Pending,
    Success,
}

impl RollupState {
    /// The GraphQL word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Failure => "FAILURE",
            Self::Pending => "PENDING",
            Self::Success => "SUCCESS",
        }
    }
}

/// The combined state of commit statuses alone.
#[derive(Clone, Debug)]
pub struct Combined<'a> {
    /// `failure`, `pending` or `success`; `pending` where there are none.
    pub state: StatusState,
    /// The newest status of each context.
    pub statuses: Vec<&'a CommitStatus>,
}

impl Context<'_> {
    /// How it stands.
    pub fn state(&self) -> RollupState {
        match self {
            Self::Run(run) => match (run.status, run.conclusion) {
                (RunStatus::Completed, Some(conclusion)) if conclusion.passes() => RollupState::Success,
                (RunStatus::Completed, Some(Conclusion::Stale) | None) => RollupState::Pending,
                (RunStatus::Completed, Some(_)) => RollupState::Failure,
                _ => RollupState::Pending,
            },
            Self::Status(status) => match status.state {
                StatusState::Error => RollupState::Error,
                StatusState::Failure => RollupState::Failure,
                StatusState::Pending => RollupState::Pending,
                StatusState::Success => RollupState::Success,
            },
        }
    }

    /// The run's name or the status's context.
    pub fn name(&self) -> &str {
        match self {
            Self::Run(run) => &run.name,
            Self::Status(status) => &status.context,
        }
    }
}

impl Repository {
    /// The newest check run of each name in each suite of a commit: what REST calls `filter=latest`.
    pub fn latest_check_runs(&self, sha: Oid) -> Vec<&CheckRun> {
        let mut latest: Vec<&CheckRun> = Vec::new();
        for suite in self.suites_of(sha) {
            for run in self.runs_in(suite.id) {
                match latest.iter_mut().find(|known| known.suite == run.suite && known.name == run.name) {
                    Some(known) => *known = run,
                    None => latest.push(run),
                }
            }
        }
        latest
    }

    /// All checks of a commit together; `None` where it has none.
    pub fn rollup(&self, sha: Oid) -> Option<Rollup<'_>> {
        let runs = self.latest_check_runs(sha).into_iter().map(Context::Run);
        let contexts: Vec<Context<'_>> = runs.chain(self.latest_statuses(sha).into_iter().map(Context::Status)).collect();
        let has = |state: RollupState| contexts.iter().any(|context| context.state() == state);
        let worst = [RollupState::Error, RollupState::Failure, RollupState::Pending].into_iter().find(|state| has(*state));
        let state = worst.unwrap_or(RollupState::Success);
        (!contexts.is_empty()).then_some(Rollup { state, contexts })
    }

    /// The combined state of a commit's statuses; check runs do not count in it.
    pub fn combined_status(&self, sha: Oid) -> Combined<'_> {
        let statuses = self.latest_statuses(sha);
        let has = |wanted: &[StatusState]| statuses.iter().any(|status| wanted.contains(&status.state));
        let state = if has(&[StatusState::Error, StatusState::Failure]) {
            StatusState::Failure
        } else if statuses.is_empty() || has(&[StatusState::Pending]) {
            StatusState::Pending
        } else {
            StatusState::Success
        };
        Combined { state, statuses }
    }

    /// The checks that a branch's rules require.
    pub fn required_checks(&self, branch: &str) -> Vec<&RequiredCheck> {
        let checks = self.rules_for(branch).filter_map(|(_, rule)| if let Rule::RequiredChecks { checks, .. } = rule { Some(checks) } else { None });
        let classic = self.protections.iter().filter(|known| known.branch == branch).flat_map(|known| &known.checks);
        checks.flatten().chain(classic).collect()
    }

    /// True when a branch's rules require this check.
    pub fn requires(&self, branch: &str, context: Context<'_>) -> bool {
        self.required_checks(branch).into_iter().any(|required| self.satisfies_name(required, context))
    }

    /// True when a check is the one required: the same name, and the same app where the rule names one.
    pub fn satisfies_name(&self, required: &RequiredCheck, context: Context<'_>) -> bool {
        let app = match context {
            Context::Run(run) => self.suites.iter().find(|suite| suite.id == run.suite).map(|suite| suite.app),
            Context::Status(_) => None,
        };
        required.context == context.name() && required.app.is_none_or(|wanted| app == Some(wanted))
    }
}

/// How a check suite stands, from its newest runs.
pub fn suite_state(runs: &[&CheckRun]) -> (RunStatus, Option<Conclusion>) {
    if runs.is_empty() {
        return (RunStatus::Queued, None);
    }
    if let Some(going) = runs.iter().find(|run| run.status != RunStatus::Completed) {
        return (if going.status == RunStatus::Queued { RunStatus::Queued } else { RunStatus::InProgress }, None);
    }
    let worst = [
        Conclusion::Failure,
        Conclusion::TimedOut,
        Conclusion::ActionRequired,
        Conclusion::StartupFailure,
        Conclusion::Cancelled,
        Conclusion::Stale,
        Conclusion::Success,
        Conclusion::Neutral,
        Conclusion::Skipped,
    ];
    let conclusion = worst.into_iter().find(|wanted| runs.iter().any(|run| run.conclusion == Some(*wanted)));
    (RunStatus::Completed, conclusion)
}
