//! The new commits of a push as a graph: which of them a tip reaches, which ref brings which. Pure.

use std::collections::HashMap;

use crate::domain::ObjectId;
use crate::ports::NewCommit;

/// New commits by their ids.
pub(super) struct Graph<'a> {
    commits: &'a [NewCommit],
    places: HashMap<&'a ObjectId, usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(commits: &'a [NewCommit]) -> Self {
        Self { commits, places: commits.iter().enumerate().map(|(at, commit)| (&commit.id, at)).collect() }
    }

    /// The places of the new commits that a tip reaches and that are not marked yet; marks them.
    pub(super) fn reach(&self, tip: &ObjectId, marked: &mut [bool]) -> Vec<usize> {
        let (mut waiting, mut reached) = (vec![tip], Vec::new());
        while let Some(id) = waiting.pop() {
            let Some(&at) = self.places.get(id) else { continue };
            if !std::mem::replace(&mut marked[at], true) {
                reached.push(at);
                waiting.extend(&self.commits[at].parents);
            }
        }
        reached.sort_unstable();
        reached
    }

    /// True for a new commit.
    pub(super) fn has(&self, commit: &ObjectId) -> bool {
        self.places.contains_key(commit)
    }

    /// True where a commit is the tip, or a parent of a new commit that the tip reaches. False says nothing: it may lie further back.
    pub(super) fn surely_reaches(&self, tip: &ObjectId, older: &ObjectId) -> bool {
        let reached = self.reach(tip, &mut vec![false; self.commits.len()]);
        tip == older || reached.into_iter().any(|at| self.commits[at].id == *older || self.commits[at].parents.contains(older))
    }
}
