//! Pull requests, reviews, issues, comments, reactions, and what happened to them.

use git2::Oid;
use jiff::Timestamp;

use super::ids::{NodeKind, node_id};

/// How a pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum PullState {
    Open,
    Closed,
    Merged,
}

/// A pull request.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Its id.
    pub id: u64,
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: Option<String>,
    /// Who opened it.
    pub author: u64,
    /// How it stands.
    pub state: PullState,
    /// True while it is a draft.
    pub draft: bool,
    /// The base branch.
    pub base: String,
    /// The base branch's tip when the pull request was opened or its head last moved; the branch may have moved since.
    pub base_sha: Oid,
    /// The head branch.
    pub head: String,
    /// The repository of the head branch; `None` where that fork is gone.
    pub head_repository: Option<u64>,
    /// The commit it stands at. It follows pushes while the pull request is open.
    pub head_sha: Oid,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When title or description were last edited, where they were.
    pub edited_at: Option<Timestamp>,
    /// When it was closed, where it was.
    pub closed_at: Option<Timestamp>,
    /// How it was merged, where it was.
    pub merged: Option<Merge>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its reviews, oldest first.
    pub reviews: Vec<Review>,
    /// What happened to it, oldest first.
    pub events: Vec<TimelineEvent>,
}

impl Pull {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::PullRequest, self.id)
    }

    /// True while it is open.
    pub fn is_open(&self) -> bool {
        self.state == PullState::Open
    }
}

/// How a pull request was merged.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: u64,
    /// The commit on the base branch.
    pub commit: Oid,
}

/// The states of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

impl ReviewState {
    /// The name GitHub uses, in REST answers and in GraphQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
            Self::Dismissed => "DISMISSED",
        }
    }
}

/// A review of a pull request.
#[derive(Clone, Debug)]
pub struct Review {
    /// Its id.
    pub id: u64,
    /// Who wrote it.
    pub author: u64,
    /// Its state.
    pub state: ReviewState,
    /// Its text.
    pub body: String,
    /// The commit it was made on.
    pub commit: Oid,
    /// When it was submitted.
    pub submitted_at: Timestamp,
}

impl Review {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::Review, self.id)
    }
}

/// Something that happened to a pull request.
#[derive(Clone, Debug)]
pub struct TimelineEvent {
    /// Its id.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: u64,
    /// What.
    pub kind: TimelineKind,
}

/// What happened to a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineKind {
    /// The head branch was moved to a commit that does not contain the one before.
    HeadForcePushed {
        /// The head before.
        before: Oid,
        /// The head after.
        after: Oid,
    },
    /// A review was dismissed.
    ReviewDismissed {
        /// The review.
        review: u64,
        /// Its state before.
        previous: ReviewState,
        /// Why.
        message: Option<String>,
    },
    /// The base branch was changed.
    BaseChanged {
        /// The branch before.
        from: String,
        /// The branch after.
        to: String,
    },
    /// A comment was deleted.
    CommentDeleted {
        /// Who had written it.
        author: u64,
    },
    /// A label was added.
    Labeled {
        /// The label.
        label: String,
    },
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
    /// It was merged.
    Merged {
        /// The commit on the base branch.
        commit: Oid,
    },
}

/// A plain issue.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Its id.
    pub id: u64,
    /// Its number in the repository, counted together with pull requests.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Who opened it.
    pub author: u64,
    /// When.
    pub created_at: Timestamp,
}

/// A comment on a pull request or an issue.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its id.
    pub id: u64,
    /// The number of the pull request or issue.
    pub issue: u64,
    /// Who wrote it.
    pub author: u64,
    /// The app it was written through, where it was.
    pub app: Option<u64>,
    /// Its text.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Its last edit, where there was one.
    pub edited: Option<Edit>,
    /// The reactions to it.
    pub reactions: Vec<Reaction>,
}

impl Comment {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::IssueComment, self.id)
    }

    /// When it last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.edited.map_or(self.created_at, |edit| edit.at)
    }
}

/// An edit of a comment.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: u64,
}

/// A reaction to a comment.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// Its id.
    pub id: u64,
    /// Whose it is.
    pub user: u64,
    /// GitHub's REST word: `+1`, `-1`, `laugh`, `confused`, `heart`, `hooray`, `rocket`, `eyes`.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}

impl Reaction {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::Reaction, self.id)
    }
}
