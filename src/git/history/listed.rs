//! The index and the work tree as lists: what lies where, and what differs from HEAD.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::raw::{Piece, file_mode, piece};
use super::start::Input;
use super::{Entry, HistoryError, Repository};
use crate::domain::{ObjectId, RepoPath};
use crate::ports::{Change, Version};

impl Repository {
    /// The files of the index, in git's order; those that a merge has not brought together are left out.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn indexed(&self) -> Result<Vec<Entry>, HistoryError> {
        if self.root.is_none() {
            return Err(HistoryError::Bare);
        }
        let output = self.place.answer("ls-files", &["-z", "--stage", "--full-name", "--", ":/"], Input::Nothing)?;
        let mut entries = Vec::new();
        for record in output.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let (entry, stage) = entry(record).ok_or(HistoryError::Nonsense { command: "ls-files", why: "modes, ids, stages and paths" })?;
            if stage == b'0' {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// What the work tree changes against HEAD, and the files in it that are new and not ignored, in the order of their paths. A file counts as changed also
    /// where only its time is.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn changed(&self) -> Result<Vec<Change>, HistoryError> {
        if self.root.is_none() {
            return Err(HistoryError::Bare);
        }
        let mut changes = match self.commit_named("HEAD") {
            Ok(_) => self.tracked_changes("HEAD")?,
            Err(HistoryError::NoRevision { .. }) => self.tracked_changes(self.empty_tree())?,
            Err(error) => return Err(error),
        };
        let output = self.place.answer("ls-files", &["-z", "--others", "--exclude-standard", "--full-name", "--", ":/"], Input::Nothing)?;
        let others = output.split(|byte| *byte == 0).filter(|path| !path.is_empty() && !path.ends_with(b"/")).map(RepoPath::new);
        changes.extend(others.map(|path| Change { commit: None, path, to: Version::WorkTree(crate::checks::Mode::File), before: Vec::new() }));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(changes)
    }

    /// Gives the content of a file, of whatever size it is, to a reader; what it leaves is not read.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn stream(&self, id: &ObjectId, read: Stream<'_>) -> Result<(), HistoryError> {
        const COMMAND: &str = "cat-file";
        let mut process = self.place.start(COMMAND, &["blob", id.as_str()], Input::Nothing)?;
        match read(&mut process.stdout) {
            Ok(ControlFlow::Break(())) => Ok(()),
            Ok(ControlFlow::Continue(())) => process.finish(),
            Err(error) => Err(HistoryError::Failed { command: COMMAND, why: error.to_string() }),
        }
    }

    fn tracked_changes(&self, tree: &str) -> Result<Vec<Change>, HistoryError> {
        let arguments = ["--raw", "-z", "--no-renames", "--ignore-submodules=all", "--no-relative", "--no-abbrev", tree, "--"];
        let output = self.place.answer("diff-index", &arguments, Input::Nothing)?;
        let nonsense = |_| HistoryError::Nonsense { command: "diff-index", why: "raw differences" };
        let (mut pipe, mut changes) = (output.as_slice(), BTreeMap::new());
        while let Some(next) = piece(&mut pipe).map_err(nonsense)? {
            if let Piece::Change(mut change) = next {
                if let Version::Blob(_, mode) = change.to {
                    change.to = Version::WorkTree(mode);
                }
                changes.insert(change.path.clone(), change);
            }
        }
        Ok(changes.into_values().collect())
    }
}

/// Reads a stream; breaks where it has read enough before the end.
pub type Stream<'a> = &'a mut dyn FnMut(&mut dyn Read) -> io::Result<ControlFlow<()>>;

/// `MODE ID STAGE`, a tab, the path; with the stage's digit.
fn entry(record: &[u8]) -> Option<(Entry, u8)> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&record[..tab]).ok()?.split(' ');
    let mode = file_mode(u32::from_str_radix(words.next()?, 8).ok()?)?;
    let id = ObjectId::new(words.next()?).ok()?;
    let stage = *words.next()?.as_bytes().first()?;
    Some((Entry { path: RepoPath::new(&record[tab + 1..]), mode, id }, stage))
}
