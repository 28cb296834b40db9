//! One case to judge: who asks for what, under which policy, knowing what.

use jiff::Timestamp;

use crate::domain::{CommentId, Person};
use crate::facts::Facts;
use crate::intake::{Command, Deploy, Request};
use crate::policy::{Environment, Policy};

/// Everything a gate may look at.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// Who asks, and when.
    pub request: &'a Request,
    /// What is asked: a deployment.
    pub deploy: &'a Deploy,
    /// The policy of the base branch.
    pub policy: &'a Policy,
    /// The environment asked for.
    pub environment: &'a Environment,
    /// What is known.
    pub facts: &'a Facts,
    /// What people said in the pull request's comments, oldest first: whole commands in unedited comments by humans.
    pub said: &'a [Said],
}

/// A command that somebody gave in a comment.
#[derive(Clone, Debug)]
pub struct Said {
    /// The comment.
    pub comment: CommentId,
    /// Who: a human.
    pub by: Person,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What.
    pub command: Command,
}

impl Case<'_> {
    /// What was said about this environment, by its name or an alias.
    pub fn said_here(&self) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(|said| {
            said.command.environment().and_then(|word| self.policy.environment(word)).is_some_and(|environment| environment.name == self.environment.name)
        })
    }
}
