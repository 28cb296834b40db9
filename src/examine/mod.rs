//! Examining: which versions of which files are looked at, by which checks of the policy, and what of it is new. Reads through `git`, judges nothing itself.
//!
//! A selection becomes changes ([`Change`]: a version, and the versions before it); `look` looks into each, several at a time; what was there before is no
//! finding. The same for hooks, the command line and the action, so that they agree (row H5).

mod content;
mod disk;
mod force;
mod fresh;
mod look;
mod near;
mod rules;

use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock};

pub use disk::Disk;
pub use force::{NotInForce, UnknownCheck, Wanted, checks_in_force};
pub use near::{CommitNear, IndexNear};
pub use rules::{InForce, Origin, RulesError};

use content::{Blobs, Contents, Stored};
use look::{Looker, Nothing};

use crate::checks::{Alone, CheckRules, FileCheck, Mode, Near};
use crate::domain::{ObjectId, RepoPath};
use crate::git::history::{Content, HistoryError, Objects, Repository};
use crate::ports::{Change, NewCommit, Version};
use crate::report::findings::Examined;

/// How many changes are looked into in one go: a push of any size fits into memory.
const AT_ONCE: usize = 20_000;

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// What is staged, against HEAD.
    Staged,
    /// What the work tree changes against HEAD, and its new files.
    Changed,
    /// Every file of the work tree that git knows or would take.
    All,
    /// These files of the work tree; folders stand for what lies below them.
    Paths(Vec<RepoPath>),
    /// These commits, parents first, each with what it changes: a range, or what is pushed.
    Commits(Vec<NewCommit>),
}

/// How it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// What the policy says of the checks.
    pub rules: &'a CheckRules,
    /// Which checks are wanted.
    pub wanted: &'a Wanted,
}

/// Why nothing was looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    /// Git cannot tell what there is to look at.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A check cannot look.
    #[error(transparent)]
    Check(#[from] NotInForce),
}

impl Examination<'_> {
    /// Looks at a selection. What cannot be looked at is told in [`Examined::unread`].
    ///
    /// # Errors
    /// [`ExamineError`]: then nothing is known.
    pub fn of(&self, selection: &Selection) -> Result<Examined, ExamineError> {
        let objects = Mutex::new(self.repository.objects());
        let entries = OnceLock::new();
        let disk = self.repository.root().map(Disk::new);
        let near = |commit: Option<&ObjectId>| -> Box<dyn Near + '_> {
            match (commit, selection, &disk) {
                (Some(commit), _, _) => Box::new(CommitNear::new(commit.clone(), &objects)),
                (None, Selection::Staged, _) => Box::new(IndexNear::new(self.repository, &objects, &entries)),
                (None, _, Some(disk)) => Box::new(disk.clone()),
                (None, _, None) => Box::new(Alone),
            }
        };
        let checks = checks_in_force(self.rules, self.wanted, near(None).as_ref())?;
        let looker = Looker {
            rules: self.rules,
            checks: &checks,
            contents: Contents { disk: disk.as_ref(), blobs: Some(Mutex::new(Box::new(Shared(&objects)))) },
            near: &near,
            known: &Nothing,
            done: &AtomicUsize::new(0),
        };
        let mut examined = self.select(selection, &looker)?;
        examined.skipped = self.wanted.skipped();
        Ok(examined)
    }

    fn select(&self, selection: &Selection, looker: &Looker<'_>) -> Result<Examined, HistoryError> {
        match selection {
            Selection::Staged => Ok(looker.look(&self.repository.staged()?)),
            Selection::Changed => Ok(looker.look(&self.repository.changed()?)),
            Selection::All => Ok(looker.look(&files(self.repository.files()?, |_| true))),
            Selection::Paths(paths) => Ok(looker.look(&files(self.repository.files()?, |path| paths.iter().any(|wanted| holds(wanted, path))))),
            Selection::Commits(commits) => self.commits(commits, looker),
        }
    }

    fn commits(&self, commits: &[NewCommit], looker: &Looker<'_>) -> Result<Examined, HistoryError> {
        let mut examined = Examined::default();
        let mut batch: Vec<Change> = Vec::new();
        for change in self.repository.changes(commits)? {
            let change = change?;
            if batch.len() >= AT_ONCE && batch.last().is_some_and(|last| last.commit != change.commit) {
                examined = examined.and(looker.look(&std::mem::take(&mut batch)));
            }
            batch.push(change);
        }
        examined = examined.and(looker.look(&batch));
        examined.looked.commits = commits.len();
        Ok(examined)
    }
}

/// Looks at files on this machine without a repository: each path as it is named, below a folder.
///
/// # Errors
/// [`NotInForce`]
pub fn examine_files(disk: &Disk, paths: Vec<RepoPath>, rules: &CheckRules, wanted: &Wanted) -> Result<Examined, NotInForce> {
    let checks: Vec<Box<dyn FileCheck>> = checks_in_force(rules, wanted, disk)?;
    let near = |_: Option<&ObjectId>| -> Box<dyn Near + '_> { Box::new(disk.clone()) };
    let contents = Contents { disk: Some(disk), blobs: None };
    let looker = Looker { rules, checks: &checks, contents, near: &near, known: &Nothing, done: &AtomicUsize::new(0) };
    let mut examined = looker.look(&files(paths, |_| true));
    examined.skipped = wanted.skipped();
    Ok(examined)
}

/// Files of the work tree as changes with nothing before them.
fn files(paths: Vec<RepoPath>, wanted: impl Fn(&RepoPath) -> bool) -> Vec<Change> {
    let change = |path: RepoPath| Change { commit: None, path, to: Version::WorkTree(Mode::File), before: Vec::new() };
    paths.into_iter().filter(wanted).map(change).collect()
}

/// True where a path is the other, or lies below it.
fn holds(folder: &RepoPath, path: &RepoPath) -> bool {
    let (folder, path) = (folder.as_bytes(), path.as_bytes());
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

/// Git's objects, behind the lock that what lies near shares.
struct Shared<'a>(&'a Mutex<Objects>);

impl Blobs for Shared<'_> {
    fn blob(&mut self, id: &ObjectId, most: u64) -> Result<Stored, String> {
        let read = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).read(id, most);
        match read {
            Ok(Content::Whole(bytes)) => Ok(Stored::Whole(bytes)),
            Ok(Content::TooLarge(size)) => Ok(Stored::TooLarge(size)),
            Ok(Content::Missing) => Err(format!("its object {id} is missing or corrupt (`git fsck` tells more)")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A path of this system, below a repository's root, as git names it.
pub fn repo_path(below: &std::path::Path) -> RepoPath {
    RepoPath::new(disk::git_name(below))
}
