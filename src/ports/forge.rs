//! What the program needs from GitHub. Reads may be repeated freely; a write that may have happened says so ([`Wrote::Maybe`]), and the
//! caller reads back before it writes again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    BranchName, CommentId, CommitSha, DeploymentId, EnvName, HeadBranch, Login, ObjectId, Person, PersonId, PullNumber, RefName, RepoSlug, Role, RunId,
    TeamSlug,
};
use crate::facts::{
    Base, Checks, Deployment, DeploymentPayload, DeploymentState, DispatchedTo, Fact, Handle, InputName, Listing, Lock, PullRequest, Push, Repository,
    RunState, Sighting,
};

/// GitHub, as far as we need it. One implementation talks to it over HTTP.
#[expect(async_fn_in_trait, reason = "the program runs on one thread; no future needs to be Send")]
pub trait Forge {
    /// Reads nearly everything that gates need, in one query, and the missing pages behind it.
    async fn survey(&self, ask: &Ask) -> Result<Survey, ForgeError>;

    /// The roles of these people in the repository, and their ids. One request for all.
    async fn roles(&self, people: &[Login]) -> Result<BTreeMap<Login, (PersonId, Role)>, ForgeError>;

    /// The members of these teams; a team that the token may not read is `Unavailable`. One request for all.
    async fn teams(&self, teams: &[TeamSlug]) -> Result<BTreeMap<TeamSlug, Fact<Vec<PersonId>>>, ForgeError>;

    /// Who pushed this head to this branch of this repository, and when, by the repository's activity; `None` where the branch's newest entry there
    /// is not of this head.
    async fn push_of(&self, branch: &HeadBranch, head: &CommitSha) -> Result<Option<(Push, Sighting)>, ForgeError>;

    /// The merge base of two commits.
    async fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<CommitSha, ForgeError>;

    /// Whether a workflow run is still going.
    async fn run_state(&self, run: RunId) -> Result<RunState, ForgeError>;

    /// Reads again what a clearance is bound to, just before the first write.
    async fn standing(&self, pull: PullNumber) -> Result<Standing, ForgeError>;

    /// The recent deployments of one environment, newest first: for reading back.
    async fn deployments(&self, environment: &EnvName) -> Result<Vec<Deployment>, ForgeError>;

    /// Our comments on a pull request, oldest first: for reading back.
    async fn our_comments(&self, pull: PullNumber) -> Result<Vec<CommentText>, ForgeError>;

    /// The texts of all comments on a pull request that were written or edited since then: a small question to the REST API, for when the great one failed.
    async fn comments_since(&self, pull: PullNumber, since: Timestamp) -> Result<Vec<String>, ForgeError>;

