//! How things look in REST answers and webhook payloads: JSON as GitHub's API description has it. Nothing here changes anything.

mod check;
mod deployment;
mod event;
mod git;
mod people;
mod pull;
mod repository;
mod run;
mod settings;

use git2::Oid;
use jiff::Timestamp;
use serde_json::Value;

use super::state::{Repository, State};

pub use git::{ContentEntry, commit_times};

/// Draws things of this state.
#[derive(Clone, Copy)]
pub struct Wire<'a> {
    state: &'a State,
}

impl<'a> Wire<'a> {
    /// Draws things of this state.
    pub fn of(state: &'a State) -> Self {
        Self { state }
    }

    /// The URL of a path of the API.
    fn api(self, path: &str) -> String {
        format!("{}{path}", self.state.base_url)
    }

    /// The URL of a page for people.
    fn page(self, path: &str) -> String {
        format!("{}{path}", self.state.base_url.replacen("://api.", "://", 1))
    }

    /// The API URL of something in a repository.
    fn repo_api(self, repository: &Repository, path: &str) -> String {
        self.api(&format!("/repos/{}{path}", repository.full_name))
    }

    /// The page of something in a repository.
    fn repo_page(self, repository: &Repository, path: &str) -> String {
        self.page(&format!("/{}{path}", repository.full_name))
    }
}

/// A time as GitHub writes it.
pub fn time(at: Timestamp) -> Value {
    Value::String(at.to_string())
}

/// An object id, or forty zeros for "nothing".
pub fn oid_or_zeros(id: Option<Oid>) -> String {
    id.unwrap_or(Oid::ZERO_SHA1).to_string()
}
