//! What can be mended without asking: a space, an empty line, the usual word for a type. Nothing that changes what a message says.

use super::parse::text;
use super::{Cleaning, MessageRules, clean, findings};
use crate::checks::{Finding, Fix};

/// How often a mended message is looked at again: one mend may show the next fault.
const MOST_ROUNDS: usize = 5;

/// A message that was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// What is to be written in its place, comments and all.
    pub typed: String,
    /// What was mended.
    pub findings: Vec<Finding>,
}

/// A typed message with everything mended that is safe; none where there is nothing of the kind, or the message is not UTF-8. Rules that are switched off are
/// `passed` over.
pub fn mended(typed: &[u8], how: &Cleaning, rules: &MessageRules, passed: &dyn Fn(&Finding) -> bool) -> Option<Mended> {
    let mut mended = Mended { typed: std::str::from_utf8(typed).ok()?.to_owned(), findings: Vec::new() };
    for _ in 0..MOST_ROUNDS {
        let cleaned = clean(&mended.typed, how);
        let found = findings(cleaned.text.as_bytes(), rules);
        let mut fixes: Vec<(Fix, Finding)> = Vec::new();
        for finding in found.into_iter().filter(|finding| !passed(finding)) {
            let Some(fix) = finding.fix.clone() else { continue };
            // From left to right; one that reaches into another waits for the next round.
            if fixes.last().is_none_or(|(last, _)| last.span.end <= fix.span.start && last.span.start < fix.span.end.max(fix.span.start + 1)) {
                fixes.push((fix, finding));
            }
        }
        if fixes.is_empty() {
            break;
        }
        for (fix, finding) in fixes.into_iter().rev() {
            let start = cleaned.original(fix.span.start);
            mended.typed.replace_range(start..start + (fix.span.end - fix.span.start), &fix.by);
            mended.findings.push(finding);
        }
    }
    debug_assert_eq!(text(mended.typed.as_bytes()), mended.typed.as_str());
    (!mended.findings.is_empty()).then_some(mended)
}
