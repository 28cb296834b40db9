//! Rate limits: an hour by the sandbox's clock, for each token and resource.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// REST requests.
    Core,
    /// Points of GraphQL queries.
    Graphql,
}

impl Resource {
    /// The name GitHub uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
        }
    }
}

/// How a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it may use in an hour.
    pub limit: u64,
    /// What it has used.
    pub used: u64,
    /// When the hour is over.
    pub reset: Timestamp,
}

impl Standing {
    /// What is left.
    pub fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// What all tokens have used.
#[derive(Debug, Default)]
pub struct Limits {
    used: BTreeMap<(String, Resource), (Timestamp, u64)>,
    limit: Option<u64>,
}

const HOUR: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

impl Limits {
    /// Sets what a token may use in an hour, whatever it is; `None` is GitHub's own measure.
    pub fn set(&mut self, limit: Option<u64>) {
        self.limit = limit;
    }

    /// How a token stands; a workflow's token has 1,000 an hour, a person's 5,000.
    pub fn standing(&mut self, key: (&str, Resource), measure: u64, now: Timestamp) -> Standing {
        let limit = self.limit.unwrap_or(measure);
        let (start, used) = *self.window((key.0.to_owned(), key.1), now);
        Standing { limit, used, reset: start.checked_add(HOUR).unwrap_or(start) }
    }

    /// Counts what a request used.
    pub fn spend(&mut self, key: (&str, Resource), cost: u64, now: Timestamp) {
        self.window((key.0.to_owned(), key.1), now).1 += cost;
    }

    fn window(&mut self, key: (String, Resource), now: Timestamp) -> &mut (Timestamp, u64) {
        let window = self.used.entry(key).or_insert((now, 0));
        if now.duration_since(window.0) >= HOUR {
            *window = (now, 0);
        }
        window
    }
}
