//! YAML, JSON and TOML files against schemas (row V7).

use serde::Serialize;

use crate::domain::Pattern;

/// A schema of the team's own.
#[derive(Clone, Debug, Serialize)]
pub struct SchemaRule {
    /// The files it is for.
    pub files: Pattern,
    /// The path of the JSON Schema in the repository.
    pub schema: String,
}