    /// Says something and adds a reaction to what it answers, in one request. An error says that the comment was not written, or may not have been;
    /// a reaction that failed alone is in what comes back.
    async fn speak(&self, speech: &Speech<'_>) -> Result<Spoken, ForgeError>;

    /// Adds a reaction; adding the same one twice is one reaction.
    async fn react(&self, comment: CommentId, reaction: Reaction) -> Result<ReactionId, ForgeError>;

    /// Takes our reaction away.
    async fn unreact(&self, comment: CommentId, reaction: ReactionId) -> Result<(), ForgeError>;

    /// Writes a comment.
    async fn comment(&self, pull: PullNumber, body: &str) -> Result<CommentId, ForgeError>;

    /// Rewrites a comment of ours.
    async fn edit_comment(&self, comment: CommentId, body: &str) -> Result<(), ForgeError>;

    /// Writes an annotated tag object with this message; nothing points at it yet.
    async fn write_record(&self, at: &CommitSha, name: &str, message: &str) -> Result<ObjectId, ForgeError>;

    /// The locks as they stand.
    async fn locks(&self) -> Result<Vec<Lock>, ForgeError>;

    /// What is where, without any pull request. One request.
    async fn overview(&self) -> Result<super::Overview, ForgeError>;

    /// The recent deployments of these environments, newest first. One request for all.
    async fn latest(&self, environments: &[EnvName]) -> Result<BTreeMap<EnvName, Listing<Deployment>>, ForgeError>;

    /// Points a ref from the object expected to another, atomically, or not at all.
    async fn swap(&self, repository_node: &str, swap: &RefSwap) -> Result<Swapped, ForgeError>;

    /// Creates a deployment of an exact commit, judged already: the server does no merging and asks no checks.
    async fn deploy(&self, new: &NewDeployment) -> Result<DeploymentId, ForgeError>;

    /// The open pull requests whose head this commit is.
    async fn pulls_with_head(&self, head: &CommitSha) -> Result<Vec<PullNumber>, ForgeError>;

    /// The open pull requests, most recently updated first; 100 at most.
    async fn open_pulls(&self) -> Result<Vec<PullNumber>, ForgeError>;

    /// Sets a deployment's state.
    async fn set_state(&self, deployment: DeploymentId, state: &NewState) -> Result<(), ForgeError>;

    /// One deployment with its states; `None` where there is none of that id.
    async fn deployment(&self, id: DeploymentId) -> Result<Option<Deployment>, ForgeError>;

    /// Starts the deploy workflow, once. The run, where the server says it.
    async fn dispatch(&self, new: &NewDispatch) -> Result<Option<FoundRun>, ForgeError>;

    /// The newest run whose name carries the handle, among those that were dispatched there since.
    async fn find_run(&self, sought: &SoughtRun<'_>) -> Result<Option<FoundRun>, ForgeError>;

    /// How a run of a repository stands.
    async fn run_report(&self, repository: &RepoSlug, run: RunId) -> Result<RunReport, ForgeError>;

    /// The jobs of a run's last attempt; 100 at most.
    async fn run_jobs(&self, repository: &RepoSlug, run: RunId) -> Result<Vec<JobReport>, ForgeError>;

    /// Asks a run to stop.
    async fn cancel_run(&self, repository: &RepoSlug, run: RunId) -> Result<Stopping, ForgeError>;
}

/// What a survey is about.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The pull request.
    pub pull: PullNumber,
    /// The node id of the comment that carries the command, where one does.
    pub comment_node: Option<String>,
    /// The login of the person who commands: their role comes with the same query.
    pub actor: Option<Login>,
    /// Our own workflow run, whose checks do not count.
    pub own_run: Option<RunId>,
    /// The comment whose words will be judged, where they will be: who pushed the head is asked for beside the survey then, and is part of the pull
    /// request's facts where nobody has said anything since that comment.
    pub words: Option<CommentId>,
}

/// A comment together with a reaction.
#[derive(Clone, Copy, Debug)]
pub struct Speech<'a> {
    /// Where it is said.
    pub place: SpeechPlace<'a>,
    /// The text.
    pub body: &'a str,
    /// The global node id of the comment that gets the reaction.
    pub to: &'a str,
    /// The reaction.
    pub reaction: Reaction,
}

/// Where it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechPlace<'a> {
    /// In a new comment on the pull request of this global node id.
    New(&'a str),
    /// In the comment of ours of this global node id, instead of what it says.
    Instead(&'a str),
}

/// What came of a speech whose comment was written.
#[derive(Debug)]
pub struct Spoken {
    /// The comment.
    pub comment: CommentId,
    /// Whether the reaction is there.
    pub reaction: Result<(), ForgeError>,
}

/// What a survey answers.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The server's time (its `Date` header).
    pub now: Timestamp,
    /// The account we act under, where the server says.
    pub viewer: Option<Person>,
    /// The repository.
    pub repository: Repository,
    /// The base branch.
    pub base: Base,
    /// The pull request.
    pub pull: PullRequest,
    /// The checks of its head.
    pub checks: Fact<Checks>,
    /// The policy file on the default branch.
    pub default_policy: Fact<Option<PolicyFile>>,
    /// The policy file on the base branch.
    pub base_policy: Fact<Option<PolicyFile>>,
    /// The role of the person who commands.
    pub actor_role: Fact<Role>,
    /// The comment that carries the command, as the API has it now; `None` where it is gone or none was asked for.
    pub comment: Option<CommentText>,
    /// All locks.
    pub locks: Fact<Vec<Lock>>,
    /// Recent deployments of all environments, newest first.
    pub deployments: Fact<Listing<Deployment>>,
}

