//! The seams: what the program needs from GitHub, from git, and from this machine's programs, as traits. No implementation here.

mod forge;
mod inspect;
mod programs;
mod repo;

pub use forge::{
    Ask, CommentText, Forge, ForgeError, ForgeFault, NewDeployment, NewState, PolicyFile, Reaction, ReactionId, RefSwap, Standing, Survey, Swapped, Wrote,
};
pub use inspect::Inspect;
pub use programs::{Finished, ProgramError, Programs};
pub use repo::{MergeQuestion, Repo, RepoError};
