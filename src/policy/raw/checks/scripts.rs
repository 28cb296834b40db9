//! Mirror of `checks.scripts`.

use serde::Deserialize;

use crate::domain::Pattern;
use crate::policy::raw::{List, Set};

/// Scripts and exec hooks in configuration.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Scripts", title = "Embedded scripts"))]
#[serde(rename = "`scripts`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawScripts {
    /// Those that are approved.
    pub(in crate::policy) approved: Set<List<RawApproved>>,
}

/// A script that is approved.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ApprovedScript", title = "Approved script", extend("required" = ["files", "why"])))]
#[serde(rename = "an approved script", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawApproved {
    /// The files it may stand in, as a glob.
    pub(in crate::policy) files: Set<Pattern>,
    /// The beginning of the SHA-256 of its text, as the finding shows it: 12 to 64 hexadecimal digits. Without it any script in these files is approved.
    pub(in crate::policy) sha256: Set<String>,
    /// Why.
    pub(in crate::policy) why: Set<String>,
}
