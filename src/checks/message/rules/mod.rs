//! What is asked of messages, one rule a file. A rule is given a message that was read, and says what is wrong, where, and what to write instead.

mod blank_line;
mod breaking;
mod characters;
mod form;
mod length;
mod scopes;
mod ticket;
mod types;
mod unfinished;
mod words;

use super::parse::{Message, text};
use super::{Kind, MessageRules};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::Span;

pub use unfinished::unfinished;

/// Every rule of messages.
pub const RULES: &[&RuleSpec] = &[
    &form::MISSING,
    &form::FORM,
    &form::EMPTY,
    &types::UNKNOWN,
    &types::CASE,
    &scopes::RULE,
    &length::RULE,
    &blank_line::RULE,
    &breaking::RULE,
    &ticket::RULE,
    &characters::RULE,
    &unfinished::AUTOSQUASH,
    &unfinished::WIP,
];

/// What is wrong with a message, as a commit holds it or [`super::clean`] leaves it. Spans count in [`text`] of its bytes. An empty message has no fault: git
/// refuses it itself. Merges, reverts as git writes them, `fixup!` and the like, and `wip` have their own form; for protected branches see [`unfinished`].
pub fn findings(message: &[u8], rules: &MessageRules) -> Vec<Finding> {
    let text = text(message);
    let message = Message::parse(&text);
    if message.slice(message.first()).is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if matches!(message.kind(), Kind::Conventional | Kind::Other) {
        out.extend(form::finding(&message, rules));
        out.extend(types::finding(&message, rules));
        out.extend(scopes::findings(&message, rules));
        out.extend(length::finding(&message, rules));
        out.extend(blank_line::finding(&message));
        out.extend(breaking::findings(&message));
        out.extend(ticket::finding(&message, rules));
    }
    out.extend(characters::findings(&message));
    out.sort_by_key(|finding| finding.span.map(|span| span.start));
    out
}

/// A finding of a rule at a place.
fn found(rule: &RuleSpec, span: Span, what: impl AsRef<str>) -> Finding {
    Finding::new(Check::Messages, rule.id, rule.level, what).at(span)
}

const fn spec(id: &'static str, level: Level, about: &'static str, (good, bad): (&'static str, &'static str)) -> RuleSpec {
    const PATH: &str = "COMMIT_EDITMSG";
    RuleSpec { check: Check::Messages, id, level, about, good: Example { path: PATH, text: good }, bad: Example { path: PATH, text: bad } }
}

#[cfg(test)]
mod tests;
