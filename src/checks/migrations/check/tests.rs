//! Migrations of each tool, and what is said of them.

use super::*;
use crate::checks::{Mode, Near};

/// The files that lie near.
struct Files(&'static [(&'static str, &'static str)]);

impl Near for Files {
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.0.iter().find(|(name, _)| name.as_bytes() == path.as_bytes()).map(|(_, text)| text.as_bytes().to_vec())
    }

    fn list(&self, _: &RepoPath) -> Vec<RepoPath> {
        Vec::new()
    }
}

fn rules(path: &str, text: &str, near: &dyn Near) -> Vec<String> {
    let path = RepoPath::new(path.as_bytes());
    let check = Migrations::new(MigrationRules::default());
    if !check.concerns(&path) {
        return Vec::new();
    }
    let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near };
    check.findings(&source).into_iter().map(|finding| finding.rule.into_owned()).collect()
}

#[test]
fn g16_each_rules_good_example_passes_it_and_its_bad_one_does_not() {
    for rule in RULES {
        let finds = |example: &Example| rules(example.path, example.text, &Files(&[])).iter().filter(|id| *id == rule.id).count();
        assert_eq!((finds(&rule.good), finds(&rule.bad)), (0, 1), "{}", rule.id);
    }
}

const SQL: &str = "DROP TABLE a;";

/// Path, text, the files beside it, and whether it is stopped.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], bool);

