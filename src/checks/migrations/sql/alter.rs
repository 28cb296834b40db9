//! `ALTER TABLE`, action by action.

use super::cursor::Cursor;
use super::tokens::Kind;
use super::{Created, Operation};
use crate::checks::migrations::operation::{Class, OperationKind as K};
use crate::domain::Span;

/// What the actions of an `ALTER TABLE` do; `cursor` stands behind these words.
pub(super) fn table((whole, mut cursor): (Cursor<'_>, Cursor<'_>), created: &Created, out: &mut Vec<Operation>) {
    cursor.eat_all(&["IF", "EXISTS"]);
    cursor.eat("ONLY");
    let is_new = cursor.name().is_some_and(|table| created.has(&table));
    cursor.eat_any(&["WITH", "CHECK", "NOCHECK"]);
    let mut verb = None;
    for (at, part) in cursor.parts().into_iter().enumerate() {
        let kind = action(part, &mut verb);
        // A table that this migration made holds nothing that could be lost, and nobody waits for it.
        let kind = if is_new && [Class::Locks, Class::NeedsBackup].iter().any(|class| kind.is(*class)) { K::Other } else { kind };
        let span = if at == 0 { Span::new(whole.span().start, part.span().end.max(whole.span().start)) } else { part.span() };
        out.push(Operation::new(kind, span, whole.text));
    }
}

/// One action. In `ADD a int, b int` and `DROP COLUMN a, b` the verb is said once.
fn action<'a>(mut part: Cursor<'a>, verb: &mut Option<&'a str>) -> K {
    const VERBS: [&str; 6] = ["ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME"];
    let said = VERBS.into_iter().find(|word| part.eat(word));
    if said.is_some() {
        *verb = said;
    }
    if said.is_none() && is_rewrite(part) {
        return K::Rewrite;
    }
    match said.or(verb.filter(|verb| ["ADD", "DROP"].contains(verb))) {
        Some("ADD") => add(part),
        Some("DROP") => drop(part),
        Some("ALTER") => alter(part),
        Some("MODIFY") => retyped(part),
        Some("CHANGE") => change(part),
        Some("RENAME") => rename(part),
        _ if part.is("TRUNCATE") => K::Truncate,
        _ => K::Other,
    }
}

/// `ENGINE = …`, `CONVERT TO …`, `FORCE`, `SET TABLESPACE …`: the table is written anew.
fn is_rewrite(mut part: Cursor<'_>) -> bool {
    if part.eat("ENGINE") {
        return part.tokens.first().is_some_and(|token| token.kind == Kind::Sign('='));
    }
    part.eat_all(&["CONVERT", "TO"]) || part.is("FORCE") || part.eat("SET") && ["TABLESPACE", "LOGGED", "UNLOGGED"].iter().any(|word| part.is(word))
}

fn add(mut part: Cursor<'_>) -> K {
    let constraints = ["CONSTRAINT", "CHECK", "FOREIGN", "UNIQUE", "PRIMARY", "EXCLUDE"];
    if constraints.iter().any(|word| part.is(word)) {
        let later = part.has(&["NOT", "VALID"]) || part.has(&["USING", "INDEX"]);
        return if later { K::AddConstraintLater } else { K::AddConstraint };
    }
    if ["INDEX", "KEY"].iter().any(|word| part.is(word)) {
        return K::CreateIndexOnline;
    }
    if ["FULLTEXT", "SPATIAL"].iter().any(|word| part.is(word)) {
        return K::CreateIndex;
    }
    if part.is("PARTITION") {
        return K::Other;
    }
    part.eat("COLUMN");
    part.eat_all(&["IF", "NOT", "EXISTS"]);
    let has = |words: &[&str]| part.has(words);
    let filled = ["DEFAULT", "GENERATED", "AUTO_INCREMENT", "IDENTITY", "AUTOINCREMENT"].iter().any(|word| has(&[word]));
    let counted = ["SERIAL", "BIGSERIAL", "SMALLSERIAL"].iter().any(|word| has(&[word]));
    // A default that differs from row to row is written into every row.
    let computed = ["RANDOM", "GEN_RANDOM_UUID", "UUID_GENERATE_V4", "CLOCK_TIMESTAMP", "NEXTVAL", "UUID"].iter().any(|word| has(&["DEFAULT", word]));
    match () {
        () if counted || computed || has(&["STORED"]) => K::Rewrite,
        () if has(&["NOT", "NULL"]) && !filled => K::AddRequiredColumn,
        () if has(&["PRIMARY", "KEY"]) || has(&["UNIQUE"]) => K::AddConstraint,
        () => K::AddColumn,
    }
}

fn drop(mut part: Cursor<'_>) -> K {
    if part.eat("PARTITION") {
        return K::DropTable;
    }
    if ["CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK"].iter().any(|word| part.is(word)) {
        return K::DropConstraint;
    }
    if ["INDEX", "KEY"].iter().any(|word| part.is(word)) { K::DropIndexOnline } else { K::DropColumn }
}

fn alter(mut part: Cursor<'_>) -> K {
    if part.is("INDEX") || part.is("CONSTRAINT") {
        return K::Other;
    }
    part.eat("COLUMN");
    part.name();
    if part.eat_all(&["SET", "DATA", "TYPE"]) || part.eat("TYPE") {
        return typed(part);
    }
    if part.eat_all(&["SET", "NOT", "NULL"]) {
        return K::SetNotNull;
    }
    if ["SET", "DROP", "ADD", "RESTART", "RESET"].iter().any(|word| part.is(word)) || part.tokens.is_empty() {
        return K::Other;
    }
    // SQL Server: the new type stands right behind the name.
    typed(part)
}

/// `MySQL`: the whole definition is said anew.
fn retyped(mut part: Cursor<'_>) -> K {
    part.eat("COLUMN");
    part.name();
    typed(part)
}

fn change(mut part: Cursor<'_>) -> K {
    part.eat("COLUMN");
    let (old, new) = (part.name(), part.name());
    if old == new { typed(part) } else { K::RenameColumn }
}

/// Types that hold whatever was there before.
fn typed(part: Cursor<'_>) -> K {
    let wide = ["TEXT", "LONGTEXT", "BIGINT", "DOUBLE", "JSONB", "TIMESTAMPTZ"];
    if wide.iter().any(|word| part.is(word)) { K::WidenType } else { K::ChangeType }
}

fn rename(mut part: Cursor<'_>) -> K {
    if ["CONSTRAINT", "INDEX", "KEY"].iter().any(|word| part.is(word)) {
        return K::Other;
    }
    if part.eat("TO") || part.eat("AS") { K::RenameTable } else { K::RenameColumn }
}
