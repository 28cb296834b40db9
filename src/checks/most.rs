//! How many findings of a file a check tells, so that no file fills the memory or the screen.

use sha2::{Digest, Sha256};

use super::Finding;

/// The first findings in the order of the text, and where there are more, one that says so. That one is another finding for every other text: what lies behind the cut
/// never counts as known.
pub(super) fn cut(mut findings: Vec<Finding>, most: usize, text: &str, more: Finding) -> Vec<Finding> {
    findings.sort_by_key(|finding| finding.span);
    findings.dedup();
    if findings.len() > most {
        findings.truncate(most);
        let sum: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        findings.push(more.key(format!("more {sum:02x?}")));
    }
    findings
}
