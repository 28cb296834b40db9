//! Pure judging: (policy, facts) → one answer a gate, and a verdict over all. One file a gate.
//!
//! Every gate in force is asked, so that a user sees every reason at once. A gate never fetches, never plans, never words a comment.

mod arrival;
mod case;
mod needs;
mod people;
mod registry;
mod verdict;

mod approval;
mod checks;
mod commit;
mod confirm;
mod custom;
mod inputs;
mod lock;
mod order;
mod permission;
mod policy_change;
mod unknown;
mod up_to_date;
mod window;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod fixtures_people;
#[cfg(test)]
mod laws;

pub use approval::{carry_candidates, counted};
pub use case::{Case, Said};
pub use lock::{LockFault, dead_holds, holds_in_the_way};
pub use needs::{asks_for_more_than_write, people_in_question, teams_in_question};
pub use permission::{Permission, is_listed, may, may_command};
pub use registry::{GATES, GateId, GateSpec};
pub use verdict::{Answer, Answering, Clearance, Judgement, Reason, ReasonSpec, Scope, Verdict};
pub use window::next_opening;

use crate::domain::{Login, PersonId};

/// What all gates together say of a case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Evaluation {
    /// One answer a gate, in the registry's order.
    pub answers: Vec<Answer>,
    /// The worst of them.
    pub verdict: Verdict,
    /// Whose approvals count.
    pub approvers: Vec<(PersonId, Login)>,
}

/// Asks every gate.
pub fn evaluate(case: &Case<'_>) -> Evaluation {
    let answers: Vec<Answer> = GATES.iter().map(|spec| (spec.judge)(case)).collect();
    let scope = Scope { environment: case.environment.name.clone(), commit: case.facts.pull.head.clone(), policy: case.policy.id.clone() };
    let verdict = Verdict::of(&answers, scope);
    Evaluation { answers, verdict, approvers: counted(case) }
}
