//! One comment a request, rewritten in place (row C4). A comment that may have been written is looked for before it is written again.

use super::Acting;
use crate::domain::{CommentId, PullNumber, RequestKey};
use crate::error::mask;
use crate::ports::{Forge, ForgeError, Wrote};

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

/// Writes or rewrites the comment. A failure is logged and shown in the run, and stops nothing: `None`.
pub async fn say<F: Forge>(acting: &Acting<'_, F>, said: &Said<'_>) -> Option<CommentId> {
    match try_say(acting.forge, said).await {
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
