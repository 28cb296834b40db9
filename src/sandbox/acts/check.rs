//! Check runs and commit statuses.

use git2::Oid;

use super::Missing;
use crate::sandbox::state::{CheckRun, CheckSuite, CommitStatus, Conclusion, RunStatus, State, StatusState};

/// A check run to report.
#[derive(Clone, Debug)]
pub struct CheckSpec {
    /// The commit.
    pub sha: Oid,
    /// The run's name.
    pub name: String,
    /// The app that reports it.
    pub app: u64,
    /// Its suite, where it is to be in a certain one (e.g. that of a workflow run).
    pub suite: Option<u64>,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
    /// Where its details are.
    pub details_url: Option<String>,
    /// The reporter's own id.
    pub external_id: String,
}

/// A commit status to set.
#[derive(Clone, Debug)]
pub struct StatusSpec {
    /// The commit.
    pub sha: Oid,
    /// The state.
    pub state: StatusState,
    /// What it is about.
    pub context: String,
    /// One line.
    pub description: Option<String>,
    /// Where its details are.
    pub target_url: Option<String>,
    /// Who sets it.
    pub creator: u64,
}

impl State {
    /// Adds a check run and gives its id.
    ///
    /// # Errors
    /// [`Missing`] where repository, commit, app or suite does not exist.
    pub fn add_check_run(&mut self, repository: u64, spec: CheckSpec) -> Result<u64, Missing> {
        let (id, suite_id, now) = (self.next_id(), self.next_id(), self.now());
        self.app(spec.app).ok_or(Missing)?;
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        if !repository.git.has(spec.sha) {
            return Err(Missing);
        }
        let own = |suite: &&CheckSuite| suite.app == spec.app && suite.run.is_none();
        let suite = match spec.suite {
            Some(suite) => repository.suites_of(spec.sha).find(|known| known.id == suite).map(|known| known.id).ok_or(Missing)?,
            None => repository.suites_of(spec.sha).find(own).map_or(suite_id, |known| known.id),
        };
        if suite == suite_id {
            let (app, head) = (spec.app, spec.sha);
            repository.suites.push(CheckSuite { id: suite, app, head, branch: None, push: None, run: None, created_at: now, updated_at: now });
        }
        let completed = spec.status == RunStatus::Completed;
        repository.check_runs.push(CheckRun {
            id,
            suite,
            name: spec.name,
            status: spec.status,
            conclusion: spec.conclusion.filter(|_| completed),
            started_at: Some(now),
            completed_at: completed.then_some(now),
            details_url: spec.details_url,
            external_id: spec.external_id,
            title: None,
            summary: None,
        });
        if let Some(suite) = repository.suites.iter_mut().find(|known| known.id == suite) {
            suite.updated_at = now;
        }
        Ok(id)
    }

    /// Changes a check run; its end is noted once it is completed.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn change_check_run(&mut self, repository: u64, id: u64, change: impl FnOnce(&mut CheckRun)) -> Result<(), Missing> {
        let now = self.now();
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        let run = repository.check_runs.iter_mut().find(|run| run.id == id).ok_or(Missing)?;
        change(run);
        if run.status == RunStatus::Completed {
            run.completed_at.get_or_insert(now);
        } else {
            run.completed_at = None;
            run.conclusion = None;
        }
        let suite = run.suite;
        if let Some(suite) = repository.suites.iter_mut().find(|known| known.id == suite) {
            suite.updated_at = now;
        }
        Ok(())
    }

    /// Sets a commit status and gives its id.
    ///
    /// # Errors
    /// [`Missing`] where repository or commit does not exist.
    pub fn add_status(&mut self, repository: u64, spec: StatusSpec) -> Result<u64, Missing> {
        let (id, created_at) = (self.next_id(), self.now());
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        if !repository.git.has(spec.sha) {
            return Err(Missing);
        }
        let StatusSpec { sha, state, context, description, target_url, creator } = spec;
        repository.statuses.push(CommitStatus { id, sha, state, context, description, target_url, creator, created_at });
        Ok(id)
    }
}
