//! Keys, tokens and passwords (row H4): text in, findings with places out. Rules are data (`rules.toml`); what surrounds a secret is read by code (`read`). No
//! value of a secret leaves this module but its first four characters.

mod allow;
mod checksum;
mod dialect;
mod engine;
mod fingerprint;
mod judge;
mod kind;
mod load;
mod mark;
#[cfg(test)]
mod properties;
mod read;
mod rule;
#[cfg(test)]
mod rules_tests;
mod scan;
#[cfg(test)]
mod scan_tests;
mod table;
mod words;

use std::sync::OnceLock;

use serde::Serialize;

pub use fingerprint::masked;
pub use load::BadRules;
pub use rule::Tier;
pub use scan::{Scan, Secrets};

use crate::checks::Level;
use crate::domain::Pattern;

/// What a policy says of secrets.
#[derive(Clone, Debug, Serialize)]
pub struct SecretRules {
    /// From which tier on a finding stops: `Stop` for certain ones only, `Warn` for the likely ones, too.
    pub stop: Level,
    /// Files in which secrets are no findings.
    pub allow: Vec<Pattern>,
    /// Fingerprints of findings that are none.
    pub fingerprints: Vec<String>,
    /// The path of the team's own rules, in the TOML form of gitleaks.
    pub rules: Option<String>,
}

impl Default for SecretRules {
    fn default() -> Self {
        Self { stop: Level::Stop, allow: Vec::new(), fingerprints: Vec::new(), rules: None }
    }
}

/// A rule of ours, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: &'static str,
    /// How sure its findings are.
    pub tier: Tier,
    /// What it finds, as a noun.
    pub about: &'static str,
}

/// Our rules, in their order.
pub fn listed() -> Vec<Listed> {
    table::RULES.iter().map(|spec| Listed { id: spec.id, tier: spec.tier, about: spec.about }).collect()
}

/// Whether one of our rules has this id.
fn is_a_rule(id: &str) -> bool {
    static IDS: OnceLock<std::collections::BTreeSet<&str>> = OnceLock::new();
    IDS.get_or_init(|| table::RULES.iter().map(|spec| spec.id).collect()).contains(id)
}
