//! Building a world by hand: plain methods on the [`Sandbox`](super::Sandbox), for tests and the demo. People and repositories are named as people name them.
//!
//! What does not exist is a mistake of the one who builds, so these methods panic and say what is missing.

#![expect(clippy::missing_panics_doc, reason = "said once, above: every method here panics on what does not exist")]

mod check;
mod code;
mod deploy;
mod event;
mod people;
mod pull;
mod run;

use git2::Oid;

use super::state::{Repository, State};
use crate::domain::CommitSha;

pub use check::Check;
pub use code::Draft;
pub use run::Dispatched;

/// A pull request or issue: the repository as `owner/name`, and the number.
pub type Place<'a> = (&'a str, u64);

impl State {
    fn the_account(&self, login: &str) -> u64 {
        self.account_named(login).unwrap_or_else(|| panic!("the sandbox has no account {login}")).id
    }

    fn the_repository(&self, full_name: &str) -> &Repository {
        self.repository_named(full_name).unwrap_or_else(|| panic!("the sandbox has no repository {full_name}"))
    }

    fn the_repository_mut(&mut self, full_name: &str) -> &mut Repository {
        let id = self.the_repository(full_name).id;
        self.repository_mut(id).expect("it was just found")
    }
}

fn oid(sha: &CommitSha) -> Oid {
    Oid::from_str(sha.as_str()).expect("a commit id is an object id")
}

fn commit_sha(id: Oid) -> CommitSha {
    CommitSha::new(id.to_string()).expect("an object id is a commit id")
}
