//! One comment a request, rewritten in place (row C4). A comment that may have been written is looked for before it is written again.

use super::Acting;
use crate::domain::{CommentId, PullNumber, RequestKey};
use crate::error::mask;
use crate::facts::PullRequest;
use crate::ports::{Forge, ForgeError, Reaction, Speech, SpeechPlace, Wrote};

/// What to say, and where.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The pull request.
    pub pull: PullNumber,
    /// The request whose comment it is.
    pub key: &'a RequestKey,
    /// The comment to rewrite, where it is known.
    pub existing: Option<CommentId>,
    /// The text; it begins with the request's marker.
    pub body: &'a str,
}

/// A reaction that goes with what is said.
#[derive(Clone, Copy, Debug)]
pub struct Reacting<'a> {
    /// The pull request as the survey saw it.
    pub pull: &'a PullRequest,
    /// The comment with the command.
    pub comment: CommentId,
    /// Its global node id.
    pub node: &'a str,
    /// The reaction.
    pub reaction: Reaction,
}

/// Writes or rewrites the comment. A failure is logged and shown in the run, and stops nothing: `None`.
pub async fn say<F: Forge>(acting: &Acting<'_, F>, said: &Said<'_>) -> Option<CommentId> {
    shown(acting, try_say(acting.forge, said).await)
}

/// Writes or rewrites the comment and reacts to the command, in one request where that goes, else in two. A failure stops nothing, as with [`say`].
pub async fn answer<F: Forge>(acting: &Acting<'_, F>, said: &Said<'_>, reacting: &Reacting<'_>) -> Option<CommentId> {
    let body = mask(said.body);
    let Some(place) = place(said, reacting.pull) else {
        let (id, ()) = tokio::join!(say(acting, said), react(acting, reacting.comment, reacting.reaction));
        return id;
    };
    match acting.forge.speak(&Speech { place, body: &body, to: reacting.node, reaction: reacting.reaction }).await {
        Ok(spoken) => {
            if let Err(error) = spoken.reaction {
                tracing::warn!("the reaction could not be added: {error}");
            }
            Some(spoken.comment)
        }
        Err(error) => {
            tracing::debug!("comment and reaction each by itself: {error}");
            let again = async {
                match place {
                    SpeechPlace::New(_) if error.wrote == Wrote::Maybe => read_back(acting.forge, said, &body, error).await,
                    SpeechPlace::New(_) | SpeechPlace::Instead(_) => try_say(acting.forge, said).await,
                }
            };
            let (said, ()) = tokio::join!(again, react(acting, reacting.comment, reacting.reaction));
            shown(acting, said)
        }
    }
}

/// Adds a reaction; a failure is only logged.
pub async fn react<F: Forge>(acting: &Acting<'_, F>, comment: CommentId, reaction: Reaction) {
    if let Err(error) = acting.forge.react(comment, reaction).await {
        tracing::warn!("the reaction could not be added: {error}");
    }
}

/// Where it is said, by node ids; `None` where the comment to rewrite is not one that the survey saw.
fn place<'a>(said: &Said<'_>, pull: &'a PullRequest) -> Option<SpeechPlace<'a>> {
    let Some(existing) = said.existing else { return Some(SpeechPlace::New(&pull.node_id)) };
    let seen = pull.comments.known().into_iter().flat_map(|list| &list.items).find(|comment| comment.id == existing);
    seen.map(|comment| SpeechPlace::Instead(&comment.node_id))
}

fn shown<F>(acting: &Acting<'_, F>, said: Result<CommentId, ForgeError>) -> Option<CommentId> {
    match said {
        Ok(id) => Some(id),
        Err(error) => {
            tracing::warn!("the comment could not be written: {error}");
            acting.runner.annotate(crate::runner::Level::Warning, &format!("The comment on the pull request could not be written: {error}"));
            None
        }
    }
}

async fn try_say<F: Forge>(forge: &F, said: &Said<'_>) -> Result<CommentId, ForgeError> {
    // Its pieces are redacted already; redacting the whole would break its markup.
    let body = mask(said.body);
    if let Some(id) = said.existing {
        match forge.edit_comment(id, &body).await {
            Ok(()) => return Ok(id),
            // Somebody deleted it: it is written anew, unless it is there all the same.
            Err(error) if matches!(error.fault, crate::ports::ForgeFault::NotFound { .. }) => return read_back(forge, said, &body, error).await,
            Err(error) => return Err(error),
        }
    }
    match forge.comment(said.pull, &body).await {
        Err(error) if error.wrote == Wrote::Maybe => read_back(forge, said, &body, error).await,
        other => other,
    }
}

async fn read_back<F: Forge>(forge: &F, said: &Said<'_>, body: &str, error: ForgeError) -> Result<CommentId, ForgeError> {
    tracing::debug!("looking whether the comment was written: {error}");
    match find_comment(forge, said.pull, said.key).await? {
        Some(comment) => {
            forge.edit_comment(comment, body).await?;
            Ok(comment)
        }
        None => forge.comment(said.pull, body).await,
    }
}

/// The status comment of a request, as the server has it.
///
/// # Errors
/// [`ForgeError`] where nobody can tell.
pub async fn find_comment<F: Forge>(forge: &F, pull: PullNumber, key: &RequestKey) -> Result<Option<CommentId>, ForgeError> {
    let start = format!("<!-- shipgate {key} ");
    let ours = forge.our_comments(pull).await?;
    Ok(ours.iter().rfind(|comment| comment.body.starts_with(&start)).map(|comment| comment.id))
}
