//! The policy by itself: there, valid, as strict as the defaults, its windows open at some time.

use std::collections::BTreeSet;

use super::exam::{Exam, no_id};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area, FindingSpec};
use crate::domain::Principal;
use crate::facts::Fact;
use crate::gates::next_opening;
use crate::policy::{self, Fault, Ownership, POLICY_PATH, Policy, Position};

pub(super) fn policy(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let text = match &exam.material.files.policy {
        Fact::Known(Some(text)) => text,
        Fact::Known(None) if exam.only_carries() => {
            return diagnosis.add(Finding::new(&registry::POLICY_ELSEWHERE, "the workflows here only carry out what another repository's gate dispatches"));
        }
        Fact::Known(None) if exam.only_looks() => {
            return diagnosis.fine(Area::Policy, "the workflows here only look at what changes bring: without a policy the defaults are in force");
        }
        Fact::Known(None) => return diagnosis.add(Finding::new(&registry::POLICY_MISSING, format!("there is no {POLICY_PATH}"))),
        Fact::Unavailable(why) => {
            let finding = Finding::new(&registry::POLICY_UNREAD, why.what.clone()).at(Place::file(POLICY_PATH));
            return diagnosis.add(finding.mend_as(why));
        }
        Fact::NotAsked => return,
    };
    match policy::load(text, no_id()) {
        Err(faults) => faults.list().iter().for_each(|fault| diagnosis.add(finding(&registry::POLICY_INVALID, text, fault))),
        Ok(policy) => {
            diagnosis.fine(Area::Policy, format!("{POLICY_PATH} is valid"));
            diagnosis.fine_unless(Area::Policy, "no environment asks for less than the defaults", |diagnosis| {
                policy::warnings(text, &policy).list().iter().for_each(|fault| diagnosis.add(finding(&registry::POLICY_LOOSE, text, fault)));
            });
            owners(exam, &policy, diagnosis);
        }
    }
}

fn finding(spec: &'static FindingSpec, text: &str, fault: &Fault) -> Finding {
    let finding = Finding::new(spec, fault.what.clone()).at(Place::new(POLICY_PATH, Position::of(text, fault.span.start).line));
    match fault.help.as_ref().or(fault.label.as_ref()) {
        Some(mend) => finding.mend(mend),
        None => finding,
    }
}

/// The environments whose window does not open, each said once.
pub(super) fn closed(exam: &Exam<'_>, policy: &Policy, diagnosis: &mut Diagnosis) -> BTreeSet<String> {
    let mut closed = BTreeSet::new();
    for environment in &policy.environments {
        if let Some(window) = &environment.gates.window
            && next_opening(window, exam.material.now).is_none()
        {
            let name = environment.name.as_str();
            diagnosis.add(Finding::new(&registry::POLICY_NEVER_OPEN, format!("the window of {name} does not open within 400 days")).at(exam.place_of(name)));
            closed.insert(name.to_owned());
        }
    }
    closed
}

/// True where somebody's approval counts because they own something.
pub(super) fn relies_on_owners(policy: &Policy) -> bool {
    let by_owners = |principals: &[Principal]| principals.contains(&Principal::Codeowners);
    policy.environments.iter().any(|environment| by_owners(&environment.gates.approval.from) || by_owners(&environment.gates.policy_change.approve))
}

fn owners(exam: &Exam<'_>, policy: &Policy, diagnosis: &mut Diagnosis) {
    let Some(codeowners) = exam.material.files.codeowners.known() else {
        return diagnosis.add(Finding::new(&registry::POLICY_PEOPLE_UNREAD, "CODEOWNERS could not be read").mend("make it an ordinary text file"));
    };
    let Some(path) = &codeowners.path else {
        for environment in policy.environments.iter().filter(|environment| environment.gates.approval.from.contains(&Principal::Codeowners)) {
            let what = format!("{} counts owners' approvals, and there is no CODEOWNERS file", environment.name);
            diagnosis.add(Finding::new(&registry::POLICY_NO_OWNERS, what).at(exam.place_of(environment.name.as_str())));
        }
        return;
    };
    let ownership = Ownership::parse(&codeowners.text);
    for skipped in ownership.skipped() {
        diagnosis
            .add(Finding::new(&registry::POLICY_OWNERS_LINE, format!("GitHub skips this line: {}", skipped.fault)).at(Place::new(path, skipped.line.max(1))));
    }
    if ownership.owners(POLICY_PATH).is_empty() && relies_on_owners(policy) {
        diagnosis.add(Finding::new(&registry::POLICY_RULES_UNOWNED, format!("{path} names no owner of {POLICY_PATH}")).at(Place::file(path)));
    } else {
        diagnosis.fine(Area::Policy, format!("{POLICY_PATH} has owners"));
    }
}
