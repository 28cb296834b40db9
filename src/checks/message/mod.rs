//! Commit messages (row H2): the one parser of Conventional Commits, for the hook, for ranges, and for releases.
//!
//! The way of a text: [`clean`] (what git keeps of what was typed) → [`Message::parse`] → [`findings`], and [`mended`] where it is safe.

mod clean;
mod header;
mod kind;
mod mend;
mod parse;
#[cfg(test)]
mod properties;
mod reverts;
mod rules;
#[cfg(test)]
mod specification_tests;
mod squashed;
mod tickets;

use serde::Serialize;

pub use clean::{Cleaned, Cleaning, Cleanup, Comment, clean};
pub use header::{Effect, Header, Heading};
pub use kind::Kind;
pub use mend::{Mended, mended};
pub use parse::{Footer, FooterSeparator, Message, text};
use reverts::is_object_id;
pub use rules::{RULES, findings, unfinished};
pub use squashed::Squashed;

use crate::domain::Expression;

/// What a policy says of commit messages.
#[derive(Clone, Debug, Serialize)]
pub struct MessageRules {
    /// The types that there are.
    pub types: Vec<String>,
    /// The scopes that there are; any where empty.
    pub scopes: Vec<String>,
    /// The longest first line, in characters.
    pub header: u32,
    /// What a ticket looks like, and whether a message must name one.
    pub ticket: Option<TicketRule>,
}

/// Tickets in messages.
#[derive(Clone, Debug, Serialize)]
pub struct TicketRule {
    /// What one looks like.
    pub pattern: Expression,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// It may.
    Optional,
    /// It must.
    Required,
}

impl Need {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

impl Default for MessageRules {
    fn default() -> Self {
        let types = ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"];
        Self { types: types.map(str::to_owned).to_vec(), scopes: Vec::new(), header: 72, ticket: None }
    }
}
