//! The outside world becomes a [`Request`], or it becomes nothing.
//!
//! Reading a comment needs no policy, no client and no runtime, so that a comment that is no command costs nothing (row C2).

mod command;
mod request;

pub use command::{COMMANDS, Command, CommandName, CommandSpec, Deploy, What};
pub use request::{Origin, Request};
