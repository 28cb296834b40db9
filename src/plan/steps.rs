//! The deployment plan that people read before anything happens (row D6). Pure.

use serde::Serialize;

use crate::facts::{ChangedFile, InputName, PullOrigin};
use crate::gates::Case;
use crate::policy::Tier;

/// The plan of one deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeploymentPlan {
    /// How risky it is, with the reasons.
    pub risk: Risk,
    /// What will be done, in order.
    pub steps: Vec<String>,
    /// What to check afterwards.
    pub validation: Vec<String>,
    /// How to go back.
    pub rollback: Vec<String>,
    /// What to look at.
    pub monitoring: Vec<String>,
}

/// A risk with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The level.
    pub level: RiskLevel,
    /// Why; may hold hostile text.
    pub reasons: Vec<String>,
}

/// How risky.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskLevel {
    /// Small and usual.
    Low,
    /// Worth a second look.
    Medium,
    /// Worth a plan of its own.
    High,
}

/// Kinds of files that make a deployment riskier: what their paths contain or end with, and what they are.
const RISKY: &[(&[&str], RiskLevel, &str)] = &[
    (&["migrations/", "/migrate/", ".sql"], RiskLevel::High, "touches database migrations"),
    (&[".tf", "terraform/", "infra/", "helm/", "k8s/", "kubernetes/", "Dockerfile"], RiskLevel::Medium, "touches infrastructure"),
    (&["Cargo.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "go.sum", "poetry.lock"], RiskLevel::Medium, "changes dependencies"),
    (&[".github/"], RiskLevel::Medium, "changes workflows or the policy"),
];

/// More changed files than this is a large change (reviews find fewer faults beyond a few hundred lines).
const MANY_FILES: u64 = 50;

/// The plan for a case.
pub fn deployment_plan(case: &Case<'_>) -> DeploymentPlan {
    let environment = case.environment;
    let head = case.facts.pull.head.short();
    let what = match case.deploy.services.as_slice() {
        [] => "everything".to_owned(),
        services => services.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let mut steps = vec![
        format!("Read head, policy and lock again; stop if any changed since the decision on {head}"),
        format!("Lock {} (frees itself after {})", environment.name, environment.gates.lock.expires),
        format!("Create the GitHub deployment of {head} to {}: {what}", environment.name),
    ];
    steps.extend(carrying_out(case));
    steps.push("Record the outcome, update the comment, free the lock".to_owned());
    if let Some(version) = &case.deploy.version {
        steps.insert(2, format!("Take version {version}"));
    }
    DeploymentPlan { risk: risk(case), steps, validation: validation(case), rollback: rollback(case), monitoring: monitoring(case) }
}

/// Who deploys: the job's next steps, or the workflow that is dispatched.
fn carrying_out(case: &Case<'_>) -> Vec<String> {
    let Some(dispatch) = case.environment.deploy.dispatch() else { return vec!["Run the job's next steps".to_owned()] };
    let names: Vec<&str> = dispatch.inputs.keys().map(InputName::as_str).collect();
    let inputs = if names.is_empty() { String::new() } else { format!(" with the inputs {}", names.join(", ")) };
    let branch = dispatch.reference.as_ref().map_or_else(|| "its default branch".to_owned(), ToString::to_string);
    let mut steps = vec![format!("Dispatch {}, from {branch},{inputs}", dispatch.to(&case.facts.repository.slug)).trim_end_matches(',').to_owned()];
    steps.push("Its run takes the lock over, and deploys".to_owned());
    steps.extend(dispatch.wait.map(|wait| format!("Wait up to {wait} for its end")));
    steps
}

fn risk(case: &Case<'_>) -> Risk {
    let mut level = RiskLevel::Low;
    let mut reasons = Vec::new();
    let mut add = |worse: RiskLevel, reason: String| {
        level = level.max(worse);
        reasons.push(reason);
    };
    if case.environment.tier == Tier::Production {
        add(RiskLevel::Medium, "it is production".to_owned());
    }
    match case.facts.pull.files.get().map(|files| (files.total, files.all().unwrap_or_default())) {
        Ok((total, files)) => {
            if total > MANY_FILES {
                add(RiskLevel::Medium, format!("it changes {total} files"));
            }
            for (marks, worse, reason) in RISKY {
                if let Some(file) = files.iter().find(|file| touches(file, marks)) {
                    add(*worse, format!("it {reason}, e.g. {}", file.path));
                }
            }
        }
        Err(why) => add(RiskLevel::High, format!("the changed files are not known: {}", why.what)),
    }
    if matches!(case.facts.pull.origin, PullOrigin::Fork(_)) {
        add(RiskLevel::High, "it comes from a fork".to_owned());
    }
    if case.environment.tier == Tier::Production && case.environment.after.is_empty() {
        add(RiskLevel::Medium, "no environment is asked to have it before production".to_owned());
    }
    Risk { level, reasons }
}

fn touches(file: &ChangedFile, marks: &[&str]) -> bool {
    marks.iter().any(|mark| if mark.ends_with('/') { file.path.contains(mark) } else { file.path.ends_with(mark) })
}

fn validation(case: &Case<'_>) -> Vec<String> {
    let mut lines = case.environment.validation.clone();
    if lines.is_empty() {
        lines.push("The job's steps end with success".to_owned());
    }
    lines
}

fn rollback(case: &Case<'_>) -> Vec<String> {
    if !case.environment.rollback.is_empty() {
        return case.environment.rollback.clone();
    }
    let name = &case.environment.name;
    let before = case.facts.deployments.known().and_then(|list| {
        list.items
            .iter()
            .find(|deployment| deployment.environment.eq_ignore_ascii_case(name.as_str()) && deployment.succeeded() && deployment.sha != case.facts.pull.head)
    });
    match before {
        Some(deployment) => vec![format!("Deploy {} again: it succeeded here on {}", deployment.sha.short(), deployment.created_at)],
        None => vec![format!("There is no earlier successful deployment to {name} to go back to")],
    }
}

fn monitoring(case: &Case<'_>) -> Vec<String> {
    let mut lines = case.environment.monitoring.clone();
    lines.extend(case.environment.url.clone());
    lines
}
