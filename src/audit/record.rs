//! One event becomes one line (row A1). Pure: the time is given, and so is the place in the chain.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::chain::{FIRST_KEY, HASH_KEY, Head, LineHash, PREVIOUS_KEY, SEQUENCE_KEY};
use super::event::{AuditEvent, Outcome};
use super::text::{self, Redact, redacted};
use crate::domain::{EnvName, Login, Person, PersonId, RepoSlug, ServiceName, Version};

/// The most that `details` may take, in bytes of JSON; what is longer is replaced by a word that says so.
pub const MOST_DETAILS: usize = 256 * 1024;

/// What is logged of one event. Whatever does not concern an event stays at its default, and is null in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub event: AuditEvent,
    /// Who did it.
    pub user: User,
    /// The repository.
    pub repository: Option<RepoSlug>,
    /// The environment, by its policy name.
    pub environment: Option<EnvName>,
    /// The services; none where all of the repository is meant.
    pub services: Vec<ServiceName>,
    /// The version.
    pub version: Option<Version>,
    /// The command as it was given.
    pub command: Option<String>,
    /// The change ticket.
    pub change_ticket: Option<String>,
    /// Who approved.
    pub approvers: Vec<Account>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Whether it led to a rollback; `None` where no deployment is concerned.
    pub rollback_triggered: Option<bool>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What the event needs beyond.
    pub details: BTreeMap<String, Value>,
}

/// Who acts: the account under which we act, and the person behind it.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The account under which we act, where the server told it.
    pub bot: Option<Account>,
    /// Whose wish it was; `None` where nobody's, e.g. a lock that expired.
    pub person: Option<Account>,
}

/// An account as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What makes it the same account.
    pub id: Option<PersonId>,
    /// How it is shown.
    pub login: Option<Login>,
}

impl From<&Person> for Account {
    fn from(person: &Person) -> Self {
        Self { id: Some(person.id), login: Some(person.login.clone()) }
    }
}

impl From<PersonId> for Account {
    fn from(id: PersonId) -> Self {
        Self { id: Some(id), login: None }
    }
}

impl From<Login> for Account {
    fn from(login: Login) -> Self {
        Self { id: None, login: Some(login) }
    }
}

impl Entry {
    /// An event of which nothing is known yet but when, what and who.
    pub fn new(timestamp: Timestamp, event: AuditEvent, user: User) -> Self {
        Self {
            timestamp,
            event,
            user,
            repository: None,
            environment: None,
            services: Vec::new(),
            version: None,
            command: None,
            change_ticket: None,
            approvers: Vec::new(),
            outcome: None,
            rollback_triggered: None,
            duration: None,
            details: BTreeMap::new(),
        }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }
}

/// The event's line, newline included, as the one that follows `after`; and the head that it makes.
pub fn seal(entry: &Entry, after: &Head, redact: Redact<'_>) -> (Vec<u8>, Head) {
    let sequence = after.sequence + 1;
    // Nothing happened before 1970; and a year before 0 would not have the form that verifying relies on.
    let timestamp = entry.timestamp.max(Timestamp::UNIX_EPOCH);
    let mut line = [FIRST_KEY, format!("{timestamp:.3}").as_bytes(), SEQUENCE_KEY, sequence.to_string().as_bytes()].concat();
    write_field(&mut line, "event", &json!(entry.event));
    for (name, value) in fields(entry) {
        write_field(&mut line, name, &redacted(&value, redact));
    }
    write_field(&mut line, "details", &details(entry, redact));
    line.extend_from_slice(PREVIOUS_KEY);
    line.extend_from_slice(&after.hash.hex());
    line.push(b'"');
    let hash = LineHash::of(&line);
    line.extend_from_slice(HASH_KEY);
    line.extend_from_slice(&hash.hex());
    line.extend_from_slice(b"\"}\n");
    (line, Head { sequence, hash })
}

fn write_field(line: &mut Vec<u8>, name: &str, value: &Value) {
    line.extend_from_slice(format!(",\"{name}\":").as_bytes());
    text::write(line, value);
}

fn fields(entry: &Entry) -> [(&'static str, Value); 11] {
    let approvers: Vec<Value> = entry.approvers.iter().map(account).collect();
    let services: Vec<&str> = entry.services.iter().map(ServiceName::as_str).collect();
    [
        ("user", json!({ "bot": entry.user.bot.as_ref().map(account), "person": entry.user.person.as_ref().map(account) })),
        ("repository", json!(entry.repository)),
        ("environment", json!(entry.environment)),
        ("service", if services.is_empty() { Value::Null } else { services.join(",").into() }),
        ("version", json!(entry.version)),
        ("command", json!(entry.command)),
        ("change_ticket", json!(entry.change_ticket)),
        ("approvers", approvers.into()),
        ("outcome", json!(entry.outcome)),
        ("rollback_triggered", json!(entry.rollback_triggered)),
        ("duration_seconds", json!(entry.duration.map(seconds))),
    ]
}

fn account(account: &Account) -> Value {
    json!({ "id": account.id, "login": account.login })
}

/// Whole milliseconds as seconds.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000.0).round() / 1_000.0
}

/// The event's own keys (null where not given) and the caller's.
fn details(entry: &Entry, redact: Redact<'_>) -> Value {
    let mut all: BTreeMap<&str, &Value> = entry.event.details().iter().map(|key| (*key, &Value::Null)).collect();
    all.extend(entry.details.iter().map(|(key, value)| (key.as_str(), value)));
    let details = redacted(&json!(all), redact);
    let mut written = Vec::new();
    text::write(&mut written, &details);
    if written.len() <= MOST_DETAILS { details } else { json!({ "left_out": format!("{} bytes of details; {MOST_DETAILS} are allowed", written.len()) }) }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
