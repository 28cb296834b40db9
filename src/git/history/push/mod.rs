//! A push, as git announces it to its hook: what happens to each ref, and which commits the other side does not have yet. Those are the ones that no ref of that
//! remote has, as this clone knows it, and that none of the ids has that the remote itself told. What is not known there counts as new.

mod graph;
mod lines;
mod tips;

use std::collections::BTreeMap;

use graph::Graph;
pub use lines::{BadLine, Line, lines};
use tips::{Peeled, peel};

use super::objects::{Kind, Objects};
use super::remotes::{DefaultBranch, RemoteName};
use super::{HistoryError, Known, Repository};
use crate::checks::Mode;
use crate::checks::refs::{Brings, Forced, Movement, PushedRef, Standing};
use crate::domain::{ObjectId, RepoPath};
use crate::error::one_line;
use crate::ports::{Change, Depth, NewCommit, Version};

/// Where a push goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// What may be the name of a remote of this clone.
    pub name: Option<RemoteName>,
    /// The address.
    pub url: Option<String>,
}

/// A push.
#[derive(Clone, Debug, Default)]
pub struct Push {
    /// Its refs, in git's order.
    pub refs: Vec<Tip>,
    /// The commits that the other side does not have: parents before children.
    pub commits: Vec<NewCommit>,
    /// For each of them the place of the first ref that brings it.
    pub brought_by: Vec<usize>,
    /// What refs bring besides commits: the texts of annotated tags, and bare blobs and trees; the tags and the blobs under the ref's name.
    pub besides: Vec<Change>,
    /// The default branch of the other side, as far as it is known.
    pub default_branch: Option<DefaultBranch>,
    /// What somebody should know of how this was found out, as sentences without full stops.
    pub notices: Vec<String>,
}

/// One ref of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// What happens to it.
    pub pushed: PushedRef,
    /// The commit that it is to stand at; none where it is deleted, or names something else.
    pub commit: Option<ObjectId>,
    /// The commit that it stands at there, where that is here, too.
    pub before: Option<ObjectId>,
}

impl Destination {
    /// From the two arguments of the hook: what was typed, and the address that git makes of it. They are the same where an address was typed.
    pub fn of(remote: Option<&str>, url: Option<&str>) -> Self {
        let name = remote.filter(|remote| Some(*remote) != url).and_then(RemoteName::new);
        Self { name, url: url.or(remote).map(str::to_owned) }
    }

    /// The remotes that it stands for, and the default branch there. A name of which nothing is known may be that of no remote: then the address counts.
    fn remotes(&self, repository: &Repository, objects: &mut Objects) -> Result<(Vec<RemoteName>, Option<DefaultBranch>), HistoryError> {
        let mut remotes: Vec<RemoteName> = self.name.iter().cloned().collect();
        let mut default = self.name.as_ref().map_or(Ok(None), |name| repository.default_branch(name, objects))?;
        if let (None, Some(url)) = (&default, &self.url) {
            for remote in repository.remotes_at(url)? {
                default = default.or(repository.default_branch(&remote, objects)?);
                remotes.push(remote);
            }
        }
        Ok((remotes, default))
    }

    fn shown(&self) -> String {
        let name = self.name.as_ref().map(RemoteName::as_str).or(self.url.as_deref());
        name.map_or_else(|| "the other side".to_owned(), |name| format!("`{}`", one_line(name, 100)))
    }
}

impl Push {
    /// The push that these lines announce.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn of(repository: &Repository, objects: &mut Objects, destination: &Destination, lines: &[Line]) -> Result<Self, HistoryError> {
        if let Some(id) = lines.iter().flat_map(|line| [&line.local, &line.remote]).flatten().find(|id| repository.id(id.as_str()).is_none()) {
            return Err(HistoryError::Missing { id: id.clone() });
        }
        let ids: Vec<ObjectId> = lines.iter().flat_map(|line| [line.local.clone(), line.remote.clone()]).flatten().collect();
        let peeled = peel(&ids, objects)?;
        if let Some(id) = lines.iter().filter_map(|line| line.local.as_ref()).find(|id| !peeled.contains_key(*id)) {
            return Err(HistoryError::Missing { id: id.clone() });
        }
        let (remotes, default_branch) = destination.remotes(repository, objects)?;
        let commit =
            |id: &Option<ObjectId>| id.as_ref().and_then(|id| peeled.get(id)).filter(|peeled| peeled.kind == Kind::Commit).map(|peeled| peeled.id.clone());
        let tips: Vec<ObjectId> = lines.iter().filter_map(|line| commit(&line.local)).collect();
        let known = Known { commits: lines.iter().filter_map(|line| commit(&line.remote)).collect(), remotes };
        let commits = repository.new_commits_by(objects, &tips, &known)?;
        let found = Found { repository, lines, peeled: &peeled, commits: &commits, graph: Graph::new(&commits), default_branch: default_branch.as_ref() };
        let (refs, brought_by) = found.refs()?;
        let (besides, notices) = (found.besides()?, found.notices(destination));
        Ok(Self { refs, commits, brought_by, besides, default_branch, notices })
    }

    /// The commits that a ref has not had before, whatever other refs there have them; those that are new where it is not known what it had.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn arriving(&self, tip: &Tip, repository: &Repository) -> Result<Vec<NewCommit>, HistoryError> {
        let Some(commit) = &tip.commit else { return Ok(Vec::new()) };
        let before = tip.before.as_ref().or(self.default_branch.as_ref().map(|branch| &branch.tip));
        if let Some(before) = before {
            return repository.new_commits(std::slice::from_ref(commit), &Known { commits: vec![before.clone()], remotes: Vec::new() });
        }
        let places = Graph::new(&self.commits).reach(commit, &mut vec![false; self.commits.len()]);
        Ok(places.into_iter().map(|at| self.commits[at].clone()).collect())
    }
}

