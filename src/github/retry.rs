//! What may be sent again, and when.

use std::time::Duration;

use super::settings::Timeouts;
use crate::ports::{ForgeError, ForgeFault, Wrote};

/// What sending a request twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: it only reads.
    Read,
    /// What sending it once does: an edit to a stated text, a reaction, a removal.
    Idempotent,
    /// Something a second time: it is sent again only where the first certainly did nothing.
    Once,
}

/// A failed try.
#[derive(Debug)]
pub(super) struct Failure {
    /// What failed.
    pub error: ForgeError,
    /// How long the server asks us to wait.
    pub wait: Option<Duration>,
}

/// How often a request is sent at most.
const TRIES: u32 = 3;

/// Tries until it succeeds, fails for good, or was tried three times.
pub(super) async fn repeating<T>(timeouts: &Timeouts, effect: Effect, mut attempt: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T, ForgeError> {
    let mut tries = 0;
    loop {
        let failure = match attempt().await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        tries += 1;
        let Some(pause) = pause_before_next(timeouts, effect, &failure, tries) else { return Err(failure.error) };
        tracing::debug!(error = %failure.error, pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), tries, "trying again");
        tokio::time::sleep(pause).await;
    }
}

fn pause_before_next(timeouts: &Timeouts, effect: Effect, failure: &Failure, tries: u32) -> Option<Duration> {
    let harmless = effect != Effect::Once || failure.error.wrote == Wrote::Nothing;
    if tries >= TRIES || !failure.error.fault.is_transient() || !harmless {
        return None;
    }
    let asked = match failure.error.fault {
        ForgeFault::RateLimited { after, .. } => after.or(failure.wait),
        _ => failure.wait,
    };
    let asked = asked.unwrap_or_default();
    (asked <= timeouts.longest_pause).then(|| asked + timeouts.pause * 2_u32.pow(tries - 1))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    fn failing(fault: ForgeFault, wrote: Wrote, wait: Option<Duration>) -> Failure {
        Failure { error: ForgeError { method: "POST", path: "/x".to_owned(), status: None, request_id: None, fault, wrote }, wait }
    }

    fn limited(after: Option<Duration>) -> ForgeFault {
        ForgeFault::RateLimited { after, until: None }
    }

    /// How often it was tried, and how long that took by the paused clock.
    async fn run(effect: Effect, fault: ForgeFault, wrote: Wrote, wait: Option<Duration>) -> (u32, Duration) {
        let tries = Cell::new(0);
        let start = Instant::now();
        let outcome = repeating(&Timeouts::default(), effect, async || {
            tries.set(tries.get() + 1);
            Err::<(), _>(failing(fault.clone(), wrote, wait))
        })
        .await;
        assert_eq!(outcome.expect_err("it always fails").fault, fault);
        (tries.get(), start.elapsed())
    }

    fn about(elapsed: Duration, millis: u64) {
        let most = Duration::from_millis(millis + 20);
        assert!(elapsed >= Duration::from_millis(millis) && elapsed <= most, "{elapsed:?} is not {millis} ms");
    }

    #[tokio::test(start_paused = true)]
    async fn d7_a_read_is_tried_three_times_with_doubling_pauses() {
        let (tries, elapsed) = run(Effect::Read, ForgeFault::Server(502), Wrote::Nothing, None).await;
        assert_eq!(tries, 3);
        about(elapsed, 250 + 500);
    }

    #[tokio::test(start_paused = true)]
    async fn d7_the_wait_that_the_server_asks_for_comes_on_top() {
        let wait = Some(Duration::from_secs(2));
        about(run(Effect::Read, ForgeFault::Server(503), Wrote::Nothing, wait).await.1, 2_250 + 2_500);
        about(run(Effect::Read, limited(wait), Wrote::Nothing, None).await.1, 2_250 + 2_500);
    }

    #[tokio::test(start_paused = true)]
    async fn d7_a_wait_longer_than_thirty_seconds_is_given_up_at_once() {
        let (tries, elapsed) = run(Effect::Read, limited(Some(Duration::from_secs(31))), Wrote::Nothing, None).await;
        assert_eq!(tries, 1);
        about(elapsed, 0);
        assert_eq!(run(Effect::Read, limited(Some(Duration::from_secs(30))), Wrote::Nothing, None).await.0, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn d7_a_fault_that_does_not_pass_is_not_tried_again() {
        for fault in
            [ForgeFault::Unauthorised, ForgeFault::Invalid("x".to_owned()), ForgeFault::NotFound { permission: None }, ForgeFault::Malformed("x".to_owned())]
        {
            assert_eq!(run(Effect::Read, fault, Wrote::Nothing, None).await.0, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn d7_a_write_that_may_have_happened_is_not_sent_again_unless_that_is_harmless() {
        for fault in [ForgeFault::Server(502), ForgeFault::TimedOut, ForgeFault::Broken("x".to_owned())] {
            assert_eq!(run(Effect::Once, fault.clone(), Wrote::Maybe, None).await.0, 1);
            assert_eq!(run(Effect::Idempotent, fault, Wrote::Maybe, None).await.0, 3);
        }
        assert_eq!(run(Effect::Once, ForgeFault::Unreachable("x".to_owned()), Wrote::Nothing, None).await.0, 3, "it was never sent");
    }
}
