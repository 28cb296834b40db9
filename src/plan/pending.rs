//! Which deploy commands of a pull request are still open. Pure: it is derived from the comments and deployments themselves,
//! so that any machine comes to the same answer, and a hidden marker can grant nothing.

use crate::domain::{EnvName, RequestKey};
use crate::facts::{Facts, PullRequest};
use crate::gates::Said;
use crate::intake::{Command, Grammar, Origin, Reading, Request, parse_comment};
use crate::policy::Policy;

/// Every whole command in the pull request's unedited comments by humans, oldest first, with the request that it makes.
pub fn requests(pull: &PullRequest, grammar: &Grammar) -> Vec<Request> {
    let Some(comments) = pull.comments.known() else { return Vec::new() };
    let mut out = Vec::new();
    for comment in comments.items.iter().filter(|comment| comment.edited_at.is_none()) {
        let Some(author) = comment.author.as_ref().filter(|author| author.is_human()) else { continue };
        let Reading::Commands(commands) = parse_comment(&comment.body, grammar) else { continue };
        for (index, command) in commands.into_iter().enumerate() {
            let origin = Origin::Comment { id: comment.id, node_id: comment.node_id.clone(), body: comment.body.clone() };
            let key = comment_key(comment.id, index);
            out.push(Request { key, actor: author.clone(), at: comment.at, command, pull: pull.number, origin });
        }
    }
    out
}

/// The key of the command at this place in a comment.
///
/// # Panics
/// Never: digits and `-` make a key.
pub fn comment_key(comment: crate::domain::CommentId, index: usize) -> RequestKey {
    RequestKey::new(format!("comment-{comment}-{index}")).expect("digits and `-` make a key")
}

/// What people said, for the gates.
pub fn said(requests: &[Request]) -> Vec<Said> {
    requests
        .iter()
        .filter_map(|request| match &request.origin {
            Origin::Comment { id, .. } => Some(Said { comment: *id, by: request.actor.clone(), at: request.at, command: request.command.clone() }),
            Origin::Dispatch | Origin::Terminal => None,
        })
        .collect()
}

/// The deploy requests that nobody withdrew, replaced, refused, or carried out: at most one an environment.
pub fn pending(requests: &[Request], policy: &Policy, facts: &Facts) -> Vec<(EnvName, Request)> {
    let mut open: Vec<(EnvName, Request)> = Vec::new();
    for request in requests {
        let Some(environment) = request.command.environment().and_then(|word| policy.environment(word)) else { continue };
        if matches!(request.command, Command::Deploy(_) | Command::Cancel { .. }) {
            open.retain(|(name, _)| *name != environment.name);
        }
        if matches!(request.command, Command::Deploy(_)) {
            open.push((environment.name.clone(), request.clone()));
        }
    }
    open.retain(|(_, request)| !was_carried_out(&request.key, facts) && status_of(&request.key, &facts.pull) == Some(Status::Waiting));
    open
}

/// True when a deployment of this very request exists.
pub fn was_carried_out(key: &RequestKey, facts: &Facts) -> bool {
    facts.deployments.known().is_some_and(|list| list.items.iter().any(|deployment| deployment.payload.as_ref().is_some_and(|payload| payload.request == *key)))
}

/// How the status comment of a request stands, by the marker in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for somebody or something: later events judge it again.
    Waiting,
    /// It was refused, carried out, or withdrawn.
    Settled,
}

/// The first line of a status comment: by it the comment is found again. It grants nothing: at most, a request is judged again.
pub fn marker(key: &RequestKey, status: Status) -> String {
    let word = match status {
        Status::Waiting => "waiting",
        Status::Settled => "settled",
    };
    format!("<!-- shipgate {key} {word} -->")
}

/// How the status comment of a request stands, where there is one.
pub fn status_of(key: &RequestKey, pull: &PullRequest) -> Option<Status> {
    let comment = status_comment(key, pull)?;
    let first = comment.body.lines().next()?;
    [Status::Waiting, Status::Settled].into_iter().find(|status| first == marker(key, *status))
}

/// Our status comment of a request.
pub fn status_comment<'a>(key: &RequestKey, pull: &'a PullRequest) -> Option<&'a crate::facts::Comment> {
    let start = format!("<!-- shipgate {key} ");
    pull.comments.known()?.items.iter().rfind(|comment| comment.ours && comment.body.starts_with(&start))
}
