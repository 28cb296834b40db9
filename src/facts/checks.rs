//! Check runs and commit statuses of the head.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fact::Listing;
use crate::domain::RunId;

/// All checks of one commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checks {
    /// Every run and status, re-runs included.
    pub items: Listing<Check>,
    /// Our own workflow run, whose checks do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_run: Option<RunId>,
}

/// A check run or a commit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Run or status.
    pub kind: CheckKind,
    /// The run's name or the status's context: hostile text.
    pub name: String,
    /// How it stands.
    pub state: CheckState,
    /// When it started or was set, where known; orders runs of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The run's id: orders runs of the same name and time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The app that reports it; a status has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<CheckApp>,
    /// The event that started its workflow, e.g. `push`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Its workflow run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The id of the workflow behind that run: two workflows may each have a job of the same name, and both count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<u64>,
    /// True when the server says that the base branch requires it.
    #[serde(default)]
    pub required: bool,
}

/// Run or status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// A check run of an app.
    Run,
    /// A commit status.
    Status,
}

/// The app behind a check run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckApp {
    /// Its numeric id.
    pub id: u64,
    /// Its slug, e.g. `github-actions`.
    pub slug: String,
}

/// How a check stands, in GitHub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum CheckState {
    Success,
    Neutral,
    Skipped,
    Failure,
    Error,
    TimedOut,
    Cancelled,
    ActionRequired,
    StartupFailure,
    Stale,
    Queued,
    InProgress,
    Waiting,
    Pending,
    Requested,
    Expected,
    /// A word we do not know: never a pass.
    Unknown,
}

/// A check that the base branch requires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequiredCheck {
    /// The run's name or the status's context.
    pub name: String,
    /// The app that must report it, where the rule names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<u64>,
}
