//! The outside world becomes a [`Request`], or it becomes nothing.
//!
//! Reading a comment needs no policy, no client and no runtime, so that a comment that is no command costs nothing (row C2).

mod arguments;
mod asked;
mod canonical;
mod command;
mod event;
mod grammar;
mod inputs;
mod markdown;
mod mistake;
mod nearest;
mod needs;
mod payload;
mod proposed;
mod request;
mod words;

pub use asked::{Asked, dispatch_request, requests};
pub use command::{COMMANDS, Command, CommandName, CommandSpec, Deploy, What};
pub use event::{CommentEvent, Concerns, DispatchEvent, Event, PullEnd, Sender, WhyIgnored, read_event};
pub use grammar::{Grammar, HelpRow, MOST_COMMANDS, MightCommand, Reading, might_command, parse_comment, parse_line};
pub use inputs::{ChecksHow, FailOn, INPUTS, InputError, InputSpec, Inputs, Step, prefix_fault};
pub use mistake::{CharacterFault, Mistake, WhyNot, Wrong};
pub use needs::{JobsEnd, NeedsFault, jobs_end};
pub use payload::EventError;
pub use proposed::{Proposed, proposed};
pub use request::{Origin, Request};
