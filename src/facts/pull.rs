//! The pull request: its head, commits, files, reviews, comments, and when the server first saw the head.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Listing};
use crate::domain::{CommentId, CommitSha, HeadBranch, ObjectId, Person, PullNumber, RepoSlug};

/// A pull request as the server shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: PullNumber,
    /// Its global node id.
    pub node_id: String,
    /// Open, closed or merged.
    pub state: PullState,
    /// A draft is not ready for review.
    pub draft: bool,
    /// Its title: hostile text.
    pub title: String,
    /// Who opened it; `None` where the account is gone.
    pub author: Option<Person>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The commit it stands at.
    pub head: CommitSha,
    /// The tree of that commit.
    pub head_tree: ObjectId,
    /// The branch it comes from.
    pub head_branch: HeadBranch,
    /// Whether it comes from this repository.
    pub origin: PullOrigin,
    /// Whether the server can merge it.
    pub mergeable: Mergeable,
    /// The changed files; more than 3,000 cannot be judged.
    pub files: Fact<Listing<ChangedFile>>,
    /// The commits that the base branch does not have; more than 250 cannot be judged.
    pub commits: Fact<Listing<Commit>>,
    /// Opinionated reviews, the newest of each reviewer.
    pub reviews: Fact<Listing<Review>>,
    /// Comments, oldest first.
    pub comments: Fact<Listing<Comment>>,
    /// Evidence, by the server's clock, of when the head was on the head branch.
    pub sightings: Vec<Sighting>,
    /// Who pushed the head; `Unavailable` where the server does not say.
    pub pushed_by: Fact<Push>,
}

/// Open, closed, or merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullState {
    /// Open.
    Open,
    /// Closed without merging.
    Closed,
    /// Merged.
    Merged,
}

/// Where a pull request comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullOrigin {
    /// A branch of this repository.
    Same,
    /// A fork; `None` where it was deleted.
    Fork(Option<RepoSlug>),
}

/// Whether the server can merge the pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mergeable {
    /// Without conflicts.
    Clean,
    /// With conflicts.
    Conflicting,
    /// Not computed yet.
    Unknown,
}

/// A file the pull request changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Its path: hostile text.
    pub path: String,
    /// Its path before a rename, where the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// A commit of the pull request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Commit {
    /// Its id.
    pub sha: CommitSha,
    /// Its parents, all of them.
    pub parents: Vec<CommitSha>,
    /// Authors and co-authors.
    pub authors: Vec<Contributor>,
    /// The committer; `None` for a commit made on the web, which the server itself commits.
    pub committer: Option<Contributor>,
    /// What the server says of its signature.
    pub signature: Signature,
}

/// Somebody who took part in a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contributor {
    /// An account.
    Account(Person),
    /// An e-mail address that belongs to no account; shown as it stands: hostile text.
    Unattributed(String),
}

/// What the server says of a commit's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// Verified.
    Verified,
    /// Signed, and not verified; with the server's word for why.
    Invalid(String),
    /// Not signed.
    None,
}

/// A review that approves, asks for changes, or was dismissed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: u64,
    /// Who wrote it; `None` where the account is gone.
    pub author: Option<Person>,
    /// Its state.
    pub state: ReviewState,
    /// The commit it was made on; `None` where that commit is gone.
    pub commit: Option<CommitSha>,
    /// When.
    pub at: Timestamp,
    /// True when the server says that its author may push to the repository.
    pub by_writer: bool,
}

/// The states of a review that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// Withdrawn by somebody.
    Dismissed,
}

/// A comment on the pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Its global node id.
    pub node_id: String,
    /// Who wrote it; `None` where the account is gone.
    pub author: Option<Person>,
    /// When.
    pub at: Timestamp,
    /// When it was last edited, where it was. An edited comment commands and approves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Its text: hostile.
    pub body: String,
    /// True when the account we act under wrote it.
    pub ours: bool,
}

/// Evidence that the server had the head at a time. Only [`SightingKind::Activity`] shows since when it stands on the branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The time, by the server's clock.
    pub at: Timestamp,
    /// What was seen.
    pub kind: SightingKind,
}

/// What shows that the head was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SightingKind {
    /// A review of the head in this pull request.
    Review,
    /// A forced push of the head in this pull request.
    ForcedPush,
    /// The head branch's newest entry in the repository's activity: the push that brought the head to where it stands.
    Activity,
}

/// A push, by the server's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Who pushed.
    pub by: Person,
}

/// Whether a head is an earlier, approved commit mechanically brought onto a newer base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry {
    /// The approved commit.
    pub from: CommitSha,
    /// The base commit it was brought onto.
    pub onto: CommitSha,
    /// The tree of the clean three-way merge of the two; `None` where it conflicts.
    pub merged_tree: Option<ObjectId>,
}
