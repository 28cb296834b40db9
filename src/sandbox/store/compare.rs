//! Comparing and merging commits.

use git2::{Delta, DiffFindOptions, DiffOptions, MergeOptions, Oid, Patch, Sort};

use super::Store;

/// How two commits lie to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Where they parted; `None` where they have nothing in common.
    pub merge_base: Option<Oid>,
    /// The commits of the head that the base has not, oldest first.
    pub ahead: Vec<Oid>,
    /// How many commits of the base the head has not.
    pub behind: usize,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum FileStatus {
    Added,
    Removed,
    Modified,
    Renamed,
    Copied,
    Changed,
}

impl FileStatus {
    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::Changed => "changed",
        }
    }
}

/// A file that differs.
#[derive(Clone, Debug)]
pub struct ChangedFile {
    /// Its path.
    pub path: String,
    /// Its path before it was renamed.
    pub previous: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Its blob afterwards, or before where it was removed.
    pub blob: Oid,
    /// Lines added.
    pub additions: usize,
    /// Lines deleted.
    pub deletions: usize,
    /// The hunks, where it is text.
    pub patch: Option<String>,
}

impl Store {
    /// The merge base of two commits.
    pub fn merge_base(&self, one: Oid, other: Oid) -> Option<Oid> {
        self.git().merge_base(one, other).ok()
    }

    /// The commits reachable from `head` and not from `base`, oldest first.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn commits_between(&self, base: Option<Oid>, head: Oid) -> Result<Vec<Oid>, git2::Error> {
        let mut walk = self.git().revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(head)?;
        if let Some(base) = base {
            walk.hide(base)?;
        }
        walk.collect()
    }

    /// How two commits lie to each other.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn compare(&self, base: Oid, head: Oid) -> Result<Comparison, git2::Error> {
        let ahead = self.commits_between(Some(base), head)?;
        let behind = self.commits_between(Some(head), base)?.len();
        Ok(Comparison { merge_base: self.merge_base(base, head), ahead, behind })
    }

    /// The files that differ between two commits, by path; `None` compares with nothing.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn changed_files(&self, from: Option<Oid>, to: Oid) -> Result<Vec<ChangedFile>, git2::Error> {
        let old = from.map(|id| self.git().find_commit(id)?.tree()).transpose()?;
        let new = self.git().find_commit(to)?.tree()?;
        let mut diff = self.git().diff_tree_to_tree(old.as_ref(), Some(&new), Some(DiffOptions::new().context_lines(3)))?;
        diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
        (0..diff.deltas().len()).map(|index| changed_file(&diff, index)).collect()
    }

    /// The tree of the merge of two commits; `None` where they conflict or have nothing in common.
    ///
    /// # Errors
    /// What libgit2 says.
    pub fn merged_tree(&self, ours: Oid, theirs: Oid) -> Result<Option<Oid>, git2::Error> {
        let (ours, theirs) = (self.git().find_commit(ours)?, self.git().find_commit(theirs)?);
        let mut index = self.git().merge_commits(&ours, &theirs, Some(MergeOptions::new().fail_on_conflict(false)))?;
        if index.has_conflicts() { Ok(None) } else { index.write_tree_to(self.git()).map(Some) }
    }
}

fn changed_file(diff: &git2::Diff<'_>, index: usize) -> Result<ChangedFile, git2::Error> {
    let delta = diff.get_delta(index).ok_or_else(|| git2::Error::from_str("a delta within the diff"))?;
    let text = |file: &git2::DiffFile<'_>| file.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let (old, new) = (delta.old_file(), delta.new_file());
    let status = match delta.status() {
        Delta::Added => FileStatus::Added,
        Delta::Deleted => FileStatus::Removed,
        Delta::Renamed => FileStatus::Renamed,
        Delta::Copied => FileStatus::Copied,
        Delta::Modified => FileStatus::Modified,
        _ => FileStatus::Changed,
    };
    let moved = matches!(status, FileStatus::Renamed | FileStatus::Copied);
    let (path, previous, blob) = if status == FileStatus::Removed { (text(&old), None, old.id()) } else { (text(&new), moved.then(|| text(&old)), new.id()) };
    let shown = Patch::from_diff(diff, index)?;
    let (_, additions, deletions) = shown.as_ref().map(Patch::line_stats).transpose()?.unwrap_or_default();
    let hunks = shown.map(|mut patch| patch.to_buf()).transpose()?.and_then(|buffer| {
        let text = String::from_utf8_lossy(&buffer).into_owned();
        text.find("@@").map(|start| text[start..].trim_end().to_owned())
    });
    Ok(ChangedFile { path, previous, status, blob, additions, deletions, patch: hunks })
}
