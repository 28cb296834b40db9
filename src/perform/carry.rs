//! A dispatched run takes its deployment over: of several exactly one can, because the lock's hold is swapped.

use super::locks::Swap;
use super::{Acting, Said, fresh_claim, say};
use crate::domain::{CommentId, CommitSha, DeploymentId, EnvName, PullNumber, RequestKey};
use crate::facts::{DeploymentState, Lock};
use crate::plan::{self, NotTaken, Taken, Taker};
use crate::ports::{Forge, ForgeError, NewState, Swapped, Wrote};
use crate::runner::{RunnerError, Value};

/// How often the lock is looked at again because others change it.
const ROUNDS: usize = 5;

/// What to take over.
#[derive(Clone, Copy, Debug)]
pub struct Takeover<'a> {
    /// Who takes it over.
    pub taker: Taker<'a>,
    /// The environment.
    pub environment: &'a EnvName,
    /// The commit, at which the lock's record hangs.
    pub sha: &'a CommitSha,
    /// The repository's global node id.
    pub repository: &'a str,
    /// The server's time.
    pub now: jiff::Timestamp,
    /// The lock as it was seen.
    pub lock: Option<&'a Lock>,
    /// What the post step must know before anything is done.
    pub keep: &'a [(&'a str, Value<'a>)],
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOver {
    /// It is ours now.
    Now,
    /// It was ours already.
    Before,
}

/// Why the deployment is not ours.
#[derive(Debug, thiserror::Error)]
pub enum TakeoverError {
    /// It may not be.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// A request failed.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The post step would not have heard of it.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// Somebody asked us to stop.
    #[error("the job was stopped")]
    Stopped,
}

/// Takes it over.
///
/// # Errors
/// [`TakeoverError`]: it is not ours. Where nobody knows whether the swap was done, running this again tells.
///
/// # Panics
/// Never: a lock's record has string keys only.
pub async fn take_over<F: Forge>(acting: &Acting<'_, F>, take: &Takeover<'_>) -> Result<TakenOver, TakeoverError> {
    let mut fresh: Option<Vec<Lock>> = None;
    for _ in 0..ROUNDS {
        let seen = fresh.as_ref().map_or(take.lock, |locks| locks.iter().find(|lock| lock.environment == *take.environment));
        let change = match plan::take_over(seen, take.environment, &take.taker, (&fresh_claim(), take.now))? {
            Taken::Already => {
                acting.runner.keep(take.keep)?;
                return Ok(TakenOver::Before);
            }
            Taken::By(change) => change,
        };
        let record = acting.write_lock_record(&change, take.sha).await?;
        let lock = Lock { environment: take.environment.clone(), target: record.clone(), record: Some(change.record.clone()) };
        let lock = serde_json::to_value(lock).expect("plain data serialises");
        let mut keep = take.keep.to_vec();
        if !keep.is_empty() {
            keep.insert(0, ("lock", Value::Json(&lock)));
        }
        acting.runner.keep(&keep)?;
        if acting.halt.get() {
            return Err(TakeoverError::Stopped);
        }
        let swap = Swap { change: &change, at: take.sha, repository: take.repository };
        match acting.swap_to(&swap, record).await {
            Ok(Swapped::Done) => return Ok(TakenOver::Now),
            Ok(Swapped::Lost) => {}
            // Whether it was done can be read: then it is ours already.
            Err(error) if error.wrote == Wrote::Maybe => tracing::warn!("looking whether the lock was taken over: {error}"),
            Err(error) => return Err(error.into()),
        }
        fresh = Some(acting.forge.locks().await?);
    }
    Err(ForgeError::contended(take.environment).into())
}

/// What to say of a deployment that is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its state.
    pub state: DeploymentState,
    /// One line of it.
    pub description: &'a str,
    /// Where the run can be seen.
    pub log: Option<&'a str>,
    /// Where the environment can be seen.
    pub environment_url: Option<&'a str>,
    /// The pull request.
    pub pull: PullNumber,
    /// The request.
    pub key: &'a RequestKey,
    /// The status comment, where there is one.
    pub existing: Option<CommentId>,
    /// Its text.
    pub body: &'a str,
}

/// Says on the deployment and on the pull request how it stands. What could not be said is logged: the end says more.
pub async fn mark<F: Forge>(acting: &Acting<'_, F>, mark: &Mark<'_>) -> Option<CommentId> {
    let state = NewState {
        state: mark.state,
        description: mark.description.to_owned(),
        log_url: mark.log.map(str::to_owned),
        environment_url: mark.environment_url.map(str::to_owned),
    };
    let said = Said { pull: mark.pull, key: mark.key, existing: mark.existing, body: mark.body };
    let (marked, comment) = tokio::join!(acting.forge.set_state(mark.deployment, &state), say(acting, &said));
    if let Err(error) = marked {
        tracing::warn!("the deployment's state could not be set: {error}");
    }
    comment
}
