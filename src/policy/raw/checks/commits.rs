//! Mirror of `commits`.

use serde::Deserialize;

use crate::domain::Expression;
use crate::policy::raw::{List, Set};

/// Commit messages, by Conventional Commits.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Commits", title = "Commit messages"))]
#[serde(rename = "`commits`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawCommits {
    /// The types that there are. Default: build, chore, ci, docs, feat, fix, perf, refactor, revert, style, test.
    pub(in crate::policy) types: Set<List<String>>,
    /// The scopes that there are. Default: any.
    pub(in crate::policy) scopes: Set<List<String>>,
    /// The longest first line, in characters: 20 to 200.
    #[cfg_attr(test, schemars(extend("default" = 72), range(min = 20, max = 200)))]
    pub(in crate::policy) header: Set<u32>,
    /// Whether a message names a ticket: `optional`, `required`.
    pub(in crate::policy) ticket: Set<RawTicket>,
    /// What a ticket looks like. Default: `[A-Z][A-Z0-9]+-[0-9]+|#[0-9]+`.
    pub(in crate::policy) ticket_pattern: Set<Expression>,
}

/// Whether a message names a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::policy) enum RawTicket {
    /// It may.
    Optional,
    /// It must.
    Required,
}
