//! Names of refs that mislead whoever, or whatever, reads them.

use super::{Finding, Movement, PushedRef, RuleSpec, found, spec};
use crate::domain::is_invisible;

pub(super) const MISLEADING: RuleSpec = spec(
    "name",
    "A name with characters that are not seen, that is not UTF-8, or that git would take for something else (`HEAD`, an object id, an option) misleads its readers.",
    ("create refs/heads/release/1.x", "create refs/heads/HEAD"),
);

/// What is wrong with the name of a ref that is not taken away.
pub(super) fn finding(pushed: &PushedRef) -> Option<Finding> {
    let short = pushed.branch().or_else(|| pushed.tag()).unwrap_or(&pushed.name);
    if pushed.movement == Movement::Deleted {
        return None;
    }
    let why = if pushed.name.contains(|character: char| character.is_control() || is_invisible(character)) {
        "has characters that are not seen"
    } else if pushed.name.contains(char::REPLACEMENT_CHARACTER) {
        "is not UTF-8"
    } else if short.starts_with('-') {
        "would be taken for an option"
    } else if short == "HEAD" || short == "@" || (short.starts_with("refs/") && short != pushed.name) {
        "would be taken for another ref"
    } else if matches!(short.len(), 40 | 64) && short.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        "would be taken for an object id"
    } else {
        return None;
    };
    Some(found(&MISLEADING, format!("the name `{}` {why}", pushed.name), "give it another name"))
}
