//! Statements, and what each of them does.

use super::alter;
use super::cursor::Cursor;
use super::tokens::{Kind, Token};
use super::{Created, Operation};
use crate::checks::migrations::operation::OperationKind as K;

/// The statements of a text. The body of a function, procedure or trigger belongs to the statement that makes it: it does not run now.
pub(super) fn statements<'a>(text: &str, tokens: &'a [Token]) -> Vec<&'a [Token]> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        let is_body = depth > 0 || makes_code(text, &tokens[start..at]);
        match token.kind {
            Kind::Word if is_body => depth = nested(text, &tokens[..=at], depth),
            Kind::Sign(';') if depth == 0 => {
                out.push(&tokens[start..at]);
                start = at + 1;
            }
            Kind::Word if at > start && token.upper(text) == "GO" && is_line(text, token) => {
                out.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    // What never ends may hide what comes behind it: then every statement in it counts.
    if depth > 0 {
        out.extend(tokens[start..].split(|token| token.kind == Kind::Sign(';')));
    } else {
        out.push(&tokens[start..]);
    }
    out.retain(|statement| !statement.is_empty());
    out
}

/// `CREATE … FUNCTION | PROCEDURE | TRIGGER | EVENT`: the first word that says what is made.
fn makes_code(text: &str, statement: &[Token]) -> bool {
    const CODE: [&str; 6] = ["FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "EVENT", "PACKAGE"];
    const OTHERS: [&str; 9] = ["TABLE", "INDEX", "VIEW", "TYPE", "SEQUENCE", "SCHEMA", "DATABASE", "COLUMN", "("];
    let is = |token: &Token, word: &str| text[token.span.start..token.span.end].eq_ignore_ascii_case(word);
    let Some((first, rest)) = statement.split_first() else { return false };
    let said = rest.iter().take(10).find_map(|token| {
        let code = CODE.iter().any(|word| is(token, word));
        (code || OTHERS.iter().any(|word| is(token, word))).then_some(code)
    });
    (is(first, "CREATE") || is(first, "ALTER")) && said == Some(true)
}

/// The depth of `BEGIN … END` behind the last token. `END IF` and its kind close what is not counted.
fn nested(text: &str, tokens: &[Token], depth: usize) -> usize {
    let word = |at: usize| tokens.len().checked_sub(at + 1).and_then(|at| tokens.get(at)).map(|token| token.upper(text)).unwrap_or_default();
    match (word(1).as_str(), word(0).as_str()) {
        ("END", "IF" | "LOOP" | "WHILE" | "REPEAT") => depth + 1,
        (previous, "BEGIN" | "CASE") if previous != "END" => depth + 1,
        (_, "END") => depth.saturating_sub(1),
        _ => depth,
    }
}

/// True where a token stands alone in its line.
fn is_line(text: &str, token: &Token) -> bool {
    let before = text[..token.span.start].trim_end_matches([' ', '\t']);
    let behind = text[token.span.end..].trim_start_matches([' ', '\t']);
    (before.is_empty() || before.ends_with('\n')) && (behind.is_empty() || behind.starts_with(['\n', '\r']))
}

/// What a statement does.
pub(super) fn read(mut cursor: Cursor<'_>, created: &mut Created, out: &mut Vec<Operation>) {
    while cursor.tokens.first().is_some_and(|token| matches!(token.kind, Kind::Sign(_))) {
        cursor.skip();
    }
    // What stands before the statement in a block of code.
    cursor.eat_any(&["BEGIN", "THEN", "ELSE", "EXECUTE", "IMMEDIATE", "GO"]);
    let whole = cursor;
    let mut push = |kind| out.push(Operation::new(kind, whole.span(), whole.text));
    if cursor.eat_all(&["ALTER", "TABLE"]) || cursor.eat_all(&["ALTER", "FOREIGN", "TABLE"]) {
        alter::table((whole, cursor), created, out);
    } else if cursor.eat("CREATE") {
        push(create(cursor, created));
    } else if cursor.eat("DROP") {
        push(drop(cursor, created));
    } else if let Some(kind) = other(cursor, created) {
        push(kind);
    }
}

fn create(mut cursor: Cursor<'_>, created: &mut Created) -> K {
    cursor.eat_all(&["OR", "REPLACE"]);
    cursor.eat_any(&["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "EXTERNAL"]);
    if cursor.eat("TABLE") {
        cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        created.0.extend(cursor.name());
        return K::CreateTable;
    }
    cursor.eat_any(&["UNIQUE", "CLUSTERED", "NONCLUSTERED", "FULLTEXT", "SPATIAL", "BITMAP"]);
    if !cursor.eat("INDEX") {
        return K::Other;
    }
    let online = cursor.eat("CONCURRENTLY") || cursor.has(&["ONLINE"]) || cursor.has(&["INPLACE"]);
    while !cursor.tokens.is_empty() && !cursor.eat("ON") {
        cursor.skip();
    }
    cursor.eat("ONLY");
    let is_new = cursor.name().is_some_and(|table| created.has(&table));
    if online || is_new { K::CreateIndexOnline } else { K::CreateIndex }
}

fn drop(mut cursor: Cursor<'_>, created: &Created) -> K {
    cursor.eat_any(&["TEMPORARY", "FOREIGN", "EXTERNAL"]);
    if cursor.eat("TABLE") {
        cursor.eat_all(&["IF", "EXISTS"]);
        let is_new = cursor.name().is_some_and(|table| created.has(&table));
        return if is_new { K::Other } else { K::DropTable };
    }
    if ["SCHEMA", "DATABASE", "KEYSPACE"].iter().any(|word| cursor.eat(word)) {
        return K::DropSchema;
    }
    if cursor.eat("INDEX") {
        return if cursor.eat("CONCURRENTLY") { K::DropIndexOnline } else { K::DropIndex };
    }
    let objects = ["VIEW", "MATERIALIZED", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "AGGREGATE", "SEQUENCE", "EXTENSION", "SYNONYM", "PACKAGE"];
    if objects.iter().any(|word| cursor.is(word)) { K::DropObject } else { K::Other }
}

fn other(mut cursor: Cursor<'_>, created: &Created) -> Option<K> {
    let of_table = |mut cursor: Cursor<'_>, kind: K| {
        cursor.eat_any(&["TABLE", "FROM", "ONLY"]);
        if cursor.name().is_some_and(|table| created.has(&table)) { K::Other } else { kind }
    };
    // `WITH old AS (…) DELETE FROM …`: the verb that counts comes later.
    if cursor.is("WITH") {
        let verbs = [(["DELETE", "FROM"].as_slice(), K::Delete), (&["UPDATE"], K::Update)];
        return verbs.iter().find(|(words, _)| cursor.has(words)).map(|(_, kind)| *kind);
    }
    match () {
        () if cursor.eat("TRUNCATE") => Some(of_table(cursor, K::Truncate)),
        () if cursor.eat("DELETE") => Some(of_table(cursor, K::Delete)),
        () if cursor.eat("UPDATE") => Some(of_table(cursor, K::Update)),
        () if cursor.eat_all(&["RENAME", "TABLE"]) => Some(K::RenameTable),
        () if cursor.eat("EXEC") || cursor.is("SP_RENAME") => cursor
            .has(&["SP_RENAME"])
            .then_some(if cursor.tokens.iter().any(|token| token.name(cursor.text) == "column") { K::RenameColumn } else { K::RenameTable }),
        () if cursor.eat("VACUUM") => Some(if cursor.has(&["FULL"]) { K::Rewrite } else { K::Other }),
        () if cursor.eat("CLUSTER") => Some(K::Rewrite),
        () if cursor.eat("REINDEX") || cursor.eat_all(&["REFRESH", "MATERIALIZED", "VIEW"]) => {
            Some(if cursor.has(&["CONCURRENTLY"]) { K::Other } else { K::LockTable })
        }
        () if cursor.eat("LOCK") => Some(K::LockTable),
        () if cursor.eat_all(&["ALTER", "TYPE"]) => Some(if cursor.has(&["RENAME"]) || cursor.has(&["DROP"]) { K::DropObject } else { K::Other }),
        () if cursor.is("ALTER") || cursor.is("INSERT") || cursor.is("MERGE") => Some(K::Other),
        () => None,
    }
}
