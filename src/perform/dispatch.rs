//! Starts the deploy workflow of a created deployment: once in a run. A dispatch whose answer was lost is looked for, and not sent again.

use super::Acting;
use crate::ports::{Forge, ForgeError, FoundRun, NewDispatch, SoughtRun, Wrote};

/// How often a run is looked for that should show.
const LOOKS: u32 = 4;

/// What came of a dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// This run, by the answer.
    Run(FoundRun),
    /// This run, which was found by its name: time has passed.
    Found(FoundRun),
    /// The server took it, and the run does not show yet.
    Unseen,
}

/// Why nobody knows of a run.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The server refused it: there is no run.
    #[error(transparent)]
    Refused(ForgeError),
    /// The answer was lost, and no run shows: there may be one.
    #[error(transparent)]
    Unknown(ForgeError),
}

/// Dispatches, and says which run came of it.
///
/// # Errors
/// [`NotSent`].
pub async fn dispatch<F: Forge>(acting: &Acting<'_, F>, new: &NewDispatch, since: jiff::Timestamp) -> Result<Sent, NotSent> {
    let sought = SoughtRun { to: &new.to, handle: &new.handle, since };
    match acting.forge.dispatch(new).await {
        Ok(Some(run)) => Ok(Sent::Run(run)),
        Ok(None) => match seek(acting, &sought).await {
            Ok(found) => Ok(found.map_or(Sent::Unseen, Sent::Found)),
            Err(error) => {
                tracing::warn!("the dispatched run could not be looked for: {error}");
                Ok(Sent::Unseen)
            }
        },
        Err(error) if error.wrote == Wrote::Nothing => Err(NotSent::Refused(error)),
        Err(error) => match seek(acting, &sought).await {
            Ok(Some(run)) => Ok(Sent::Found(run)),
            Ok(None) => Err(NotSent::Unknown(error)),
            Err(seeking) => {
                tracing::warn!("the dispatched run could not be looked for: {seeking}");
                Err(NotSent::Unknown(error))
            }
        },
    }
}

/// Looks for a run that should show: a few times, because the server's list of runs comes late.
///
/// # Errors
/// [`ForgeError`] where nobody can tell.
pub async fn seek<F: Forge>(acting: &Acting<'_, F>, sought: &SoughtRun<'_>) -> Result<Option<FoundRun>, ForgeError> {
    for look in 0..LOOKS {
        if let Some(run) = acting.forge.find_run(sought).await? {
            return Ok(Some(run));
        }
        if look + 1 < LOOKS && !acting.halt.get() {
            tokio::time::sleep(acting.pauses.seek * 2_u32.pow(look)).await;
        }
    }
    Ok(None)
}
