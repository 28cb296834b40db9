//! A migration, read: what it does, and whether it can be taken back. For checks, for pull requests and for gates.

use serde::Serialize;

use super::operation::{Class, Operation};
use super::tool::{self, Tool};
use super::{MigrationRules, code, liquibase, plain};
use crate::checks::Source;
use crate::domain::RepoPath;

/// A file that changes a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// The tool that runs it.
    pub tool: Tool,
    /// Its path.
    pub path: RepoPath,
    /// Which way the file goes.
    pub direction: Direction,
    /// What it does on its way forward (for a file that goes back: on that), in the order of the file.
    pub operations: Vec<Operation>,
    /// Whether it can be taken back.
    pub rollback: Rollback,
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It brings the new schema (and may have the way back in it).
    Forward,
    /// It is the way back of another file.
    Back,
}

/// Whether a migration can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rollback {
    /// Somebody wrote how.
    Written,
    /// The tool knows by itself.
    Automatic,
    /// Nobody said how.
    Missing,
}

impl Migration {
    /// Reads a file; none where it is no migration, or no text.
    pub fn read(source: &Source<'_>, rules: &MigrationRules) -> Option<Self> {
        let text = source.text?;
        let tool = tool::tool(source.path, text, &rules.files)?;
        let (direction, operations, rollback) = match tool {
            Tool::Liquibase if source.path.extension() != "sql" => {
                let (operations, rollback) = liquibase::read(text, &source.path.extension());
                (Direction::Forward, operations, rollback)
            }
            Tool::Rails
            | Tool::Django
            | Tool::Alembic
            | Tool::Laravel
            | Tool::Ecto
            | Tool::EfCore
            | Tool::Knex
            | Tool::Sequelize
            | Tool::TypeOrm
            | Tool::NodePgMigrate => {
                let (operations, rollback) = code::read(tool, text);
                (Direction::Forward, operations, rollback)
            }
            _ => plain::read(tool, source, text),
        };
        Some(Self { tool, path: source.path.clone(), direction, operations, rollback })
    }

    /// True where any of its steps means this.
    pub fn is(&self, class: Class) -> bool {
        self.operations.iter().any(|operation| operation.kind.is(class))
    }

    /// True where it loses nothing and can be taken back.
    pub fn is_reversible(&self) -> bool {
        self.rollback != Rollback::Missing && self.operations.iter().all(|operation| operation.kind.is_reversible())
    }
}
