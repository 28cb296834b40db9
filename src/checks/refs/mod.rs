//! What a push does to branches and tags (row H3): pure, from facts that git told.

use serde::Serialize;

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
