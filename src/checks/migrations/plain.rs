//! Migrations that are SQL: the way back stands in a section, a comment, or a file beside them.

use super::migration::{Direction, Rollback};
use super::operation::Operation;
use super::sql;
use super::tool::Tool;
use crate::checks::{Near, Source, decode};
use crate::domain::{RepoPath, Span};

/// Comments that begin the way back in the same file.
const BACK: [&str; 7] = ["+goose down", "migrate:down", "+migrate down", "rambler down", "down", "@undo", "+micrate down"];
/// Comments that begin the way forward.
const FORWARD: [&str; 5] = ["+goose up", "migrate:up", "+migrate up", "rambler up", "up"];

/// Direction, operations and rollback of a file.
pub(super) fn read(tool: Tool, source: &Source<'_>, text: &str) -> (Direction, Vec<Operation>, Rollback) {
    let whole = Span::new(0, text.len());
    if goes_back(tool, source.path) {
        return (Direction::Back, sql::operations(text, whole), Rollback::Missing);
    }
    let comments = sql::comments(text, whole);
    if tool == Tool::Liquibase {
        let lines = comments.iter().any(|span| mark(text, *span).starts_with("rollback ") && !mark(text, *span).contains("rollback empty"));
        return (Direction::Forward, sql::operations(text, whole), if lines { Rollback::Written } else { Rollback::Missing });
    }
    let parts = parts(text, &comments);
    let operations = parts.iter().filter(|(direction, _)| *direction == Direction::Forward).flat_map(|(_, span)| sql::operations(text, *span)).collect();
    let within = parts.iter().any(|(direction, span)| *direction == Direction::Back && sql::has_statement(text, *span));
    let written = within || beside(tool, source.path).iter().any(|path| is_statement(source.near, path));
    (Direction::Forward, operations, if written { Rollback::Written } else { Rollback::Missing })
}

/// The words of a comment that may be a mark, in small letters.
fn mark(text: &str, comment: Span) -> String {
    let words = text[comment.start..comment.end].trim_start_matches(['-', '#', '/', '*', ' ', '\t']).trim_end_matches([' ', '*', '/', ':', '\r']);
    words.chars().take(60).collect::<String>().to_lowercase()
}

/// The parts of a file that go forward and back: all of it goes forward up to the first mark.
fn parts(text: &str, comments: &[Span]) -> Vec<(Direction, Span)> {
    let begins = |marks: &[&str], said: &str| {
        marks.iter().any(|mark| said == *mark || said.strip_prefix(mark).is_some_and(|rest| rest.starts_with(' ') && mark.contains([':', '+'])))
    };
    let mut out = Vec::new();
    let (mut direction, mut start) = (Direction::Forward, 0);
    for comment in comments {
        let said = mark(text, *comment);
        let next = if begins(&BACK, &said) {
            Direction::Back
        } else if begins(&FORWARD, &said) {
            Direction::Forward
        } else {
            continue;
        };
        out.push((direction, Span::new(start, comment.start)));
        (direction, start) = (next, comment.end);
    }
    out.push((direction, Span::new(start, text.len())));
    out
}

fn goes_back(tool: Tool, path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.name()).to_lowercase();
    match tool {
        Tool::Flyway => name.starts_with('u'),
        _ => name == "down.sql" || [".down.sql", "_down.sql", "-down.sql", ".rollback.sql", "_rollback.sql", ".undo.sql"].iter().any(|end| name.ends_with(end)),
    }
}

/// Where the way back of a file may lie.
fn beside(tool: Tool, path: &RepoPath) -> Vec<RepoPath> {
    let name = String::from_utf8_lossy(path.name()).into_owned();
    let folder = path.folder();
    let named = |name: String| folder.join(name.as_bytes());
    match tool {
        Tool::Flyway => vec![named(format!("U{}", name.get(1..).unwrap_or_default()))],
        Tool::Diesel | Tool::Prisma => vec![named("down.sql".to_owned())],
        _ => {
            let stem = name.strip_suffix(".sql").unwrap_or(&name);
            let bare = [".up", "_up", "-up"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
            ["down", "rollback", "undo"].iter().flat_map(|word| [".", "_", "-"].map(|joint| format!("{bare}{joint}{word}.sql"))).map(named).collect()
        }
    }
}

/// True where a file is there and has a statement in it: a file of comments takes nothing back.
fn is_statement(near: &dyn Near, path: &RepoPath) -> bool {
    let Some(bytes) = near.read(path) else { return false };
    decode(&bytes).is_some_and(|text| sql::has_statement(&text, Span::new(0, text.len())))
}
