//! Check runs and statuses.

use super::oid;
use crate::domain::CommitSha;
use crate::sandbox::Sandbox;
use crate::sandbox::acts::{CheckSpec, StatusSpec};
use crate::sandbox::state::{ACTIONS_APP, Conclusion, RunStatus, StatusState};

/// A check run to report.
#[derive(Clone, Debug)]
pub struct Check {
    name: String,
    app: u64,
    run: Option<u64>,
    status: RunStatus,
    conclusion: Option<Conclusion>,
}

impl Check {
    /// A check run of GitHub Actions that has ended so.
    pub fn ended(name: &str, conclusion: Conclusion) -> Self {
        Self { name: name.to_owned(), app: ACTIONS_APP, run: None, status: RunStatus::Completed, conclusion: Some(conclusion) }
    }

    /// A check run of GitHub Actions that has not ended.
    pub fn going(name: &str, status: RunStatus) -> Self {
        Self { name: name.to_owned(), app: ACTIONS_APP, run: None, status, conclusion: None }
    }

    /// Reported by another app.
    #[must_use]
    pub fn by_app(mut self, app: u64) -> Self {
        self.app = app;
        self
    }

    /// Reported within a workflow run.
    #[must_use]
    pub fn of_run(mut self, run: u64) -> Self {
        self.run = Some(run);
        self
    }
}

impl Sandbox {
    /// Reports a check run on a commit and gives its id.
    pub fn check(&self, repository: &str, sha: &CommitSha, check: Check) -> u64 {
        let mut state = self.state();
        let found = state.the_repository(repository);
        let run = check.run.map(|id| found.runs.iter().find(|run| run.id == id).expect("the workflow run exists"));
        let (id, suite) = (found.id, run.map(|run| run.suite));
        let Check { name, app, status, conclusion, .. } = check;
        let spec = CheckSpec { sha: oid(sha), name, app, suite, status, conclusion, details_url: None, external_id: String::new() };
        state.add_check_run(id, spec).expect("the commit and the app exist")
    }

    /// Ends a check run.
    pub fn finish_check(&self, repository: &str, check: u64, conclusion: Conclusion) {
        let mut state = self.state();
        let id = state.the_repository(repository).id;
        let changed = state.change_check_run(id, check, |run| {
            run.status = RunStatus::Completed;
            run.conclusion = Some(conclusion);
        });
        changed.expect("the check run exists");
    }

    /// Sets a commit status and gives its id.
    pub fn status(&self, repository: &str, login: &str, (sha, context, status): (&CommitSha, &str, StatusState)) -> u64 {
        let mut state = self.state();
        let (id, creator) = (state.the_repository(repository).id, state.the_account(login));
        let spec = StatusSpec { sha: oid(sha), state: status, context: context.to_owned(), description: None, target_url: None, creator };
        state.add_status(id, spec).expect("the commit exists")
    }
}
