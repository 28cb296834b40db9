//! The policy file: `.github/shipgate.yml` of the base branch, and nothing else, says what is allowed.
//!
//! `load` turns text into a [`Policy`] or into all of its faults at once; the rest of the program only ever sees a valid one.

mod codeowners;
mod model;
mod pattern;

pub use codeowners::{Owner, Ownership, OwnershipFault, SkippedLine};
pub use model::{
    ApprovalRule, Argv, ChecksRequired, ChecksRule, Commands, CommitRule, ConfirmRule, CustomRule, Day, DeployHow, Environment, Excluded, Forks, Freeze, Gates,
    Inventory, LockRule, NamedCheck, OpenHours, OrderRule, POLICY_PATH, ParameterRule, PermissionRule, Policy, PolicyChangeRule, Service, Services, Signatures,
    TargetRule, Tier, UpToDateRule, WindowRule,
};
pub use pattern::{BadPattern, Expression, Pattern};
