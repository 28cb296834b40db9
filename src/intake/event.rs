//! From an event's name and payload to what it means here, or to why it means nothing.
//!
//! Reads only the fields it needs, and is indifferent to all others. Reads no policy and asks no server.

use jiff::Timestamp;

use super::grammar::{MightCommand, might_command};
use super::mistake::WhyNot;
use super::payload::{At, EventError, json};
use crate::domain::{ActorKind, CommentId, CommitSha, Invalid, Login, Person, PersonId, PullNumber, RepoSlug, RunId, shown};
use crate::facts::Handle;

/// What an event means.
#[derive(Clone, Debug)]
pub enum Event {
    /// A new comment on an open pull request that might be a command.
    Comment(CommentEvent),
    /// A dispatch that carries a command.
    Dispatch(DispatchEvent),
    /// Something changed that waiting deployments may wait for.
    Reconsider {
        /// The repository.
        repo: RepoSlug,
        /// The pull requests it is about.
        concerns: Concerns,
    },
    /// A workflow run that somebody dispatched is over: the deployment that it carried out, where it did, is over, too. Besides, waiting deployments
    /// may wait for it.
    RunOver {
        /// The repository.
        repo: RepoSlug,
        /// The run.
        run: RunId,
        /// The deployment that its name carries.
        handle: Option<Handle>,
        /// The pull requests it is about.
        concerns: Concerns,
    },
    /// A pull request was closed: what it holds is freed.
    PullClosed {
        /// The repository.
        repo: RepoSlug,
        /// The pull request.
        pull: PullNumber,
        /// How it ended.
        end: PullEnd,
    },
    /// Time has passed: look at everything that waits or has expired.
    Sweep,
    /// Nothing to do.
    Ignored(WhyIgnored),
}

/// A new comment that might be a command.
#[derive(Clone, Debug)]
pub struct CommentEvent {
    /// Its id.
    pub id: CommentId,
    /// Its global node id.
    pub node_id: String,
    /// Its text: hostile.
    pub body: String,
    /// When the server recorded it.
    pub at: Timestamp,
    /// Who wrote it, who is also who triggered the event. A machine where an app wrote it in somebody's name.
    pub actor: Person,
    /// Whether a human or an app wrote it.
    pub sender: Sender,
    /// The open pull request it stands on.
    pub pull: PullNumber,
    /// The repository.
    pub repo: RepoSlug,
}

/// A dispatch that carries a command.
#[derive(Clone, Debug)]
pub struct DispatchEvent {
    /// The command as typed: hostile.
    pub line: String,
    /// The pull request it is about.
    pub pull: PullNumber,
    /// Who dispatched.
    pub actor: Person,
    /// Whether a human or an app dispatched.
    pub sender: Sender,
    /// The repository.
    pub repo: RepoSlug,
}

/// Whether a human or an app acts. An app acts only where the policy lists it (`commands.apps`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A human, by hand.
    Human,
    /// A bot or an app, by this login; for an app that acts in a human's name, the app's (`slug[bot]`).
    App(Login),
}

/// The pull requests an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concerns {
    /// These; not empty.
    Pulls(Vec<PullNumber>),
    /// Those with this head: the event names none (e.g. from a fork).
    Head(CommitSha),
}

/// How a pull request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullEnd {
    /// Merged.
    Merged,
    /// Closed without merging.
    Unmerged,
}

/// Why an event is passed over: for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyIgnored {
    /// No event that means anything here.
    #[error("event `{name}` means nothing here")]
    Event {
        /// Its name, escaped.
        name: String,
    },
    /// No action of this event that means anything here; among them edits and deletions of comments (row C3).
    #[error("action `{action}` of event `{event}` means nothing here")]
    Action {
        /// The event.
        event: &'static str,
        /// The action, escaped.
        action: String,
    },
    /// The comment stands on an issue.
    #[error("#{number} is an issue, not a pull request")]
    PlainIssue {
        /// The issue's number.
        number: PullNumber,
    },
    /// The pull request is not open.
    #[error("pull request #{number} is not open")]
    NotOpen {
        /// Its number.
        number: PullNumber,
    },
    /// The event was triggered by somebody else than the comment's author.
    #[error("the comment's author and the event's sender are not the same account")]
    OtherSender,
    /// The comment is no command (row C2).
    #[error("no command: {0}")]
    NotACommand(WhyNot),
    /// A dispatch without `command` and `pull-request`.
    #[error("the dispatch carries no command")]
    EmptyDispatch,
    /// A status that has no result yet.
    #[error("the status is still pending")]
    Pending,
}

