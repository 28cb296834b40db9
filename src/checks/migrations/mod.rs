//! Database migrations: found by their paths and contents, their operations classified (row G16). For hooks, pull requests and gates.
//!
//! The way of a file: `tool` (which one, if any) → `plain` (SQL), `code` (programs) or `liquibase` → [`Migration`] → `check` (what is said of it).

mod check;
mod code;
mod liquibase;
mod migration;
mod operation;
mod plain;
mod sql;
mod tool;

use serde::Serialize;

pub use check::{Migrations, RULES};
pub use migration::{Direction, Migration, Rollback};
pub use operation::{Class, Operation, OperationKind};
pub use tool::Tool;

use crate::domain::Pattern;

/// What a policy says of migrations.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MigrationRules {
    /// Files that are migrations, besides those of the known tools.
    pub files: Vec<Pattern>,
}
