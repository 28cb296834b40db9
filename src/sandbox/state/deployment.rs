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
    /// When it was made.
    pub created_at: Timestamp,
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
    /// When it was started.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

impl WorkflowRun {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::WorkflowRun, self.id)
    }
}

/// A job of a workflow run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id, which is its check run's too.
    pub id: u64,
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
