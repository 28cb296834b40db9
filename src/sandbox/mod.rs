//! One in-memory GitHub with an HTTP face: for `shipgate demo`, for our tests, and for people who poke at it with curl or gh.
//!
//! Answers are as GitHub documents them; a test checks them against GitHub's own API description. It knows nothing of the rest
//! of the program, and the program meets it only over HTTP. Time stands still until the owner of the [`Sandbox`] moves it.

pub mod acts;
mod base64;
mod clock;
pub mod computed;
mod directory;
pub mod graphql;
mod http;
pub mod rest;
pub mod state;
pub mod store;
pub mod wire;
mod workflow;
pub mod world;

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;

pub use clock::SandboxClock;
use directory::Directory;
pub use http::{Exchange, Fault, On};
use http::{Server, Shared};
pub use state::State;

/// A running sandbox. Its server and its repositories end with it.
pub struct Sandbox {
    shared: Arc<Shared>,
    // The order matters: first the server ends, then its directory goes.
    server: Server,
    #[expect(dead_code, reason = "held for its end: it removes the directory")]
    directory: Directory,
}

impl Sandbox {
    /// A GitHub in which nothing has happened yet, whose clock shows this time, on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When no private directory can be made, or no port be had.
    pub fn start(at: Timestamp) -> Self {
        let directory = Directory::make().expect("a private directory can be made");
        let state = State::new(SandboxClock::at(at), directory.path().to_owned());
        let shared = Arc::new(Shared::new(state));
        let server = Server::start(Arc::clone(&shared)).expect("a port of 127.0.0.1 can be had");
        shared.state().base_url = format!("http://{}", server.address());
        Self { shared, server, directory }
    }

    /// Where its REST API is: what `GITHUB_API_URL` is elsewhere. GraphQL is at `/graphql` below it, git at `/{owner}/{name}.git`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What it holds, to look at and to change. The server waits meanwhile.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Its clock.
    pub fn clock(&self) -> SandboxClock {
        self.state().clock.clone()
    }

    /// Moves its clock forward.
    pub fn advance(&self, step: Duration) {
        self.clock().advance(step);
    }

    /// Every request so far, oldest first.
    pub fn log(&self) -> Vec<Exchange> {
        self.shared.server().log.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.shared.server().log.clear();
    }

    /// What was asked for and nobody knew: `METHOD path`, or `GraphQL Type.field`. Empty in a test that passes.
    pub fn unknown_routes(&self) -> Vec<String> {
        self.shared.server().unknown.clone()
    }

    /// Something goes wrong once.
    pub fn fault(&self, on: On, fault: Fault) {
        self.fault_times(on, fault, 1);
    }

    /// Something goes wrong so often.
    pub fn fault_times(&self, on: On, fault: Fault, times: u32) {
        self.shared.server().faults.push(on, fault, times);
    }

    /// How many faults have not been played yet.
    pub fn faults_left(&self) -> u32 {
        self.shared.server().faults.left()
    }

    /// Makes every answer come later by this much real time.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.server().latency = latency;
    }

    /// Sets what every token may use in an hour; `None` is GitHub's own measure.
    pub fn set_rate_limit(&self, limit: Option<u64>) {
        self.shared.server().limits.set(limit);
    }
}
