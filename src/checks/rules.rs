//! What a policy says of the checks, as the checks take it: complete, every default filled in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::files::SizeRules;
use super::message::MessageRules;
use super::migrations::MigrationRules;
use super::refs::RefRules;
use super::schemas::SchemaRule;
use super::scripts::ScriptRules;
use super::secrets::SecretRules;
use super::urls::UrlRules;
use crate::domain::{Pattern, RepoPath};

/// Everything that a policy says of the checks.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CheckRules {
    /// Files that no check looks at, besides what git ignores.
    pub exclude: Vec<Pattern>,
    /// Rules that are switched off (`CHECK/RULE`, or `CHECK` for all of it), each with its reason.
    pub off: BTreeMap<String, String>,
    /// Check `refs`.
    pub refs: RefRules,
    /// Check `messages` (the policy's section `commits`).
    pub messages: MessageRules,
    /// Check `secrets`.
    pub secrets: SecretRules,
    /// Check `size`.
    pub size: SizeRules,
    /// Check `schemas`: the team's own, besides those that are known by themselves.
    pub schemas: Vec<SchemaRule>,
    /// Check `urls`.
    pub urls: UrlRules,
    /// Check `scripts`.
    pub scripts: ScriptRules,
    /// Check `migrations`.
    pub migrations: MigrationRules,
}

impl CheckRules {
    /// True where no check looks at this path.
    pub fn excludes(&self, path: &RepoPath) -> bool {
        !self.exclude.is_empty() && self.exclude.iter().any(|pattern| pattern.matches(&path.text()))
    }

    /// True where a rule, or its whole check, is switched off.
    pub fn is_off(&self, check: super::Check, rule: &str) -> bool {
        !self.off.is_empty() && (self.off.contains_key(check.id()) || self.off.contains_key(&format!("{}/{rule}", check.id())))
    }
}
