//! What a repository's history says of a push, a range, or the index: the data between git's adapter and what examines it.

use crate::checks::Mode;
use crate::domain::{ObjectId, RepoPath};

/// A commit that the other side does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    /// Its id.
    pub id: ObjectId,
    /// Its parents, in order, as the commit object names them.
    pub parents: Vec<ObjectId>,
    /// Its message, as it was written: not always UTF-8.
    pub message: Vec<u8>,
    /// Whether the clone has its parents.
    pub depth: Depth,
}

/// Whether a clone has a commit's parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// They are there.
    Whole,
    /// The clone is shallow, and its history is cut here: what the commit changed cannot be told, so its whole tree counts as new.
    Cut,
}

/// One version of one file that a commit, or the index, brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit; none for the index and the work tree.
    pub commit: Option<ObjectId>,
    /// The path.
    pub path: RepoPath,
    /// What becomes of it.
    pub to: Version,
    /// The contents at the same path in the parents (in HEAD, for the index), one for each parent that has it. For a merge only files that differ from all parents
    /// are changes.
    pub before: Vec<ObjectId>,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// This blob (for a submodule: that commit).
    Blob(ObjectId, Mode),
    /// The file in the work tree.
    WorkTree(Mode),
    /// It is deleted.
    Deleted,
}
