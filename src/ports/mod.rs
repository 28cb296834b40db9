//! The seams: what the program needs from GitHub, from git, and from this machine's programs, as traits. No implementation here.

mod forge;
mod history;
mod inspect;
mod overview;
mod programs;
mod repo;

pub use forge::{
    Ask, CommentText, Concluded, Forge, ForgeError, ForgeFault, FoundRun, JobReport, NewDeployment, NewDispatch, NewState, PolicyFile, Reaction, ReactionId,
    RefSwap, RunReport, SoughtRun, Speech, SpeechPlace, Spoken, Standing, Stopping, Survey, Swapped, Wrote,
};
pub use history::{Change, Depth, NewCommit, Version};
pub use inspect::Inspect;
pub use overview::Overview;
pub use programs::{Finished, ProgramError, Programs};
pub use repo::{MergeQuestion, Repo, RepoError};