impl Event {
    /// The repository that it is about, where it names one.
    pub fn repository(&self) -> Option<&RepoSlug> {
        match self {
            Self::Comment(CommentEvent { repo, .. })
            | Self::Dispatch(DispatchEvent { repo, .. })
            | Self::Reconsider { repo, .. }
            | Self::PullClosed { repo, .. }
            | Self::RunOver { repo, .. } => Some(repo),
            Self::Sweep | Self::Ignored(_) => None,
        }
    }
}

/// Reads an event (`GITHUB_EVENT_NAME`, the bytes of `GITHUB_EVENT_PATH`) with the prefix that commands have.
///
/// # Errors
/// [`EventError`] where an event that means something here is not as the server documents it. An event that means nothing here is
/// not even parsed.
pub fn read_event(name: &str, payload: &[u8], prefix: &str) -> Result<Event, EventError> {
    type Read = fn(&At<'_>, &str) -> Result<Event, EventError>;
    let read: Read = match name {
        "issue_comment" => comment,
        "pull_request" | "pull_request_target" => |root, _| pull_request(root),
        "pull_request_review" => |root, _| review(root),
        "check_run" => |root, _| completed(root, "check_run"),
        "check_suite" => |root, _| completed(root, "check_suite"),
        "workflow_run" => |root, _| run_completed(root),
        "status" => |root, _| status(root),
        "workflow_dispatch" => |root, _| dispatch(root, "inputs"),
        "repository_dispatch" => |root, _| dispatch(root, "client_payload"),
        "schedule" => return Ok(Event::Sweep),
        _ => return Ok(Event::Ignored(WhyIgnored::Event { name: shown(name) })),
    };
    read(&At::root(&json(payload)?), prefix)
}

fn comment(root: &At<'_>, prefix: &str) -> Result<Event, EventError> {
    let action = root.get("action")?.text()?;
    if action != "created" {
        return Ok(other_action("issue_comment", action));
    }
    let issue = root.get("issue")?;
    let number = PullNumber(issue.get("number")?.number()?);
    if issue.find("pull_request").is_none() {
        return Ok(Event::Ignored(WhyIgnored::PlainIssue { number }));
    }
    if issue.get("state")?.text()? != "open" {
        return Ok(Event::Ignored(WhyIgnored::NotOpen { number }));
    }
    let comment = root.get("comment")?;
    let (mut actor, author_is) = person(&comment.get("user")?)?;
    if person(&root.get("sender")?)?.0 != actor {
        return Ok(Event::Ignored(WhyIgnored::OtherSender));
    }
    let body = comment.get("body")?.text()?;
    if let MightCommand::No(why) = might_command(body, prefix) {
        return Ok(Event::Ignored(WhyIgnored::NotACommand(why)));
    }
    let sender = match comment.find("performed_via_github_app") {
        Some(app) => Sender::App(app_login(&app)?),
        None => author_is,
    };
    if sender != Sender::Human {
        actor.kind = ActorKind::Machine;
    }
    Ok(Event::Comment(CommentEvent {
        id: CommentId(comment.get("id")?.number()?),
        node_id: comment.get("node_id")?.text()?.to_owned(),
        body: body.to_owned(),
        at: comment.get("created_at")?.time()?,
        actor,
        sender,
        pull: number,
        repo: repo(root)?,
    }))
}

fn pull_request(root: &At<'_>) -> Result<Event, EventError> {
    let pull = root.get("pull_request")?;
    let number = PullNumber(pull.get("number")?.number()?);
    match root.get("action")?.text()? {
        "closed" => {
            let end = if pull.get("merged")?.truth()? { PullEnd::Merged } else { PullEnd::Unmerged };
            Ok(Event::PullClosed { repo: repo(root)?, pull: number, end })
        }
        "opened" | "reopened" | "synchronize" | "edited" | "ready_for_review" | "converted_to_draft" => reconsider_open(root, &pull),
        action => Ok(other_action("pull_request", action)),
    }
}

fn review(root: &At<'_>) -> Result<Event, EventError> {
    match root.get("action")?.text()? {
        "submitted" | "dismissed" => reconsider_open(root, &root.get("pull_request")?),
        action => Ok(other_action("pull_request_review", action)),
    }
}

fn reconsider_open(root: &At<'_>, pull: &At<'_>) -> Result<Event, EventError> {
    let number = PullNumber(pull.get("number")?.number()?);
    if pull.get("state")?.text()? != "open" {
        return Ok(Event::Ignored(WhyIgnored::NotOpen { number }));
    }
    Ok(Event::Reconsider { repo: repo(root)?, concerns: Concerns::Pulls(vec![number]) })
}

/// A check or a workflow run that is over.
fn completed(root: &At<'_>, event: &'static str) -> Result<Event, EventError> {
    let action = root.get("action")?.text()?;
    if action != "completed" {
        return Ok(other_action(event, action));
    }
    let subject = root.get(event)?;
    let here = root.get("repository")?.get("id")?.number()?;
    let mut pulls = Vec::new();
    for pull in subject.find("pull_requests").map_or(Ok(Vec::new()), |pulls| pulls.list())? {
        // The server lists pull requests of other repositories of the network that have the same head, too.
        if pull.get("base")?.get("repo")?.get("id")?.number()? == here {
            pulls.push(PullNumber(pull.get("number")?.number()?));
        }
    }
    let concerns = if pulls.is_empty() { Concerns::Head(subject.get("head_sha")?.checked()?) } else { Concerns::Pulls(pulls) };
    Ok(Event::Reconsider { repo: repo(root)?, concerns })
}

/// A workflow run that is over. One that was dispatched may have carried a deployment out.
fn run_completed(root: &At<'_>) -> Result<Event, EventError> {
    let event = completed(root, "workflow_run")?;
    let Event::Reconsider { repo, concerns } = event else { return Ok(event) };
    let run = root.get("workflow_run")?;
    let started_by = run.find("event").map(|event| event.text()).transpose()?;
    if !matches!(started_by, Some("workflow_dispatch" | "repository_dispatch")) {
        return Ok(Event::Reconsider { repo, concerns });
    }
    // The name is whoever's who dispatched it: at most, a deployment is looked at.
    let title = run.find("display_title").map(|title| title.text()).transpose()?;
    let handle = title.and_then(Handle::in_title).filter(|handle| handle.repository == repo);
    Ok(Event::RunOver { repo, run: RunId(run.get("id")?.number()?), handle, concerns })
}

fn status(root: &At<'_>) -> Result<Event, EventError> {
    if root.get("state")?.text()? == "pending" {
        return Ok(Event::Ignored(WhyIgnored::Pending));
    }
    Ok(Event::Reconsider { repo: repo(root)?, concerns: Concerns::Head(root.get("sha")?.checked()?) })
}

/// A dispatch, with `command` (one whole line) and `pull-request` (its number) under `key`.
fn dispatch(root: &At<'_>, key: &str) -> Result<Event, EventError> {
    let Some(inputs) = root.find(key) else { return Ok(Event::Ignored(WhyIgnored::EmptyDispatch)) };
    if inputs.find("command").is_none() && inputs.find("pull-request").is_none() {
        return Ok(Event::Ignored(WhyIgnored::EmptyDispatch));
    }
    let line = inputs.get("command")?.text()?.to_owned();
    let pull = PullNumber(inputs.get("pull-request")?.number_or_digits()?);
    let (actor, sender) = person(&root.get("sender")?)?;
    Ok(Event::Dispatch(DispatchEvent { line, pull, actor, sender, repo: repo(root)? }))
}

fn person(at: &At<'_>) -> Result<(Person, Sender), EventError> {
    let id = PersonId(at.get("id")?.number()?);
    let login: Login = at.get("login")?.checked()?;
    if at.get("type")?.text()? == "User" {
        return Ok((Person { id, login, kind: ActorKind::Human }, Sender::Human));
    }
    let sender = Sender::App(login.clone());
    Ok((Person { id, login, kind: ActorKind::Machine }, sender))
}

fn app_login(app: &At<'_>) -> Result<Login, EventError> {
    let slug = app.get("slug")?;
    Login::new(format!("{}[bot]", slug.text()?)).map_err(|source: Invalid| slug.refused(source))
}

fn repo(root: &At<'_>) -> Result<RepoSlug, EventError> {
    root.get("repository")?.get("full_name")?.checked()
}

fn other_action(event: &'static str, action: &str) -> Event {
    Event::Ignored(WhyIgnored::Action { event, action: shown(action) })
}
