//! Where every environment stands (row D5): what is done, running, waiting, failed, outstanding or locked, and what comes next.
//!
//! Pure: read from deployments, locks and comments alone, so that every machine comes to the same answer. It grants nothing; the gates judge anew.

mod history;
mod next;
mod part;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{CommitSha, DeploymentId, EnvName, Person, PullNumber, ServiceName, Version};
use crate::facts::{Deployment, Fact, Hold, Lock, PullRequest, Why};
use crate::intake::{Command, Request};
use crate::policy::{Environment, OrderRule, Policy};

pub use history::History;
pub use next::Next;

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// The server's time.
    pub now: Timestamp,
    /// All locks.
    pub locks: &'a Fact<Vec<Lock>>,
    /// What was deployed.
    pub history: &'a Fact<History>,
    /// The account that deploys. Where it is not known, as on a person's own machine, a deployment is known as ours by what it carries.
    pub deployer: Option<&'a Person>,
    /// What it is about.
    pub about: About<'a>,
}

/// What stages are about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Whatever is in the environments.
    Repository,
    /// The head of a pull request.
    Pull {
        /// The pull request.
        pull: &'a PullRequest,
        /// Its deploy commands that wait, by environment.
        waiting: &'a [(EnvName, Request)],
    },
}

/// How something stands. In this order the greatest one counts for the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It succeeded.
    Done,
    /// Nobody has deployed it yet.
    Outstanding,
    /// It runs.
    Running,
    /// Somebody asked for it; it waits for what its comment says.
    Waiting,
    /// Nobody has deployed it yet, and somebody else holds the lock.
    Locked,
    /// It cannot be told.
    Unknown,
    /// The last try did not succeed.
    Failed,
}

/// An environment.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name.
    pub environment: EnvName,
    /// How it stands: as its worst part.
    pub standing: Standing,
    /// Its parts, one at least: the whole, or services.
    pub parts: Vec<Part>,
    /// Who holds it.
    pub holds: Fact<Vec<Hold>>,
    /// What comes next, where something does.
    pub next: Option<Next>,
}

/// An environment, or a service in it.
#[derive(Clone, Debug)]
pub struct Part {
    /// The service; `None` for everything.
    pub service: Option<ServiceName>,
    /// How it stands.
    pub standing: Standing,
    /// The newest try.
    pub newest: Option<Try>,
    /// What is there now: the newest success, of whatever commit.
    pub current: Option<Try>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// A deployment, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// Its id.
    pub deployment: DeploymentId,
    /// The commit.
    pub commit: CommitSha,
    /// The pull request it came from.
    pub pull: Option<PullNumber>,
    /// The version, where named.
    pub version: Option<Version>,
    /// Its newest state, in a word.
    pub state: &'static str,
    /// When it got there.
    pub at: Timestamp,
    /// The run that did or does it.
    pub run_url: Option<String>,
}

impl Standing {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Outstanding => "outstanding",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Locked => "locked",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

/// Every environment of the policy, in the policy's order.
pub fn stages(view: &View<'_>) -> Vec<Stage> {
    let mut all: Vec<Stage> = view.policy.environments.iter().map(|environment| stage(view, environment)).collect();
    let steps: Vec<Option<Next>> = all.iter().zip(&view.policy.environments).map(|(stage, environment)| next::next(view, (environment, stage), &all)).collect();
    for (stage, next) in all.iter_mut().zip(steps) {
        stage.next = next;
    }
    all
}

/// The stage whose next step is the next step of all: the first one with a command, else the first with anything to wait for.
pub fn first_step(stages: &[Stage]) -> Option<(&Stage, &Next)> {
    let steps = || stages.iter().filter_map(|stage| stage.next.as_ref().map(|next| (stage, next)));
    steps().find(|(_, next)| next.command.is_some()).or_else(|| steps().next())
}

fn stage(view: &View<'_>, environment: &Environment) -> Stage {
    let holds = holds(view, &environment.name);
    let case = part::Case { view, environment, holds: &holds };
    let parts = part::parts(&case);
    let standing = parts.iter().map(|part| part.standing).max().unwrap_or(Standing::Unknown);
    Stage { environment: environment.name.clone(), standing, parts, holds, next: None }
}

/// Who holds an environment.
fn holds(view: &View<'_>, environment: &EnvName) -> Fact<Vec<Hold>> {
    let locks = match view.locks.get() {
        Ok(locks) => locks,
        Err(why) => return Fact::Unavailable(why),
    };
    match locks.iter().find(|lock| lock.environment == *environment).map(|lock| &lock.record) {
        None => Fact::Known(Vec::new()),
        Some(None) => Fact::Unavailable(Why::new("what its lock says cannot be read")),
        Some(Some(record)) => Fact::Known(record.live(view.now).cloned().collect()),
    }
}

impl Stage {
    /// True when a service (everything, where none is named) is done here.
    fn has(&self, service: Option<&ServiceName>) -> bool {
        let part = |wanted: Option<&ServiceName>| self.parts.iter().find(|part| part.service.as_ref() == wanted);
        part(service).or_else(|| part(None)).is_some_and(|part| part.standing == Standing::Done)
    }
}

impl View<'_> {
    /// True when a deployment is one of ours, of what this view is about.
    fn counts(&self, environment: &Environment, deployment: &Deployment) -> bool {
        let same = match self.about {
            About::Repository => true,
            About::Pull { pull, .. } => {
                let tree = environment.gates.order == OrderRule::Tree && deployment.tree.as_ref() == Some(&pull.head_tree);
                deployment.sha == pull.head || tree
            }
        };
        same && super::is_ours(deployment, self.deployer)
    }

    /// The command for this environment that waits.
    fn waiting(&self, environment: &EnvName) -> Option<&Request> {
        match self.about {
            About::Repository => None,
            About::Pull { waiting, .. } => waiting.iter().find(|(name, _)| name == environment).map(|(_, request)| request),
        }
    }

    /// The services that a request names; everything where none.
    fn services_of(request: &Request) -> &[ServiceName] {
        match &request.command {
            Command::Deploy(deploy) => &deploy.services,
            _ => &[],
        }
    }
}
