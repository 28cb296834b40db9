//! What the tokens of our steps may do: what their jobs grant in the workflow file, and what the server says.

use super::exam::Exam;
use super::ours::{OurStep, Part};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::material::{Approving, DefaultToken, Server};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Access, Permissions};
use crate::facts::Fact;

/// A permission with what it is for.
pub type Needed = (&'static str, Access, &'static str);

/// What our steps need; `docs/action.md` says the same.
const GATE: &[Needed] = &[
    ("contents", Access::Write, "lock refs"),
    ("deployments", Access::Write, "deployments and their states"),
    ("pull-requests", Access::Write, "comments, and reading reviews"),
    ("issues", Access::Write, "comments and reactions"),
    ("checks", Access::Read, "checks of apps"),
    ("statuses", Access::Read, "commit statuses"),
    ("actions", Access::Read, "workflow runs"),
];

/// What looking at a change needs.
const CHECKS: &[Needed] = &[("contents", Access::Read, "the checkout")];

/// What starting a workflow needs besides.
const DISPATCHING: &[Needed] = &[("actions", Access::Write, "starting the workflow that deploys")];

/// What a gate's job must grant, where it dispatches workflows of its own repository and where not.
pub fn needed_permissions(dispatching: Dispatching) -> Vec<Needed> {
    match dispatching {
        Dispatching::Not => GATE.to_vec(),
        Dispatching::Here => GATE.iter().filter(|(name, _, _)| *name != "actions").chain(DISPATCHING).copied().collect(),
    }
}

/// Whether the gate starts workflows of its own repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatching {
    /// It does not.
    Not,
    /// It does.
    Here,
}

pub(super) fn token(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let ours = exam.ours();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for step in &ours {
        let job = (step.workflow.path.as_str(), step.job.id.as_str());
        if !seen.contains(&job) {
            seen.push(job);
            of_job(exam, step, diagnosis);
        }
    }
    if let Some(gate) = ours.iter().find(|step| step.part == Part::Gate && !step.has_own_token()) {
        let what = "the gate acts as `github-actions[bot]`, as every other workflow of the repository can";
        diagnosis.add(Finding::new(&registry::TOKEN_SHARED, what).at(Place::new(&gate.workflow.path, gate.step.line)));
    }
    if let Some(server) = exam.server() {
        settings(server, diagnosis);
    }
}

fn needs_of(exam: &Exam<'_>, step: &OurStep<'_>) -> Vec<Needed> {
    let dispatches = super::deploy::dispatches(exam);
    let own = dispatches.iter().any(|dispatch| dispatch.repository.is_none() && dispatch.is_workflow()) && step.step.with("dispatch-token").is_none();
    match step.part {
        Part::Gate => needed_permissions(if own { Dispatching::Here } else { Dispatching::Not }),
        Part::Checks => CHECKS.to_vec(),
        // They judge no checks: the gate did.
        Part::Start | Part::Whole | Part::Finish => GATE.iter().filter(|(name, _, _)| !matches!(*name, "checks" | "statuses")).copied().collect(),
    }
}

fn of_job(exam: &Exam<'_>, step: &OurStep<'_>, diagnosis: &mut Diagnosis) {
    let (file, job) = (&step.workflow.path, &step.job.id);
    let place = Place::new(file, step.job.line);
    if step.has_own_token() {
        return diagnosis
            .add(Finding::new(&registry::TOKEN_OWN, format!("the action in job `{job}` has a token of its own")).at(Place::new(file, step.step.line)));
    }
    let needs = needs_of(exam, step);
    match (exam.permissions(step.workflow, step.job), exam.default_token()) {
        (Some(permissions), _) if permissions.is_write_all() => {
            diagnosis.add(
                Finding::new(&registry::TOKEN_EXCESS, format!("job `{job}` grants `write-all`")).at(Place::new(file, permissions.line)).mend(grant(&needs)),
            );
        }
        (Some(permissions), _) => diagnosis.fine_unless(Area::Token, format!("job {job} of {file} grants what the action needs"), |diagnosis| {
            missing(permissions, &needs, (&place, job), diagnosis);
        }),
        (None, Some(DefaultToken::Write)) => {
            let what = format!("job `{job}` says no `permissions:`, and the repository's default is to write everything");
            diagnosis.add(Finding::new(&registry::TOKEN_EXCESS, what).at(place).mend(grant(&needs)));
        }
        (None, Some(DefaultToken::Read)) => {
            let what = format!("job `{job}` says no `permissions:`, and the repository's default is to read contents only");
            diagnosis.add(Finding::new(&registry::TOKEN_MISSING, what).at(place).mend(grant(&needs)));
        }
        (None, None) => {
            let what = format!("job `{job}` says no `permissions:`: what its token may do is a setting of the repository");
            diagnosis.add(Finding::new(&registry::TOKEN_UNSET, what).at(place).mend(grant(&needs)));
        }
    }
}

/// The line to write.
fn grant(needs: &[Needed]) -> String {
    let lines: Vec<String> = needs.iter().map(|(name, access, _)| format!("{name}: {}", access.as_str())).collect();
    format!("write in the job `permissions: {{ {} }}`", lines.join(", "))
}

fn missing(permissions: &Permissions, needs: &[Needed], (place, job): (&Place, &str), diagnosis: &mut Diagnosis) {
    let lacking: Vec<&Needed> = needs.iter().filter(|(name, access, _)| permissions.of(name) < *access).collect();
    if lacking.is_empty() {
        return;
    }
    let said: Vec<String> = lacking.iter().map(|(name, access, why)| format!("`{name}: {}` ({why})", access.as_str())).collect();
    let lines: Vec<String> = lacking.iter().map(|(name, access, _)| format!("`{name}: {}`", access.as_str())).collect();
    let place = Place { line: Some(permissions.line), ..place.clone() };
    let finding = Finding::new(&registry::TOKEN_MISSING, format!("job `{job}` does not grant {}", said.join(", "))).at(place);
    diagnosis.add(finding.mend(format!("add to `permissions:` {}", lines.join(", "))));
}

fn settings(server: &Server, diagnosis: &mut Diagnosis) {
    match &server.defaults {
        Fact::Known(defaults) => {
            match defaults.token {
                DefaultToken::Write => diagnosis.add(Finding::new(&registry::TOKEN_DEFAULT_WRITE, registry::TOKEN_DEFAULT_WRITE.about.trim_end_matches('.'))),
                DefaultToken::Read => diagnosis.fine(Area::Token, "workflows without `permissions:` may only read"),
            }
            match defaults.approving {
                Approving::Allowed => diagnosis.add(Finding::new(&registry::TOKEN_APPROVES, registry::TOKEN_APPROVES.about.trim_end_matches('.'))),
                Approving::Refused => diagnosis.fine(Area::Token, "workflows may not approve pull requests"),
            }
        }
        Fact::Unavailable(why) => {
            let finding = Finding::new(&registry::TOKEN_UNREAD, format!("the repository's default for workflow tokens could not be read: {}", why.what));
            diagnosis.add(finding.mend_as(why));
        }
        Fact::NotAsked => {}
    }
    for refused in &server.refused {
        let finding = Finding::new(&registry::TOKEN_REFUSED, format!("the token that doctor was given may not read {}", refused.what));
        diagnosis.add(finding.mend(format!("if it is the gate's own, give it `{}`", refused.permission)));
    }
}
