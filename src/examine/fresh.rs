//! What is new in a version: its findings without those that the versions before it had already. Positions do not count: a finding that only moved is old.

use std::collections::HashMap;

use crate::checks::{Check, Finding};

/// Findings of older versions, as many times as they stood there.
#[derive(Clone, Debug, Default)]
pub(super) struct Old {
    counts: HashMap<(Check, String, String), usize>,
}

impl Old {
    /// Adds the findings of an older version.
    pub(super) fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            *self.counts.entry(key(finding)).or_default() += 1;
        }
    }

    /// Adds what another one holds.
    pub(super) fn join(&mut self, other: Self) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
    }

    /// What is new of these findings. Each old one accounts for one of them, and is used up.
    pub(super) fn take_from(&mut self, findings: Vec<Finding>) -> Vec<Finding> {
        findings.into_iter().filter(|finding| !self.takes(finding)).collect()
    }

    /// True where an old finding accounts for this one; it is used up.
    pub(super) fn takes(&mut self, finding: &Finding) -> bool {
        match self.counts.get_mut(&key(finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}

/// What makes a finding the same in another version of a file.
pub(super) fn key(finding: &Finding) -> (Check, String, String) {
    (finding.check, finding.rule.clone().into_owned(), finding.key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Level;
    use crate::domain::Span;

    fn finding(rule: &'static str, key: &str, at: usize) -> Finding {
        Finding::new(Check::Secrets, rule, Level::Stop, "it").key(key).at(Span::new(at, at + 1))
    }

    #[test]
    fn h3_a_finding_that_only_moved_is_old_and_a_second_one_like_it_is_new() {
        let mut old = Old::default();
        old.add(&[finding("a", "k", 0)]);
        let new = old.take_from(vec![finding("a", "k", 50), finding("a", "k", 90), finding("b", "k", 1), finding("a", "l", 2)]);
        assert_eq!(new, [finding("a", "k", 90), finding("b", "k", 1), finding("a", "l", 2)]);
    }

    #[test]
    fn h3_findings_of_all_parents_of_a_merge_are_old() {
        let mut old = Old::default();
        old.add(&[finding("a", "ours", 0)]);
        old.add(&[finding("a", "theirs", 0)]);
        assert_eq!(old.take_from(vec![finding("a", "ours", 0), finding("a", "theirs", 1), finding("a", "evil", 2)]), [finding("a", "evil", 2)]);
    }
}
