//! The same for programs: JSON with a `schema_version`.

use serde::Serialize;

use crate::domain::{CommitSha, EnvName, PullNumber, RequestKey};
use crate::gates::{Answer, Evaluation, Judgement};
use crate::plan::{DeploymentPlan, Question};

/// A decision as a program reads it.
#[derive(Clone, Debug, Serialize)]
pub struct Decided<'a> {
    /// The form's version: 1.
    pub schema_version: u32,
    /// The verdict.
    pub verdict: Judgement,
    /// The environment.
    pub environment: &'a EnvName,
    /// The commit.
    pub commit: &'a CommitSha,
    /// The pull request.
    pub pull_request: PullNumber,
    /// The request.
    pub request: &'a RequestKey,
    /// One answer a gate.
    pub gates: &'a [Answer],
    /// The plan.
    pub plan: &'a DeploymentPlan,
}

/// The decision as a JSON value, its texts redacted.
///
/// # Panics
/// Never: the types have string keys and finite numbers only.
pub fn value(question: &Question, evaluation: &Evaluation, plan: &DeploymentPlan) -> serde_json::Value {
    let view = Decided {
        schema_version: 1,
        verdict: evaluation.verdict.judgement(),
        environment: &question.environment,
        commit: &question.facts.pull.head,
        pull_request: question.facts.pull.number,
        request: &question.request.key,
        gates: &evaluation.answers,
        plan,
    };
    crate::error::redact_value(serde_json::to_value(&view).expect("plain data serialises"))
}
