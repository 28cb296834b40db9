//! What is said on the pull request where a command could not be handled at all: a run that a comment started shows nowhere in it.
//!
//! Only a human's command is answered, once; what says more already is left as it is. Never says more than is known.

use jiff::Timestamp;

use super::{RunError, World};
use crate::domain::{CommentId, PullNumber, RequestKey};
use crate::error::mask;
use crate::intake::{Command, CommentEvent, Grammar, Reading, Request, Sender, parse_comment};
use crate::plan;
use crate::ports::{Forge, ForgeError, ForgeFault, Programs, Reaction, Repo, Wrote};
use crate::report::escape::sentence;
use crate::report::markdown;

/// Begins every such answer.
const TITLE: &str = "⛔ This command could not be carried out";

/// Says why nothing came of an event: nobody knows the policy, so that only what the default grammar reads as a command is answered.
pub(super) async fn event<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, event: &CommentEvent, error: &RunError) {
    if is_worth_a_try(error) {
        let why = format!("Nothing was done. {} Give the command again.", begun(&error.in_plain_words()));
        tell(world.forge, event, &why, world.log_url.as_deref()).await;
    }
}

/// Says why nothing came of a request. A word of approval, rejection or confirmation stands by itself, and what waits for it says so.
pub(super) async fn request<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, request: &Request, error: &RunError) {
    if matches!(request.command, Command::Approve { .. } | Command::Reject { .. } | Command::Confirm { .. }) || !is_worth_a_try(error) {
        return;
    }
    let maybe = matches!(error, RunError::Forge(ForgeError { wrote: Wrote::Maybe, .. }));
    let doubt = if maybe { " It may have been done all the same: `/status` shows it." } else { "" };
    let again = if matches!(error, RunError::Usage(_)) { "" } else { " Give the command again." };
    let words = format!("{}{doubt}{again}", error.in_plain_words());
    say(world.forge, &To { pull: request.pull, key: &request.key, since: request.at }, &words, world.log_url.as_deref()).await;
}

/// Tells whoever wrote the comment, where it surely is a command of a human's, why it was not handled. What fails is logged.
pub async fn tell<F: Forge>(forge: &F, event: &CommentEvent, why: &str, log_url: Option<&str>) {
    let commands = matches!(parse_comment(&event.body, &Grammar::default()), Reading::Commands(_));
    if commands && event.sender == Sender::Human {
        say(forge, &To { pull: event.pull, key: &plan::comment_key(event.id, 0), since: event.at }, why, log_url).await;
    }
}

/// False where nothing can be written, or where it is said already.
fn is_worth_a_try(error: &RunError) -> bool {
    match error {
        RunError::Forge(error) => !matches!(error.fault, ForgeFault::Unauthorised),
        RunError::Usage(_) | RunError::Runner(_) | RunError::Unaudited => true,
        RunError::Policy(_) | RunError::Dispatch { .. } | RunError::NotOurs(_) | RunError::Stopped | RunError::StoppedWaiting(_) => false,
    }
}

/// Whose command is answered, and since when an answer may stand there.
struct To<'a> {
    pull: PullNumber,
    key: &'a RequestKey,
    since: Timestamp,
}

async fn say<F: Forge>(forge: &F, to: &To<'_>, why: &str, log_url: Option<&str>) {
    let To { pull, key, .. } = *to;
    let run = log_url.map(|url| format!(" [run]({url})")).unwrap_or_default();
    let body = mask(&markdown::reply(key.as_str(), TITLE, &format!("{}{run}", sentence(&begun(why)))));
    let written = async {
        match standing(forge, to).await? {
            Standing::Nothing => forge.comment(pull, &body).await.map(drop),
            Standing::Ours(comment) => forge.edit_comment(comment, &body).await,
            Standing::More => return Ok(()),
        }?;
        match super::post::command_comment(key) {
            Some(comment) => forge.react(comment, Reaction::MinusOne).await.map(drop),
            None => Ok(()),
        }
    };
    if let Err(error) = written.await {
        tracing::warn!("the pull request could not be told: {error}");
    }
}

/// The sentence with a capital at its beginning, but for our own name.
fn begun(why: &str) -> String {
    let mut characters = why.chars();
    match characters.next() {
        Some(first) if !why.starts_with("shipgate") => first.to_uppercase().chain(characters).collect(),
        _ => why.to_owned(),
    }
}

/// What stands there about a request already.
enum Standing {
    Nothing,
    /// Such an answer, by an earlier attempt of the run.
    Ours(CommentId),
    /// What says more.
    More,
}

async fn standing<F: Forge>(forge: &F, to: &To<'_>) -> Result<Standing, ForgeError> {
    let start = format!("<!-- shipgate {} ", to.key);
    match forge.our_comments(to.pull).await {
        Ok(comments) => Ok(match comments.iter().rfind(|comment| comment.body.starts_with(&start)) {
            None => Standing::Nothing,
            Some(comment) if comment.body.contains(TITLE) => Standing::Ours(comment.id),
            Some(_) => Standing::More,
        }),
        // GraphQL has a rate limit of its own: REST may still answer, but does not say whose a comment is.
        Err(error) => {
            tracing::debug!("looking for an answer another way: {error}");
            let said = forge.comments_since(to.pull, to.since).await?.iter().any(|comment| comment.starts_with(&start));
            Ok(if said { Standing::More } else { Standing::Nothing })
        }
    }
}
