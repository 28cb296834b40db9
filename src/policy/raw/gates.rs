//! Mirror of the gates of an environment. A key is the id of the gate; a test compares them with the registry of gates.

use serde::Deserialize;

use super::{At, List, RawArgv, RawPeople, Set};
use crate::domain::{CustomId, Period};
#[cfg(test)]
use crate::policy::defaults;
use crate::policy::{ChecksRequired, ConfirmRule, Excluded, Forks, OrderRule, Pattern, Signatures, UpToDateRule};

/// The ids of the built-in gates: the keys below, and `inputs`, which has nothing to configure. A test compares them with the
/// registry of gates, which lies downstream of the policy.
pub(in crate::policy) const GATE_KEYS: [&str; 12] =
    ["inputs", "permission", "commit", "policy-change", "checks", "approval", "up-to-date", "order", "window", "confirm", "lock", "custom"];

/// What must be true before a deployment. Every gate is in force; a key changes how.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Gates", title = "Gates"))]
#[serde(rename = "`gates`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawGates {
    /// Who may deploy here.
    pub(in crate::policy) permission: Set<RawPermission>,
    /// What is asked of the commit.
    pub(in crate::policy) commit: Set<RawCommit>,
    /// Who must approve changes of the rules themselves.
    pub(in crate::policy) policy_change: Set<RawPolicyChange>,
    /// Which checks must pass.
    pub(in crate::policy) checks: Set<RawChecks>,
    /// Who must approve.
    pub(in crate::policy) approval: Set<RawApproval>,
    /// Whether the branch must contain its base: `strict` demands it, `warn` says it, `off` does not look.
    #[cfg_attr(test, schemars(extend("default" = defaults::UP_TO_DATE)))]
    pub(in crate::policy) up_to_date: Set<UpToDateRule>,
    /// What the environments before must have: the same `commit`, or a commit with the same `tree`.
    #[cfg_attr(test, schemars(extend("default" = defaults::ORDER)))]
    pub(in crate::policy) order: Set<OrderRule>,
    /// When the environment may be changed. Default: always.
    pub(in crate::policy) window: Set<RawWindow>,
    /// How a deployment is confirmed: `off`, by `name` (`/confirm production`), or by `sha` (`/confirm production 0123abc`).
    /// Default: off; production: name.
    pub(in crate::policy) confirm: Set<ConfirmRule>,
    /// How long locks hold.
    pub(in crate::policy) lock: Set<RawLock>,
    /// The team's own gates.
    pub(in crate::policy) custom: Set<List<RawCustom>>,
}

/// Who may deploy here. `commands.who.deploy` must allow the person as well.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Permission", title = "Gate `permission`"))]
#[serde(rename = "`permission`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawPermission {
    /// Any of these.
    #[cfg_attr(test, schemars(extend("default" = defaults::people_in_words(&defaults::permission_who()))))]
    pub(in crate::policy) who: Set<RawPeople>,
    /// Pull requests from forks: `refuse`, or `approved`, which asks for an approval of the exact commit by somebody who may push.
    #[cfg_attr(test, schemars(extend("default" = defaults::FORKS)))]
    pub(in crate::policy) forks: Set<Forks>,
}

/// What is asked of the commit.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Commit", title = "Gate `commit`"))]
#[serde(rename = "`commit`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawCommit {
    /// Whether the signature of every commit must be verified by GitHub.
    #[cfg_attr(test, schemars(extend("default" = defaults::SIGNATURES)))]
    pub(in crate::policy) signatures: Set<Signatures>,
}

/// Who must approve changes of the rules themselves.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "PolicyChange", title = "Gate `policy-change`"))]
#[serde(rename = "`policy-change`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawPolicyChange {
    /// Further files that make the rules, as globs. The policy, workflows, actions, CODEOWNERS and hooks are always among them.
    pub(in crate::policy) paths: Set<List<Pattern>>,
    /// Whose approval they need: any of these.
    #[cfg_attr(test, schemars(extend("default" = defaults::people_in_words(&defaults::policy_change_approve()))))]
    pub(in crate::policy) approve: Set<RawPeople>,
}

/// Which checks must pass on the exact commit.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Checks", title = "Gate `checks`"))]
#[serde(rename = "`checks`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawChecks {
    /// `all` that reported and all that the base branch requires; those `required` by the base branch; or only those `named` in `also`.
    #[cfg_attr(test, schemars(extend("default" = defaults::CHECKS)))]
    pub(in crate::policy) require: Set<ChecksRequired>,
    /// Checks that must pass besides, by name.
    pub(in crate::policy) also: Set<List<RawCheck>>,
    /// Names of checks that do not count.
    #[cfg_attr(test, schemars(inner(length(min = 1, max = 255))))]
    pub(in crate::policy) except: Set<List<String>>,
}

