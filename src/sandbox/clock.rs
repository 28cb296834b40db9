//! The sandbox's clock. It stands still until somebody moves it; no wall clock is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// A clock that its owner moves. Clones show the same time.
#[derive(Clone, Debug)]
pub struct SandboxClock {
    seconds: Arc<AtomicI64>,
}

impl SandboxClock {
    /// A clock that shows this time, cut to whole seconds as GitHub's times are.
    pub fn at(start: Timestamp) -> Self {
        Self { seconds: Arc::new(AtomicI64::new(start.as_second())) }
    }

    /// The time it shows.
    ///
    /// # Panics
    /// When it was moved beyond the year 9999.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::SeqCst)).expect("the clock stays within the years that can be written")
    }

    /// Moves it forward; parts of a second are dropped.
    ///
    /// # Panics
    /// When the step does not fit.
    pub fn advance(&self, step: Duration) {
        let step = i64::try_from(step.as_secs()).expect("a step fits the clock");
        self.seconds.fetch_add(step, Ordering::SeqCst);
    }
}
