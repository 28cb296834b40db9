//! Words that people write for types, and what they mean.

use super::super::MessageRules;
use crate::domain::nearest;

/// What a word has to do with the types that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant<'a> {
    /// It is one, perhaps in another case.
    Type(&'a str),
    /// It is a usual word for one.
    Synonym(&'a str),
    /// It looks like one.
    Near(&'a str),
    /// None of them.
    Nothing,
}

impl<'a> Meant<'a> {
    /// The type, where it is certain.
    pub(super) fn certain(self) -> Option<&'a str> {
        match self {
            Self::Type(name) | Self::Synonym(name) => Some(name),
            Self::Near(_) | Self::Nothing => None,
        }
    }

    /// The type, where there is any.
    pub(super) fn any(self) -> Option<&'a str> {
        if let Self::Near(name) = self { Some(name) } else { self.certain() }
    }
}

/// Usual words for the usual types, in lower case.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("feat", &["feature", "features", "feats", "enhancement", "enhance", "enh", "new"]),
    ("fix", &["bugfix", "bug", "bugs", "hotfix", "fixes", "fixed", "bug-fix"]),
    ("docs", &["doc", "document", "documentation", "readme"]),
    ("test", &["tests", "testing"]),
    ("perf", &["performance", "optimise", "optimize", "optimisation", "optimization"]),
    ("refactor", &["refactoring", "refact", "refac", "cleanup", "clean-up"]),
    ("style", &["styles", "format", "formatting", "fmt", "lint"]),
    ("chore", &["chores", "misc", "maint", "maintenance", "housekeeping"]),
    ("build", &["builds", "deps", "dependencies", "dependency"]),
    ("ci", &["cicd", "ci-cd", "pipeline", "workflow", "workflows"]),
    ("revert", &["reverts", "rollback"]),
];

/// What the first word of a sentence says of the change.
const VERBS: &[(&str, &[&str])] = &[
    ("feat", &["add", "adds", "added", "adding", "implement", "implements", "implemented", "introduce", "support", "create", "allow", "enable"]),
    ("fix", &["fix", "fixes", "fixed", "fixing", "correct", "repair", "resolve", "resolves", "prevent", "avoid", "handle"]),
    ("docs", &["document", "documents", "docs", "readme", "explain"]),
    ("refactor", &["refactor", "rename", "move", "simplify", "extract", "clean", "split", "rework", "restructure"]),
    ("test", &["test", "tests", "cover"]),
    ("build", &["bump", "upgrade", "pin", "vendor"]),
    ("perf", &["speed", "optimise", "optimize", "cache"]),
    ("chore", &["initial", "update", "remove", "delete", "drop", "release", "prepare"]),
    ("revert", &["revert", "undo"]),
];

/// What a word means.
pub(super) fn meant<'a>(word: &str, rules: &'a MessageRules) -> Meant<'a> {
    let same = |name: &str| rules.types.iter().map(String::as_str).find(|known| known.eq_ignore_ascii_case(name));
    if let Some(name) = same(word) {
        return Meant::Type(name);
    }
    if let Some(name) = lookup(SYNONYMS, word).and_then(same) {
        return Meant::Synonym(name);
    }
    // A word that is far too long is nobody's slip, and comparing it would take long.
    let near = (word.len() <= 60).then(|| nearest(word, rules.types.iter().map(String::as_str)));
    near.and_then(|near| near.first().copied()).map_or(Meant::Nothing, Meant::Near)
}

/// The type that a sentence's first word suggests, where the policy has it; else the policy's first of the usual ones.
pub(super) fn guessed<'a>(word: &str, rules: &'a MessageRules) -> &'a str {
    let known = |name: &str| rules.types.iter().map(String::as_str).find(|known| *known == name);
    let verb = lookup(VERBS, word).and_then(known);
    verb.or_else(|| known("feat")).or_else(|| rules.types.first().map(String::as_str)).unwrap_or("feat")
}

fn lookup(table: &[(&'static str, &[&str])], word: &str) -> Option<&'static str> {
    table.iter().find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word))).map(|(name, _)| *name)
}

/// The types as a list for people.
pub(super) fn listed(words: &[String]) -> String {
    words.join(", ")
}
