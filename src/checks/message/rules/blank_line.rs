//! The first line stands alone.

use super::super::Message;
use super::{found, spec};
use crate::checks::{Finding, Fix, Level, RuleSpec};
use crate::domain::Span;

/// Text right below the first line.
pub(super) const RULE: RuleSpec = spec(
    "blank-line",
    Level::Stop,
    "An empty line separates the first line from the body: without it, git takes both for the subject.",
    ("fix: close the file\n\nIt was left open.\n", "fix: close the file\nIt was left open.\n"),
);

/// What stands where the empty line should.
pub(super) fn finding(message: &Message<'_>) -> Option<Finding> {
    let text = message.text();
    let behind = &text[message.first().end..];
    let start = message.first().end + behind.find('\n')? + 1;
    let line = text[start..].split('\n').next().unwrap_or_default().trim_end();
    if line.trim().is_empty() {
        return None;
    }
    let finding = found(&RULE, Span::new(start, start + line.len()), "there is no empty line below the first line");
    let fix = Some(Fix { span: Span::new(start, start), by: "\n".to_owned() });
    Some(Finding { fix, ..finding.label("an empty line belongs before this") })
}
