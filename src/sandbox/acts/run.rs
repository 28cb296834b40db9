//! Workflow runs.

use git2::Oid;
use serde_json::Value;

use super::Missing;
use crate::sandbox::state::{
    ACTIONS_APP, Attempt, CheckRun, CheckSuite, Conclusion, Job, Repository, RunStatus, Sent, State, Workflow, WorkflowRun, WorkflowState,
};

/// A workflow run to start.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The repository.
    pub repository: u64,
    /// The workflow.
    pub workflow: u64,
    /// The event, e.g. `push`.
    pub event: String,
    /// What lists show of it; the workflow's name where nothing is given.
    pub title: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub head: Oid,
    /// Who starts it.
    pub actor: u64,
    /// What it is given.
    pub inputs: Value,
    /// What a `repository_dispatch` brought.
    pub sent: Option<Sent>,
}

/// Why a run is not cancelled or started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// There is none.
    #[error("Not Found")]
    Missing,
    /// It is over.
    #[error("Cannot cancel a workflow run that is completed.")]
    Over,
    /// It goes on.
    #[error("This workflow is already running")]
    Going,
}

impl From<Missing> for RunError {
    fn from(_: Missing) -> Self {
        Self::Missing
    }
}

impl State {
    /// Makes a workflow unless there is one of that file, and gives its id. Its name is as said, from now on.
    ///
    /// # Errors
    /// [`Missing`] where the repository does not exist.
    pub fn ensure_workflow(&mut self, repository: u64, name: &str, path: &str) -> Result<u64, Missing> {
        let found = self.repository_mut(repository).ok_or(Missing)?;
        if let Some(known) = found.workflows.iter_mut().find(|known| known.path == path) {
            name.clone_into(&mut known.name);
            return Ok(known.id);
        }
        let (id, created_at) = (self.next_id(), self.now());
        let workflow = Workflow { id, name: name.to_owned(), path: path.to_owned(), state: WorkflowState::Active, created_at };
        self.repository_mut(repository).ok_or(Missing)?.workflows.push(workflow);
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
        let name = repository.workflows.iter().find(|workflow| workflow.id == spec.workflow).map(|workflow| workflow.name.clone());
        repository.runs.push(WorkflowRun {
            id,
            workflow: spec.workflow,
            number,
            event: spec.event,
            title: spec.title.or(name).unwrap_or_default(),
            status: RunStatus::Queued,
            conclusion: None,
            branch: spec.branch,
            head: spec.head,
            actor: spec.actor,
            suite,
            inputs: spec.inputs,
            sent: spec.sent,
            attempt: 1,
            earlier: Vec::new(),
            cancelling: false,
            created_at: now,
            started_at: now,
            updated_at: now,
            jobs: Vec::new(),
        });
        Ok(id)
    }

    /// The repository that has a run.
    fn with_run(&mut self, run: u64) -> Result<&mut Repository, Missing> {
        self.repositories.iter_mut().find(|repository| repository.runs.iter().any(|known| known.id == run)).ok_or(Missing)
    }

    fn run_mut(&mut self, run: u64) -> Result<&mut WorkflowRun, Missing> {
        self.with_run(run)?.runs.iter_mut().find(|known| known.id == run).ok_or(Missing)
    }

    /// Starts a job of a run, which is in progress then, and gives its id. The job's check run has the same id.
    ///
    /// # Errors
    /// [`Missing`] where there is no such run.
    pub fn start_job(&mut self, run: u64, name: &str) -> Result<u64, Missing> {
        let (id, now) = (self.next_id(), self.now());
        let found = self.run_mut(run)?;
        found.status = RunStatus::InProgress;
        found.updated_at = now;
        let (attempt, suite) = (found.attempt, found.suite);
        found.jobs.push(Job { id, attempt, name: name.to_owned(), status: RunStatus::InProgress, conclusion: None, started_at: now, completed_at: None });
        self.with_run(run)?.check_runs.push(CheckRun {
            id,
            suite,
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

    /// Ends a job with its check run. The run goes on.
    ///
    /// # Errors
    /// [`Missing`] where there is no such job.
    pub fn finish_job(&mut self, job: u64, conclusion: Conclusion) -> Result<(), Missing> {
        let now = self.now();
        for repository in &mut self.repositories {
            let Some(found) = repository.runs.iter_mut().flat_map(|run| &mut run.jobs).find(|known| known.id == job) else { continue };
            (found.status, found.conclusion, found.completed_at) = (RunStatus::Completed, Some(conclusion), Some(now));
            for check in repository.check_runs.iter_mut().filter(|check| check.id == job) {
                (check.status, check.conclusion, check.completed_at) = (RunStatus::Completed, Some(conclusion), Some(now));
            }
            return Ok(());
        }
        Err(Missing)
    }

    /// Ends a run and all its jobs that still go.
    ///
    /// # Errors
    /// [`Missing`] where there is no such run.
    pub fn finish_run(&mut self, run: u64, conclusion: Conclusion) -> Result<(), Missing> {
        let now = self.now();
        let found = self.run_mut(run)?;
        found.status = RunStatus::Completed;
        found.conclusion = Some(conclusion);
        found.cancelling = false;
        found.updated_at = now;
        let suite = found.suite;
        let going: Vec<u64> = found.jobs.iter().filter(|job| job.status != RunStatus::Completed).map(|job| job.id).collect();
        for job in going {
            self.finish_job(job, conclusion)?;
        }
        let repository = self.with_run(run)?;
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

    /// Cancels a run. One without going jobs is over at once; the jobs of others are told, and end when [`State::settle_run`] is called.
    ///
    /// # Errors
    /// [`RunError::Missing`], or [`RunError::Over`] where it has ended.
    pub fn cancel_run(&mut self, run: u64) -> Result<(), RunError> {
        let now = self.now();
        let found = self.run_mut(run)?;
        if found.status == RunStatus::Completed {
            return Err(RunError::Over);
        }
        if found.has_going_jobs() {
            found.cancelling = true;
            found.updated_at = now;
            return Ok(());
        }
        Ok(self.finish_run(run, Conclusion::Cancelled)?)
    }

    /// The jobs of a run that was cancelled have had their time: they end, and so does the run. Nothing for any other run.
    ///
    /// # Errors
    /// [`Missing`] where there is no such run.
    pub fn settle_run(&mut self, run: u64) -> Result<(), Missing> {
        if self.run_mut(run)?.cancelling { self.finish_run(run, Conclusion::Cancelled) } else { Ok(()) }
    }

    /// Starts a run that is over once more, as its next attempt.
    ///
    /// # Errors
    /// [`RunError::Missing`], or [`RunError::Going`] where it has not ended.
    pub fn rerun(&mut self, run: u64) -> Result<(), RunError> {
        let now = self.now();
        let found = self.run_mut(run)?;
        if found.status != RunStatus::Completed {
            return Err(RunError::Going);
        }
        let before = Attempt { number: found.attempt, conclusion: found.conclusion, started_at: found.started_at, updated_at: found.updated_at };
        found.earlier.push(before);
        found.attempt += 1;
        (found.status, found.conclusion, found.started_at, found.updated_at) = (RunStatus::Queued, None, now, now);
        Ok(())
    }
}
