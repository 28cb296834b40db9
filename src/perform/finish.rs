//! Ends a deployment with its job's outcome: state, comment, lock. Safe to run again, and in any order with a redelivery.

use super::Note;
use super::locks::Swap;
use super::{Acting, Said, find_comment, fresh_claim, say};
use crate::audit::{AuditEvent, Outcome};
use crate::domain::{CommentId, CommitSha, DeploymentId, EnvName, PullNumber, RequestKey, RunId};
use crate::facts::{ClaimId, DeploymentState, Hold, Lock};
use crate::plan;
use crate::policy::Environment;
use crate::ports::{Forge, ForgeError, NewState, Reaction, Swapped};

/// How often a release is tried against others who change the same lock.
const ROUNDS: usize = 5;

/// How the job ended, in the runner's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every step succeeded.
    Success,
    /// A step failed.
    Failure,
    /// Somebody cancelled the job.
    Cancelled,
    /// The job died and nobody knows how far it came.
    Unknown,
}

/// Whose hold a deployment's lock may be for it to be ended: what somebody else carries on must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Anybody's: we carry it out ourselves.
    Ourselves,
    /// Of a dispatched deployment: nobody's yet.
    Nobody,
    /// Of a dispatched deployment: this run's, or nobody's yet.
    Run(RunId),
}

/// How ending went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is over.
    Now,
    /// Somebody carries it on, or has ended it: nothing was changed.
    CarriedOn,
}

/// What is known of the deployment to end.
#[derive(Clone, Debug)]
pub struct Finished<'a> {
    /// How it ended.
    pub ending: Ending,
    /// The request.
    pub key: &'a RequestKey,
    /// The pull request.
    pub pull: PullNumber,
    /// The environment.
    pub environment: &'a EnvName,
    /// The commit.
    pub sha: &'a CommitSha,
    /// The claim of its lock.
    pub claim: &'a ClaimId,
    /// Who may hold the claim.
    pub holder: Holder,
    /// The lock as the claim left it, where that was kept: tried first, so that it need not be read.
    pub lock: Option<&'a Lock>,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The status comment; where absent it is looked for.
    pub comment: Option<CommentId>,
    /// The comment with the command, for the reaction.
    pub command_comment: Option<CommentId>,
    /// The status comment's new text.
    pub body: &'a str,
    /// What it says instead where the lock could not be freed.
    pub stuck: &'a str,
    /// Where the environment can be seen.
    pub environment_url: Option<String>,
    /// Where the run that deployed can be seen, where it is not ours.
    pub log: Option<&'a str>,
    /// The repository's global node id.
    pub repository: &'a str,
    /// How long it took, where known.
    pub seconds: Option<u64>,
    /// The entry of the audit log to complete.
    pub entry: Note,
}

impl Ending {
    /// The ending by the runner's word for a job's status.
    pub fn parse(word: &str) -> Self {
        match word {
            "success" => Self::Success,
            "failure" => Self::Failure,
            "cancelled" => Self::Cancelled,
            _ => Self::Unknown,
        }
    }

    /// In the runner's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Success => Outcome::Success,
            Self::Failure => Outcome::Failure,
            Self::Cancelled => Outcome::Cancelled,
            Self::Unknown => Outcome::Unknown,
        }
    }

    fn state(self) -> DeploymentState {
        match self {
            Self::Success => DeploymentState::Success,
            Self::Failure => DeploymentState::Failure,
            Self::Cancelled | Self::Unknown => DeploymentState::Error,
        }
    }
}

/// Ends it. What somebody else may have taken over since it was looked at is ended only where its lock could be freed.
///
/// # Errors
/// The first [`ForgeError`]; everything that could be done was done all the same.
pub async fn finish<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>) -> Result<Ended, ForgeError> {
    let first = match end.holder {
        Holder::Ourselves => None,
        Holder::Nobody | Holder::Run(_) => match freed_unless_carried_on(acting, end).await? {
            Some(true) => Some(true),
            // Whoever freed it has ended the deployment, or died on the way.
            Some(false) if acting.forge.deployment(end.deployment).await?.is_some_and(|deployment| deployment.is_running()) => Some(false),
            Some(false) | None => return Ok(Ended::CarriedOn),
        },
    };
    let freed = async {
        match first {
            Some(freed) => Ok(freed),
            None => freed(acting, end).await,
        }
    };
    let (state, freed, comment, ()) = tokio::join!(set_state(acting, end), freed, conclude(acting, end, end.body), react(acting, end));
    // A comment that could not be written is tried once more: what stands there says that it still runs.
    if freed.is_err() || comment.is_none() {
        let end = Finished { comment: comment.or(end.comment), ..end.clone() };
        conclude(acting, &end, if freed.is_err() { end.stuck } else { end.body }).await;
    }
    let outcome = end.ending.outcome();
    acting.note(AuditEvent::DeploymentExecuted, end.entry.clone().outcome(outcome).took(end.seconds).detail("exit_code", exit_code(end.ending)));
    if matches!(freed, Ok(true)) {
        acting.note(AuditEvent::LockReleased, end.entry.clone().outcome(Outcome::Done).detail("claim", end.claim.as_str()));
    }
    acting.note(AuditEvent::DeploymentCompleted, end.entry.clone().outcome(outcome).took(end.seconds).no_rollback());
    state?;
    freed.map(|_| Ended::Now)
}