/// What was found out of a push.
struct Found<'a> {
    repository: &'a Repository,
    lines: &'a [Line],
    peeled: &'a BTreeMap<ObjectId, Peeled>,
    commits: &'a [NewCommit],
    graph: Graph<'a>,
    default_branch: Option<&'a DefaultBranch>,
}

impl Found<'_> {
    fn refs(&self) -> Result<(Vec<Tip>, Vec<usize>), HistoryError> {
        let (mut marked, mut brought_by) = (vec![false; self.commits.len()], vec![0; self.commits.len()]);
        let mut refs = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.iter().enumerate() {
            let (commit, before) = (self.commit(line.local.as_ref()), self.commit(line.remote.as_ref()));
            for at in commit.iter().flat_map(|commit| self.graph.reach(commit, &mut marked)) {
                brought_by[at] = place;
            }
            let pushed = PushedRef { name: line.remote_ref.clone(), movement: self.movement(line, commit.as_ref())?, standing: self.standing(line) };
            refs.push(Tip { pushed, commit, before });
        }
        Ok((refs, brought_by))
    }

    fn commit(&self, id: Option<&ObjectId>) -> Option<ObjectId> {
        id.and_then(|id| self.peeled.get(id)).filter(|peeled| peeled.kind == Kind::Commit).map(|peeled| peeled.id.clone())
    }

    fn movement(&self, line: &Line, commit: Option<&ObjectId>) -> Result<Movement, HistoryError> {
        match (&line.local, &line.remote) {
            (None, _) => Ok(Movement::Deleted),
            (Some(_), None) => {
                // A new commit is a tip, or reached from one: the tip itself tells.
                let is_new = commit.is_some_and(|commit| self.graph.has(commit));
                Ok(Movement::Created(match (is_new, self.default_branch) {
                    (false, _) => Brings::Nothing,
                    (true, None) => Brings::Beginning,
                    (true, Some(_)) => Brings::Commits,
                }))
            }
            (Some(_), Some(old)) => Ok(Movement::Updated(self.forced(old, commit)?)),
        }
    }

    fn forced(&self, old: &ObjectId, commit: Option<&ObjectId>) -> Result<Forced, HistoryError> {
        let Some(old) = self.peeled.get(old) else { return Ok(Forced::Unknown) };
        let Some(commit) = commit.filter(|_| old.kind == Kind::Commit) else { return Ok(Forced::Yes) };
        if self.graph.surely_reaches(commit, &old.id) || self.repository.is_ancestor(&old.id, commit)? {
            return Ok(Forced::No);
        }
        // Behind the cut of a shallow clone there may be more.
        Ok(if self.repository.cut()?.is_empty() { Forced::Yes } else { Forced::Unknown })
    }

    fn standing(&self, line: &Line) -> Standing {
        let is_default = line.remote_ref.strip_prefix("refs/heads/").is_some_and(|branch| match self.default_branch {
            Some(default) => branch == default.name,
            None => matches!(branch, "main" | "master"),
        });
        if is_default { Standing::Default } else { Standing::Other }
    }

    /// Texts and files that a ref names without a commit.
    fn besides(&self) -> Result<Vec<Change>, HistoryError> {
        let mut changes = Vec::new();
        for line in self.lines {
            let Some(peeled) = line.local.as_ref().and_then(|id| self.peeled.get(id)) else { continue };
            let change = |path: RepoPath, to: Version| Change { commit: None, path, to, before: Vec::new() };
            let name = RepoPath::new(line.remote_ref.as_bytes());
            changes.extend(peeled.tags.iter().map(|tag| change(name.clone(), Version::Blob(tag.clone(), Mode::File))));
            match peeled.kind {
                Kind::Blob => changes.push(change(name, Version::Blob(peeled.id.clone(), Mode::File))),
                Kind::Tree => {
                    let entries = self.repository.tree(&peeled.id)?.into_iter();
                    changes.extend(entries.map(|entry| change(entry.path, Version::Blob(entry.id, entry.mode))));
                }
                Kind::Commit | Kind::Tag => {}
            }
        }
        Ok(changes)
    }

    fn notices(&self, destination: &Destination) -> Vec<String> {
        let mut notices = Vec::new();
        if !self.commits.is_empty() && self.default_branch.is_none() {
            notices.push(format!("this clone knows no main branch of {}: what it is not known to have counts as new", destination.shown()));
        }
        for commit in self.commits.iter().filter(|commit| commit.depth == Depth::Cut) {
            notices
                .push(format!("this clone is shallow and ends at {}: what that commit changed cannot be told, so all of its files were looked at", commit.id));
        }
        for line in self.lines.iter().filter(|line| line.local.is_some()) {
            if let Some(old) = line.remote.as_ref().filter(|old| !self.peeled.contains_key(*old)) {
                notices.push(format!("{} stands at {old} there, which is not in this clone: what that has counts as new", one_line(&line.remote_ref, 100)));
            }
        }
        notices
    }
}

#[cfg(all(test, unix))]
mod tests;
