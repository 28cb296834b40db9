//! What is odd about a file itself: text that cannot be read, keys that stand twice.

use super::super::{Check, Finding, Level};
use super::rules::{LOOSE_SYNTAX, SYNTAX, UNCHECKED};
use crate::documents::{Format, Oddity, OddityKind, Read};
use crate::domain::RepoPath;

/// How many oddities of a file are told.
const MOST: usize = 20;

/// True where a text is made into its format by a program that has not run yet: Helm, Jinja, ERB and the like.
pub(super) fn is_template(path: &RepoPath, text: &str, read: &Read) -> bool {
    let marked =
        text.match_indices("{{").any(|(at, _)| !text[..at].ends_with('$')) || text.contains("{%") || text.contains("<%") || text.lines().any(is_of_mako);
    let text_path = path.text();
    let in_templates = text_path.starts_with("templates/") || text_path.contains("/templates/");
    marked && (in_templates || !read.oddities.is_empty())
}

/// `% if x:` and the like, which no YAML begins with.
fn is_of_mako(line: &str) -> bool {
    line.trim_start().strip_prefix("% ").is_some_and(|word| ["if ", "for ", "end", "else", "elif "].iter().any(|begin| word.trim_start().starts_with(begin)))
}

/// What is odd about a file that a schema is for.
pub(super) fn strict(read: &Read) -> Vec<Finding> {
    let told = read.oddities.iter().filter(|oddity| oddity.kind != OddityKind::Extension || read.format == Format::Json);
    let mut extensions = 0;
    let told = told.filter(|oddity| {
        extensions += usize::from(oddity.kind == OddityKind::Extension);
        oddity.kind != OddityKind::Extension || extensions == 1
    });
    let finding = |oddity: &Oddity| match oddity.kind {
        OddityKind::TooMuch => found(UNCHECKED, Level::Stop, oddity, format!("it could not be checked: {}", oddity.what)),
        _ => found(SYNTAX, Level::Stop, oddity, oddity.what.clone()),
    };
    told.take(MOST).map(finding).collect()
}

/// What is odd about any other file. Files that tests are made of are odd on purpose; comments in JSON are read by many programs.
pub(super) fn loose(path: &RepoPath, read: &Read) -> Vec<Finding> {
    if is_of_tests(path) {
        return Vec::new();
    }
    let told = read.oddities.iter().filter(|oddity| matches!(oddity.kind, OddityKind::DoubledKey | OddityKind::Unreadable));
    told.take(MOST).map(|oddity| found(LOOSE_SYNTAX, Level::Warn, oddity, oddity.what.clone())).collect()
}

fn found(rule: &'static str, level: Level, oddity: &Oddity, what: String) -> Finding {
    Finding::new(Check::Schemas, rule, level, what).at(oddity.span)
}

fn is_of_tests(path: &RepoPath) -> bool {
    let folder = path.folder().text().to_ascii_lowercase();
    let words = ["test", "fixture", "spec", "sample", "example", "snapshot", "vendor", "third_party", "node_modules", "corpus", "mock"];
    folder.split('/').any(|part| words.iter().any(|word| part.contains(word)))
}
