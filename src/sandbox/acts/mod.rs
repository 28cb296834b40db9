//! What can be done in this GitHub, with everything that follows from it: a push moves pull requests and makes check suites, a
//! success makes earlier deployments inactive. REST, GraphQL and the world-building methods all come through here.

mod check;
mod deploy;
mod dispatch;
mod pull;
mod refs;
mod run;
mod talk;

pub use check::{CheckSpec, StatusSpec};
pub use deploy::{DeployError, DeploySpec, Deployed, RequiredContexts, StateSpec};
pub use dispatch::{DispatchError, DispatchSpec};
pub use pull::{MergeError, PullSpec};
pub use refs::{Expected, RefChange};
pub use run::{RunError, RunSpec};
pub use talk::{ReviewError, ReviewSpec};

/// The thing an act is about does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not found")]
pub struct Missing;
