//! What somebody asks for, whoever carried it here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::Command;
use crate::domain::{CommentId, Person, PullNumber, RequestKey};

/// A command with its circumstances. Everything downstream knows only this, never the event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The same for every delivery of the same event (row C5).
    pub key: RequestKey,
    /// Who asks.
    pub actor: Person,
    /// When the server recorded it: a comment's creation, a dispatch's arrival; never a commit's own date.
    pub at: Timestamp,
    /// What is asked.
    pub command: Command,
    /// The pull request it is about.
    pub pull: PullNumber,
    /// What carried it.
    pub origin: Origin,
}

/// What carried a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// A comment on the pull request.
    Comment {
        /// Its id.
        id: CommentId,
        /// Its global node id, by which the API is asked for its body.
        node_id: String,
        /// Its body as the event gave it; it must equal the API's.
        body: String,
    },
    /// A `workflow_dispatch` or `repository_dispatch` event.
    Dispatch,
    /// Somebody at a terminal.
    Terminal,
}
