//! From an event that carries commands to [`Request`]s, once the policy's grammar is known.
//!
//! The keys depend on nothing but the comment or the run, so that every delivery of an event gives the same requests (row C5).

use jiff::Timestamp;

use super::event::{CommentEvent, DispatchEvent};
use super::grammar::{Grammar, Reading, parse_comment, parse_line};
use super::mistake::{Mistake, WhyNot};
use super::request::{Origin, Request};
use crate::domain::{RequestKey, RunId};

/// What a comment asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Nothing.
    Nothing(WhyNot),
    /// These, in their order; not empty.
    Requests(Vec<Request>),
    /// Something mistyped, so nothing is done; not empty.
    Mistaken(Vec<Mistake>),
}

/// The requests of a comment. Whether an app may ask at all ([`super::Sender`]) is for the caller to check.
pub fn requests(event: &CommentEvent, grammar: &Grammar) -> Asked {
    let commands = match parse_comment(&event.body, grammar) {
        Reading::NotACommand(why) => return Asked::Nothing(why),
        Reading::Mistaken(mistakes) => return Asked::Mistaken(mistakes),
        Reading::Commands(commands) => commands,
    };
    let request = |(index, command)| Request {
        key: key(format!("comment-{}-{index}", event.id)),
        actor: event.actor.clone(),
        at: event.at,
        command,
        pull: event.pull,
        origin: Origin::Comment { id: event.id, node_id: event.node_id.clone(), body: event.body.clone() },
    };
    Asked::Requests(commands.into_iter().enumerate().map(request).collect())
}

/// The request of a dispatch that arrived at `at` and started `run`; a new attempt of the run is the same request.
///
/// # Errors
/// The [`Mistake`] in its line.
pub fn dispatch_request(event: &DispatchEvent, grammar: &Grammar, run: RunId, at: Timestamp) -> Result<Request, Mistake> {
    let command = parse_line(&event.line, grammar)?;
    Ok(Request { key: key(format!("dispatch-{run}")), actor: event.actor.clone(), at, command, pull: event.pull, origin: Origin::Dispatch })
}

fn key(text: String) -> RequestKey {
    RequestKey::new(text).expect("words and numbers make a key")
}
