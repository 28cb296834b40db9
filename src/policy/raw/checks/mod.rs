//! Mirror of `commits` and `checks`: what is checked in hooks, on the command line and in the action.

mod commits;
mod refs;
mod schemas;
mod scripts;
mod secrets;

use serde::Deserialize;

pub(in crate::policy) use commits::{RawCommits, RawTicket};
pub(in crate::policy) use refs::RawRefs;
pub(in crate::policy) use schemas::{RawMigrations, RawSchema, RawUrls};
pub(in crate::policy) use scripts::{RawApproved, RawScripts};
pub(in crate::policy) use secrets::{RawSecrets, RawSize, RawStop};

use super::{Entries, List, Set};
use crate::domain::Pattern;

/// What is checked on the laptop and in the action alike.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "StaticChecks", title = "Static checks"))]
#[serde(rename = "`checks` of the policy", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawStaticChecks {
    /// Files that no check looks at, as globs from the repository's root, besides what git ignores.
    pub(in crate::policy) exclude: Set<List<Pattern>>,
    /// Rules that are switched off, each with its reason: `dockerfile/health-check: probed by the platform`. A check's name alone switches off all of it.
    pub(in crate::policy) off: Set<Entries<String, String>>,
    /// Pushes to branches and tags.
    pub(in crate::policy) refs: Set<RawRefs>,
    /// Keys, tokens and passwords.
    pub(in crate::policy) secrets: Set<RawSecrets>,
    /// Large files.
    pub(in crate::policy) size: Set<RawSize>,
    /// JSON Schemas of your own, by file pattern. Kubernetes manifests, workflows, actions, compose files and Helm values are known by themselves.
    pub(in crate::policy) schemas: Set<List<RawSchema>>,
    /// External hosts in configuration.
    pub(in crate::policy) urls: Set<RawUrls>,
    /// Scripts and exec hooks in configuration.
    pub(in crate::policy) scripts: Set<RawScripts>,
    /// Database migrations.
    pub(in crate::policy) migrations: Set<RawMigrations>,
}
