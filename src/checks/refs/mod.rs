//! What a push does to branches and tags (row H3): pure, from facts that git told.

mod branches;
mod names;
mod tags;

use serde::Serialize;

use super::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::Pattern;

/// What a policy says of pushes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RefRules {
    /// The protected branches, besides the remote's default one (the policy's `branches.protected`).
    pub protected: Vec<Pattern>,
    /// Whether protected branches may be pushed to directly.
    pub direct: Direct,
    /// Tags that may be pushed although they are no versions.
    pub tags: Vec<Pattern>,
    /// Tags that may move, such as that of a major version.
    pub moving: Vec<Pattern>,
}

/// Whether protected branches may be pushed to directly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direct {
    /// They may not: changes come by pull request.
    #[default]
    Refuse,
    /// They may; never by force.
    Allow,
}

impl Direct {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Allow => "allow",
        }
    }
}

/// What a push does to one ref of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRef {
    /// The ref's full name there, e.g. `refs/heads/main`.
    pub name: String,
    /// What happens to it.
    pub movement: Movement,
    /// Whether it is the default branch there.
    pub standing: Standing,
}

/// What happens to a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It is made.
    Created(Brings),
    /// It moves from one object to another.
    Updated(Forced),
    /// It goes away.
    Deleted,
}

/// What a ref that is made brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brings {
    /// Nothing that the other side does not have already.
    Nothing,
    /// New commits.
    Commits,
    /// New commits, to a repository of which nothing else is known: its first ones.
    Beginning,
}

/// Whether an update takes commits away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forced {
    /// It only adds some.
    No,
    /// It takes some away.
    Yes,
    /// The commit that stands there is not in this clone.
    Unknown,
}

/// Whether a ref is the default branch of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Default,
    /// It is another branch, or no branch.
    Other,
}

/// Every rule of pushes.
pub const RULES: &[&RuleSpec] =
    &[&branches::DIRECT, &branches::FORCED, &branches::DELETED, &tags::NO_VERSION, &tags::MOVED, &tags::DELETED, &names::MISLEADING];

/// What is wrong with what a push does to a ref.
pub fn findings(pushed: &PushedRef, rules: &RefRules) -> Vec<Finding> {
    let mut out = Vec::new();
    out.extend(names::finding(pushed));
    if let Some(branch) = pushed.branch().filter(|branch| is_protected(pushed, branch, rules)) {
        out.extend(branches::finding(branch, pushed.movement, rules));
    }
    if let Some(tag) = pushed.tag() {
        out.extend(tags::findings(tag, pushed.movement, rules));
    }
    out
}

/// True where changes come to this branch by pull request only, or at least never by force: the default branch, and those that the policy protects.
pub fn is_protected(pushed: &PushedRef, branch: &str, rules: &RefRules) -> bool {
    pushed.standing == Standing::Default || matches_any(&rules.protected, branch)
}

impl PushedRef {
    /// The branch's name, where it is one.
    pub fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    /// The tag's name, where it is one.
    pub fn tag(&self) -> Option<&str> {
        self.name.strip_prefix("refs/tags/")
    }
}

fn matches_any(patterns: &[Pattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(name))
}

/// How somebody lets it pass for once.
const ONCE: &str = "for this once: SHIPGATE_SKIP=refs";

const fn spec(id: &'static str, about: &'static str, (good, bad): (&'static str, &'static str)) -> RuleSpec {
    const PATH: &str = "push";
    RuleSpec { check: Check::Refs, id, level: Level::Stop, about, good: Example { path: PATH, text: good }, bad: Example { path: PATH, text: bad } }
}

fn found(rule: &RuleSpec, what: impl AsRef<str>, help: impl AsRef<str>) -> Finding {
    Finding::new(rule.check, rule.id, rule.level, what).help(format!("{}; {ONCE}", help.as_ref()))
}

#[cfg(test)]
mod tests;
