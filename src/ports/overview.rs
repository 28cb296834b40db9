//! What is asked of GitHub without any pull request: what is where.

use jiff::Timestamp;

use super::PolicyFile;
use crate::facts::{Deployment, Fact, Listing, Lock, Repository};

/// A repository with its environments, whatever is under way in it.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The server's time (its `Date` header).
    pub now: Timestamp,
    /// The repository.
    pub repository: Repository,
    /// The policy file on the default branch.
    pub policy: Fact<Option<PolicyFile>>,
    /// All locks.
    pub locks: Fact<Vec<Lock>>,
    /// Recent deployments of all environments, newest first.
    pub deployments: Fact<Listing<Deployment>>,
}
