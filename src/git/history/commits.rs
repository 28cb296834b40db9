//! Commits: which of them the other side does not have, and what they say.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::objects::{Content, Kind, Objects};
use super::remotes::RemoteName;
use super::start::Input;
use super::{HistoryError, Repository};
use crate::domain::{ObjectId, shown};
use crate::ports::{Depth, NewCommit};

/// The largest commit or tag that is read, in bytes.
pub(super) const LARGEST: u64 = 16 * 1024 * 1024;

/// What the other side has already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Commits (or tags of them) that it has, and that are here; with everything that they reach.
    pub commits: Vec<ObjectId>,
    /// Remotes whose branches, as they were last seen, it has.
    pub remotes: Vec<RemoteName>,
}

impl Repository {
    /// The commits that these tips (commits or tags of them) reach and that the other side does not have: parents before children, in an order that does not
    /// depend on dates alone.
    ///
    /// # Errors
    /// [`HistoryError`]: nothing is left out because it could not be read.
    pub fn new_commits(&self, tips: &[ObjectId], known: &Known) -> Result<Vec<NewCommit>, HistoryError> {
        self.new_commits_by(&mut self.objects(), tips, known)
    }

    /// The same through a reader that is there already.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub(super) fn new_commits_by(&self, objects: &mut Objects, tips: &[ObjectId], known: &Known) -> Result<Vec<NewCommit>, HistoryError> {
        if tips.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.listed(tips, known, &["--topo-order", "--reverse"])?;
        self.commits_by(objects, &ids)
    }

    /// True where the first commit is reached from the second, or is it.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn is_ancestor(&self, older: &ObjectId, newer: &ObjectId) -> Result<bool, HistoryError> {
        let ended = self.place.run("merge-base", &["--is-ancestor", older.as_str(), newer.as_str()], Input::Nothing)?;
        match ended.code {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(ended.failed("merge-base")),
        }
    }

    /// The commit that a revision names: a branch, a tag, an id, `HEAD~3`.
    ///
    /// # Errors
    /// [`HistoryError::NoRevision`] where it names none.
    pub fn commit_named(&self, revision: &str) -> Result<ObjectId, HistoryError> {
        let none = || HistoryError::NoRevision { shown: shown(revision) };
        if revision.is_empty() || revision.starts_with('-') {
            return Err(none());
        }
        let named = self.objects().named(&format!("{revision}^{{commit}}"), LARGEST)?;
        named.filter(|named| named.kind == Kind::Commit).map(|named| named.id).ok_or_else(none)
    }

    /// These commits, in this order.
    ///
    /// # Errors
    /// [`HistoryError`]: also where one of them is missing, or is no commit.
    pub fn commits(&self, ids: &[ObjectId]) -> Result<Vec<NewCommit>, HistoryError> {
        self.commits_by(&mut self.objects(), ids)
    }

    fn commits_by(&self, objects: &mut Objects, ids: &[ObjectId]) -> Result<Vec<NewCommit>, HistoryError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let cut = self.cut()?;
        let (mut commits, mut fault) = (Vec::with_capacity(ids.len()), None);
        objects.each(ids, LARGEST, &mut |at, content| match commit(&ids[at], content, &cut) {
            Ok(commit) => {
                commits.push(commit);
                ControlFlow::Continue(())
            }
            Err(error) => {
                fault = Some(error);
                ControlFlow::Break(())
            }
        })?;
        fault.map_or(Ok(commits), Err)
    }

    fn listed(&self, tips: &[ObjectId], known: &Known, options: &[&str]) -> Result<Vec<ObjectId>, HistoryError> {
        let mut input = String::new();
        for tip in tips {
            input.push_str(tip.as_str());
            input.push('\n');
        }
        for commit in &known.commits {
            input.push('^');
            input.push_str(commit.as_str());
            input.push('\n');
        }
        let remotes: Vec<String> = known.remotes.iter().map(|remote| format!("--remotes={remote}")).collect();
        let mut arguments = options.to_vec();
        // Twice: what standard input names is positive again.
        arguments.push("--not");
        arguments.extend(remotes.iter().map(String::as_str));
        arguments.extend(["--not", "--stdin"]);
        let output = self.place.answer("rev-list", &arguments, Input::Bytes(input.into_bytes()))?;
        let nonsense = HistoryError::Nonsense { command: "rev-list", why: "an id in each line" };
        let text = std::str::from_utf8(&output).map_err(|_| nonsense.clone())?;
        text.lines().map(|line| self.id(line).ok_or_else(|| nonsense.clone())).collect()
    }

    /// The commits at which a shallow clone is cut.
    pub(super) fn cut(&self) -> Result<HashSet<ObjectId>, HistoryError> {
        let file = self.common_dir.join("shallow");
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(text.lines().filter_map(|line| self.id(line)).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(HistoryError::File { file: shown(&file.display().to_string()), why: error.to_string() }),
        }
    }
}

fn commit(id: &ObjectId, content: Content, cut: &HashSet<ObjectId>) -> Result<NewCommit, HistoryError> {
    let bytes = match content {
        Content::Whole(bytes) => bytes,
        Content::TooLarge(size) => return Err(HistoryError::TooLarge { id: id.clone(), size }),
        Content::Missing => return Err(HistoryError::Missing { id: id.clone() }),
    };
    let (parents, message) = parsed(&bytes).ok_or_else(|| HistoryError::Malformed { id: id.clone(), kind: "commit" })?;
    let depth = if cut.contains(id) { Depth::Cut } else { Depth::Whole };
    Ok(NewCommit { id: id.clone(), parents, message, depth })
}

/// Parents and message of a commit object.
fn parsed(bytes: &[u8]) -> Option<(Vec<ObjectId>, Vec<u8>)> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, message) = end.map_or((bytes, &b""[..]), |end| (&bytes[..end], &bytes[end + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.next().filter(|line| line.starts_with(b"tree "))?;
    let parents = lines.map_while(|line| line.strip_prefix(b"parent ")).map(|id| ObjectId::new(std::str::from_utf8(id).ok()?).ok());
    Some((parents.collect::<Option<_>>()?, message.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_a_commit_s_parents_and_message_are_read_and_what_is_no_commit_is_none() {
        let [a, b] = ["a", "b"].map(|digit| ObjectId::new(digit.repeat(40)).expect("an id"));
        let head = format!("tree {a}\nparent {a}\nparent {b}\nauthor x\ngpgsig -----\n \n parent {a}\n");
        let whole = format!("{head}\nsubject\n\nparent {b}\n");
        assert_eq!(parsed(whole.as_bytes()), Some((vec![a.clone(), b], b"subject\n\nparent bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n".to_vec())));
        assert_eq!(parsed(format!("tree {a}\nauthor x").as_bytes()), Some((vec![], vec![])));
        assert_eq!(parsed(format!("parent {a}\n\nx").as_bytes()), None);
        assert_eq!(parsed(format!("tree {a}\nparent x\n\nx").as_bytes()), None);
        assert_eq!(parsed(b""), None);
    }
}
