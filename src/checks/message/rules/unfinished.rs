//! Commits that are not finished: fine on a branch of one's own, refused on protected ones.

use super::super::parse::text;
use super::super::{Kind, Message};
use super::{found, spec};
use crate::checks::{Finding, Level, RuleSpec};

/// A commit that is to be folded into another.
pub(super) const AUTOSQUASH: RuleSpec = spec(
    "autosquash",
    Level::Stop,
    "`fixup!`, `squash!` and `amend!` commits are to be folded into others before they reach a protected branch.",
    ("fix: close the file\n", "fixup! fix: close the file\n"),
);

/// A commit that says that it is not finished.
pub(super) const WIP: RuleSpec = spec(
    "wip",
    Level::Stop,
    "A commit that says that it is work in progress does not belong on a protected branch.",
    ("fix: close the file\n", "wip: close the file\n"),
);

/// Why a message may not reach a protected branch, where it may reach others. Spans count in [`text`] of its bytes.
pub fn unfinished(message: &[u8]) -> Option<Finding> {
    let text = text(message);
    let message = Message::parse(&text);
    match message.kind() {
        Kind::Autosquash { of } => {
            let finding = found(&AUTOSQUASH, message.first(), format!("this commit is to be folded into `{of}`"));
            Some(finding.help("git rebase -i --autosquash, then push again"))
        }
        Kind::Wip => {
            Some(found(&WIP, message.first(), "this commit says that it is not finished").help("git rebase -i, and give it its message, then push again"))
        }
        Kind::Conventional | Kind::Merge | Kind::Revert | Kind::Other => None,
    }
}
