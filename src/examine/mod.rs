//! Examining: which versions of which files are looked at, by which checks of the policy, and what of it is new. Reads through `git`, judges nothing itself.
//!
//! A selection becomes changes ([`Change`]: a version, and the versions before it); `look` looks into each, several at a time; what was there before is no
//! finding. The same for hooks, the command line and the action, so that they agree (row H5).

mod cache;
mod content;
mod disk;
mod force;
mod fresh;
mod linters;
mod look;
mod mend;
mod near;
mod policy_file;
mod progress;
mod push;
mod rules;
mod standing;
mod texts;
mod windows;

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock, PoisonError};

pub use disk::Disk;
pub use force::{NotInForce, UnknownCheck, Wanted, checks_in_force};
pub use linters::{Linter, Linters};
pub use mend::{Mended, mended};
pub use near::{CommitNear, IndexNear};
pub use policy_file::PolicyFile;
pub use push::{PushError, Pushing};
pub use rules::{InForce, Origin, RulesError};

use cache::{Basis, Cache};
use content::{Blobs, Contents, Stored, Stream};
use look::{Looker, Nothing};
use standing::Standing;

use crate::checks::message::findings as of_message;
use crate::checks::message::text as message_text;
use crate::checks::{Alone, Check, CheckRules, FileCheck, Mode, Near};
use crate::domain::{ObjectId, RepoPath};
use crate::git::history::{Content, HistoryError, Objects, Repository};
use crate::ports::{Change, NewCommit, Version};
use crate::report::findings::{Examined, Found, Subject};

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
    /// These commits, parents first, each with what it changes: a range.
    Commits(Vec<NewCommit>),
    /// The same for a push, with the commits that its refs end at: what counts is what stands there.
    Pushed(Vec<NewCommit>, Vec<ObjectId>),
    /// Versions that no commit brings.
    Versions(Vec<Change>),
}

