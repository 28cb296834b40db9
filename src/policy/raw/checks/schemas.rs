//! Mirror of `checks.schemas`, `checks.urls` and `checks.migrations`.

use serde::Deserialize;

use crate::domain::Pattern;
use crate::policy::raw::{List, Set};

/// A JSON Schema of your own.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Schema", title = "Schema", extend("required" = ["files", "schema"])))]
#[serde(rename = "a schema", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawSchema {
    /// The files it is for, as a glob.
    pub(in crate::policy) files: Set<Pattern>,
    /// The path of the JSON Schema in the repository.
    pub(in crate::policy) schema: Set<String>,
}

/// External hosts in configuration.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Urls", title = "External hosts"))]
#[serde(rename = "`urls`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawUrls {
    /// The hosts that configuration may refer to: `api.example.com`, or `*.example.com` for all below. Without this list nothing is looked at.
    pub(in crate::policy) allow: Set<List<String>>,
    /// Files that are configuration, as globs, besides those that are known by themselves.
    pub(in crate::policy) files: Set<List<Pattern>>,
}

/// Database migrations.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Migrations", title = "Database migrations"))]
#[serde(rename = "`migrations` of the policy", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawMigrations {
    /// Files that are migrations, as globs, besides those of the known tools.
    pub(in crate::policy) files: Set<List<Pattern>>,
}
