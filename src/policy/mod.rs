//! The policy file: `.github/shipgate.yml` of the base branch, and nothing else, says what is allowed.
//!
//! [`load()`] turns text into a [`Policy`] or into all of its faults at once; the rest of the program only ever sees a valid one.
//!
//! The way of a text: `screen` (size, hidden characters) → `tree` (YAML, with places) → `reader` and `raw` (keys and kinds of values)
//! → `check` (what they mean together, and the defaults) → `model`.

mod check;
mod code;
mod codeowners;
mod defaults;
mod explain;
mod fault;
mod load;
mod model;
mod nearest;
mod raw;
mod reader;
mod render;
mod screen;
mod template;
mod tree;
mod warn;

pub use crate::domain::{BadPattern, Expression, Pattern, Position, Span};
pub use code::{CODES, Code, CodeSpec, Severity};
pub use codeowners::{Owner, Ownership, OwnershipFault, SkippedLine};
pub use explain::explain;
pub use fault::{Fault, Faults, Warnings};
pub use load::load;
pub use model::{
    ApprovalRule, Argv, ChecksRequired, ChecksRule, Commands, CommitRule, ConfirmRule, CustomRule, Day, DeployHow, Dispatch, Environment, Excluded, Forks,
    Freeze, Gates, Inventory, LockRule, NamedCheck, OpenHours, OrderRule, POLICY_PATH, ParameterRule, PermissionRule, Policy, PolicyChangeRule, Service,
    Services, Signatures, TargetRule, Tier, UpToDateRule, WindowRule,
};
pub use render::Paint;
pub use template::{Slot, Template};
pub use warn::warnings;

/// The JSON Schema of the policy file, for editors (row I3).
pub const SCHEMA: &str = include_str!("../../docs/shipgate.schema.json");