const CASES: &[Case] = &[
    ("migrations/1.sql", SQL, &[], true),
    ("migrations/1.sql", "DROP TABLE a;\n-- down\nCREATE TABLE a (id int);", &[], false),
    ("migrations/1.sql", "DROP TABLE a;\n-- down\n-- nothing", &[], true),
    ("migrations/1.sql", SQL, &[("migrations/1.down.sql", "CREATE TABLE a (id int)")], false),
    ("migrations/1.up.sql", SQL, &[("migrations/1.down.sql", "CREATE TABLE a (id int)")], false),
    ("migrations/1.up.sql", SQL, &[("migrations/1.down.sql", "-- later")], true),
    ("migrations/1.down.sql", SQL, &[], false),
    ("db/V2__a.sql", SQL, &[], true),
    ("db/V2__a.sql", SQL, &[("db/U2__a.sql", "CREATE TABLE a (id int)")], false),
    ("migrations/1_a/up.sql", SQL, &[("migrations/1_a/down.sql", "CREATE TABLE a (id int)")], false),
    ("prisma/migrations/1_a/migration.sql", "ALTER TABLE \"A\" DROP COLUMN \"b\";", &[], true),
    ("migrations/1.sql", "-- migrate:up\nDROP TABLE a;\n-- migrate:down\nCREATE TABLE a (id int);", &[], false),
    ("migrations/1.sql", "-- migrate:up\nDROP TABLE a;\n-- migrate:down\n", &[], true),
    ("db/changelog/1.sql", "--liquibase formatted sql\n--changeset a:1\nDROP TABLE a;\n", &[], true),
    ("db/changelog/1.sql", "--liquibase formatted sql\n--changeset a:1\nDROP TABLE a;\n--rollback CREATE TABLE a (id int);\n", &[], false),
    ("db/changelog.xml", "<databaseChangeLog><!-- <rollback/> --><changeSet id=\"1\"><dropTable tableName=\"a\"/></changeSet></databaseChangeLog>", &[], true),
    (
        "db/changelog.xml",
        "<databaseChangeLog><changeSet id=\"1\"><dropTable tableName=\"a\"/><rollback><createTable tableName=\"a\"/></rollback></changeSet></databaseChangeLog>",
        &[],
        false,
    ),
    ("db/changelog.xml", "<changeSet id=\"1\"><sql><![CDATA[ DROP TABLE a; ]]></sql></changeSet>", &[], true),
    (
        "db/changelog.yaml",
        "databaseChangeLog:\n  - changeSet:\n      id: 1\n      changes:\n        - dropColumn: { tableName: a, columnName: b }\n",
        &[],
        true,
    ),
    (
        "db/changelog.yaml",
        "databaseChangeLog:\n  - changeSet:\n      id: 1\n      changes:\n        - dropColumn: { tableName: a, columnName: b }\n      rollback: []\n",
        &[],
        false,
    ),
    (
        "db/changelog.yaml",
        "databaseChangeLog:\n  - changeSet:\n      id: 1\n      changes:\n        - sql: { sql: \"DROP TABLE a\" }\n        - sql: |\n            DELETE FROM b;\n",
        &[],
        true,
    ),
    ("db/migrate/1.rb", "class A < ActiveRecord::Migration[8.0]\n  def change\n    drop_table :a\n  end\nend\n", &[], true),
    ("db/migrate/1.rb", "class A < ActiveRecord::Migration[8.0]\n  def change\n    remove_column :a, :b, :string\n  end\nend\n", &[], false),
    ("db/migrate/1.rb", "class A < ActiveRecord::Migration[8.0]\n  def change\n    remove_column :a, :b\n  end\nend\n", &[], true),
    (
        "db/migrate/1.rb",
        "class A < ActiveRecord::Migration[8.0]\n  def up\n    drop_table :a\n  end\n\n  def down\n    raise ActiveRecord::IrreversibleMigration\n  end\nend\n",
        &[],
        true,
    ),
    (
        "db/migrate/1.rb",
        "class A < ActiveRecord::Migration[8.0]\n  def up\n    drop_table :a\n  end\n\n  def down\n    create_table :a\n  end\nend\n",
        &[],
        false,
    ),
    ("db/migrate/1.rb", "class A < ActiveRecord::Migration[8.0]\n  def up\n    execute <<~SQL\n      DELETE FROM a\n    SQL\n  end\nend\n", &[], true),
    ("shop/migrations/2.py", "class Migration(migrations.Migration):\n    operations = [migrations.RunSQL(\"DROP TABLE a\")]\n", &[], true),
    (
        "shop/migrations/2.py",
        "class Migration(migrations.Migration):\n    operations = [migrations.RunSQL(\"DROP TABLE a\", \"CREATE TABLE a (id int)\")]\n",
        &[],
        false,
    ),
    (
        "shop/migrations/2.py",
        "class Migration(migrations.Migration):\n    operations = [\n        migrations.RemoveField(model_name=\"a\", name=\"b\"),\n    ]\n",
        &[],
        false,
    ),
    ("alembic/versions/1.py", "def upgrade() -> None:\n    op.drop_column(\"a\", \"b\")\n\n\ndef downgrade() -> None:\n    pass\n", &[], true),
    (
        "alembic/versions/1.py",
        "def upgrade() -> None:\n    op.drop_column(\"a\", \"b\")\n\n\ndef downgrade() -> None:\n    op.add_column(\"a\", sa.Column(\"b\"))\n",
        &[],
        false,
    ),
    (
        "database/migrations/1.php",
        "return new class extends Migration {\n  public function up(): void {\n    Schema::table('a', function (Blueprint $table) { $table->dropColumn('b'); });\n  }\n};\n",
        &[],
        true,
    ),
    (
        "database/migrations/1.php",
        "return new class extends Migration {\n  public function up(): void {\n    Schema::create('a', function (Blueprint $table) { $table->id(); });\n  }\n  public function down(): void {\n    Schema::dropIfExists('a');\n  }\n};\n",
        &[],
        false,
    ),
    ("priv/repo/migrations/1.exs", "use Ecto.Migration\ndef change do\n  alter table(:a) do\n    remove :b\n  end\nend\n", &[], true),
    ("priv/repo/migrations/1.exs", "use Ecto.Migration\ndef change do\n  alter table(:a) do\n    remove :b, :string\n  end\nend\n", &[], false),
    (
        "Data/Migrations/1.cs",
        "protected override void Up(MigrationBuilder migrationBuilder)\n{\n  migrationBuilder.DropColumn(name: \"b\", table: \"a\");\n}\nprotected override void Down(MigrationBuilder migrationBuilder)\n{\n}\n",
        &[],
        true,
    ),
    (
        "Data/Migrations/1.cs",
        "protected override void Up(MigrationBuilder migrationBuilder)\n{\n  migrationBuilder.DropColumn(name: \"b\", table: \"a\");\n}\nprotected override void Down(MigrationBuilder migrationBuilder)\n{\n  migrationBuilder.AddColumn<string>(name: \"b\", table: \"a\");\n}\n",
        &[],
        false,
    ),
    ("migrations/1.js", "exports.up = (knex) => knex.schema.dropTable('a');\nexports.down = () => {};\n", &[], true),
    ("migrations/1.js", "exports.up = (knex) => knex.schema.createTable('a');\nexports.down = (knex) => knex.schema.dropTable('a');\n", &[], false),
    (
        "migrations/1.js",
        "module.exports = {\n  async up(queryInterface) {\n    await queryInterface.removeColumn('a', 'b');\n  },\n  async down() {}\n};\n",
        &[],
        true,
    ),
    (
        "src/migrations/1.ts",
        "export class A implements MigrationInterface {\n  public async up(queryRunner: QueryRunner) {\n    await queryRunner.query(`ALTER TABLE \"a\" DROP COLUMN \"b\"`);\n  }\n  public async down(queryRunner: QueryRunner) {\n    await queryRunner.query(`ALTER TABLE \"a\" ADD \"b\" text`);\n  }\n}\n",
        &[],
        false,
    ),
    ("migrations/1.js", "exports.up = pgm => { pgm.dropColumns('a', ['b']); };\nexports.down = false;\n", &[], true),
];

