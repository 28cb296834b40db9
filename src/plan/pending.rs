//! Which deploy commands of a pull request are still open. Pure: it is derived from the comments and deployments themselves,
//! so that any machine comes to the same answer, and a hidden marker can grant nothing.

use crate::domain::{EnvName, Login, Person, RequestKey};
use crate::facts::{Deployment, Facts, PullRequest};
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

/// True when a deployment of this very request exists, and is ours.
pub fn was_carried_out(key: &RequestKey, facts: &Facts) -> bool {
    let of_this = |deployment: &Deployment| deployment.payload.as_ref().is_some_and(|payload| payload.request == *key);
    facts.deployments.known().is_some_and(|list| list.items.iter().any(|deployment| is_ours(deployment, facts.viewer.as_ref()) && of_this(deployment)))
}

/// True when the account we act under made a deployment, for the environment that its payload names: anybody who may write deployments can make others,
/// with any payload. Where nobody knows which account that is, all may be ours.
pub fn is_ours(deployment: &Deployment, viewer: Option<&Person>) -> bool {
    let by_us = viewer.is_none_or(|viewer| deployment.creator == Some(viewer.id));
    by_us && deployment.payload.as_ref().is_some_and(|payload| deployment.environment.eq_ignore_ascii_case(payload.environment.as_str()))
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

/// Our comments that say that a deployment waits, with the keys of their requests: by their markers alone.
pub fn marked_waiting(pull: &PullRequest) -> Vec<(RequestKey, &crate::facts::Comment)> {
    let ours = pull.comments.known().into_iter().flat_map(|comments| &comments.items).filter(|comment| comment.ours);
    let key = |body: &str| {
        let key = body.lines().next()?.strip_prefix("<!-- shipgate ")?.strip_suffix(" waiting -->")?;
        RequestKey::new(key).ok()
    };
    ours.filter_map(|comment| Some((key(&comment.body)?, comment))).collect()
}

/// Our status comment of a request.
pub fn status_comment<'a>(key: &RequestKey, pull: &'a PullRequest) -> Option<&'a crate::facts::Comment> {
    let start = format!("<!-- shipgate {key} ");
    pull.comments.known()?.items.iter().rfind(|comment| comment.ours && comment.body.starts_with(&start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PersonId;
    use crate::facts::Fact;

    fn facts() -> Facts {
        serde_json::from_str(include_str!("../../tests/cases/gates/base-facts.json")).expect("the base facts are facts")
    }

    fn key(text: &str) -> RequestKey {
        RequestKey::new(text).expect("a key")
    }

    fn created_by(facts: &mut Facts, creator: Option<u64>) {
        let Fact::Known(list) = &mut facts.deployments else { panic!("known") };
        list.items[0].creator = creator.map(PersonId);
    }

    #[test]
    fn c5_only_a_deployment_of_ours_shows_that_a_command_was_carried_out() {
        let mut facts = facts();
        assert!(was_carried_out(&key("comment-4001-0"), &facts));
        assert!(!was_carried_out(&key("comment-4001-1"), &facts));
        for creator in [Some(666), None] {
            created_by(&mut facts, creator);
            assert!(!was_carried_out(&key("comment-4001-0"), &facts), "{creator:?}");
        }
        // Where nobody knows which are ours, any may be: then it is not carried out once more.
        facts.viewer = None;
        assert!(was_carried_out(&key("comment-4001-0"), &facts));
    }

    #[test]
    fn c4_a_comment_waits_where_its_first_line_is_our_marker_and_nowhere_else() {
        let mut facts = facts();
        let Fact::Known(comments) = &mut facts.pull.comments else { panic!("known") };
        let with = |body: &str| crate::facts::Comment {
            id: crate::domain::CommentId(1),
            node_id: "IC_1".to_owned(),
            author: None,
            at: facts.now,
            edited_at: None,
            body: body.to_owned(),
            ours: true,
        };
        let waiting = marker(&key("comment-7-0"), Status::Waiting);
        comments.items = vec![
            with(&format!("{waiting}\n### ⏳")),
            with(&format!("{}\n{waiting}", marker(&key("comment-8-0"), Status::Settled))),
            with(&format!("> {waiting}")),
            with("<!-- shipgate ../x waiting -->"),
            crate::facts::Comment { ours: false, ..with(&waiting) },
        ];
        let found: Vec<RequestKey> = marked_waiting(&facts.pull).into_iter().map(|(key, _)| key).collect();
        assert_eq!(found, [key("comment-7-0")]);
    }

    #[test]
    fn c5_a_payload_that_names_another_environment_than_its_deployment_is_none_of_ours() {
        let mut facts = facts();
        let Fact::Known(list) = &mut facts.deployments else { panic!("known") };
        list.items[0].environment = "production".to_owned();
        assert!(!was_carried_out(&key("comment-4001-0"), &facts));
    }
}
