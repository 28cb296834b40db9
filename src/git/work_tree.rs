//! The work tree that a folder lies in: where its root is, and what its clone knows. Read, never written to.

use std::path::{Path, PathBuf};

use super::origin::slug_of_origin;
use crate::domain::{BranchName, RepoSlug};

/// A work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Its root.
    pub root: PathBuf,
    /// Where it was cloned from.
    pub slug: Option<RepoSlug>,
    /// The default branch: the one that `origin/HEAD` points at, else the one that git's configuration names if it is here, else the current one.
    pub default_branch: Option<BranchName>,
}

/// A folder lies in no work tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWorkTree {
    /// It lies in no repository, or git may not look at it.
    #[error("{folder} lies in no git repository that can be read: {why}")]
    NoRepository {
        /// The folder.
        folder: String,
        /// Git's words.
        why: String,
    },
    /// The repository has no files.
    #[error("the git repository of {folder} is bare: it has no work tree to write files into")]
    Bare {
        /// The folder.
        folder: String,
    },
}

impl WorkTree {
    /// The work tree that a folder lies in.
    ///
    /// # Errors
    /// [`NoWorkTree`]
    pub fn of(folder: &Path) -> Result<Self, NoWorkTree> {
        let shown = || crate::domain::shown(&folder.display().to_string());
        let repository =
            git2::Repository::discover(folder).map_err(|error| NoWorkTree::NoRepository { folder: shown(), why: crate::domain::shown(error.message()) })?;
        let root = repository.workdir().ok_or_else(|| NoWorkTree::Bare { folder: shown() })?.to_owned();
        let default_branch = default_branch(&repository).and_then(|name| BranchName::new(name).ok());
        Ok(Self { root, slug: slug_of_origin(&repository), default_branch })
    }
}

fn default_branch(repository: &git2::Repository) -> Option<String> {
    origin_head(repository).or_else(|| configured(repository)).or_else(|| current(repository))
}

fn origin_head(repository: &git2::Repository) -> Option<String> {
    let head = repository.find_reference("refs/remotes/origin/HEAD").ok()?;
    let target = head.symbolic_target().ok()??;
    target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
}

fn configured(repository: &git2::Repository) -> Option<String> {
    let name = repository.config().ok()?.get_string("init.defaultBranch").ok()?;
    repository.find_branch(&name, git2::BranchType::Local).ok().map(|_| name)
}

/// The branch that HEAD names, also before its first commit.
fn current(repository: &git2::Repository) -> Option<String> {
    let head = repository.find_reference("HEAD").ok()?;
    let target = head.symbolic_target().ok()??;
    target.strip_prefix("refs/heads/").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(folder: &Path, head: &str) -> git2::Repository {
        let repository = git2::Repository::init(folder).expect("a repository");
        repository.set_head(&format!("refs/heads/{head}")).expect("a head");
        repository
    }

    #[test]
    fn i1_the_default_branch_is_origins_else_the_configured_one_else_the_current_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = repository(folder.path(), "work");
        let branch = || WorkTree::of(folder.path()).expect("a work tree").default_branch.map(String::from);
        repository.config().expect("a configuration").set_str("init.defaultBranch", "trunk").expect("it is set");
        assert_eq!(branch().as_deref(), Some("work"), "the configured one is not here");
        let who = git2::Signature::new("a", "a@example.com", &git2::Time::new(0, 0)).expect("a signature");
        let tree = repository.find_tree(repository.index().expect("an index").write_tree().expect("a tree")).expect("a tree");
        let commit = repository.commit(Some("HEAD"), &who, &who, "c", &tree, &[]).expect("a commit");
        repository.branch("trunk", &repository.find_commit(commit).expect("a commit"), false).expect("a branch");
        assert_eq!(branch().as_deref(), Some("trunk"));
        repository.reference_symbolic("refs/remotes/origin/HEAD", "refs/remotes/origin/main", true, "").expect("a ref");
        assert_eq!(branch().as_deref(), Some("main"));
    }

    #[test]
    fn i1_a_subfolder_finds_its_root_and_no_repository_or_a_bare_one_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = repository(folder.path(), "main");
        repository.remote("origin", "git@github.com:octo-org/pay.git").expect("a remote");
        std::fs::create_dir_all(folder.path().join("a/b")).expect("folders");
        let tree = WorkTree::of(&folder.path().join("a/b")).expect("a work tree");
        assert_eq!(tree.root.canonicalize().ok(), folder.path().canonicalize().ok());
        assert_eq!(tree.slug.map(String::from).as_deref(), Some("octo-org/pay"));
        let bare = tempfile::tempdir().expect("a folder");
        git2::Repository::init_bare(bare.path()).expect("a repository");
        assert!(matches!(WorkTree::of(bare.path()), Err(NoWorkTree::Bare { .. })));
        let nothing = tempfile::tempdir().expect("a folder");
        assert!(matches!(WorkTree::of(nothing.path()), Err(NoWorkTree::NoRepository { .. })));
    }
}
