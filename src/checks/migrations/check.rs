//! What is said of migrations before they reach anybody.

use super::operation::{Class, Operation, OperationKind};
use super::tool::{Tool, may_be};
use super::{Direction, Migration, MigrationRules, Rollback};
use crate::checks::{Check, Example, FileCheck, Finding, Level, RuleSpec, Source};
use crate::domain::RepoPath;

const fn spec(id: &'static str, level: Level, about: &'static str, (good, bad): (&'static str, &'static str)) -> RuleSpec {
    const PATH: &str = "migrations/0002_names.sql";
    RuleSpec { check: Check::Migrations, id, level, about, good: Example { path: PATH, text: good }, bad: Example { path: PATH, text: bad } }
}

/// No way back.
const IRREVERSIBLE: RuleSpec = spec(
    "irreversible",
    Level::Stop,
    "A step loses data or cannot be taken back, and nobody wrote how: when the deployment fails, there is no way back.",
    (
        "-- +goose Up\nALTER TABLE users DROP COLUMN nickname;\n-- +goose Down\nALTER TABLE users ADD COLUMN nickname text;\n",
        "-- +goose Up\nALTER TABLE users DROP COLUMN nickname;\n",
    ),
);

/// Data are lost.
const BACKUP: RuleSpec = spec(
    "needs-backup",
    Level::Warn,
    "A step loses data that no way back brings again: a fresh backup is needed before it runs.",
    ("ALTER TABLE users ADD COLUMN nickname text;\n", "UPDATE users SET nickname = lower(nickname);\n"),
);

/// Somebody waits.
const LOCKS: RuleSpec = spec(
    "locks",
    Level::Warn,
    "A step holds up readers or writers for as long as the table is large.",
    ("CREATE INDEX CONCURRENTLY names ON users (name);\n", "CREATE INDEX names ON users (name);\n"),
);

/// Old programs break.
const CONTRACTS: RuleSpec = spec(
    "contracts",
    Level::Warn,
    "A step takes away what programs of the version before still use while the new one is rolled out.",
    ("ALTER TABLE users ADD COLUMN full_name text;\n", "ALTER TABLE users RENAME COLUMN name TO full_name;\n"),
);

/// Every rule of migrations.
pub const RULES: &[&RuleSpec] = &[&IRREVERSIBLE, &BACKUP, &LOCKS, &CONTRACTS];

/// How many steps are named one by one: a hostile file has a hundred thousand.
const MOST: usize = 100;

/// Looks at migrations.
#[derive(Clone, Debug)]
pub struct Migrations {
    rules: MigrationRules,
}

impl Migrations {
    /// By these rules.
    pub fn new(rules: MigrationRules) -> Self {
        Self { rules }
    }
}

impl FileCheck for Migrations {
    fn check(&self) -> Check {
        Check::Migrations
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        may_be(path, &self.rules.files)
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(migration) = Migration::read(source, &self.rules).filter(|migration| migration.direction == Direction::Forward) else { return Vec::new() };
        let mut out: Vec<Finding> = irreversible(&migration).into_iter().collect();
        for operation in migration.operations.iter().take(MOST) {
            let classes = [(&BACKUP, Class::NeedsBackup), (&LOCKS, Class::Locks), (&CONTRACTS, Class::Contracts)];
            // What is irreversible is said once; that it loses data is the same news.
            let said = classes
                .into_iter()
                .filter(|(_, class)| operation.kind.is(*class) && !(*class == Class::NeedsBackup && !out.is_empty() && is_first(&out, operation)));
            let said: Vec<Finding> = said.map(|(rule, _)| found(rule, operation)).collect();
            out.extend(said);
        }
        out
    }
}

fn is_first(out: &[Finding], operation: &Operation) -> bool {
    out.first().is_some_and(|first| first.rule == IRREVERSIBLE.id && first.span == Some(operation.span))
}

/// The first step that cannot be taken back, where nobody wrote how.
fn irreversible(migration: &Migration) -> Option<Finding> {
    if migration.rollback != Rollback::Missing {
        return None;
    }
    let stops = |kind: OperationKind| kind.is_destructive() || matches!(kind, OperationKind::ChangeType | OperationKind::Unknown);
    let first = migration.operations.iter().find(|operation| stops(operation.kind))?;
    let what = format!("this migration ({}) {}, and there is no way back", migration.tool.name(), first.kind.about());
    let finding = Finding::new(Check::Migrations, IRREVERSIBLE.id, IRREVERSIBLE.level, what).at(first.span).help(way_back(migration.tool));
    Some(finding.key(first.text.clone()))
}

/// Where each tool has the way back.
fn way_back(tool: Tool) -> &'static str {
    match tool {
        Tool::Flyway => "write the way back as U<version>__<name>.sql beside it",
        Tool::Liquibase => "give the change set a rollback",
        Tool::Goose => "write the way back below `-- +goose Down`",
        Tool::Dbmate => "write the way back below `-- migrate:down`",
        Tool::SqlMigrate => "write the way back below `-- +migrate Down`",
        Tool::UpDown => "write the way back as <name>.down.sql beside it",
        Tool::Diesel | Tool::Prisma => "write the way back as down.sql beside it",
        Tool::Sql => "write the way back as <name>.down.sql beside it, or below a comment `-- down`",
        Tool::Rails | Tool::Ecto | Tool::Laravel | Tool::Knex | Tool::Sequelize | Tool::TypeOrm | Tool::NodePgMigrate => "write `down`",
        Tool::EfCore => "write `Down`",
        Tool::Alembic => "write `downgrade`",
        Tool::Django => "give RunSQL a `reverse_sql`, and RunPython a `reverse_code`",
    }
}

fn found(rule: &RuleSpec, operation: &Operation) -> Finding {
    let help = match rule.id {
        "needs-backup" => "take and verify a backup first; better, keep the data for one release more",
        "locks" => "build indexes CONCURRENTLY, add constraints NOT VALID and validate them later, change types through a new column",
        _ => "first deploy what needs it no longer, and take it away in a later release",
    };
    let finding = Finding::new(Check::Migrations, rule.id, rule.level, format!("this {}", operation.kind.about())).at(operation.span);
    finding.help(help).key(format!("{} {}", operation.kind.id(), operation.text))
}

#[cfg(test)]
mod tests;
