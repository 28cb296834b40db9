//! Environments, deployments, workflows and their runs.

use git2::Oid;
use jiff::Timestamp;
use serde_json::Value;

use super::check::{Conclusion, RunStatus};
use super::ids::{NodeKind, node_id};

/// An environment of a repository.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Environment {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::Environment, self.id)
    }
}

/// The states of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum DeploymentState {
    Error,
    Failure,
    Inactive,
    InProgress,
    Queued,
    Pending,
    Success,
}

impl DeploymentState {
    /// Every state.
    pub const ALL: [Self; 7] = [Self::Error, Self::Failure, Self::Inactive, Self::InProgress, Self::Queued, Self::Pending, Self::Success];

    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failure => "failure",
            Self::Inactive => "inactive",
            Self::InProgress => "in_progress",
            Self::Queued => "queued",
            Self::Pending => "pending",
            Self::Success => "success",
        }
    }

    /// The state of that REST word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its id.
    pub id: u64,
    /// The commit.
    pub sha: Oid,
    /// What was asked for: a branch, tag or commit id.
    pub ref_name: String,
    /// Its task, `deploy` unless said otherwise.
    pub task: String,
    /// What its creator put into it: an object or a text, as it came.
    pub payload: Value,
    /// The environment's name.
    pub environment: String,
    /// One line.
    pub description: Option<String>,
    /// Who created it.
    pub creator: u64,
    /// The app it was created through, where it was.
    pub app: Option<u64>,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// True when the environment will be gone one day.
    pub transient: bool,
    /// True when users see it.
    pub production: bool,
    /// Its statuses, oldest first.
    pub statuses: Vec<DeploymentStatus>,
}

impl Deployment {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::Deployment, self.id)
    }

    /// Its newest status, where one was set.
    pub fn latest(&self) -> Option<&DeploymentStatus> {
        self.statuses.last()
    }
}

/// A status of a deployment.
#[derive(Clone, Debug)]
pub struct DeploymentStatus {
    /// Its id.
    pub id: u64,
    /// The state.
    pub state: DeploymentState,
    /// One line; empty where nothing was said.
    pub description: String,
    /// Where its log is.
    pub log_url: Option<String>,
    /// Where the environment can be seen.
    pub environment_url: Option<String>,
    /// Who set it.
    pub creator: u64,
    /// When.
    pub created_at: Timestamp,
}

impl DeploymentStatus {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::DeploymentStatus, self.id)
    }
}

/// A workflow of GitHub Actions.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its file, e.g. `.github/workflows/ci.yml`.
    pub path: String,
    /// Whether it starts.
    pub state: WorkflowState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whether a workflow starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum WorkflowState {
    Active,
    DisabledManually,
}

impl WorkflowState {
    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::DisabledManually => "disabled_manually",
        }
    }
}

/// A run of a workflow.
#[derive(Clone, Debug)]
pub struct WorkflowRun {
    /// Its id.
    pub id: u64,
    /// Its workflow.
    pub workflow: u64,
    /// Its number among the workflow's runs.
    pub number: u64,
    /// The event that started it, e.g. `push`.
    pub event: String,
    /// What lists of runs show: the `run-name` filled in, or what the event gives.
    pub title: String,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub head: Oid,
    /// Who started it.
    pub actor: u64,
    /// Its check suite.
    pub suite: u64,
    /// What it was given, where it was dispatched.
    pub inputs: Value,
    /// What came with it, where a `repository_dispatch` started it.
    pub sent: Option<Sent>,
    /// Which attempt it is, counted from 1.
    pub attempt: u64,
    /// The attempts before, oldest first.
    pub earlier: Vec<Attempt>,
    /// Somebody has cancelled it, and its jobs have not ended yet.
    pub cancelling: bool,
    /// When it was started.
    pub created_at: Timestamp,
    /// When this attempt was started.
    pub started_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The jobs of all its attempts.
    pub jobs: Vec<Job>,
}

/// What a `repository_dispatch` brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Its `event_type`.
    pub event_type: String,
    /// Its `client_payload`.
    pub client_payload: Value,
}

/// An earlier attempt of a run.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u64,
    /// How it ended.
    pub conclusion: Option<Conclusion>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub updated_at: Timestamp,
}

impl WorkflowRun {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::WorkflowRun, self.id)
    }

    /// True while one of its jobs goes.
    pub fn has_going_jobs(&self) -> bool {
        self.jobs.iter().any(|job| job.status != RunStatus::Completed)
    }
}

/// A job of a workflow run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id, which is its check run's too.
    pub id: u64,
    /// The attempt of the run that it belongs to.
    pub attempt: u64,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}
