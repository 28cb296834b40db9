//! Texts that are no files: the messages of commits. They stay in a repository as its files do, and so does a secret in them.

use std::borrow::Cow;

use super::Examination;
use crate::checks::{Alone, Check, FileCheck, Finding, Mode, Source};
use crate::domain::RepoPath;
use crate::ports::NewCommit;
use crate::report::findings::{Examined, Found, Subject};

/// The name under which a message is looked into.
const MESSAGE: &str = "COMMIT_EDITMSG";

impl Examination<'_> {
    /// Secrets in the messages of commits.
    pub(super) fn texts(&self, commits: &[NewCommit], checks: &[Box<dyn FileCheck>]) -> Examined {
        let mut examined = Examined::default();
        for check in secrets(checks) {
            for commit in commits {
                let found = self.in_text(check, &commit.message, &mut examined);
                examined.found.extend(found.into_iter().map(|found| found.by(&commit.id)));
            }
        }
        examined
    }

    fn in_text(&self, check: &dyn FileCheck, message: &[u8], examined: &mut Examined) -> Vec<Found> {
        let text: Cow<'_, str> = String::from_utf8_lossy(message);
        let path = RepoPath::new(MESSAGE);
        let source = Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(&text), near: &Alone };
        let findings: Vec<Finding> = check.findings(&source);
        let all = findings.len();
        let findings: Vec<Finding> = findings.into_iter().filter(|finding| !self.in_force.rules.is_off(finding.check, &finding.rule)).collect();
        examined.looked.off += all - findings.len();
        Found::all_in_text(findings, &text, &Subject::Message)
    }
}

fn secrets(checks: &[Box<dyn FileCheck>]) -> impl Iterator<Item = &dyn FileCheck> {
    checks.iter().map(AsRef::as_ref).filter(|check| check.check() == Check::Secrets)
}
