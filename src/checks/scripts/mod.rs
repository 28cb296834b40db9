//! Scripts and exec hooks that are embedded in configuration (row V8).

use serde::Serialize;

use crate::domain::Pattern;

/// What a policy says of embedded scripts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScriptRules {
    /// Those that are approved.
    pub approved: Vec<ApprovedScript>,
}

/// A script that is approved.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovedScript {
    /// The files it may stand in.
    pub files: Pattern,
    /// The beginning of the SHA-256 of its text: 12 to 64 hexadecimal digits; any text where absent.
    pub sha256: Option<String>,
    /// Why.
    pub why: String,
}
