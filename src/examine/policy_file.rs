//! The check `policy`: a policy file that is changed must be valid. It is judged by the policy's own loader, which says more than any schema.

use crate::checks::{Check, FileCheck, Finding, Level, Mode, Source};
use crate::domain::{ObjectId, RepoPath};
use crate::policy::{Fault, POLICY_PATH, Severity, load, warnings};

/// The check of the policy file.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyFile;

impl FileCheck for PolicyFile {
    fn check(&self) -> Check {
        Check::Policy
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        path.as_bytes() == POLICY_PATH.as_bytes()
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        if source.mode == Mode::Link || source.mode == Mode::Submodule {
            return vec![unreadable("it is a link, which is never followed")];
        }
        let Some(text) = source.text else { return vec![unreadable("it is binary, or too large")] };
        let id = ObjectId::new("0".repeat(40)).expect("forty digits are an id");
        match load(text, id) {
            Ok(policy) => warnings(text, &policy).list().iter().map(finding).collect(),
            Err(faults) => faults.list().iter().map(finding).collect(),
        }
    }
}

fn unreadable(why: &str) -> Finding {
    Finding::new(Check::Policy, "unreadable", Level::Stop, format!("the policy cannot be read: {why}"))
}

fn finding(fault: &Fault) -> Finding {
    let level = if fault.code.severity() == Severity::Error { Level::Stop } else { Level::Warn };
    let mut finding = Finding::new(Check::Policy, rule(fault), level, &fault.what).at(fault.span);
    if let Some(label) = &fault.label {
        finding = finding.label(label);
    }
    match &fault.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// `SG-POLICY-UNKNOWN-KEY` is the rule `unknown-key`.
fn rule(fault: &Fault) -> String {
    let code = fault.code.as_str();
    code.strip_prefix("SG-POLICY-").unwrap_or(code).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Alone;

    fn found(mode: Mode, text: Option<&str>) -> Vec<(String, Level)> {
        let path = RepoPath::new(POLICY_PATH);
        assert!(PolicyFile.concerns(&path) && !PolicyFile.concerns(&RepoPath::new("docs/.github/shipgate.yml")));
        let findings = PolicyFile.findings(&Source { path: &path, mode, size: 0, text, near: &Alone });
        findings.into_iter().map(|finding| (finding.rule.into_owned(), finding.level)).collect()
    }

    #[test]
    fn v7_a_policy_is_judged_by_its_own_loader_and_one_that_cannot_be_read_stops() {
        assert_eq!(found(Mode::File, Some("version: 1\n")), []);
        let bad = found(Mode::File, Some("version: 1\nenvironment: {}\nlocks: 1\n"));
        assert_eq!(bad, [("unknown-key".to_owned(), Level::Stop), ("unknown-key".to_owned(), Level::Stop)]);
        let loose = found(Mode::File, Some("version: 1\nenvironments: { production: { gates: { approval: { count: 0 } } } }\n"));
        assert!(!loose.is_empty() && loose.iter().all(|(_, level)| *level == Level::Warn), "{loose:?}");
        assert_eq!(found(Mode::File, None), [("unreadable".to_owned(), Level::Stop)]);
        assert_eq!(found(Mode::Link, Some("../elsewhere.yml")), [("unreadable".to_owned(), Level::Stop)]);
    }
}