/// A policy file as it stands on a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its git object id.
    pub id: ObjectId,
    /// Its text.
    pub text: String,
}

/// A comment as the API has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentText {
    /// Its id.
    pub id: CommentId,
    /// Its text.
    pub body: String,
    /// When it was last edited, where it was.
    pub edited_at: Option<Timestamp>,
}

/// What a clearance is bound to, read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The head now.
    pub head: CommitSha,
    /// True while the pull request is open.
    pub open: bool,
    /// True while it is a draft.
    pub draft: bool,
    /// The policy file of the base branch now.
    pub policy: Option<ObjectId>,
}

/// GitHub's reactions that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Received.
    Eyes,
    /// Done.
    Rocket,
    /// Refused or failed.
    MinusOne,
    /// Waiting for somebody.
    Confused,
    /// Taken note of.
    PlusOne,
}

/// The id of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReactionId(pub u64);

/// A compare-and-swap of a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefSwap {
    /// The ref.
    pub name: RefName,
    /// What it must point at; `None`: it must not exist.
    pub expected: Option<ObjectId>,
    /// What it points at afterwards.
    pub new: ObjectId,
}

/// How a compare-and-swap ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// The ref points at the new object.
    Done,
    /// The ref did not point at the expected object; nothing changed.
    Lost,
}

/// A deployment to create.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    /// The environment's name.
    pub environment: EnvName,
    /// The exact commit.
    pub sha: CommitSha,
    /// True for production.
    pub production: bool,
    /// One line.
    pub description: String,
    /// What it carries.
    pub payload: DeploymentPayload,
}

/// A deployment's new state.
#[derive(Clone, Debug)]
pub struct NewState {
    /// The state.
    pub state: DeploymentState,
    /// One line, 140 characters at most.
    pub description: String,
    /// Where it runs.
    pub log_url: Option<String>,
    /// Where the environment can be seen.
    pub environment_url: Option<String>,
}

/// A dispatch of the deploy workflow.
#[derive(Clone, Debug)]
pub struct NewDispatch {
    /// Where to.
    pub to: DispatchedTo,
    /// The branch or tag that the workflow is taken from; the default branch where absent.
    pub reference: Option<BranchName>,
    /// What the workflow knows the deployment by.
    pub handle: Handle,
    /// Its inputs besides.
    pub inputs: BTreeMap<InputName, String>,
}

/// A run that is looked for by the handle in its name.
#[derive(Clone, Copy, Debug)]
pub struct SoughtRun<'a> {
    /// Where it was dispatched to.
    pub to: &'a DispatchedTo,
    /// The handle.
    pub handle: &'a Handle,
    /// It was created at this time or later.
    pub since: Timestamp,
}

/// A workflow run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRun {
    /// Its id.
    pub id: RunId,
    /// Its page.
    pub url: String,
}

/// How a workflow run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// Its page.
    pub url: String,
    /// The server's word for how far it is, e.g. `in_progress`.
    pub status: String,
    /// How it ended, once it is over.
    pub concluded: Option<Concluded>,
}

/// A job of a workflow run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobReport {
    /// Its name; may hold hostile text.
    pub name: String,
    /// Its page.
    pub url: String,
    /// How it ended, once it is over.
    pub concluded: Option<Concluded>,
}

/// How a run or a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concluded {
    /// Well; a skipped job, too.
    Success,
    /// With a failure, a time-out, or before it began.
    Failure,
    /// Somebody cancelled it.
    Cancelled,
    /// In another way, e.g. it waits for somebody's action.
    Otherwise,
}

