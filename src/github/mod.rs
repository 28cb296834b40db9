//! GitHub over HTTP: the only folder that knows octocrab, which serves as transport; requests and answers are our own small types.
//!
//! Reads are repeated on passing faults; a write is repeated only where that cannot do harm. Nothing here judges, and nothing is
//! guessed: what the server does not say is `Unavailable`, or an error that names the field.

mod activity;
mod connect;
mod dispatch;
mod fault;
mod graphql;
mod inspect;
mod lacking;
mod locks;
mod paths;
mod people;
mod reads;
mod retry;
mod roots;
mod runs;
mod settings;
mod speech;
mod survey;
mod transport;
mod unpack;
mod watch;
mod wire;
mod writes;

#[cfg(test)]
mod scripted;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::domain::{CommentId, CommitSha, DeploymentId, EnvName, HeadBranch, Login, ObjectId, PersonId, PullNumber, RepoSlug, Role, RunId, TeamSlug};
use crate::facts::{Deployment, Fact, Listing, Lock, Push, RunState, Sighting};
use crate::ports::{
    Ask, CommentText, Forge, ForgeError, FoundRun, JobReport, NewDeployment, NewDispatch, NewState, Overview, Reaction, ReactionId, RefSwap, RunReport,
    SoughtRun, Speech, Spoken, Standing, Stopping, Survey, Swapped,
};

pub use settings::{Certificates, Settings, SettingsError, Timeouts};

/// GitHub.com, an Enterprise Server, or the sandbox, for one repository and with one token.
pub struct GitHub {
    transport: transport::Transport,
    /// With another token, for other repositories.
    elsewhere: Option<transport::Transport>,
    repository: RepoSlug,
    lacking: lacking::Lacking,
}

impl GitHub {
    /// A client; nothing is sent yet. To be called inside a tokio runtime. The token is masked from now on in everything that is shown.
    ///
    /// # Errors
    /// [`SettingsError`] where a URL or the token cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let repository = settings.repository.clone();
        let elsewhere = settings.dispatch_token.as_ref().map(|token| transport::Transport::new(settings, token)).transpose()?;
        Ok(Self { transport: transport::Transport::new(settings, &settings.token)?, elsewhere, repository, lacking: lacking::Lacking::default() })
    }

    /// The way to what is in a repository: another one may need another token.
    fn way(&self, repository: &RepoSlug) -> &transport::Transport {
        let elsewhere = self.elsewhere.as_ref().filter(|_| *repository != self.repository);
        elsewhere.unwrap_or(&self.transport)
    }

    /// What the run's page must show besides, such as that little of the rate limit is left: once.
    pub fn take_warning(&self) -> Option<String> {
        self.transport.watch.take_warning()
    }
}

// The token must not be shown.
impl std::fmt::Debug for GitHub {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("GitHub").field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Forge for GitHub {
    async fn survey(&self, ask: &Ask) -> Result<Survey, ForgeError> {
        match ask.words {
            None => self.read_survey(ask).await,
            Some(words) => {
                let (survey, activity) = tokio::join!(self.read_survey(ask), self.read_activity());
                survey.map(|survey| activity::beside(survey, activity, words))
            }
        }
    }

    async fn roles(&self, people: &[Login]) -> Result<BTreeMap<Login, (PersonId, Role)>, ForgeError> {
        self.read_roles(people).await
    }

    async fn teams(&self, teams: &[TeamSlug]) -> Result<BTreeMap<TeamSlug, Fact<Vec<PersonId>>>, ForgeError> {
        self.read_teams(teams).await
    }

    async fn push_of(&self, branch: &HeadBranch, head: &CommitSha) -> Result<Option<(Push, Sighting)>, ForgeError> {
        self.read_push(branch, head).await
    }

    async fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<CommitSha, ForgeError> {
        self.read_merge_base(one, other).await
    }

    async fn run_state(&self, run: RunId) -> Result<RunState, ForgeError> {
        self.read_run_state(run).await
    }

    async fn standing(&self, pull: PullNumber) -> Result<Standing, ForgeError> {
        self.read_standing(pull).await
    }

    async fn deployments(&self, environment: &EnvName) -> Result<Vec<Deployment>, ForgeError> {
        self.read_deployments(environment).await
    }

    async fn our_comments(&self, pull: PullNumber) -> Result<Vec<CommentText>, ForgeError> {
        self.read_our_comments(pull).await
    }

    async fn comments_since(&self, pull: PullNumber, since: jiff::Timestamp) -> Result<Vec<String>, ForgeError> {
        self.read_comments_since(pull, since).await
    }

    async fn speak(&self, speech: &Speech<'_>) -> Result<Spoken, ForgeError> {
        self.write_speech(speech).await
    }

    async fn react(&self, comment: CommentId, reaction: Reaction) -> Result<ReactionId, ForgeError> {
        self.write_reaction(comment, reaction).await
    }

    async fn unreact(&self, comment: CommentId, reaction: ReactionId) -> Result<(), ForgeError> {
        self.remove_reaction(comment, reaction).await
    }

    async fn comment(&self, pull: PullNumber, body: &str) -> Result<CommentId, ForgeError> {
        self.write_comment(pull, body).await
    }

    async fn edit_comment(&self, comment: CommentId, body: &str) -> Result<(), ForgeError> {
        self.rewrite_comment(comment, body).await
    }

    async fn write_record(&self, at: &CommitSha, name: &str, message: &str) -> Result<ObjectId, ForgeError> {
        self.write_tag(at, name, message).await
    }

    async fn locks(&self) -> Result<Vec<Lock>, ForgeError> {
        self.read_locks().await
    }

    async fn overview(&self) -> Result<Overview, ForgeError> {
        self.read_overview().await
    }

    async fn latest(&self, environments: &[EnvName]) -> Result<BTreeMap<EnvName, Listing<Deployment>>, ForgeError> {
        self.read_latest(environments).await
    }

    async fn swap(&self, repository_node: &str, swap: &RefSwap) -> Result<Swapped, ForgeError> {
        self.swap_ref(repository_node, swap).await
    }

    async fn deploy(&self, new: &NewDeployment) -> Result<DeploymentId, ForgeError> {
        self.write_deployment(new).await
    }

    async fn pulls_with_head(&self, head: &CommitSha) -> Result<Vec<PullNumber>, ForgeError> {
        self.read_pulls_with_head(head).await
    }

    async fn open_pulls(&self) -> Result<Vec<PullNumber>, ForgeError> {
        self.read_open_pulls().await
    }

    async fn set_state(&self, deployment: DeploymentId, state: &NewState) -> Result<(), ForgeError> {
        self.write_state(deployment, state).await
    }

    async fn deployment(&self, id: DeploymentId) -> Result<Option<Deployment>, ForgeError> {
        self.read_deployment(id).await
    }

    async fn dispatch(&self, new: &NewDispatch) -> Result<Option<FoundRun>, ForgeError> {
        self.write_dispatch(new).await
    }

    async fn find_run(&self, sought: &SoughtRun<'_>) -> Result<Option<FoundRun>, ForgeError> {
        self.seek_run(sought).await
    }

    async fn run_report(&self, repository: &RepoSlug, run: RunId) -> Result<RunReport, ForgeError> {
        self.read_run(repository, run).await
    }

    async fn run_jobs(&self, repository: &RepoSlug, run: RunId) -> Result<Vec<JobReport>, ForgeError> {
        self.read_jobs(repository, run).await
    }

    async fn cancel_run(&self, repository: &RepoSlug, run: RunId) -> Result<Stopping, ForgeError> {
        self.stop_run(repository, run).await
    }
}
