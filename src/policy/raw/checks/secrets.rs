//! Mirror of `checks.secrets` and `checks.size`.

use serde::Deserialize;

use crate::domain::Pattern;
use crate::policy::raw::{List, Set};

/// Keys, tokens and passwords.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Secrets", title = "Secrets"))]
#[serde(rename = "`secrets`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawSecrets {
    /// What stops: `certain` ones only, or the `likely` ones, too.
    #[cfg_attr(test, schemars(extend("default" = "certain")))]
    pub(in crate::policy) stop: Set<RawStop>,
    /// Files in which secrets are no findings, as globs.
    pub(in crate::policy) allow: Set<List<Pattern>>,
    /// Fingerprints of findings that are none, as a finding shows them.
    pub(in crate::policy) fingerprints: Set<List<String>>,
    /// A file with rules of your own, in the TOML form of gitleaks, e.g. `.gitleaks.toml`.
    pub(in crate::policy) rules: Set<String>,
}

/// What stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::policy) enum RawStop {
    /// Certain ones: private keys, structured tokens, credentials in URLs and headers.
    Certain,
    /// The likely ones, too: passwords and keys by their context.
    Likely,
}

/// Large files.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Size", title = "Size of files"))]
#[serde(rename = "`size`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawSize {
    /// The largest file: `500KB`, `5MB`, `1GB` (of 1,024 each).
    #[cfg_attr(test, schemars(extend("default" = "5MB")))]
    pub(in crate::policy) largest: Set<String>,
    /// Files that may be larger, as globs.
    pub(in crate::policy) allow: Set<List<Pattern>>,
}
