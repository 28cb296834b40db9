//! The scope is one of the policy's, where it has any.

use super::super::{Message, MessageRules};
use super::words::listed;
use super::{found, spec};
use crate::checks::{Finding, Fix, Level, RuleSpec};
use crate::domain::{Span, nearest};

/// A scope that the policy does not know.
pub(super) const RULE: RuleSpec = spec(
    "scope-unknown",
    Level::Stop,
    "The scope is none of the policy's `commits.scopes`; several are separated by commas. Without that list, any scope will do.",
    ("feat(api): add a retry\n", "feat(apo): add a retry\n"),
);

/// What is wrong with the scopes.
pub(super) fn findings(message: &Message<'_>, rules: &MessageRules) -> Vec<Finding> {
    let Some(span) = message.header().and_then(|header| header.scope).filter(|_| !rules.scopes.is_empty()) else { return Vec::new() };
    let mut at = span.start;
    let mut out = Vec::new();
    for part in message.slice(span).split(',') {
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        out.extend(unknown(part.trim(), Span::new(start, start + part.trim().len()), rules));
    }
    out
}

fn unknown(word: &str, span: Span, rules: &MessageRules) -> Option<Finding> {
    if rules.scopes.iter().any(|scope| scope == word) {
        return None;
    }
    let finding = found(&RULE, span, format!("there is no scope `{word}`")).help(format!("the scopes are {}", listed(&rules.scopes)));
    if let Some(same) = rules.scopes.iter().find(|scope| scope.eq_ignore_ascii_case(word)) {
        let fix = Some(Fix { span, by: same.clone() });
        return Some(Finding { fix, ..finding.label(format!("it is written `{same}`")) });
    }
    let near = if word.len() <= 60 { nearest(word, rules.scopes.iter().map(String::as_str)) } else { Vec::new() };
    Some(match near.first() {
        Some(near) => finding.label(format!("did you mean `{near}`?")),
        None => finding,
    })
}
