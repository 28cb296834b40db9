//! Check suites, check runs, commit statuses, pushes.

use git2::Oid;
use jiff::Timestamp;

use super::ids::{NodeKind, node_id};

/// GitHub's words for how far a check or a workflow run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum RunStatus {
    Queued,
    InProgress,
    Completed,
    Waiting,
    Requested,
    Pending,
}

impl RunStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [Self::Queued, Self::InProgress, Self::Completed, Self::Waiting, Self::Requested, Self::Pending];

    /// The REST word; GraphQL has it in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Waiting => "waiting",
            Self::Requested => "requested",
            Self::Pending => "pending",
        }
    }

    /// The status of that REST word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// GitHub's words for how a check or a workflow run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum Conclusion {
    Success,
    Failure,
    Neutral,
    Cancelled,
    Skipped,
    TimedOut,
    ActionRequired,
    StartupFailure,
    Stale,
}

impl Conclusion {
    /// Every conclusion.
    pub const ALL: [Self; 9] =
        [Self::Success, Self::Failure, Self::Neutral, Self::Cancelled, Self::Skipped, Self::TimedOut, Self::ActionRequired, Self::StartupFailure, Self::Stale];

    /// The REST word; GraphQL has it in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::TimedOut => "timed_out",
            Self::ActionRequired => "action_required",
            Self::StartupFailure => "startup_failure",
            Self::Stale => "stale",
        }
    }

    /// The conclusion of that REST word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|conclusion| conclusion.as_str() == text)
    }

    /// True for the conclusions with which a required check counts as passed.
    pub fn passes(self) -> bool {
        matches!(self, Self::Success | Self::Neutral | Self::Skipped)
    }
}

/// A push to a ref.
#[derive(Clone, Debug)]
pub struct Push {
    /// Its id.
    pub id: u64,
    /// Who pushed.
    pub pusher: u64,
    /// The full ref name.
    pub ref_name: String,
    /// What the ref pointed at before; `None` where it was new.
    pub before: Option<Oid>,
    /// What it pointed at afterwards.
    pub after: Oid,
    /// When.
    pub at: Timestamp,
}

/// The check runs of one app for one push.
#[derive(Clone, Debug)]
pub struct CheckSuite {
    /// Its id.
    pub id: u64,
    /// The app.
    pub app: u64,
    /// The commit.
    pub head: Oid,
    /// The branch pushed to, where known.
    pub branch: Option<String>,
    /// The push that made it (an id in [`super::Repository::pushes`]), where a push did.
    pub push: Option<u64>,
    /// The workflow run it belongs to, where it is one of GitHub Actions.
    pub run: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl CheckSuite {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::CheckSuite, self.id)
    }
}

/// A check run.
#[derive(Clone, Debug)]
pub struct CheckRun {
    /// Its id.
    pub id: u64,
    /// Its suite, which knows the app and the commit.
    pub suite: u64,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// Where its details are.
    pub details_url: Option<String>,
    /// The reporter's own id.
    pub external_id: String,
    /// The title of its output.
    pub title: Option<String>,
    /// The summary of its output.
    pub summary: Option<String>,
}

impl CheckRun {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::CheckRun, self.id)
    }
}

/// The states of a commit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum StatusState {
    Error,
    Failure,
    Pending,
    Success,
}

impl StatusState {
    /// The REST word; GraphQL has it in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failure => "failure",
            Self::Pending => "pending",
            Self::Success => "success",
        }
    }

    /// The state of that REST word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Error, Self::Failure, Self::Pending, Self::Success].into_iter().find(|state| state.as_str() == text)
    }
}

/// A commit status. They are only added; the newest of a context counts.
#[derive(Clone, Debug)]
pub struct CommitStatus {
    /// Its id.
    pub id: u64,
    /// The commit.
    pub sha: Oid,
    /// Its state.
    pub state: StatusState,
    /// What it is about.
    pub context: String,
    /// One line.
    pub description: Option<String>,
    /// Where its details are.
    pub target_url: Option<String>,
    /// Who set it.
    pub creator: u64,
    /// When.
    pub created_at: Timestamp,
}

impl CommitStatus {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::StatusContext, self.id)
    }
}
