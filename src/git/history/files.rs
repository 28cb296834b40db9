//! Files: those of the work tree that git knows or would take, and those of a commit.

use super::objects::Content;
use super::raw::file_mode;
use super::start::Input;
use super::{HistoryError, Repository};
use crate::checks::Mode;
use crate::domain::{ObjectId, RepoPath};

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: RepoPath,
    /// What git says it is.
    pub mode: Mode,
    /// Its content (for a submodule: that commit).
    pub id: ObjectId,
}

impl Repository {
    /// The files of the work tree that are in the index, or that are new and not ignored: each once, in the order of their paths. Some may be gone from the disk;
    /// a submodule is one path.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn files(&self) -> Result<Vec<RepoPath>, HistoryError> {
        if self.root.is_none() {
            return Err(HistoryError::Bare);
        }
        let arguments = ["-z", "--cached", "--others", "--exclude-standard", "--full-name", "--", ":/"];
        let output = self.place.answer("ls-files", &arguments, Input::Nothing)?;
        // A repository within this one is shown with a slash at its end: its files are its own affair.
        let mut files: Vec<RepoPath> = output.split(|byte| *byte == 0).filter(|path| !path.is_empty() && !path.ends_with(b"/")).map(RepoPath::new).collect();
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }

    /// All files of a commit (or tree), in git's order.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn tree(&self, commit: &ObjectId) -> Result<Vec<Entry>, HistoryError> {
        let output = self.place.answer("ls-tree", &["-r", "-z", "--full-tree", commit.as_str()], Input::Nothing)?;
        let records = output.split(|byte| *byte == 0).filter(|record| !record.is_empty());
        records.map(|record| entry(record).ok_or(HistoryError::Nonsense { command: "ls-tree", why: "modes, ids and paths" })).collect()
    }

    /// The content of a file in a commit, where it is there and no larger than `most` bytes.
    ///
    /// # Errors
    /// [`HistoryError`] where git failed.
    pub fn read_at(&self, commit: &ObjectId, path: &RepoPath, most: u64) -> Result<Content, HistoryError> {
        let Ok(text) = std::str::from_utf8(path.as_bytes()) else { return self.listed_content(commit, path, most) };
        if text.contains('\n') {
            return self.listed_content(commit, path, most);
        }
        let named = self.objects().named(&format!("{commit}:{text}"), most)?;
        Ok(named.map_or(Content::Missing, |named| named.content))
    }

    /// The same for a path that no question can name.
    fn listed_content(&self, commit: &ObjectId, path: &RepoPath, most: u64) -> Result<Content, HistoryError> {
        match self.tree(commit)?.into_iter().find(|entry| entry.path == *path) {
            Some(entry) if entry.mode != Mode::Submodule => self.objects().read(&entry.id, most),
            _ => Ok(Content::Missing),
        }
    }
}

/// `MODE KIND ID`, a tab, the path.
fn entry(record: &[u8]) -> Option<Entry> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&record[..tab]).ok()?.split(' ').filter(|word| !word.is_empty());
    let mode = file_mode(u32::from_str_radix(words.next()?, 8).ok()?)?;
    let id = ObjectId::new(words.nth(1)?).ok()?;
    Some(Entry { path: RepoPath::new(&record[tab + 1..]), mode, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_a_line_of_a_tree_is_read() {
        let id = ObjectId::new("a".repeat(40)).expect("an id");
        let read = entry(format!("120000 blob {id}\ta\tb\nc").as_bytes());
        assert_eq!(read, Some(Entry { path: RepoPath::new("a\tb\nc"), mode: Mode::Link, id }));
        for text in ["", "x", "100644 blob x\tp", "040000 tree aaaa\tp", "100644\tp"] {
            assert_eq!(entry(text.as_bytes()), None, "{text}");
        }
    }
}
