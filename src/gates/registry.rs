//! The registry of gates: id, title, and the function that judges. A gate's id is its file, its policy key, its docs anchor and
//! its case folder.

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::verdict::{Answer, ReasonSpec};

/// A gate's id, in the order in which gates are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each gate is described in its own file and in the registry")]
pub enum GateId {
    Inputs,
    Permission,
    Commit,
    PolicyChange,
    Checks,
    Approval,
    UpToDate,
    Order,
    Window,
    Confirm,
    Lock,
    Custom,
}

/// A row of the registry.
#[derive(Clone, Copy, Debug)]
pub struct GateSpec {
    /// The id.
    pub id: GateId,
    /// The id as it is written.
    pub name: &'static str,
    /// What the gate asks, as a short question for the table.
    pub title: &'static str,
    /// The rows of the requirements that it answers for.
    pub rows: &'static [&'static str],
    /// Every reason that it can give.
    pub reasons: &'static [ReasonSpec],
    /// Judges; pure.
    pub judge: fn(&Case<'_>) -> Answer,
}

/// Every gate there is, in the order in which they are shown.
pub const GATES: &[GateSpec] = &[
    GateSpec {
        id: GateId::Inputs,
        name: "inputs",
        title: "Inputs are valid",
        rows: &["V1", "V3", "V4", "V5", "V6", "V10"],
        reasons: super::inputs::REASONS,
        judge: super::inputs::judge,
    },
    GateSpec {
        id: GateId::Permission,
        name: "permission",
        title: "The person may",
        rows: &["G13"],
        reasons: super::permission::REASONS,
        judge: super::permission::judge,
    },
    GateSpec {
        id: GateId::Commit,
        name: "commit",
        title: "The commit is the one meant",
        rows: &["G14"],
        reasons: super::commit::REASONS,
        judge: super::commit::judge,
    },
    GateSpec {
        id: GateId::PolicyChange,
        name: "policy-change",
        title: "Changes of the rules are approved",
        rows: &["G13"],
        reasons: super::policy_change::REASONS,
        judge: super::policy_change::judge,
    },
    GateSpec { id: GateId::Checks, name: "checks", title: "Checks pass", rows: &["G1"], reasons: super::checks::REASONS, judge: super::checks::judge },
    GateSpec {
        id: GateId::Approval,
        name: "approval",
        title: "People approve",
        rows: &["G2", "G3"],
        reasons: super::approval::REASONS,
        judge: super::approval::judge,
    },
    GateSpec {
        id: GateId::UpToDate,
        name: "up-to-date",
        title: "The base branch is contained",
        rows: &["G12"],
        reasons: super::up_to_date::REASONS,
        judge: super::up_to_date::judge,
    },
    GateSpec {
        id: GateId::Order,
        name: "order",
        title: "Earlier environments have it",
        rows: &["G11"],
        reasons: super::order::REASONS,
        judge: super::order::judge,
    },
    GateSpec { id: GateId::Window, name: "window", title: "The time is right", rows: &["G9"], reasons: super::window::REASONS, judge: super::window::judge },
    GateSpec {
        id: GateId::Confirm,
        name: "confirm",
        title: "The environment is confirmed",
        rows: &["G8"],
        reasons: super::confirm::REASONS,
        judge: super::confirm::judge,
    },
    GateSpec { id: GateId::Lock, name: "lock", title: "Nobody else holds it", rows: &["G10"], reasons: super::lock::REASONS, judge: super::lock::judge },
    GateSpec {
        id: GateId::Custom,
        name: "custom",
        title: "The team's own gates",
        rows: &["G20"],
        reasons: super::custom::REASONS,
        judge: super::custom::judge,
    },
];

impl GateId {
    /// The gate's row.
    ///
    /// # Panics
    /// Never: a test checks that every id has a row.
    pub fn spec(self) -> &'static GateSpec {
        GATES.iter().find(|spec| spec.id == self).expect("every gate has a row")
    }

    /// The id as it is written.
    pub fn as_str(self) -> &'static str {
        self.spec().name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_is_registered_once_under_its_serialised_name() {
        for spec in GATES {
            let name = serde_json::to_value(spec.id).expect("a gate id is a string");
            assert_eq!(name, spec.name);
            assert_eq!(spec.id.spec().name, spec.name);
        }
        let mut ids: Vec<_> = GATES.iter().map(|spec| spec.id).collect();
        assert!(ids.is_sorted(), "shown in the order of the enum");
        ids.dedup();
        assert_eq!(ids.len(), GATES.len());
    }
}
