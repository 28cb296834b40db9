//! What commits and the index change: read while git says it, so that a push of any size fits into memory.

use super::raw::{Piece, piece};
use super::start::{Input, Process};
use super::{HistoryError, Repository};
use crate::domain::ObjectId;
use crate::ports::{Change, NewCommit};

/// For raw differences: all files, no renames, whole ids, no word of a submodule's own state, from the root.
const RAW: [&str; 6] = ["-r", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "--no-relative"];

/// What commits change, one by one: all of a commit's changes in the order of their paths, then those of the next one. A commit at which the clone is cut, or
/// that has no parents, brings its whole tree. After an error there is nothing more.
pub struct Changes<'a> {
    commits: std::slice::Iter<'a, NewCommit>,
    process: Option<Process>,
    current: Option<ObjectId>,
}

impl Repository {
    /// What these commits change, against all of their parents.
    ///
    /// # Errors
    /// [`HistoryError`], also from the iterator.
    pub fn changes<'a>(&self, commits: &'a [NewCommit]) -> Result<Changes<'a>, HistoryError> {
        let process = if commits.is_empty() { None } else { Some(self.differences(commits)?) };
        Ok(Changes { commits: commits.iter(), process, current: None })
    }

    fn differences(&self, commits: &[NewCommit]) -> Result<Process, HistoryError> {
        let mut input = String::with_capacity(commits.len() * 65);
        for commit in commits {
            input.push_str(commit.id.as_str());
            input.push('\n');
        }
        // Every commit is named, also where it changes nothing: so one that is left out is seen.
        let arguments: Vec<&str> = RAW.iter().copied().chain(["--stdin", "--root", "-c", "--always", "--no-abbrev"]).collect();
        self.place.start("diff-tree", &arguments, Input::Bytes(input.into_bytes()))
    }

    /// What is staged: the index against HEAD (while a merge goes on: against the merged commits, too, and only what differs from all), or all of it before the
    /// first commit.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn staged(&self) -> Result<Vec<Change>, HistoryError> {
        if self.root.is_none() {
            return Err(HistoryError::Bare);
        }
        let mut changes = match self.index_against("HEAD") {
            Err(error @ HistoryError::Failed { .. }) => match self.commit_named("HEAD") {
                Err(HistoryError::NoRevision { .. }) => self.index_against(self.empty_tree())?,
                Err(other) => return Err(other),
                Ok(_) => return Err(error),
            },
            answer => answer?,
        };
        for merged in self.merged()? {
            let mut others = self.index_against(merged.as_str())?.into_iter().peekable();
            // Both are in the order of git's index.
            changes.retain_mut(|change| {
                while others.next_if(|other| other.path < change.path).is_some() {}
                let Some(other) = others.next_if(|other| other.path == change.path) else { return false };
                change.before.extend(other.before);
                true
            });
        }
        Ok(changes)
    }

    fn index_against(&self, tree: &str) -> Result<Vec<Change>, HistoryError> {
        let arguments = ["--cached", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "--no-relative", "--no-abbrev", tree, "--"];
        let output = self.place.answer("diff-index", &arguments, Input::Nothing)?;
        let (mut pipe, mut changes) = (output.as_slice(), Vec::new());
        let nonsense = |_| HistoryError::Nonsense { command: "diff-index", why: "raw differences" };
        while let Some(piece) = piece(&mut pipe).map_err(nonsense)? {
            match piece {
                Piece::Change(change) => changes.push(change),
                Piece::Unmerged => {}
                Piece::Commit(_) => return Err(HistoryError::Nonsense { command: "diff-index", why: "no commit" }),
            }
        }
        Ok(changes)
    }

    /// The commits that a merge is bringing in.
    fn merged(&self) -> Result<Vec<ObjectId>, HistoryError> {
        let file = self.git_dir.join("MERGE_HEAD");
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(text.lines().filter_map(|line| self.id(line)).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(HistoryError::File { file: "MERGE_HEAD".to_owned(), why: error.to_string() }),
        }
    }
}

impl Changes<'_> {
    fn step(&mut self) -> Result<Option<Change>, HistoryError> {
        loop {
            let Some(process) = &mut self.process else { return Ok(None) };
            let Ok(next) = piece(&mut process.stdout) else { return Err(self.broken()) };
            match next {
                None => return self.end(),
                Some(Piece::Commit(id)) => {
                    if self.commits.next().is_none_or(|commit| commit.id != id) {
                        return Err(HistoryError::Nonsense { command: "diff-tree", why: "the commits in their order" });
                    }
                    self.current = Some(id);
                }
                Some(Piece::Unmerged) => return Err(HistoryError::Nonsense { command: "diff-tree", why: "files of commits" }),
                Some(Piece::Change(mut change)) => {
                    change.commit.clone_from(&self.current);
                    return Ok(Some(change));
                }
            }
        }
    }

    /// It says no more: it must have ended well, and have spoken of every commit.
    fn end(&mut self) -> Result<Option<Change>, HistoryError> {
        if let Some(process) = self.process.take() {
            process.finish()?;
        }
        match self.commits.next() {
            None => Ok(None),
            Some(commit) => Err(HistoryError::Missing { id: commit.id.clone() }),
        }
    }

    fn broken(&mut self) -> HistoryError {
        let nonsense = HistoryError::Nonsense { command: "diff-tree", why: "raw differences" };
        self.process.take().and_then(|process| process.finish().err()).unwrap_or(nonsense)
    }
}

impl Iterator for Changes<'_> {
    type Item = Result<Change, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.process = None;
        }
        step.transpose()
    }
}
