//! Every default of the policy, in one place. All are the strict ones; production's are stricter.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChecksRequired, ConfirmRule, DeployHow, Excluded, Forks, OrderRule, Signatures, Tier, UpToDateRule};
use crate::domain::{EnvName, Period, Principal, Role};
use crate::intake::{COMMANDS, CommandName};

/// What stands before a command's word.
pub(super) const PREFIX: &str = "/";
/// The environment that is production unless it says otherwise.
pub(super) const PRODUCTION: &str = "production";
/// The environments where the policy names none, and what comes before each.
pub(super) const ENVIRONMENTS: &[(&str, &[&str])] = &[("dev", &[]), ("staging", &[]), ("canary", &["staging"]), (PRODUCTION, &["staging"])];
/// How environments are deployed.
pub(super) const DEPLOY: DeployHow = DeployHow::Here;
/// Pull requests from forks.
pub(super) const FORKS: Forks = Forks::Refuse;
/// Signatures of commits.
pub(super) const SIGNATURES: Signatures = Signatures::Off;
/// Which checks must pass.
pub(super) const CHECKS: ChecksRequired = ChecksRequired::All;
/// Whether the base branch must be contained.
pub(super) const UP_TO_DATE: UpToDateRule = UpToDateRule::Strict;
/// What the environments before must have.
pub(super) const ORDER: OrderRule = OrderRule::Commit;
/// How long a deployment's lock holds: the longest a hosted job can run.
pub(super) const LOCK_EXPIRES: Period = Period::of_seconds(6 * 3_600);
/// How long a custom gate may take.
pub(super) const CUSTOM_TIMEOUT: Period = Period::of_seconds(30);

/// Whether an environment is production.
pub(super) fn tier(name: &EnvName) -> Tier {
    if name.as_str() == PRODUCTION { Tier::Production } else { Tier::Other }
}

/// How many approvals.
pub(super) fn approval_count(tier: Tier) -> u32 {
    match tier {
        Tier::Production => 2,
        Tier::Other => 1,
    }
}

/// Whose approvals count.
pub(super) fn approval_from() -> Vec<Principal> {
    vec![Principal::Role(Role::Write)]
}

/// Whose approvals do not count.
pub(super) fn approval_exclude(tier: Tier) -> BTreeSet<Excluded> {
    let everywhere = [Excluded::Author, Excluded::Committers, Excluded::Pusher];
    let production = (tier == Tier::Production).then_some(Excluded::Requester);
    everywhere.into_iter().chain(production).collect()
}

/// How long an approval holds.
pub(super) fn approval_expires(tier: Tier) -> Period {
    match tier {
        Tier::Production => Period::of_seconds(3 * 86_400),
        Tier::Other => Period::of_seconds(14 * 86_400),
    }
}

/// How a deployment is confirmed.
pub(super) fn confirm(tier: Tier) -> ConfirmRule {
    match tier {
        Tier::Production => ConfirmRule::Name,
        Tier::Other => ConfirmRule::Off,
    }
}

/// Who may deploy to an environment.
pub(super) fn permission_who() -> Vec<Principal> {
    vec![Principal::Role(Role::Write)]
}

/// Whose approval changes of the rules need; where a file has no owner, the gate asks for `role:maintain`.
pub(super) fn policy_change_approve() -> Vec<Principal> {
    vec![Principal::Codeowners]
}

/// Who may free somebody else's lock.
pub(super) fn force_unlock() -> Vec<Principal> {
    vec![Principal::Role(Role::Maintain)]
}

/// Who may give a command.
pub(super) fn who(command: CommandName) -> Vec<Principal> {
    let role = match command {
        CommandName::Status | CommandName::Help => Role::Read,
        CommandName::Deploy
        | CommandName::Plan
        | CommandName::Approve
        | CommandName::Reject
        | CommandName::Confirm
        | CommandName::Lock
        | CommandName::Unlock
        | CommandName::Cancel => Role::Write,
    };
    vec![Principal::Role(role)]
}

/// Who may give which command.
pub(super) fn everybody() -> BTreeMap<CommandName, Vec<Principal>> {
    COMMANDS.iter().map(|spec| (spec.name, who(spec.name))).collect()
}

/// People as they are written in the policy.
#[cfg(test)]
pub(super) fn people_in_words(people: &[Principal]) -> Vec<String> {
    people.iter().map(Principal::to_string).collect()
}

/// [`who`] as it is written in the policy.
#[cfg(test)]
pub(super) fn who_in_words(command: CommandName) -> Vec<String> {
    people_in_words(&who(command))
}
