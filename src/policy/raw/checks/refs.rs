//! Mirror of `checks.refs`.

use serde::Deserialize;

use crate::checks::refs::Direct;
use crate::domain::Pattern;
use crate::policy::raw::{List, Set};

/// Pushes to branches and tags.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Refs", title = "Pushes"))]
#[serde(rename = "`refs`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawRefs {
    /// Whether the default branch and those of `branches.protected` may be pushed to directly: `refuse` or `allow`. Never by force, and never deleted.
    #[cfg_attr(test, schemars(extend("default" = "refuse")))]
    pub(in crate::policy) direct: Set<Direct>,
    /// Tags that may be pushed although they are no versions, as globs.
    pub(in crate::policy) tags: Set<List<Pattern>>,
    /// Tags that may move, as globs, e.g. `v[0-9]` for that of a major version.
    pub(in crate::policy) moving: Set<List<Pattern>>,
}
