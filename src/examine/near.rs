//! What lies near a version: the other files of the same commit, of the index, or of the work tree. Asked seldom, so nothing is read before.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::checks::{Mode, Near};
use crate::domain::{ObjectId, RepoPath};
use crate::git::history::{Content, Entry, Kind, Objects, Repository};

/// How much of a file near a file is read, in bytes.
const MOST: u64 = 1024 * 1024;

/// A repository's commits, as something to look around in.
pub struct CommitNear<'a> {
    commit: ObjectId,
    objects: &'a Mutex<Objects>,
}

/// A repository's index, as something to look around in.
pub struct IndexNear<'a> {
    repository: &'a Repository,
    objects: &'a Mutex<Objects>,
    entries: &'a OnceLock<Vec<Entry>>,
}

impl<'a> CommitNear<'a> {
    /// The files of a commit.
    pub fn new(commit: ObjectId, objects: &'a Mutex<Objects>) -> Self {
        Self { commit, objects }
    }

    fn named(&self, path: &RepoPath, most: u64) -> Option<(Kind, Vec<u8>)> {
        let path = std::str::from_utf8(path.as_bytes()).ok()?;
        let name = format!("{}:{path}", self.commit);
        let named = self.objects.lock().unwrap_or_else(PoisonError::into_inner).named(&name, most).ok()??;
        match named.content {
            Content::Whole(bytes) => Some((named.kind, bytes)),
            Content::TooLarge(_) | Content::Missing => None,
        }
    }
}

impl Near for CommitNear<'_> {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.named(path, MOST).filter(|(kind, _)| *kind == Kind::Blob).map(|(_, bytes)| bytes)
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let tree = self.named(folder, 16 * MOST).filter(|(kind, _)| *kind == Kind::Tree);
        let digits = self.commit.as_str().len();
        let names = tree.map(|(_, bytes)| files_of(&bytes, digits / 2)).unwrap_or_default();
        let mut paths: Vec<RepoPath> = names.iter().map(|name| folder.join(name)).collect();
        paths.sort_unstable();
        paths
    }
}

/// The names of the files in a tree object: `MODE NAME`, a NUL, the bytes of an id.
fn files_of(mut tree: &[u8], id: usize) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    while let Some(end) = tree.iter().position(|byte| *byte == 0) {
        let (head, rest) = tree.split_at(end);
        if let Some(space) = head.iter().position(|byte| *byte == b' ')
            && !matches!(&head[..space], b"40000" | b"160000")
        {
            names.push(head[space + 1..].to_vec());
        }
        let Some(next) = rest.get(1 + id..) else { break };
        tree = next;
    }
    names
}

impl<'a> IndexNear<'a> {
    /// The files of the index. The list of them is made with the first question, and kept.
    pub fn new(repository: &'a Repository, objects: &'a Mutex<Objects>, entries: &'a OnceLock<Vec<Entry>>) -> Self {
        Self { repository, objects, entries }
    }

    fn entries(&self) -> &[Entry] {
        self.entries.get_or_init(|| {
            let mut entries = self.repository.indexed().unwrap_or_default();
            entries.sort_by(|one, other| one.path.cmp(&other.path));
            entries
        })
    }
}

impl Near for IndexNear<'_> {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let entries = self.entries();
        let entry = &entries[entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?];
        if !matches!(entry.mode, Mode::File | Mode::Executable) {
            return None;
        }
        match self.objects.lock().unwrap_or_else(PoisonError::into_inner).read(&entry.id, MOST) {
            Ok(Content::Whole(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn list(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let is_file = |entry: &&Entry| entry.mode != Mode::Submodule && entry.path.folder() == *folder;
        self.entries().iter().filter(is_file).map(|entry| entry.path.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_tree_object_are_read_and_what_is_cut_off_ends_it() {
        let mut tree = Vec::new();
        for (mode, name) in [("100644", "a b"), ("40000", "folder"), ("120000", "link"), ("160000", "module")] {
            tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            tree.extend_from_slice(&[0; 20]);
        }
        assert_eq!(files_of(&tree, 20), [b"a b".to_vec(), b"link".to_vec()]);
        assert_eq!(files_of(&tree[..30], 20), [b"a b".to_vec()]);
        assert!(files_of(b"nonsense", 20).is_empty());
    }
}
