//! One in-memory GitHub with an HTTP face: for `shipgate demo`, for our tests, and for people who poke at it with curl or gh.
//!
//! Answers are as GitHub documents them; a test checks them against GitHub's own API description. It knows nothing of the rest
//! of the program, and the program meets it only over HTTP. Time stands still until the owner of the [`Sandbox`] moves it.

pub mod acts;
mod clock;
pub mod computed;
mod directory;
pub mod graphql;
pub mod state;
pub mod store;
pub mod wire;
pub mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub use clock::SandboxClock;
use directory::Directory;
pub use state::State;

/// A running sandbox. Its repositories and its server end with it.
pub struct Sandbox {
    shared: Arc<Shared>,
    #[expect(dead_code, reason = "held for its end: it removes the directory")]
    directory: Directory,
}

/// What the handle and the server share.
struct Shared {
    state: Mutex<State>,
}

impl Sandbox {
    /// A GitHub in which nothing has happened yet, whose clock shows this time.
    ///
    /// # Panics
    /// When no private directory can be made.
    pub fn start(at: Timestamp) -> Self {
        let directory = Directory::make().expect("a private directory can be made");
        let state = State::new(SandboxClock::at(at), directory.path().to_owned());
        Self { shared: Arc::new(Shared { state: Mutex::new(state) }), directory }
    }

    /// What it holds, to look at and to change. The server waits meanwhile.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its clock.
    pub fn clock(&self) -> SandboxClock {
        self.state().clock.clone()
    }
}
