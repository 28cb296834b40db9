//! The first line is no longer than the policy says.

use super::super::{Message, MessageRules};
use super::{found, spec};
use crate::checks::{Finding, Level, RuleSpec};
use crate::domain::Span;

/// A first line that is too long.
pub(super) const RULE: RuleSpec = spec(
    "header-long",
    Level::Stop,
    "The first line has more characters than the policy's `commits.header`, and would be cut in lists and notes.",
    ("fix: close the file\n", "fix: close the file that was opened for the second time by the reader although the first reader had it still\n"),
);

/// What is too long. Characters are counted, not bytes.
pub(super) fn finding(message: &Message<'_>, rules: &MessageRules) -> Option<Finding> {
    let line = message.slice(message.first());
    let most = usize::try_from(rules.header).unwrap_or(usize::MAX);
    let (over, _) = line.char_indices().nth(most)?;
    let count = line.chars().count();
    let span = Span::new(message.first().start + over, message.first().end);
    let what = format!("the first line has {count} characters; {most} are allowed");
    Some(found(&RULE, span, what).label(format!("{} too many", count - most)).help("shorten it, and put the details into the body, below an empty line"))
}