/// How it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// What the policy says of the checks, and which policy that is.
    pub in_force: &'a InForce,
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
        if matches!(selection, Selection::Commits(commits) | Selection::Pushed(commits, _) if commits.is_empty()) {
            // The usual push: nothing is made ready for it.
            return Ok(Examined { skipped: self.wanted.skipped(), ..Examined::default() });
        }
        let objects = Mutex::new(self.repository.objects());
        let entries = OnceLock::new();
        let disk = self.repository.root().map(Disk::new);
        let near = |commit: Option<&ObjectId>| -> Box<dyn Near + '_> {
            match (commit, selection, &disk) {
                (Some(commit), _, _) => Box::new(CommitNear::new(commit.clone(), &objects)),
                (None, Selection::Versions(_), _) => Box::new(Alone),
                (None, Selection::Staged, _) => Box::new(IndexNear::new(self.repository, &objects, &entries)),
                (None, _, Some(disk)) => Box::new(disk.clone()),
                (None, _, None) => Box::new(Alone),
            }
        };
        // Rules of the team's own are read where the policy was read.
        let policy_near: Box<dyn Near + '_> = match &self.in_force.origin {
            Origin::Commit(commit) => near(Some(commit)),
            Origin::WorkTree | Origin::Defaults => disk.clone().map_or_else(|| Box::new(Alone) as Box<dyn Near>, |disk| Box::new(disk)),
        };
        let rules = &self.in_force.rules;
        let checks = checks_in_force(rules, self.wanted, policy_near.as_ref())?;
        let own_rules = rules.secrets.rules.as_ref().and_then(|path| policy_near.read(&RepoPath::new(path.as_str())));
        let basis = Basis { rules, checks: checks.iter().map(|check| check.check()).collect(), own_rules };
        let cache = Cache::new(self.repository.common_dir(), &basis);
        let done = AtomicUsize::new(0);
        let blobs = Shared { objects: &objects, repository: self.repository };
        let contents = Contents { disk: disk.as_ref(), blobs: Some(&blobs) };
        let looker = Looker { rules, checks: &checks, contents, near: &near, known: &cache, done: &done };
        let mut examined = progress::with(&done, || self.select(selection, &looker))?;
        cache.keep();
        examined.skipped = self.wanted.skipped();
        examined.notices.extend(checks.iter().flat_map(|check| check.notes()));
        Ok(examined)
    }

    fn select(&self, selection: &Selection, looker: &Looker<'_, '_>) -> Result<Examined, HistoryError> {
        let look = |changes: &[Change]| looker.look(changes, &mut Standing::default());
        match selection {
            Selection::Staged => Ok(look(&self.repository.staged()?)),
            Selection::Changed => Ok(look(&self.repository.changed()?)),
            Selection::All => Ok(look(&files(self.repository.files()?, |_| true))),
            Selection::Paths(paths) => Ok(look(&files(self.named(paths, looker)?, |_| true))),
            Selection::Commits(commits) => self.commits((commits, &[]), looker),
            Selection::Versions(changes) => Ok(look(changes)),
            Selection::Pushed(commits, tips) => self.commits((commits, tips), looker),
        }
    }

    /// The files below these paths that git knows or would take, and those that are named themselves, also where git ignores them.
    fn named(&self, paths: &[RepoPath], looker: &Looker<'_, '_>) -> Result<Vec<RepoPath>, HistoryError> {
        let mut named: Vec<RepoPath> = self.repository.files()?.into_iter().filter(|path| paths.iter().any(|wanted| holds(wanted, path))).collect();
        let is_file = |path: &&RepoPath| looker.contents.disk.is_some_and(|disk| disk.is_file(path));
        named.extend(paths.iter().filter(is_file).cloned());
        named.sort_unstable();
        named.dedup();
        Ok(named)
    }

    fn commits(&self, (commits, tips): (&[NewCommit], &[ObjectId]), looker: &Looker<'_, '_>) -> Result<Examined, HistoryError> {
        let (mut files, mut standing) = (Examined::default(), Standing::default());
        let mut batch: Vec<Change> = Vec::new();
        for change in self.repository.changes(commits)? {
            let change = change?;
            if batch.len() >= AT_ONCE && batch.last().is_some_and(|last| last.commit != change.commit) {
                files = files.and(looker.look(&std::mem::take(&mut batch), &mut standing));
            }
            batch.push(change);
        }
        files = files.and(looker.look(&batch, &mut standing));
        standing.settle(&mut files, commits, tips);
        let mut examined = self.messages(commits, looker.checks).and(files);
        examined.looked.commits = commits.len();
        // Each commit's own message first, then its files.
        let order: HashMap<&ObjectId, usize> = commits.iter().enumerate().map(|(at, commit)| (&commit.id, at)).collect();
        examined.found.sort_by_key(|found| found.commit.as_ref().and_then(|commit| order.get(commit).copied()));
        Ok(examined)
    }

    /// What is wrong with the messages of commits.
    fn messages(&self, commits: &[NewCommit], checks: &[Box<dyn FileCheck>]) -> Examined {
        let mut examined = self.texts(commits, checks);
        let rules = &self.in_force.rules;
        if !self.wanted.wants(Check::Messages) || rules.off.contains_key(Check::Messages.id()) {
            return examined;
        }
        examined.looked.messages = commits.len();
        for commit in commits {
            let mut findings = of_message(&commit.message, &rules.messages);
            let all = findings.len();
            findings.retain(|finding| !rules.is_off(finding.check, &finding.rule));
            examined.looked.off += all - findings.len();
            let found = Found::all_in_text(findings, &message_text(&commit.message), &Subject::Message);
            examined.found.extend(found.into_iter().map(|found| found.by(&commit.id)));
        }
        examined
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
    let mut examined = looker.look(&files(paths, |_| true), &mut Standing::default());
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

/// Git's objects: one reader for all threads, and for what lies near. Git answers faster than the checks look.
struct Shared<'a> {
    objects: &'a Mutex<Objects>,
    repository: &'a Repository,
}

impl Blobs for Shared<'_> {
    fn blob(&self, id: &ObjectId, most: u64) -> Result<Stored, String> {
        let read = self.objects.lock().unwrap_or_else(PoisonError::into_inner).read(id, most);
        match read {
            Ok(Content::Whole(bytes)) => Ok(Stored::Whole(bytes)),
            Ok(Content::TooLarge(size)) => Ok(Stored::TooLarge(size)),
            Ok(Content::Missing) => Err(format!("its object {id} is missing or corrupt (`git fsck` tells more)")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn stream(&self, id: &ObjectId, read: Stream<'_>) -> Result<(), String> {
        self.repository.stream(id, read).map_err(|error| error.to_string())
    }
}

/// A path of this system, below a repository's root, as git names it.
pub fn repo_path(below: &std::path::Path) -> RepoPath {
    RepoPath::new(disk::git_name(below))
}