/// What came of asking a run to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// It will.
    Asked,
    /// It is over already.
    Over,
}

/// A request that failed: it carries what is needed to understand it, and no secret.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path}: {fault}")]
pub struct ForgeError {
    /// The HTTP method.
    pub method: &'static str,
    /// The path without query.
    pub path: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The server's id of the request, where it gave one.
    pub request_id: Option<String>,
    /// What went wrong.
    pub fault: ForgeFault,
    /// Whether it may have changed something.
    pub wrote: Wrote,
}

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForgeFault {
    /// No connection.
    #[error("could not connect: {0}")]
    Unreachable(String),
    /// The connection broke before the answer was whole.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// No answer in time.
    #[error("no answer within the time limit")]
    TimedOut,
    /// Too many requests.
    #[error("rate limited{}", when_again(*after, *until))]
    RateLimited {
        /// How long to wait, where the server says.
        after: Option<Duration>,
        /// When that is over, by the server's clock.
        until: Option<Timestamp>,
    },
    /// The token is not valid (any more).
    #[error("the token was not accepted")]
    Unauthorised,
    /// The token lacks a permission.
    #[error("the token may not do this: {message}{}", permission.map(|name| format!("; it needs the permission {name}")).unwrap_or_default())]
    Forbidden {
        /// The server's words, redacted.
        message: String,
        /// The permission that is probably missing, e.g. `deployments: write`.
        permission: Option<&'static str>,
    },
    /// Not there, or not visible to the token.
    #[error("not found, or not visible to the token{}", permission.map(|name| format!(" (it needs the permission {name})")).unwrap_or_default())]
    NotFound {
        /// The permission that is probably missing.
        permission: Option<&'static str>,
    },
    /// The state of things is against it.
    #[error("refused: {0}")]
    Conflict(String),
    /// The server did not accept what we sent.
    #[error("not accepted: {0}")]
    Invalid(String),
    /// The server failed.
    #[error("the server failed with status {0}")]
    Server(u16),
    /// The server is too old for what was asked.
    #[error("this server{} does not offer {}", version.as_ref().map(|version| format!(" (GitHub Enterprise Server {version})")).unwrap_or_default(), what.join(", "))]
    Lacks {
        /// What it does not know, e.g. `Mutation.updateRefs`.
        what: Vec<String>,
        /// Which version it is, where it says.
        version: Option<String>,
    },
    /// The answer could not be understood.
    #[error("the answer was not understood: {0}")]
    Malformed(String),
}

fn when_again(after: Option<Duration>, until: Option<Timestamp>) -> String {
    let wait = after.map(|after| format!("; try again in {} s", after.as_secs())).unwrap_or_default();
    let until = until.map(|until| format!(", at {until:.0}")).unwrap_or_default();
    format!("{wait}{until}")
}

/// Whether a failed request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    /// It changed nothing: it was a read, never arrived, or was refused.
    Nothing,
    /// It was a write, and nobody knows.
    Maybe,
}

impl ForgeError {
    /// A lock that others kept changing.
    pub fn contended(environment: &EnvName) -> Self {
        Self {
            method: "POST",
            path: "/graphql".to_owned(),
            status: None,
            request_id: None,
            fault: ForgeFault::Conflict(format!("others kept changing the lock of {environment}")),
            wrote: Wrote::Nothing,
        }
    }

    /// The permission that is probably missing.
    pub fn permission(&self) -> Option<&'static str> {
        match &self.fault {
            ForgeFault::Forbidden { permission, .. } | ForgeFault::NotFound { permission } => *permission,
            _ => None,
        }
    }
}

impl ForgeFault {
    /// True when the same request may succeed later without anybody's doing.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Broken(_) | Self::TimedOut | Self::RateLimited { .. } | Self::Server(_))
    }
}
