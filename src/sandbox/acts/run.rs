//! Workflow runs.

use git2::Oid;
use serde_json::Value;

use super::Missing;
use crate::sandbox::state::{ACTIONS_APP, CheckRun, CheckSuite, Conclusion, Job, RunStatus, State, Workflow, WorkflowRun};

/// A workflow run to start.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The repository.
    pub repository: u64,
    /// The workflow.
    pub workflow: u64,
    /// The event, e.g. `push`.
    pub event: String,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub head: Oid,
    /// Who starts it.
    pub actor: u64,
    /// What it is given.
    pub inputs: Value,
}

impl State {
    /// Makes a workflow unless there is one of that file, and gives its id.
    ///
    /// # Errors
    /// [`Missing`] where the repository does not exist.
    pub fn ensure_workflow(&mut self, repository: u64, name: &str, path: &str) -> Result<u64, Missing> {
        let (id, created_at) = (self.next_id(), self.now());
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        if let Some(known) = repository.workflows.iter().find(|known| known.path == path) {
            return Ok(known.id);
        }
        repository.workflows.push(Workflow { id, name: name.to_owned(), path: path.to_owned(), created_at });
        Ok(id)
    }

    /// Starts a workflow run with its own check suite; it is queued. Gives its id.
    ///
    /// # Errors
    /// [`Missing`] where the repository does not exist.
    pub fn start_run(&mut self, spec: RunSpec) -> Result<u64, Missing> {
        let (id, suite, now) = (self.next_id(), self.next_id(), self.now());
        let repository = self.repository_mut(spec.repository).ok_or(Missing)?;
        let number = repository.runs.iter().filter(|run| run.workflow == spec.workflow).count() as u64 + 1;
        let push = repository.pushes.iter().rev().find(|push| push.after == spec.head).map(|push| push.id).filter(|_| spec.event == "push");
        repository.suites.push(CheckSuite {
            id: suite,
            app: ACTIONS_APP,
            head: spec.head,
            branch: spec.branch.clone(),
            push,
            run: Some(id),
            created_at: now,
            updated_at: now,
        });
        repository.runs.push(WorkflowRun {
            id,
            workflow: spec.workflow,
            number,
            event: spec.event,
            status: RunStatus::Queued,
            conclusion: None,
            branch: spec.branch,
            head: spec.head,
            actor: spec.actor,
            suite,
            inputs: spec.inputs,
            created_at: now,
            updated_at: now,
            jobs: Vec::new(),
        });
        Ok(id)
    }

    /// Starts a job of a run, which is in progress then, and gives its id. The job's check run has the same id.
    ///
    /// # Errors
    /// [`Missing`] where there is no such run.
    pub fn start_job(&mut self, run: u64, name: &str) -> Result<u64, Missing> {
        let (id, now) = (self.next_id(), self.now());
        let repository = self.repositories.iter_mut().find(|repository| repository.runs.iter().any(|known| known.id == run)).ok_or(Missing)?;
        let found = repository.runs.iter_mut().find(|known| known.id == run).ok_or(Missing)?;
        found.status = RunStatus::InProgress;
        found.updated_at = now;
        found.jobs.push(Job { id, name: name.to_owned(), status: RunStatus::InProgress, conclusion: None, started_at: now, completed_at: None });
        repository.check_runs.push(CheckRun {
            id,
            suite: found.suite,
            name: name.to_owned(),
            status: RunStatus::InProgress,
            conclusion: None,
            started_at: Some(now),
            completed_at: None,
            details_url: None,
            external_id: String::new(),
            title: None,
            summary: None,
        });
        Ok(id)
    }

    /// Ends a run and all its jobs that still go.
    ///
    /// # Errors
    /// [`Missing`] where there is no such run.
    pub fn finish_run(&mut self, run: u64, conclusion: Conclusion) -> Result<(), Missing> {
        let now = self.now();
        let repository = self.repositories.iter_mut().find(|repository| repository.runs.iter().any(|known| known.id == run)).ok_or(Missing)?;
        let found = repository.runs.iter_mut().find(|known| known.id == run).ok_or(Missing)?;
        found.status = RunStatus::Completed;
        found.conclusion = Some(conclusion);
        found.updated_at = now;
        for job in found.jobs.iter_mut().filter(|job| job.status != RunStatus::Completed) {
            job.status = RunStatus::Completed;
            job.conclusion = Some(conclusion);
            job.completed_at = Some(now);
        }
        let suite = found.suite;
        for check in repository.check_runs.iter_mut().filter(|check| check.suite == suite && check.status != RunStatus::Completed) {
            check.status = RunStatus::Completed;
            check.conclusion = Some(conclusion);
            check.completed_at = Some(now);
        }
        if let Some(suite) = repository.suites.iter_mut().find(|known| known.id == suite) {
            suite.updated_at = now;
        }
        Ok(())
    }
}
