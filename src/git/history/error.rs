//! Why history could not be read. Whoever gets such an error has not looked: nothing passes because of it.

use crate::domain::ObjectId;

/// Why git's answer is not there, or is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The program `git` could not be started.
    #[error("SG-HISTORY-GIT: `git` could not be started: {why}")]
    NotStarted {
        /// The system's words.
        why: String,
    },
    /// The folder lies in no repository, or git may not look at it.
    #[error("SG-HISTORY-REPOSITORY: {folder} lies in no git repository that can be read: {why}")]
    NoRepository {
        /// The folder.
        folder: String,
        /// Git's words.
        why: String,
    },
    /// The question needs a work tree, and the repository is bare.
    #[error("SG-HISTORY-BARE: the repository is bare: it has no work tree and no index")]
    Bare,
    /// A git command failed, or was killed.
    #[error("SG-HISTORY-FAILED: `git {command}` failed: {why}")]
    Failed {
        /// The command.
        command: &'static str,
        /// Git's last words.
        why: String,
    },
    /// A git command said what it cannot say.
    #[error("SG-HISTORY-ANSWER: `git {command}` gave an answer that is not understood: {why}")]
    Nonsense {
        /// The command.
        command: &'static str,
        /// What was expected.
        why: &'static str,
    },
    /// An object that must be there is not, or cannot be read.
    #[error("SG-HISTORY-OBJECT: the object {id} is missing or corrupt (`git fsck` tells more)")]
    Missing {
        /// The object.
        id: ObjectId,
    },
    /// A commit or tag is larger than any real one.
    #[error("SG-HISTORY-LARGE: the object {id} is a commit or tag of {size} bytes: it is not looked into")]
    TooLarge {
        /// The object.
        id: ObjectId,
        /// Its size in bytes.
        size: u64,
    },
    /// A commit or tag has not the form of one.
    #[error("SG-HISTORY-OBJECT: the object {id} has not the form of a {kind}")]
    Malformed {
        /// The object.
        id: ObjectId,
        /// `commit` or `tag`.
        kind: &'static str,
    },
    /// A revision that somebody named is none.
    #[error("SG-HISTORY-REVISION: `{shown}` names no commit of this repository")]
    NoRevision {
        /// What was named, made safe to show.
        shown: String,
    },
    /// A file of git's own could not be read.
    #[error("SG-HISTORY-FILE: {file} could not be read: {why}")]
    File {
        /// The file.
        file: String,
        /// The system's words.
        why: String,
    },
}
