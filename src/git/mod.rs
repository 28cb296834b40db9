//! Git objects, and only those that a question needs: fetched by the `git` program, merged in memory by libgit2.
//!
//! Nothing that a repository carries has a say in how it is merged: no attributes, filters, merge drivers, hooks, or configuration of its own.
//! A local repository is read, never written to. Whether a merged tree means anything is for the gates.

mod commit_settings;
mod credentials;
mod fetch;
pub mod history;
mod hooks;
mod merge;
mod origin;
mod remote;
mod scratch;
mod tags;
mod work_tree;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

pub use commit_settings::{CommitPlace, CommitSettings};
pub use hooks::{HookQuestions, HooksUnknown};
pub use origin::{origin_slug, work_tree};
pub use remote::{InvalidRemote, Remote};
use scratch::Scratch;
pub use tags::{TagError, tagged_commit};
pub use work_tree::{NoWorkTree, WorkTree};

use crate::domain::{CommitSha, ObjectId};
use crate::ports::{MergeQuestion, Repo, RepoError};
use crate::programs::ChildEnvironment;

/// How long fetching may take when nobody says otherwise.
pub const FETCH_LIMIT: Duration = Duration::from_mins(1);

/// The objects of one remote repository, as far as they were needed.
#[derive(Debug)]
pub struct GitObjects {
    remote: Remote,
    token: Option<SecretString>,
    scratch_dir: PathBuf,
    environment: ChildEnvironment,
    local: Option<PathBuf>,
    limit: Duration,
    scratch: OnceCell<Scratch>,
}

/// What the local repository says.
enum Local {
    /// All objects are there; the tree of the clean merge, where it is clean.
    Merged(Option<ObjectId>),
    /// Objects are missing, or there is no repository that could be read.
    Lacking,
}

impl GitObjects {
    /// The objects of this remote. Nothing is read or written before the first question. What is fetched is kept in a folder of its own within `scratch_dir`
    /// and removed with this value. The token goes to https and loopback remotes only.
    pub fn new(remote: Remote, token: Option<SecretString>, scratch_dir: &Path, environment: ChildEnvironment) -> Self {
        let scratch_dir = scratch_dir.to_owned();
        Self { remote, token, scratch_dir, environment, local: None, limit: FETCH_LIMIT, scratch: OnceCell::new() }
    }

    /// The same, where this folder may lie in a repository that has the objects already.
    #[must_use]
    pub fn with_local(mut self, folder: &Path) -> Self {
        self.local = Some(folder.to_owned());
        self
    }

    /// The same with another time limit for one fetch.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    fn scratch(&self) -> Result<&Scratch, RepoError> {
        if let Some(scratch) = self.scratch.get() {
            return Ok(scratch);
        }
        let scratch = Scratch::create(&self.scratch_dir).map_err(|why| RepoError::Fetch(format!("no place for git objects: {why}")))?;
        Ok(self.scratch.get_or_init(|| scratch))
    }

    /// The answer out of the local repository, where it has all objects.
    fn merged_locally(&self, scratch: &Scratch, question: &MergeQuestion) -> Local {
        let Some(objects) = self.local.as_deref().and_then(merge::objects_folder) else { return Local::Lacking };
        // A partial clone has the commits without all of their files: then it is no help.
        let merged = merge::open(scratch.path(), Some(&objects)).and_then(|repository| merge::merged_tree(&repository, question));
        merged.map_or(Local::Lacking, Local::Merged)
    }

    fn fetch_missing(&self, scratch: &Scratch, commits: [&CommitSha; 3]) -> Result<(), RepoError> {
        let repository = merge::open(scratch.path(), None).map_err(|error| unmerged(&error))?;
        let missing: Vec<&CommitSha> = commits.into_iter().filter(|sha| !merge::has_commit(&repository, sha)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let fetch = fetch::Fetch { remote: &self.remote, token: self.token.as_ref(), environment: &self.environment, limit: self.limit };
        fetch.run(scratch.path(), &missing)
    }
}

impl Repo for GitObjects {
    fn merged_tree(&self, question: &MergeQuestion) -> Result<Option<ObjectId>, RepoError> {
        let commits = [&question.ancestor, &question.ours, &question.theirs];
        if commits.iter().any(|sha| sha.as_str().len() != 40) {
            return Err(RepoError::Merge("repositories with SHA-256 object ids are not supported by libgit2".to_owned()));
        }
        let scratch = self.scratch()?;
        if let Local::Merged(answer) = self.merged_locally(scratch, question) {
            return Ok(answer);
        }
        self.fetch_missing(scratch, commits)?;
        let repository = merge::open(scratch.path(), None).map_err(|error| unmerged(&error))?;
        merge::merged_tree(&repository, question).map_err(|error| unmerged(&error))
    }
}

fn unmerged(error: &git2::Error) -> RepoError {
    RepoError::Merge(crate::domain::shown(error.message()))
}

#[cfg(all(test, unix))]
mod tests;
