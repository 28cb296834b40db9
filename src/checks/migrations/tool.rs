//! Which tool a migration is for: told by its path, and, where paths are not enough, by its text.

use serde::Serialize;

use crate::domain::{Pattern, RepoPath};

macro_rules! tools {
    ($($variant:ident $id:literal)*) => {
        /// A tool that runs migrations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Tool { $(#[doc = concat!("`", $id, "`")] $variant,)* }

        impl Tool {
            /// Every tool.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

tools! {
    Sql "plain SQL"
    Flyway "Flyway"
    Liquibase "Liquibase"
    Goose "goose"
    Dbmate "dbmate"
    SqlMigrate "sql-migrate"
    UpDown "golang-migrate or sqlx"
    Diesel "Diesel"
    Prisma "Prisma"
    Rails "Rails"
    Django "Django"
    Alembic "Alembic"
    Laravel "Laravel"
    Ecto "Ecto"
    EfCore "EF Core"
    Knex "Knex"
    Sequelize "Sequelize"
    TypeOrm "TypeORM"
    NodePgMigrate "node-pg-migrate"
}

/// True where a path may be that of a migration: a cheap answer.
pub(super) fn may_be(path: &RepoPath, more: &[Pattern]) -> bool {
    let text = path.text();
    by_path(&text).is_some() || is_named(&text, more)
}

fn is_named(path: &str, more: &[Pattern]) -> bool {
    !more.is_empty() && more.iter().any(|pattern| pattern.matches(path))
}

/// The tool of a migration; none where a file is no migration.
pub(super) fn tool(path: &RepoPath, text: &str, more: &[Pattern]) -> Option<Tool> {
    let path = path.text();
    match by_path(&path) {
        Some(Guess::Sure(tool)) => Some(tool),
        Some(Guess::Sql) => Some(sql_tool(text)),
        Some(Guess::Script) => script_tool(text),
        Some(Guess::Marked(tool, mark)) => text.contains(mark).then_some(tool),
        None => is_named(&path, more).then(|| if path.ends_with(".sql") { sql_tool(text) } else { script_tool(text).unwrap_or(Tool::Sql) }),
    }
}

/// What a path says.
#[derive(Clone, Copy)]
enum Guess {
    /// The tool.
    Sure(Tool),
    /// SQL: marks in it may name the tool.
    Sql,
    /// A script of JavaScript or TypeScript: what it calls names the tool.
    Script,
    /// The tool, where the text has this.
    Marked(Tool, &'static str),
}

fn by_path(path: &str) -> Option<Guess> {
    let lower = path.to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, extension) = name.rsplit_once('.')?;
    let within = |folder: &str| folders.split('/').any(|part| part == folder);
    let migrations = ["migrations", "migration", "migrate", "changesets"].iter().any(|folder| within(folder));
    let is_ended = |words: &[&str]| stem.rsplit_once('.').is_some_and(|(_, end)| words.contains(&end));
    match extension {
        "sql" if within("prisma") && name == "migration.sql" => Some(Guess::Sure(Tool::Prisma)),
        "sql" if name == "up.sql" || name == "down.sql" => Some(Guess::Sure(Tool::Diesel)),
        "sql" if is_ended(&["up", "down"]) => Some(Guess::Sure(Tool::UpDown)),
        "sql" if is_flyway(stem) => Some(Guess::Sure(Tool::Flyway)),
        "sql" if migrations || within("changelog") || within("liquibase") || folders.ends_with("db/changelog") => Some(Guess::Sql),
        "xml" | "yaml" | "yml" if lower.contains("changelog") || within("liquibase") => Some(Guess::Marked(Tool::Liquibase, "changeSet")),
        "rb" if within("migrate") || folders.ends_with("_migrate") => Some(Guess::Marked(Tool::Rails, "Migration")),
        "py" if within("migrations") && name != "__init__.py" => {
            Some(if within("versions") { Guess::Marked(Tool::Alembic, "def upgrade") } else { Guess::Marked(Tool::Django, "migrations.Migration") })
        }
        "py" if within("versions") => Some(Guess::Marked(Tool::Alembic, "def upgrade")),
        "php" if migrations => Some(Guess::Marked(Tool::Laravel, "Migration")),
        "exs" if migrations => Some(Guess::Marked(Tool::Ecto, "Ecto.Migration")),
        "cs" if migrations && !is_ended(&["designer"]) && !stem.ends_with("snapshot") => Some(Guess::Marked(Tool::EfCore, "migrationBuilder")),
        "js" | "ts" | "mjs" | "cjs" if migrations && !is_ended(&["d"]) => Some(Guess::Script),
        _ => None,
    }
}

/// `V1_2__name`, `U1__name`, `R__name`, `B3__name`.
fn is_flyway(stem: &str) -> bool {
    let Some((version, rest)) = stem.split_once("__") else { return false };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_');
    !rest.is_empty()
        && (version == "r" || ["v", "u", "b"].iter().any(|kind| version.strip_prefix(kind).is_some_and(|number| !number.is_empty() && digits(number))))
}

fn sql_tool(text: &str) -> Tool {
    let marks = [
        ("+goose Up", Tool::Goose),
        ("+goose up", Tool::Goose),
        ("migrate:up", Tool::Dbmate),
        ("+migrate Up", Tool::SqlMigrate),
        ("--liquibase formatted sql", Tool::Liquibase),
        ("-- liquibase formatted sql", Tool::Liquibase),
    ];
    marks.iter().find(|(mark, _)| text.contains(mark)).map_or(Tool::Sql, |(_, tool)| *tool)
}

fn script_tool(text: &str) -> Option<Tool> {
    let marks = [
        ("queryInterface", Tool::Sequelize),
        ("MigrationInterface", Tool::TypeOrm),
        ("queryRunner", Tool::TypeOrm),
        ("pgm", Tool::NodePgMigrate),
        ("knex", Tool::Knex),
        ("Knex", Tool::Knex),
    ];
    marks.iter().find(|(mark, _)| text.contains(mark)).map(|(_, tool)| *tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g16_the_tool_is_told_by_path_and_marks() {
        for (path, text, expected) in [
            ("db/V1_2__add.sql", "", Some(Tool::Flyway)),
            ("db/R__views.sql", "", Some(Tool::Flyway)),
            ("db/notes__x.sql", "", None),
            ("migrations/0001_add.up.sql", "", Some(Tool::UpDown)),
            ("migrations/2026-01-01_add/up.sql", "", Some(Tool::Diesel)),
            ("prisma/migrations/1_add/migration.sql", "", Some(Tool::Prisma)),
            ("migrations/1.sql", "-- +goose Up\n", Some(Tool::Goose)),
            ("db/migrations/1.sql", "-- migrate:up\n", Some(Tool::Dbmate)),
            ("migrations/1.sql", "-- +migrate Up\n", Some(Tool::SqlMigrate)),
            ("migrations/1.sql", "DROP TABLE a;", Some(Tool::Sql)),
            ("db/changelog/1.sql", "--liquibase formatted sql\n", Some(Tool::Liquibase)),
            ("src/db.changelog-master.xml", "<changeSet id='1'>", Some(Tool::Liquibase)),
            ("CHANGELOG.md", "changeSet", None),
            ("db/migrate/20260101000000_add.rb", "class A < ActiveRecord::Migration[8.0]", Some(Tool::Rails)),
            ("shop/migrations/0001_initial.py", "class Migration(migrations.Migration):", Some(Tool::Django)),
            ("alembic/versions/0123_add.py", "def upgrade():", Some(Tool::Alembic)),
            ("database/migrations/2026_add.php", "return new class extends Migration", Some(Tool::Laravel)),
            ("priv/repo/migrations/1_add.exs", "use Ecto.Migration", Some(Tool::Ecto)),
            ("Data/Migrations/1_Add.cs", "migrationBuilder.DropTable", Some(Tool::EfCore)),
            ("Data/Migrations/1_Add.Designer.cs", "migrationBuilder", None),
            ("migrations/1.js", "exports.up = (knex) => {}", Some(Tool::Knex)),
            ("migrations/1.js", "queryInterface.dropTable('a')", Some(Tool::Sequelize)),
            ("src/migrations/1.ts", "implements MigrationInterface", Some(Tool::TypeOrm)),
            ("migrations/1.js", "exports.up = (pgm) => {}", Some(Tool::NodePgMigrate)),
            ("migrations/readme.js", "x", None),
            ("src/main.rs", "DROP TABLE a", None),
            ("sql/x.sql", "DROP TABLE a", None),
        ] {
            assert_eq!(tool(&RepoPath::new(path.as_bytes()), text, &[]), expected, "{path}");
        }
        let more = [Pattern::new("sql/**").expect("valid")];
        assert_eq!(tool(&RepoPath::new(*b"sql/x.sql"), "", &more), Some(Tool::Sql));
        assert!(may_be(&RepoPath::new(*b"sql/x.sql"), &more) && !may_be(&RepoPath::new(*b"sql/x.sql"), &[]));
    }
}