/// Frees the claim where nobody has taken the deployment over but who may have: `None` where somebody has. What holds no lock any more, nobody can take over.
async fn freed_unless_carried_on<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>) -> Result<Option<bool>, ForgeError> {
    let seen = |hold: &Hold| match (end.holder, hold.carrier.as_ref().and_then(|carrier| carrier.run)) {
        (Holder::Ourselves, _) | (_, None) => true,
        (Holder::Nobody, Some(_)) => false,
        (Holder::Run(ours), Some(run)) => run == ours,
    };
    for _ in 0..ROUNDS {
        let locks = acting.forge.locks().await?;
        let Some(lock) = locks.iter().find(|lock| lock.environment == *end.environment) else { return Ok(Some(false)) };
        let hold = lock.record.iter().flat_map(|record| &record.holds).find(|hold| hold.claim == *end.claim);
        if hold.is_some_and(|hold| !seen(hold)) {
            return Ok(None);
        }
        if let Some(freed) = acting.release_from(lock, (end.claim, end.sha, end.repository)).await? {
            return Ok(Some(freed));
        }
    }
    Err(ForgeError::contended(end.environment))
}

/// Frees the claim; tried once more, because a lock that stays keeps others waiting.
async fn freed<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>) -> Result<bool, ForgeError> {
    if let Some(lock) = end.lock
        && let Ok(Some(true)) = acting.release_from(lock, (end.claim, end.sha, end.repository)).await
    {
        return Ok(true);
    }
    match acting.release(end.environment, end.claim, end.sha, end.repository).await {
        Err(error) => {
            tracing::warn!("freeing the lock of {} once more: {error}", end.environment);
            acting.release(end.environment, end.claim, end.sha, end.repository).await
        }
        done => done,
    }
}

/// Says how it ended in the request's comment. Where the main step does not know the comment, it may have been written all the same.
async fn conclude<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>, body: &str) -> Option<CommentId> {
    let existing = match end.comment {
        Some(comment) => Some(comment),
        None => match find_comment(acting.forge, end.pull, end.key).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!("the comment could not be looked for, so that none is written: {error}");
                return None;
            }
        },
    };
    say(acting, &Said { pull: end.pull, key: end.key, existing, body }).await
}

/// The exit code that the job's outcome stands for: the runner tells the outcome, not the code.
fn exit_code(ending: Ending) -> Option<i32> {
    match ending {
        Ending::Success => Some(0),
        Ending::Failure => Some(1),
        Ending::Cancelled | Ending::Unknown => None,
    }
}

async fn set_state<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>) -> Result<(), ForgeError> {
    let description = match end.ending {
        Ending::Unknown => "The run ended without saying how".to_owned(),
        known => format!("The job ended with {}", known.as_str()),
    };
    let (log_url, environment_url) = (end.log.or(acting.log_url).map(str::to_owned), end.environment_url.clone());
    let state = NewState { state: end.ending.state(), description, log_url, environment_url };
    acting.forge.set_state(end.deployment, &state).await
}

async fn react<F: Forge>(acting: &Acting<'_, F>, end: &Finished<'_>) {
    let Some(comment) = end.command_comment else { return };
    let reaction = if end.ending == Ending::Success { Reaction::Rocket } else { Reaction::MinusOne };
    super::react(acting, comment, reaction).await;
}

impl<F: Forge> Acting<'_, F> {
    /// Frees this claim, and nothing else. `false` where it was not there any more.
    ///
    /// # Errors
    /// [`ForgeError`] where it could not be freed.
    pub async fn release(&self, environment: &EnvName, claim: &ClaimId, at: &CommitSha, repository: &str) -> Result<bool, ForgeError> {
        for _ in 0..ROUNDS {
            let locks = self.forge.locks().await?;
            let Some(lock) = locks.iter().find(|lock: &&Lock| lock.environment == *environment) else { return Ok(false) };
            if let Some(freed) = self.release_from(lock, (claim, at, repository)).await? {
                return Ok(freed);
            }
        }
        Err(ForgeError::contended(environment))
    }

    /// Frees this claim in the lock as it is believed to stand. `Some(false)` where the claim is not in it, `None` where the lock stands otherwise by now.
    async fn release_from(&self, lock: &Lock, (claim, at, repository): (&ClaimId, &CommitSha, &str)) -> Result<Option<bool>, ForgeError> {
        let now = lock.record.as_ref().map_or(jiff::Timestamp::MIN, |record| record.at);
        let Some(change) = plan::release(lock, claim, &fresh_claim(), now) else { return Ok(Some(false)) };
        let swap = Swap { change: &change, at, repository };
        let record = self.write_lock_record(&change, at).await?;
        Ok((self.swap_to(&swap, record).await? == Swapped::Done).then_some(true))
    }

    /// Frees a claim after a failure, and says so where it could not: the hold then ends by itself.
    pub(super) async fn free_claim(&self, environment: &Environment, claim: &ClaimId, at: &CommitSha, repository: &str) {
        if let Err(error) = self.release(&environment.name, claim, at, repository).await {
            tracing::error!("the lock of {} could not be freed; it frees itself after {}: {error}", environment.name, environment.gates.lock.expires);
        }
    }
}
