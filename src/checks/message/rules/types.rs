//! The type is one of the policy's.

use super::super::header::{Effect, Heading};
use super::super::{Message, MessageRules};
use super::words::{Meant, listed, meant};
use super::{found, spec};
use crate::checks::{Finding, Fix, Level, RuleSpec};

/// A type that the policy does not know.
pub(super) const UNKNOWN: RuleSpec =
    spec("type-unknown", Level::Stop, "The type is none of the policy's `commits.types`.", ("feat: add a retry\n", "feature: add a retry\n"));

/// A type in another case.
pub(super) const CASE: RuleSpec = spec(
    "type-case",
    Level::Warn,
    "The type is one of the policy's in another case: it means the same, and looks different in a log.",
    ("fix: close the file\n", "Fix: close the file\n"),
);

/// What is wrong with the type.
pub(super) fn finding(message: &Message<'_>, rules: &MessageRules) -> Option<Finding> {
    let header = message.header()?;
    let word = message.slice(header.kind);
    let meant = meant(word, rules);
    let effect = if header.bang.is_some() { Effect::Breaking } else { Effect::Plain };
    let heading = |kind| Heading { kind, scope: message.scope(), effect, description: message.slice(header.description) }.to_string();
    let finding = match meant {
        Meant::Type(name) if name == word => return None,
        Meant::Type(name) => found(&CASE, header.kind, format!("the type `{word}` is written `{name}`")).help(format!("write: {}", heading(name))),
        Meant::Synonym(name) | Meant::Near(name) => {
            let finding = found(&UNKNOWN, header.kind, format!("there is no type `{word}`"));
            finding.label(format!("did you mean `{name}`?")).help(format!("write: {}\nthe types are {}", heading(name), listed(&rules.types)))
        }
        Meant::Nothing => found(&UNKNOWN, header.kind, format!("there is no type `{word}`")).help(format!("the types are {}", listed(&rules.types))),
    };
    let fix = meant.certain().map(|name| Fix { span: header.kind, by: name.to_owned() });
    Some(Finding { fix, ..finding })
}
