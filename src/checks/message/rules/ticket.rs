//! The message names a ticket, where the policy wants one.

use super::super::{Message, MessageRules, Need};
use super::{found, spec};
use crate::checks::{Finding, Level, RuleSpec};
use crate::domain::Span;

/// No ticket.
pub(super) const RULE: RuleSpec = spec(
    "ticket-missing",
    Level::Stop,
    "The policy's `commits.ticket` is `required`, and nothing in the message looks like one.",
    ("fix: close the file\n\nRefs: PAY-12\n", "fix: close the file\n"),
);

/// Whether a ticket is missing.
pub(super) fn finding(message: &Message<'_>, rules: &MessageRules) -> Option<Finding> {
    let ticket = rules.ticket.as_ref().filter(|ticket| ticket.need == Need::Required)?;
    if message.tickets(&ticket.pattern).next().is_some() {
        return None;
    }
    let what = format!("the message names no ticket of the form `{}`", ticket.pattern.as_str());
    let help = "name it in the first line, or below an empty line at the end, for example: Refs: TICKET";
    Some(found(&RULE, Span::new(message.first().start, message.first().end), what).help(help))
}
