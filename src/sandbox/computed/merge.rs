//! Whether a pull request can be merged, and what is in the way.

use git2::Oid;

use crate::sandbox::computed::review::ReviewDecision;
use crate::sandbox::computed::{Context, RollupState};
use crate::sandbox::state::{Freshness, Pull, Repository, Rule, State};
use crate::sandbox::store::ChangedFile;

/// Whether a pull request can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum Mergeable {
    Mergeable,
    Conflicting,
    /// Not open, so nobody works it out.
    Unknown,
}

impl Mergeable {
    /// The GraphQL word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mergeable => "MERGEABLE",
            Self::Conflicting => "CONFLICTING",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// What is in the way of merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum MergeState {
    Behind,
    Blocked,
    Clean,
    Dirty,
    Draft,
    Unknown,
    Unstable,
}

impl MergeState {
    /// The GraphQL word; REST has it in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Behind => "BEHIND",
            Self::Blocked => "BLOCKED",
            Self::Clean => "CLEAN",
            Self::Dirty => "DIRTY",
            Self::Draft => "DRAFT",
            Self::Unknown => "UNKNOWN",
            Self::Unstable => "UNSTABLE",
        }
    }
}

impl State {
    /// Whether a pull request can be merged, by a real three-way merge.
    pub fn mergeable(&self, repository: &Repository, pull: &Pull) -> Mergeable {
        if !pull.is_open() {
            return Mergeable::Unknown;
        }
        let Some(base) = repository.git.branch(&pull.base) else { return Mergeable::Unknown };
        match repository.git.merged_tree(base, pull.head_sha) {
            Ok(Some(_)) => Mergeable::Mergeable,
            Ok(None) | Err(_) => Mergeable::Conflicting,
        }
    }

    /// What is in the way of merging.
    pub fn merge_state(&self, repository: &Repository, pull: &Pull) -> MergeState {
        match self.mergeable(repository, pull) {
            Mergeable::Unknown => return MergeState::Unknown,
            Mergeable::Conflicting => return MergeState::Dirty,
            Mergeable::Mergeable => {}
        }
        if pull.draft {
            return MergeState::Draft;
        }
        let decision = self.review_decision(repository, pull);
        if matches!(decision, Some(ReviewDecision::ChangesRequested | ReviewDecision::ReviewRequired)) || !required_checks_pass(repository, pull) {
            return MergeState::Blocked;
        }
        if is_behind(repository, pull) {
            return MergeState::Behind;
        }
        let green = repository.rollup(pull.head_sha).is_none_or(|rollup| rollup.state == RollupState::Success);
        if green { MergeState::Clean } else { MergeState::Unstable }
    }
}

fn required_checks_pass(repository: &Repository, pull: &Pull) -> bool {
    let rollup = repository.rollup(pull.head_sha);
    let contexts: &[Context<'_>] = rollup.as_ref().map_or(&[], |rollup| &rollup.contexts);
    repository.required_checks(&pull.base).into_iter().all(|required| {
        let mut reports = contexts.iter().filter(|context| repository.satisfies_name(required, **context)).peekable();
        reports.peek().is_some() && reports.all(|context| context.state() == RollupState::Success)
    })
}

fn is_behind(repository: &Repository, pull: &Pull) -> bool {
    let strict = repository.rules_for(&pull.base).any(|(_, rule)| matches!(rule, Rule::RequiredChecks { freshness: Freshness::UpToDate, .. }));
    strict && repository.git.branch(&pull.base).is_some_and(|base| !repository.git.contains(pull.head_sha, base))
}

impl Repository {
    /// The files a pull request changes: the difference between its merge base and its head.
    pub fn pull_files(&self, pull: &Pull) -> Vec<ChangedFile> {
        let base = self.pull_merge_base(pull);
        self.git.changed_files(base, pull.head_sha).unwrap_or_default()
    }

    /// The commits of a pull request that its base branch has not, oldest first.
    pub fn pull_commits(&self, pull: &Pull) -> Vec<Oid> {
        self.git.commits_between(self.pull_merge_base(pull).map(|_| self.pull_base(pull)), pull.head_sha).unwrap_or_default()
    }

    fn pull_merge_base(&self, pull: &Pull) -> Option<Oid> {
        self.git.merge_base(self.pull_base(pull), pull.head_sha)
    }

    /// The base branch's tip while a pull request is open; afterwards what it was.
    fn pull_base(&self, pull: &Pull) -> Oid {
        let tip = if pull.is_open() { self.git.branch(&pull.base) } else { None };
        tip.unwrap_or(pull.base_sha)
    }
}
