//! Opening, closing and merging pull requests.

use git2::Oid;

use super::Missing;
use super::refs::{Expected, RefChange};
use crate::sandbox::computed::Mergeable;
use crate::sandbox::state::{Issue, Merge, Pull, PullState, Signature, State, TimelineEvent, TimelineKind};
use crate::sandbox::store::{CommitSpec, Stamp};

/// A pull request to open.
#[derive(Clone, Debug)]
pub struct PullSpec {
    /// The repository of the base branch.
    pub repository: u64,
    /// Who opens it.
    pub author: u64,
    /// The repository of the head branch.
    pub head_repository: u64,
    /// The head branch.
    pub head: String,
    /// The base branch.
    pub base: String,
    /// The title.
    pub title: String,
    /// The description.
    pub body: Option<String>,
}

/// Why a pull request was not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("Not Found")]
    Missing,
    /// It is not open, a draft, or conflicts.
    #[error("Pull Request is not mergeable")]
    NotMergeable,
    /// The head is not what was expected.
    #[error("Head branch was modified. Review and try the merge again.")]
    HeadMoved,
}

impl State {
    /// Opens a pull request and gives its number.
    ///
    /// # Errors
    /// [`Missing`] where a repository or a branch does not exist.
    pub fn open_pull(&mut self, spec: PullSpec) -> Result<u64, Missing> {
        let (id, now) = (self.next_id(), self.now());
        let head_sha = self.repository(spec.head_repository).and_then(|repository| repository.git.branch(&spec.head)).ok_or(Missing)?;
        let repository = self.repository_mut(spec.repository).ok_or(Missing)?;
        let base_sha = repository.git.branch(&spec.base).ok_or(Missing)?;
        let number = repository.next_number;
        repository.next_number += 1;
        repository.pulls.push(Pull {
            id,
            number,
            title: spec.title,
            body: spec.body,
            author: spec.author,
            state: PullState::Open,
            draft: false,
            base: spec.base,
            base_sha,
            head: spec.head,
            head_repository: Some(spec.head_repository),
            head_sha,
            created_at: now,
            updated_at: now,
            edited_at: None,
            closed_at: None,
            merged: None,
            labels: Vec::new(),
            reviews: Vec::new(),
            events: Vec::new(),
        });
        Ok(number)
    }

    /// Opens a plain issue and gives its number.
    ///
    /// # Errors
    /// [`Missing`] where the repository does not exist.
    pub fn open_issue(&mut self, repository: u64, author: u64, title: &str) -> Result<u64, Missing> {
        let (id, created_at) = (self.next_id(), self.now());
        let repository = self.repository_mut(repository).ok_or(Missing)?;
        let number = repository.next_number;
        repository.next_number += 1;
        repository.issues.push(Issue { id, number, title: title.to_owned(), author, created_at });
        Ok(number)
    }

    /// Notes something that happened to a pull request, and changes it with `change`.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn change_pull(&mut self, (repository, number): (u64, u64), (actor, kind): (u64, TimelineKind), change: impl FnOnce(&mut Pull)) -> Result<(), Missing> {
        let (id, at) = (self.next_id(), self.now());
        let pull = self.repository_mut(repository).and_then(|repository| repository.pull_mut(number)).ok_or(Missing)?;
        change(pull);
        pull.updated_at = at;
        pull.events.push(TimelineEvent { id, at, actor, kind });
        Ok(())
    }

    /// Closes an open pull request without merging.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn close_pull(&mut self, repository: u64, number: u64, by: u64) -> Result<(), Missing> {
        let at = self.now();
        self.change_pull((repository, number), (by, TimelineKind::Closed), |pull| {
            pull.state = PullState::Closed;
            pull.closed_at = Some(at);
        })
    }

    /// Opens a closed pull request again.
    ///
    /// # Errors
    /// [`Missing`] where there is none.
    pub fn reopen_pull(&mut self, repository: u64, number: u64, by: u64) -> Result<(), Missing> {
        self.change_pull((repository, number), (by, TimelineKind::Reopened), |pull| {
            pull.state = PullState::Open;
            pull.closed_at = None;
        })
    }

    /// Merges a pull request with a merge commit, which it gives. Rules are not asked: an administrator merges.
    ///
    /// # Errors
    /// [`MergeError`]; nothing changed.
    pub fn merge_pull(&mut self, repository: u64, number: u64, by: u64) -> Result<Oid, MergeError> {
        let commit = self.write_merge(repository, number, by)?;
        if let Some(found) = self.repository_mut(repository) {
            found.signatures.insert(commit, Signature::ByGitHub);
        }
        let at = self.now();
        let base = self.repository(repository).and_then(|found| found.pull(number)).map(|pull| pull.base.clone()).ok_or(MergeError::Missing)?;
        // First the pull request, so that the push below does not merge it a second time.
        self.change_pull((repository, number), (by, TimelineKind::Merged { commit }), |pull| {
            pull.state = PullState::Merged;
            pull.closed_at = Some(at);
            pull.merged = Some(Merge { at, by, commit });
        })
        .map_err(|Missing| MergeError::Missing)?;
        let name = format!("refs/heads/{base}");
        let change = RefChange { repository, name: &name, expected: Expected::Present, to: Some(commit), by };
        self.change_ref(change).map_err(|_| MergeError::NotMergeable)?;
        Ok(commit)
    }

    fn write_merge(&self, repository: u64, number: u64, by: u64) -> Result<Oid, MergeError> {
        let found = self.repository(repository).ok_or(MergeError::Missing)?;
        let pull = found.pull(number).ok_or(MergeError::Missing)?;
        if !pull.is_open() || pull.draft || self.mergeable(found, pull) != Mergeable::Mergeable {
            return Err(MergeError::NotMergeable);
        }
        let base = found.git.branch(&pull.base).ok_or(MergeError::NotMergeable)?;
        let tree = found.git.merged_tree(base, pull.head_sha).ok().flatten().ok_or(MergeError::NotMergeable)?;
        let merger = self.account(by).ok_or(MergeError::Missing)?;
        let at = self.now();
        let email = merger.emails.first().cloned().unwrap_or_default();
        let author = Stamp { name: merger.login.clone(), email, at };
        let committer = Stamp { name: "GitHub".to_owned(), email: "noreply@github.com".to_owned(), at };
        let message = format!("Merge pull request #{number} from {}\n\n{}", pull.head, pull.title);
        found.git.write_commit(&CommitSpec { parents: vec![base, pull.head_sha], tree, author, committer, message }).map_err(|_| MergeError::NotMergeable)
    }
}
