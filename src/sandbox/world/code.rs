//! Commits and pushes.

use git2::Oid;

use super::{commit_sha, oid};
use crate::domain::CommitSha;
use crate::sandbox::Sandbox;
use crate::sandbox::acts::{Expected, RefChange};
use crate::sandbox::state::{Signature, State};
use crate::sandbox::store::{CommitSpec, Stamp};

/// A commit to make. Its times are the author's to claim.
#[derive(Clone, Debug)]
pub struct Draft {
    message: String,
    parents: Vec<CommitSha>,
    files: Vec<(String, Option<Vec<u8>>)>,
    author: Option<Stamp>,
    committer: Option<Stamp>,
}

impl Draft {
    /// A commit with this message, without parents, that changes nothing.
    pub fn new(message: &str) -> Self {
        Self { message: message.to_owned(), parents: Vec::new(), files: Vec::new(), author: None, committer: None }
    }

    /// Adds a parent; the first one's files are the ones that are changed.
    #[must_use]
    pub fn parent(mut self, sha: &CommitSha) -> Self {
        self.parents.push(sha.clone());
        self
    }

    /// Writes a file.
    #[must_use]
    pub fn file(mut self, path: &str, content: &str) -> Self {
        self.files.push((path.to_owned(), Some(content.as_bytes().to_vec())));
        self
    }

    /// Takes a file away.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.push((path.to_owned(), None));
        self
    }

    /// Says who wrote it, and when.
    #[must_use]
    pub fn author(mut self, stamp: Stamp) -> Self {
        self.author = Some(stamp);
        self
    }

    /// Says who committed it, and when.
    #[must_use]
    pub fn committer(mut self, stamp: Stamp) -> Self {
        self.committer = Some(stamp);
        self
    }
}

impl Sandbox {
    /// A person's name and address at the sandbox's time; change `at` to claim another.
    pub fn stamp(&self, login: &str) -> Stamp {
        self.state().stamp(login)
    }

    /// Makes a commit; no branch has it yet. Author and committer are this person unless the draft says otherwise.
    pub fn commit(&self, repository: &str, login: &str, draft: &Draft) -> CommitSha {
        let state = self.state();
        let git = &state.the_repository(repository).git;
        let files: Vec<(&str, Option<&[u8]>)> = draft.files.iter().map(|(path, content)| (path.as_str(), content.as_deref())).collect();
        let parents: Vec<Oid> = draft.parents.iter().map(oid).collect();
        let tree = git.write_tree(parents.first().copied(), &files).expect("the files can be written");
        let stamp = || state.stamp(login);
        let author = draft.author.clone().unwrap_or_else(stamp);
        let committer = draft.committer.clone().unwrap_or_else(stamp);
        let message = draft.message.clone();
        commit_sha(git.write_commit(&CommitSpec { parents, tree, author, committer, message }).expect("the commit can be written"))
    }

    /// Makes the clean merge of two commits; no branch has it yet. `None` where they conflict.
    pub fn merged(&self, repository: &str, login: &str, (ours, theirs): (&CommitSha, &CommitSha)) -> Option<CommitSha> {
        let state = self.state();
        let git = &state.the_repository(repository).git;
        let (ours, theirs) = (oid(ours), oid(theirs));
        let tree = git.merged_tree(ours, theirs).expect("both commits are there")?;
        let stamp = state.stamp(login);
        let message = format!("Merge {theirs} into {ours}");
        let spec = CommitSpec { parents: vec![ours, theirs], tree, author: stamp.clone(), committer: stamp, message };
        Some(commit_sha(git.write_commit(&spec).expect("the commit can be written")))
    }

    /// Pushes a commit to a branch, by force where need be, at the sandbox's time.
    pub fn push(&self, repository: &str, login: &str, (branch, sha): (&str, &CommitSha)) {
        let mut state = self.state();
        let by = state.the_account(login);
        let found = state.the_repository(repository);
        let name = format!("refs/heads/{branch}");
        let expected = if found.git.branch(branch).is_some() { Expected::Present } else { Expected::Absent };
        let change = RefChange { repository: found.id, name: &name, expected, to: Some(oid(sha)), by };
        state.change_ref(change).expect("the branch can be pushed");
    }

    /// Writes files on top of a branch (which need not exist yet: then on top of the default branch, or of nothing) and pushes.
    pub fn put(&self, repository: &str, login: &str, (branch, files): (&str, &[(&str, &str)])) -> CommitSha {
        let mut draft = Draft::new(&format!("Change {}", files.iter().map(|(path, _)| *path).collect::<Vec<_>>().join(", ")));
        {
            let state = self.state();
            let found = state.the_repository(repository);
            if let Some(tip) = found.git.branch(branch).or_else(|| found.git.branch(&found.default_branch)) {
                draft = draft.parent(&commit_sha(tip));
            }
        }
        for (path, content) in files {
            draft = draft.file(path, content);
        }
        let sha = self.commit(repository, login, &draft);
        self.push(repository, login, (branch, &sha));
        sha
    }

    /// The tip of a branch, where it exists.
    pub fn tip(&self, repository: &str, branch: &str) -> Option<CommitSha> {
        self.state().the_repository(repository).git.branch(branch).map(commit_sha)
    }

    /// Says what is known of a commit's signature.
    pub fn sign(&self, repository: &str, sha: &CommitSha, signature: Signature) {
        self.state().the_repository_mut(repository).signatures.insert(oid(sha), signature);
    }

    /// Deletes a branch.
    pub fn delete_branch(&self, repository: &str, login: &str, branch: &str) {
        let mut state = self.state();
        let by = state.the_account(login);
        let repository = state.the_repository(repository).id;
        let name = format!("refs/heads/{branch}");
        state.change_ref(RefChange { repository, name: &name, expected: Expected::Present, to: None, by }).expect("the branch exists");
    }
}

impl State {
    fn stamp(&self, login: &str) -> Stamp {
        let account = self.account_named(login).unwrap_or_else(|| panic!("the sandbox has no account {login}"));
        let email = account.emails.first().cloned().unwrap_or_default();
        Stamp { name: account.name.clone().unwrap_or_else(|| account.login.clone()), email, at: self.now() }
    }
}
