//! The HTTP face: a server on 127.0.0.1 in a thread of its own, the request log, the faults to come.

mod answer;
mod call;
mod exchange;
mod fault;
mod git;
mod headers;
mod limit;
mod route;
mod serve;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use answer::object_id;
pub use call::{Body, Call, Handled, Query, Refusal, Reply};
pub use exchange::Exchange;
pub use fault::{Fault, On};
pub use limit::Standing;
pub use route::{Needs, Route};
pub use serve::Server;

use crate::sandbox::state::State;

/// What the handle and the server share.
pub struct Shared {
    state: Mutex<State>,
    server: Mutex<ServerState>,
}

/// What belongs to the server and not to GitHub.
#[derive(Default)]
pub struct ServerState {
    /// Every request so far.
    pub log: Vec<Exchange>,
    /// The faults to come.
    pub faults: fault::Faults,
    /// What nobody knew: routes, and GraphQL fields.
    pub unknown: Vec<String>,
    /// What the tokens have used.
    pub limits: limit::Limits,
    /// How much later every answer comes, in real time.
    pub latency: Duration,
}

impl Shared {
    /// Around a state.
    pub fn new(state: State) -> Self {
        Self { state: Mutex::new(state), server: Mutex::default() }
    }

    /// What the sandbox holds. Taken before [`Shared::server`] where both are needed.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What belongs to the server. Held only for a moment.
    pub fn server(&self) -> MutexGuard<'_, ServerState> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
