//! Which deploy commands of a pull request are still open. Pure: it is derived from the comments and deployments themselves,
//! so that any machine comes to the same answer, and a hidden marker can grant nothing.

use crate::domain::{EnvName, Login, RequestKey};
use crate::facts::{Facts, PullRequest};
use crate::gates::{Said, is_listed};
use crate::intake::{Command, Grammar, Origin, Reading, Request, parse_comment};
use crate::policy::Policy;

/// Every whole command in the pull request's unedited comments, oldest first, with the request that it makes: by humans, and by the apps that the
/// policy lists.
pub fn requests(pull: &PullRequest, grammar: &Grammar, apps: &[Login]) -> Vec<Request> {
    let Some(comments) = pull.comments.known() else { return Vec::new() };
    let mut out = Vec::new();
    for comment in comments.items.iter().filter(|comment| comment.edited_at.is_none()) {
        let Some(author) = comment.author.as_ref().filter(|author| author.is_human() || is_listed(apps, author)) else { continue };
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
        .filter(|request| request.actor.is_human())
        .filter_map(|request| match &request.origin {
            Origin::Comment { id, .. } => Some(Said { comment: *id, by: request.actor.clone(), at: request.at, command: request.command.clone() }),
            Origin::Dispatch | Origin::Terminal => None,
        })
        .collect()
}

/// The deploy requests that wait: at most one an environment, the newest. Only our own status comments say so; what somebody who may not has commented
/// since changes nothing.
pub fn pending(requests: &[Request], policy: &Policy, facts: &Facts) -> Vec<(EnvName, Request)> {
    let mut open: Vec<(EnvName, Request)> = Vec::new();
    for (name, request) in deployments(requests, policy) {
        if status_of(&request.key, &facts.pull) == Some(Status::Waiting) && !was_carried_out(&request.key, facts) {
            open.retain(|(other, _)| other != name);
            open.push((name.clone(), request.clone()));
        }
    }
    open
}

/// The waiting requests that this one replaces: older ones for the same environment in the same pull request.
pub fn replaced<'a>(request: &Request, requests: &'a [Request], policy: &'a Policy, facts: &Facts) -> Vec<&'a Request> {
    let Some(environment) = request.command.environment().and_then(|word| policy.environment(word)) else { return Vec::new() };
    let before = deployments(requests, policy).take_while(|(_, other)| other.key != request.key);
    let waits = |other: &Request| status_of(&other.key, &facts.pull) == Some(Status::Waiting);
    before.filter(|(name, other)| **name == environment.name && waits(other)).map(|(_, other)| other).collect()
}

/// True when a newer command for the same environment is waiting, running or done: an event that is delivered again after that changes nothing.
pub fn was_replaced(request: &Request, requests: &[Request], policy: &Policy, facts: &Facts) -> bool {
    let Some(environment) = request.command.environment().and_then(|word| policy.environment(word)) else { return false };
    let after = deployments(requests, policy).skip_while(|(_, other)| other.key != request.key).skip(1);
    let counts = |other: &Request| matches!(status_of(&other.key, &facts.pull), Some(Status::Waiting | Status::CarriedOut));
    after.filter(|(name, _)| **name == environment.name).any(|(_, other)| counts(other))
}

/// The deploy commands, each with its environment's policy name.
fn deployments<'a>(requests: &'a [Request], policy: &'a Policy) -> impl Iterator<Item = (&'a EnvName, &'a Request)> {
    let deploys = requests.iter().filter(|request| matches!(request.command, Command::Deploy(_)));
    deploys.filter_map(|request| {
        let environment = request.command.environment().and_then(|word| policy.environment(word))?;
        Some((&environment.name, request))
    })
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
    /// It was answered, and no deployment came of it.
    Settled,
    /// It was deployed, however that ended.
    CarriedOut,
    /// It was withdrawn, replaced, or its pull request was closed: never again.
    Withdrawn,
}

impl Status {
    const ALL: [Self; 4] = [Self::Waiting, Self::Settled, Self::CarriedOut, Self::Withdrawn];

    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Settled => "settled",
            Self::CarriedOut => "carried-out",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The first line of a status comment: by it the comment is found again. It grants nothing: at most, a request is judged again.
pub fn marker(key: &RequestKey, status: Status) -> String {
    format!("<!-- shipgate {key} {} -->", status.as_str())
}

/// How the status comment of a request stands, where there is one.
pub fn status_of(key: &RequestKey, pull: &PullRequest) -> Option<Status> {
    let comment = status_comment(key, pull)?;
    let first = comment.body.lines().next()?;
    Status::ALL.into_iter().find(|status| first == marker(key, *status))
}

/// Our status comment of a request.
pub fn status_comment<'a>(key: &RequestKey, pull: &'a PullRequest) -> Option<&'a crate::facts::Comment> {
    let start = format!("<!-- shipgate {key} ");
    pull.comments.known()?.items.iter().rfind(|comment| comment.ours && comment.body.starts_with(&start))
}
