//! What only the machine that runs shipgate knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use crate::domain::{CustomId, VariableName};

/// Facts of this machine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Local {
    /// The lines of the inventory command (row V3).
    #[serde(default)]
    pub inventory: Fact<Vec<String>>,
    /// The lines of the service registry command (row V5).
    #[serde(default)]
    pub services: Fact<Vec<String>>,
    /// The required variables (row V10): never their values.
    #[serde(default)]
    pub variables: BTreeMap<VariableName, VariableState>,
    /// Answers of the team's own gates (row G20).
    #[serde(default)]
    pub custom: BTreeMap<CustomId, Fact<CustomAnswer>>,
}

#[expect(clippy::derivable_impls, reason = "a derive would ask T: Default")]
impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::NotAsked
    }
}

/// Whether a required variable is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableState {
    /// Present and not empty.
    Present,
    /// Present and empty.
    Empty,
    /// Not there.
    Missing,
}

/// What a team's own gate answered on its standard output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomAnswer {
    /// Its verdict.
    pub verdict: CustomVerdict,
    /// One line that says what it saw.
    #[serde(default)]
    pub evidence: String,
    /// One line that says what would turn it to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// The verdict of a team's own gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomVerdict {
    /// Go.
    Go,
    /// Not yet.
    Waiting,
    /// No.
    NoGo,
}
