//! Git objects: only what is needed to tell whether an approved commit was carried onto a newer base.

use crate::domain::{CommitSha, ObjectId};

/// A place that can merge commits.
pub trait Repo {
    /// The tree of the clean three-way merge, `None` where it conflicts. Fetches the objects that it lacks, and only those.
    ///
    /// # Errors
    /// [`RepoError`] where the objects cannot be had.
    fn merged_tree(&self, question: &MergeQuestion) -> Result<Option<ObjectId>, RepoError>;
}

/// Three commits to merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeQuestion {
    /// Where the two parted.
    pub ancestor: CommitSha,
    /// The approved commit.
    pub ours: CommitSha,
    /// The base commit.
    pub theirs: CommitSha,
}

/// Why git could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepoError {
    /// The objects could not be fetched.
    #[error("the commits could not be fetched: {0}")]
    Fetch(String),
    /// The objects could not be read or merged.
    #[error("the commits could not be merged: {0}")]
    Merge(String),
}
