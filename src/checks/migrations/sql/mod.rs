//! SQL, as far as migrations need it: split into words and statements as databases do it, so that nothing in a comment or a string counts; then read statement
//! by statement. Several dialects at once: what one of them does not know does no harm.

mod alter;
mod cursor;
mod statement;
mod tokens;

use std::collections::BTreeSet;

use super::operation::Operation;
use crate::domain::Span;
use cursor::Cursor;
use tokens::{Kind, tokens};

/// How deep code may stand in code (`DO $$ … $$`).
const DEEPEST: usize = 4;

/// The steps in a stretch of a text, in order.
pub(super) fn operations(text: &str, within: Span) -> Vec<Operation> {
    let mut out = Vec::new();
    collect(text, (within, 0), &mut Created::default(), &mut out);
    out
}

/// True where a stretch of a text has any statement at all.
pub(super) fn has_statement(text: &str, within: Span) -> bool {
    let (tokens, _) = tokens(text, within);
    tokens
        .iter()
        .any(|token| token.kind == Kind::Word && !["BEGIN", "COMMIT", "START", "TRANSACTION", "SELECT", "PRAGMA"].contains(&token.upper(text).as_str()))
}

/// The comments of a stretch of a text: tools write their marks into them.
pub(super) fn comments(text: &str, within: Span) -> Vec<Span> {
    tokens(text, within).1
}

/// The tables that this migration itself made: nobody uses them yet.
#[derive(Default)]
pub(super) struct Created(BTreeSet<String>);

impl Created {
    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

fn collect(text: &str, (within, depth): (Span, usize), created: &mut Created, out: &mut Vec<Operation>) {
    let (tokens, _) = tokens(text, within);
    for statement in statement::statements(text, &tokens) {
        let mut cursor = Cursor::new(text, statement);
        if cursor.eat("DO") && depth < DEEPEST {
            for body in statement.iter().filter(|token| token.kind == Kind::Dollar) {
                collect(text, (body.inner(text), depth + 1), created, out);
            }
            continue;
        }
        statement::read(cursor, created, out);
    }
}

#[cfg(test)]
mod tests;
