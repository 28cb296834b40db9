//! Pure: from a judged request to what will be done, and to what people read about it. Nothing here acts.

mod lock;
mod pending;
mod record;
mod stages;
mod steps;

pub use lock::{Claim, LockChange, NotTaken, Refusal, Sticky, Taken, Taker, Whose, claim, free_pull, lock, release, take_over, unlock};
pub use pending::{
    Status, comment_key, is_ours, marked_waiting, marker, pending, replaced, requests, said, status_comment, status_of, was_carried_out, was_replaced,
};
pub use record::{PolicyText, Question, RECORD_VERSION, Record};
pub use stages::{About, History, Next, Part, Stage, Standing, Try, View, first_step, stages};
pub use steps::{DeploymentPlan, Risk, RiskLevel, deployment_plan};
