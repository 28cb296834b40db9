//! What an effect writes into the audit log, before it is known which event it becomes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::audit::{Account, AuditEvent, Entry, Outcome, User};
use crate::domain::{EnvName, Login, Person, PersonId, RepoSlug, ServiceName, Version};
use crate::intake::Request;

/// An audit entry in the making. It starts with who asked for what; the caller adds what it knows.
#[derive(Clone, Debug)]
pub struct Note {
    entry: Entry,
}

impl Note {
    /// About a request, at a time of the server's.
    pub fn of(request: &Request, at: Timestamp) -> Self {
        let mut note = Self::at(at);
        note.entry.user.person = Some(Account::from(&request.actor));
        note.entry.command = Some(request.command.to_string());
        note.detail("request", request.key.as_str()).detail("pull_request", request.pull.0)
    }

    /// About nobody's request.
    pub fn at(at: Timestamp) -> Self {
        Self { entry: Entry::new(at, AuditEvent::AuditOpened, User::default()) }
    }

    /// The account we act under.
    #[must_use]
    pub fn under(mut self, viewer: Option<&Person>) -> Self {
        self.entry.user.bot = viewer.map(Account::from);
        self
    }

    /// Another time.
    #[must_use]
    pub fn later(mut self, at: Timestamp) -> Self {
        self.entry.timestamp = at;
        self
    }

    /// The repository.
    #[must_use]
    pub fn repository(mut self, slug: &RepoSlug) -> Self {
        self.entry.repository = Some(slug.clone());
        self
    }

    /// The environment.
    #[must_use]
    pub fn environment(mut self, name: &EnvName) -> Self {
        self.entry.environment = Some(name.clone());
        self
    }

    /// The services; all where empty.
    #[must_use]
    pub fn services(mut self, services: &[ServiceName]) -> Self {
        self.entry.services = services.to_vec();
        self
    }

    /// The version.
    #[must_use]
    pub fn version(mut self, version: Option<&Version>) -> Self {
        self.entry.version = version.cloned();
        self
    }

    /// Who approved.
    #[must_use]
    pub fn approvers(mut self, approvers: &[(PersonId, Login)]) -> Self {
        self.entry.approvers = approvers.iter().map(|(id, login)| Account { id: Some(*id), login: Some(login.clone()) }).collect();
        self
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.entry.outcome = Some(outcome);
        self
    }

    /// How long it took.
    #[must_use]
    pub fn took(mut self, seconds: Option<u64>) -> Self {
        self.entry.duration = seconds.map(Duration::from_secs);
        self
    }

    /// That no rollback was triggered by it, or that one was.
    #[must_use]
    pub fn no_rollback(mut self) -> Self {
        self.entry.rollback_triggered = Some(false);
        self
    }

    /// One more detail.
    #[must_use]
    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.entry = self.entry.with(key, value);
        self
    }

    /// The entry, as this event.
    pub(super) fn into_entry(mut self, event: AuditEvent) -> Entry {
        self.entry.event = event;
        self.entry
    }
}