#[test]
fn g16_a_destructive_migration_without_a_way_back_stops_whatever_its_tool() {
    for (path, text, near, stops) in CASES {
        let found = rules(path, text, &Files(near));
        assert_eq!(found.iter().any(|id| id == "irreversible"), *stops, "{path}: {text}\n{found:?}");
    }
}

#[test]
fn g16_what_goes_back_and_what_stands_in_comments_is_not_judged() {
    for (path, text) in [
        (
            "db/migrate/1.rb",
            "class A < ActiveRecord::Migration[8.0]\n  def change\n    # drop_table :a\n    add_column :a, :b, :string\n    reversible do |dir|\n      dir.down do\n        execute \"DELETE FROM a\"\n      end\n    end\n  end\nend\n",
        ),
        (
            "alembic/versions/1.py",
            "\"\"\"drop_table('a')\"\"\"\ndef upgrade():\n    op.add_column('a', 'b')\n\ndef downgrade():\n    op.drop_column('a', 'b')\n",
        ),
        (
            "migrations/1.js",
            "// knex.schema.dropTable('a')\nexports.up = (knex) => knex.schema.createTable('a');\nexports.down = (knex) => knex.schema.dropTable('a');\n",
        ),
        ("migrations/1.sql", "-- DROP TABLE a;\nCREATE TABLE a (id int);\n-- down\nDROP TABLE a;\n"),
        ("src/model.rb", "drop_table :a"),
    ] {
        assert_eq!(rules(path, text, &Files(&[])), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn g16_locks_and_contracts_of_programs_are_warned_of() {
    for (path, text, expected) in [
        (
            "db/migrate/1.rb",
            "class A < ActiveRecord::Migration[8.0]\n  def change\n    add_index :a, :b\n    add_index :a, :c, algorithm: :concurrently\n    rename_column :a, :b, :c\n  end\nend\n",
            &["locks", "contracts"][..],
        ),
        (
            "alembic/versions/1.py",
            "def upgrade():\n    op.create_index('i', 'a', ['b'], postgresql_concurrently=True)\n    op.alter_column('a', 'b', type_=sa.Integer)\n\ndef downgrade():\n    op.drop_index('i')\n",
            &["needs-backup", "locks"],
        ),
        ("shop/migrations/2.py", "class Migration(migrations.Migration):\n    operations = [migrations.RenameField('a', 'b', 'c')]\n", &["contracts"]),
    ] {
        assert_eq!(rules(path, text, &Files(&[])), expected, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn g16_any_text_of_any_tool_is_read(which in 0_usize..9, pieces in proptest::collection::vec(proptest::prop_oneof![
        proptest::strategy::Just("def down\n".to_owned()), proptest::strategy::Just("up(".to_owned()), proptest::strategy::Just("drop_table(".to_owned()),
        proptest::strategy::Just("execute <<~SQL\n".to_owned()), proptest::strategy::Just("\"\"\"".to_owned()), proptest::strategy::Just("<sql><changeSet>".to_owned()),
        "\\PC{0,8}", "[;'\"`,()\\[\\]<>$\\\\ \n/*#-]{0,5}",
    ], 0..14)) {
        let (path, mark) = [
            ("db/migrate/1.rb", "Migration"), ("a/migrations/1.py", "migrations.Migration"), ("alembic/versions/1.py", "def upgrade"), ("migrations/1.php", "Migration"),
            ("migrations/1.exs", "Ecto.Migration"), ("Migrations/1.cs", "migrationBuilder"), ("migrations/1.js", "knex"), ("changelog.xml", "changeSet"), ("changelog.yml", "changeSet"),
        ][which];
        let text = format!("{mark}\n{}", pieces.concat());
        let path = RepoPath::new(path.as_bytes());
        let source = Source { path: &path, mode: Mode::File, size: 0, text: Some(&text), near: &Files(&[]) };
        for finding in Migrations::new(MigrationRules::default()).findings(&source) {
            proptest::prop_assert!(finding.span.is_some_and(|span| text.get(span.start..span.end).is_some()));
        }
    }
}
