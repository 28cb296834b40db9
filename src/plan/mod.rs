//! Pure: from a judged request to what will be done, and to what people read about it. Nothing here acts.

mod lock;
mod pending;
mod record;
mod steps;

pub use lock::{Claim, LockChange, Refusal, Sticky, Whose, claim, free_pull, lock, release, unlock};
pub use pending::{
    Status, comment_key, is_ours, marked_waiting, marker, pending, replaced, requests, said, status_comment, status_of, was_carried_out, was_replaced,
};
pub use record::{PolicyText, Question, RECORD_VERSION, Record};
pub use steps::{DeploymentPlan, Risk, RiskLevel, deployment_plan};
