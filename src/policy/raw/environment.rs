//! Mirror of an environment, without its gates.

use serde::Deserialize;

use super::{At, Entries, List, RawArgv, RawDeploy, RawGates, Set};
use crate::domain::{EnvName, Namespace, ParamKey, Target, VariableName};
use crate::policy::Expression;

/// An environment's body; an empty one has all defaults.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "EnvironmentOrNothing", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(in crate::policy) enum RawBody {
    /// All defaults.
    Null,
    /// As it says.
    Mapping(Box<RawEnvironment>),
}

/// An environment: where to, and what must be true before.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Environment", title = "Environment"))]
#[serde(rename = "an environment", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawEnvironment {
    /// Other words for it.
    pub(in crate::policy) aliases: Set<List<EnvName>>,
    /// Whether it is production, with the stricter defaults. Default: true for the environment named `production`, false for others.
    pub(in crate::policy) production: Set<bool>,
    /// Where it can be seen: an https URL.
    #[cfg_attr(test, schemars(extend("pattern" = "^https://")))]
    pub(in crate::policy) url: Set<String>,
    /// The environments that must have the commit before.
    pub(in crate::policy) after: Set<List<EnvName>>,
    /// How it is deployed: `here`, which means that the same job goes on with its next steps, or a workflow that is dispatched.
    #[cfg_attr(test, schemars(extend("default" = "here")))]
    pub(in crate::policy) deploy: Set<RawDeploy>,
    /// Environment variables that must be present and not empty. Their values are never shown.
    pub(in crate::policy) variables: Set<List<VariableName>>,
    /// The cluster or context to deploy to, and the namespace.
    pub(in crate::policy) target: Set<RawTarget>,
    /// The parameters that a command may give behind `--`, and what values they may have. Others are refused.
    pub(in crate::policy) parameters: Set<Entries<ParamKey, RawParameter>>,
    /// What to look at after a deployment: lines of the plan.
    pub(in crate::policy) monitoring: Set<List<String>>,
    /// What to check after a deployment: lines of the plan.
    pub(in crate::policy) validation: Set<List<String>>,
    /// How to go back: lines of the plan.
    pub(in crate::policy) rollback: Set<List<String>>,
    /// The gates: what must be true before a deployment.
    pub(in crate::policy) gates: Set<RawGates>,
}

/// The cluster or context to deploy to, and the namespace.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Target", title = "Target", extend("required" = ["inventory"])))]
#[serde(rename = "`target`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawTarget {
    /// The targets that exist: a list of names, or a command that prints them, one a line.
    pub(in crate::policy) inventory: Set<RawInventory>,
    /// The target where the command names none.
    pub(in crate::policy) name: Set<Target>,
    /// The Kubernetes namespace where the command names none.
    pub(in crate::policy) namespace: Set<Namespace>,
}

/// The targets that exist.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Inventory", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(in crate::policy) enum RawInventory {
    /// These.
    Sequence(List<Target>),
    /// The lines that a command prints.
    Mapping(RawInventoryCommand),
}

/// The lines that a command prints.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "InventoryCommand", title = "Inventory command", extend("required" = ["run"])))]
#[serde(rename = "`inventory`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawInventoryCommand {
    /// The program and its arguments, as a list; there is no shell.
    pub(in crate::policy) run: Set<RawArgv>,
}

/// What values a parameter may have.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Parameter", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(in crate::policy) enum RawParameter {
    /// `any`: any single line.
    Scalar(AnyWord),
    /// One of a list, or what fits a pattern.
    Mapping(At<RawParameterRule>),
}

/// The word `any`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::policy) enum AnyWord {
    /// Any single line.
    Any,
}

/// One of a list, or what fits a pattern: one of the two keys.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ParameterRule", title = "Parameter rule", extend("minProperties" = 1, "maxProperties" = 1)))]
#[serde(rename = "a parameter", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawParameterRule {
    /// One of these values.
    pub(in crate::policy) one_of: Set<List<String>>,
    /// What fits this regular expression: the whole value, ASCII, case-sensitive.
    pub(in crate::policy) matching: Set<Expression>,
}