/// A check: its name, or a mapping that says who must report it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Check", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(in crate::policy) enum RawCheck {
    /// Its name.
    Scalar(At<String>),
    /// Its name, and who must report it.
    Mapping(At<RawNamedCheck>),
}

/// A check's name, and who must report it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NamedCheck", title = "Named check", extend("required" = ["name"])))]
#[serde(rename = "a check", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawNamedCheck {
    /// The run's name or the status's context.
    #[cfg_attr(test, schemars(length(min = 1, max = 255)))]
    pub(in crate::policy) name: Set<String>,
    /// The slug of the app that must report it, e.g. `github-actions`.
    #[cfg_attr(test, schemars(length(min = 1, max = 255)))]
    pub(in crate::policy) app: Set<String>,
    /// The event that must have started it, e.g. `push`.
    #[cfg_attr(test, schemars(length(min = 1, max = 255)))]
    pub(in crate::policy) event: Set<String>,
}

/// Who must approve.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Approval", title = "Gate `approval`"))]
#[serde(rename = "`approval`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawApproval {
    /// How many approvals, 20 at most; 0 asks nobody, but changes requested and `/reject` still block. Default: 1; production: 2.
    #[cfg_attr(test, schemars(range(max = 20)))]
    pub(in crate::policy) count: Set<u32>,
    /// Whose approvals count: any of these.
    #[cfg_attr(test, schemars(extend("default" = defaults::people_in_words(&defaults::approval_from()))))]
    pub(in crate::policy) from: Set<RawPeople>,
    /// Whose approvals do not count, whoever they are. Default: author, committers, pusher; production: requester besides.
    pub(in crate::policy) exclude: Set<List<Excluded>>,
    /// How long an approval holds. Default: 14d; production: 3d.
    pub(in crate::policy) expires: Set<Period>,
}

/// When the environment may be changed.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Window", title = "Gate `window`", extend("required" = ["zone"])))]
#[serde(rename = "`window`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawWindow {
    /// The time zone by its IANA name, e.g. `Europe/Berlin` or `UTC`.
    pub(in crate::policy) zone: Set<String>,
    /// The open hours, e.g. `Mon-Thu 09:00-16:00`. An end at or before the beginning lies on the next day. Default: always open.
    #[cfg_attr(test, schemars(length(min = 1), inner(regex(pattern = r"^[A-Z][a-z]{2}([-,][A-Z][a-z]{2})* [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"))))]
    pub(in crate::policy) open: Set<List<String>>,
    /// Times of no change.
    pub(in crate::policy) freeze: Set<List<RawFreeze>>,
}

/// A time of no change.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Freeze", title = "Freeze", extend("required" = ["from", "until"])))]
#[serde(rename = "a freeze", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawFreeze {
    /// The first day, e.g. `2026-12-20`, or the first minute, e.g. `2026-12-20T18:00`.
    #[cfg_attr(test, schemars(extend("pattern" = DATE)))]
    pub(in crate::policy) from: Set<String>,
    /// The last day, or the minute at which it ends.
    #[cfg_attr(test, schemars(extend("pattern" = DATE)))]
    pub(in crate::policy) until: Set<String>,
    /// Why.
    pub(in crate::policy) why: Set<String>,
}

#[cfg(test)]
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$";

/// How long locks hold.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Lock", title = "Gate `lock`"))]
#[serde(rename = "`lock`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawLock {
    /// After how long a deployment's lock frees itself if nobody renews it; at least 5m.
    #[cfg_attr(test, schemars(extend("default" = defaults::LOCK_EXPIRES)))]
    pub(in crate::policy) expires: Set<Period>,
}

/// A gate of the team's own: a program that reads the facts as JSON and answers a verdict as JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Custom", title = "Gate `custom`", extend("required" = ["id", "run"])))]
#[serde(rename = "a custom gate", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawCustom {
    /// Its id.
    pub(in crate::policy) id: Set<CustomId>,
    /// The program and its arguments, as a list; there is no shell.
    pub(in crate::policy) run: Set<RawArgv>,
    /// How long it may take, an hour at most; after that the answer is no.
    #[cfg_attr(test, schemars(extend("default" = defaults::CUSTOM_TIMEOUT)))]
    pub(in crate::policy) timeout: Set<Period>,
}
