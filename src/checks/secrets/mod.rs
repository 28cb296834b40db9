//! Keys, tokens and passwords (row H4).

use serde::Serialize;

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
