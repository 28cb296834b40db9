//! Statements of several dialects, and what they do.

use super::*;
use crate::checks::migrations::operation::OperationKind as K;

fn kinds(text: &str) -> Vec<K> {
    operations(text, Span::new(0, text.len())).into_iter().map(|operation| operation.kind).collect()
}

#[test]
fn g16_statements_are_classified_in_every_dialect() {
    for (text, expected) in [
        ("CREATE TABLE a (id int); DROP TABLE IF EXISTS b;", &[K::CreateTable, K::DropTable][..]),
        ("ALTER TABLE ONLY public.a ADD COLUMN b int, DROP COLUMN IF EXISTS c CASCADE, RENAME COLUMN d TO e", &[K::AddColumn, K::DropColumn, K::RenameColumn]),
        ("alter table a add b int not null", &[K::AddRequiredColumn]),
        ("alter table a add b int not null default 3", &[K::AddColumn]),
        ("alter table a add b uuid not null default gen_random_uuid()", &[K::Rewrite]),
        (
            "ALTER TABLE a ALTER COLUMN b TYPE varchar(10) USING left(b, 10), ALTER c SET NOT NULL, ALTER d DROP NOT NULL",
            &[K::ChangeType, K::SetNotNull, K::Other],
        ),
        ("ALTER TABLE a ALTER COLUMN b SET DATA TYPE text", &[K::WidenType]),
        ("ALTER TABLE [dbo].[a] ALTER COLUMN [b] nvarchar(10) NOT NULL\nGO\nDROP TABLE [dbo].[c]\nGO\n", &[K::ChangeType, K::DropTable]),
        (
            "ALTER TABLE `a` CHANGE `b` `c` int, MODIFY COLUMN d varchar(3), ADD INDEX i (b), DROP e, ENGINE=InnoDB",
            &[K::RenameColumn, K::ChangeType, K::CreateIndexOnline, K::DropColumn, K::Rewrite],
        ),
        ("ALTER TABLE a DROP COLUMN b, c", &[K::DropColumn, K::DropColumn]),
        (
            "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT f; ALTER TABLE a ADD CHECK (b > 0), DROP CONSTRAINT g",
            &[K::AddConstraintLater, K::Other, K::AddConstraint, K::DropConstraint],
        ),
        ("ALTER TABLE a RENAME TO b; RENAME TABLE c TO d; EXEC sp_rename 'a.b', 'c', 'COLUMN';", &[K::RenameTable, K::RenameTable, K::RenameColumn]),
        (
            "CREATE UNIQUE INDEX i ON a (b); CREATE INDEX CONCURRENTLY j ON a (b); DROP INDEX i; DROP INDEX CONCURRENTLY j",
            &[K::CreateIndex, K::CreateIndexOnline, K::DropIndex, K::DropIndexOnline],
        ),
        (
            "CREATE TABLE a (id int); CREATE INDEX i ON a (id); ALTER TABLE a ADD CONSTRAINT u UNIQUE (id); DELETE FROM a; DROP TABLE a;",
            &[K::CreateTable, K::CreateIndexOnline, K::Other, K::Other, K::Other],
        ),
        (
            "TRUNCATE TABLE a; DELETE FROM a WHERE b; UPDATE a SET b = 1; WITH x AS (SELECT 1) DELETE FROM a; LOCK TABLE a; VACUUM FULL a;",
            &[K::Truncate, K::Delete, K::Update, K::Delete, K::LockTable, K::Rewrite],
        ),
        ("DO $$ BEGIN IF x THEN ALTER TABLE a DROP COLUMN b; END IF; END $$;", &[K::DropColumn]),
        (
            "DROP SCHEMA s; DROP VIEW v; DROP TYPE t; ALTER TYPE t ADD VALUE 'x'; DROP POLICY p ON a",
            &[K::DropSchema, K::DropObject, K::DropObject, K::Other, K::Other],
        ),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
}

#[test]
fn g16_nothing_in_comments_strings_and_bodies_of_functions_counts_and_nothing_hides_behind_them() {
    for (text, expected) in [
        ("-- DROP TABLE a;\n/* DROP TABLE b; /* nested */ DROP TABLE c; */ INSERT INTO d VALUES ('; DROP TABLE e;');", &[K::Other][..]),
        ("INSERT INTO a VALUES ('it''s'); DROP TABLE b;", &[K::Other, K::DropTable]),
        ("INSERT INTO a VALUES ('C:\\'); DROP TABLE b;", &[K::Other, K::DropTable]),
        ("INSERT INTO `a` VALUES ('it\\'s; DROP TABLE x;'); DROP TABLE b;", &[K::Other, K::DropTable]),
        ("INSERT INTO a VALUES (E'\\''); DROP TABLE b;", &[K::Other, K::DropTable]),
        ("CREATE FUNCTION f() RETURNS void AS $body$ BEGIN DROP TABLE a; END $body$ LANGUAGE plpgsql; DROP TABLE b", &[K::Other, K::DropTable]),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; IF x THEN DELETE FROM c; END IF; END; DROP TABLE d;", &[K::Other, K::DropTable]),
        ("CREATE PROCEDURE p() BEGIN SELECT 1; DROP TABLE d;", &[K::Other, K::DropTable]),
        ("CREATE TABLE event (begin int, \"case\" int); DROP TABLE b;", &[K::CreateTable, K::DropTable]),
        ("/*!40000 DROP TABLE a */;", &[K::DropTable]),
        ("# DROP TABLE a;\nSELECT data #> '{a}'; DROP TABLE b", &[K::DropTable]),
        ("SELECT a[1], $1; DROP TABLE \"we;ird\";", &[K::DropTable]),
        ("", &[]),
        ("'", &[]),
        ("$$", &[]),
        ("/*", &[]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
}

#[test]
fn g16_hostile_sql_of_a_megabyte_is_read_to_its_end() {
    for piece in
        ["DO $$", "CREATE FUNCTION f BEGIN ", "/*", "a[", "ALTER TABLE a DROP b, ", "'", "$a$", "((((", "WITH x DELETE ", "x", "--\n", ";", "BEGIN ", "$"]
    {
        let text = piece.repeat(300_000 / piece.len());
        let _ = kinds(&text);
    }
}

proptest::proptest! {
    #[test]
    fn g16_any_text_is_read_and_every_place_lies_in_it(pieces in proptest::collection::vec(proptest::prop_oneof![
        proptest::strategy::Just("ALTER TABLE a ".to_owned()), proptest::strategy::Just("DROP ".to_owned()), proptest::strategy::Just("$$".to_owned()),
        proptest::strategy::Just("DO ".to_owned()), proptest::strategy::Just("/*".to_owned()), proptest::strategy::Just("*/".to_owned()), "\\PC{0,8}", "[;'\"`,()\\[\\]$\\\\ \n-]{0,5}",
    ], 0..14)) {
        let text = pieces.concat();
        for operation in operations(&text, Span::new(0, text.len())) {
            proptest::prop_assert!(text.get(operation.span.start..operation.span.end).is_some());
        }
    }
}
