//! What was deployed, as far as it was read: the recent deployments of the repository, and older ones of single environments.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::EnvName;
use crate::facts::{Deployment, Listing};

/// Deployments, newest first.
#[derive(Clone, Debug)]
pub struct History {
    recent: Listing<Deployment>,
    deeper: BTreeMap<EnvName, Listing<Deployment>>,
}

impl History {
    /// The recent deployments of all environments together.
    pub fn of(recent: Listing<Deployment>) -> Self {
        Self { recent, deeper: BTreeMap::new() }
    }

    /// Adds what was read of single environments.
    #[must_use]
    pub fn with(mut self, deeper: BTreeMap<EnvName, Listing<Deployment>>) -> Self {
        self.deeper = deeper;
        self
    }

    fn listing(&self, environment: &EnvName) -> &Listing<Deployment> {
        self.deeper.get(environment).unwrap_or(&self.recent)
    }

    /// The deployments to an environment, newest first.
    pub fn of_environment<'a>(&'a self, environment: &'a EnvName) -> impl Iterator<Item = &'a Deployment> {
        self.listing(environment).items.iter().filter(move |deployment| deployment.is_in(environment))
    }

    /// Every deployment that was read.
    pub fn all(&self) -> impl Iterator<Item = &Deployment> {
        self.recent.items.iter().chain(self.deeper.values().flat_map(|listing| &listing.items))
    }

    /// True when nothing of an environment since this time is missing; nothing at all where no time is given.
    pub fn reaches(&self, environment: &EnvName, since: Option<Timestamp>) -> bool {
        let listing = self.listing(environment);
        let oldest = listing.items.last().map(|deployment| deployment.created_at);
        listing.complete || since.zip(oldest).is_some_and(|(since, oldest)| oldest < since)
    }

    /// How many were read, and how many there are, where an environment's were looked for.
    pub fn counts(&self, environment: &EnvName) -> (usize, u64) {
        let listing = self.listing(environment);
        (listing.items.len(), listing.total)
    }

    /// The environments of which older deployments must be read: none of theirs that counts was, and there are more.
    pub fn short_of<'a>(&self, environments: impl IntoIterator<Item = &'a EnvName>, counts: impl Fn(&EnvName, &Deployment) -> bool) -> Vec<EnvName> {
        let missing = |name: &&EnvName| !self.of_environment(name).any(|deployment| counts(name, deployment));
        if self.recent.complete { Vec::new() } else { environments.into_iter().filter(missing).cloned().collect() }
    }
}
