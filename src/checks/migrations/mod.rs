//! Database migrations: found by their paths and contents, their operations classified (row G16). For hooks, pull requests and gates.

use serde::Serialize;

use crate::domain::Pattern;

/// What a policy says of migrations.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MigrationRules {
    /// Files that are migrations, besides those of the known tools.
    pub files: Vec<Pattern>,
}
