//! `unverified-add`.

use super::super::parse::Keyword;
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "unverified-add",
    level: Level::Stop,
    about: "`ADD` takes something from the network without a checksum: whatever the other side sends becomes a part of the image.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef https://example.com/a.tar.gz /a/\nADD b.tar.gz /b/\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nADD https://example.com/a.tar.gz /a/\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for instruction in file.instructions.iter().filter(|instruction| instruction.keyword == Keyword::Add && instruction.flag("checksum").is_none()) {
        let words = instruction.words(file.escape);
        for word in words.iter().take(words.len().saturating_sub(1)) {
            let url = word.text.trim_matches(['[', ']', ',', '"']);
            let lower = url.to_ascii_lowercase();
            let remote = ["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme));
            if remote && !is_commit(url) {
                let url = shown(url.split(['?', '@']).next().unwrap_or(url));
                let help = format!("write `ADD --checksum=sha256:… {url} …`");
                out.push(SPEC.finding(format!("`{url}` is taken without a checksum")).at(word.span).help(help));
            }
        }
    }
    out
}

/// A commit of a git repository needs no checksum: it is one.
fn is_commit(url: &str) -> bool {
    let reference = url.rsplit_once('#').map_or("", |(_, reference)| reference.split(':').next().unwrap_or_default());
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}
