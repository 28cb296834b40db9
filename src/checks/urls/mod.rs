//! External hosts in configuration (row V8).

use serde::Serialize;

use crate::domain::Pattern;

/// What a policy says of external hosts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UrlRules {
    /// The hosts that configuration may refer to: `api.example.com`, or `*.example.com` for all below. Nothing is looked at where the policy has no such list.
    pub allow: Option<Vec<String>>,
    /// The files that are configuration, besides those that are known by themselves.
    pub files: Vec<Pattern>,
}
