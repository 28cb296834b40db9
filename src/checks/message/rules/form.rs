//! The first line is no `type(scope)!: description`.

use super::super::header::{Effect, Heading, Loose, Separator, is_word, loose};
use super::super::{Message, MessageRules};
use super::words::{Meant, guessed, listed, meant};
use super::{found, spec};
use crate::checks::{Finding, Fix, Level, RuleSpec};
use crate::domain::Span;

/// No type at all.
pub(super) const MISSING: RuleSpec = spec(
    "type-missing",
    Level::Stop,
    "The first line begins with no type, so that nobody can tell what the change means for a release.",
    ("feat: add a retry\n", "Add a retry\n"),
);

/// A type, wrongly written.
pub(super) const FORM: RuleSpec = spec(
    "header-form",
    Level::Stop,
    "The first line is nearly `type(scope)!: description`: a colon, a space or a bracket is missing or too many, and tools would not read it.",
    ("feat(api): add a retry\n", "feat (api):add a retry\n"),
);

/// A type, and nothing behind it.
pub(super) const EMPTY: RuleSpec = spec("subject-empty", Level::Stop, "The first line has a type and no description.", ("fix: close the file\n", "fix:\n"));

/// What is wrong with a first line that is no header.
pub(super) fn finding(message: &Message<'_>, rules: &MessageRules) -> Option<Finding> {
    if message.header().is_some() {
        return None;
    }
    let line = message.slice(message.first());
    let first = message.first();
    let Some(loose) = loose(line) else { return Some(missing(first, line, rules)) };
    let meant = meant(loose.word, rules);
    if loose.rest.is_empty() && loose.separator == Separator::Colon && meant != Meant::Nothing {
        let heading = Heading { kind: meant.any().unwrap_or(loose.word), scope: loose.scope, effect: loose.effect, description: "say what changes" };
        let what = format!("there is no description behind `{}`", loose.word);
        return Some(found(&EMPTY, Span::new(first.end, first.end), what).label("the description belongs here").help(format!("for example: {heading}")));
    }
    let kind = intended(&loose, meant).filter(|_| !loose.rest.is_empty());
    Some(kind.map_or_else(|| missing(first, line, rules), |kind| malformed(first, line, (&loose, meant), kind)))
}

/// The type that a line meant to begin with: a certain word before a sign, or a type itself before nothing.
fn intended<'a>(loose: &Loose<'_>, meant: Meant<'a>) -> Option<&'a str> {
    match (loose.separator, meant) {
        (Separator::Colon, _) => meant.any(),
        (Separator::Bracket | Separator::Dash, _) => meant.certain(),
        (Separator::None, Meant::Type(name)) if name == loose.word || loose.scope.is_some() || loose.effect == Effect::Breaking => Some(name),
        (Separator::None, _) => None,
    }
}

fn malformed(first: Span, line: &str, (loose, meant): (&Loose<'_>, Meant<'_>), kind: &str) -> Finding {
    let heading = Heading { kind, scope: loose.scope, effect: loose.effect, description: loose.rest };
    let (span, label) = deviation(line);
    let mut finding = found(&FORM, Span::new(first.start + span.start, first.start + span.end), "the first line is not `type(scope): description`");
    finding = finding.label(label).help(format!("write: {heading}"));
    // `fix the clock` may be a sentence, and a picture may be dear to somebody: then it is for a person to decide.
    let is_sentence = loose.separator == Separator::None && loose.scope.is_none() && loose.effect == Effect::Plain;
    let is_bare = line.starts_with(loose.word) || line.starts_with(['[', '(', '<']);
    if !is_sentence && is_bare && meant.certain().is_some() {
        finding.fix = Some(Fix { span: first, by: heading.to_string() });
    }
    finding
}

fn missing(first: Span, line: &str, rules: &MessageRules) -> Finding {
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    let heading = Heading { kind: guessed(&line[..end], rules), scope: None, effect: Effect::Plain, description: &lowered(line) };
    found(&MISSING, Span::new(first.start, first.start + end), "the first line has no type")
        .label("a type and a colon belong before this")
        .help(format!("for example: {heading}\nthe types are {}", listed(&rules.types)))
}

/// The line with its first letter small, where the first word is an ordinary one.
fn lowered(line: &str) -> String {
    let mut characters = line.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && second.is_ascii_lowercase() => {
            format!("{}{}", first.to_ascii_lowercase(), characters.as_str())
        }
        _ => line.to_owned(),
    }
}

/// Where a line leaves the form for the first time, and what belongs there.
fn deviation(line: &str) -> (Span, &'static str) {
    let word = line.find(|character| !is_word(character)).unwrap_or(line.len());
    if word == 0 {
        let end = line.find(char::is_alphanumeric).unwrap_or(line.len());
        return (Span::new(0, end), "the type stands first, without brackets and pictures");
    }
    let mut at = word;
    if line[at..].starts_with('(') {
        match line[at..].find(')') {
            Some(1) => return (Span::new(at, at + 2), "an empty scope is left out"),
            Some(end) if line[at + 1..at + end].trim().is_empty() => return (Span::new(at, at + end + 1), "an empty scope is left out"),
            Some(end) => at += end + 1,
            None => return (Span::new(at, at + 1), "the scope has no `)`"),
        }
    }
    if line[at..].starts_with('!') {
        at += 1;
        if line[at..].starts_with('(') {
            return (Span::new(at - 1, at), "`!` stands behind the scope");
        }
    }
    let rest = &line[at..];
    let gap = rest.len() - rest.trim_start().len();
    let here = |length: usize| Span::new(at, at + length);
    match rest[gap..].chars().next() {
        Some(':') if gap == 0 => (Span::new(at, at + 1), "a space belongs behind the colon"),
        Some(':' | '(' | '!') if gap > 0 => (here(gap), "no space belongs here"),
        Some(sign) if !sign.is_alphanumeric() => (here(gap + sign.len_utf8()), "a colon and a space belong here"),
        _ => (here(gap), "a colon and a space belong here"),
    }
}
