//! Mirror of `commands`, `services`, `service-inventory` and `branches`.

use serde::Deserialize;

use super::{Entries, List, RawArgv, RawPeople, Set};
use crate::domain::{Login, ServiceName};
use crate::intake::CommandName;
use crate::policy::Pattern;
#[cfg(test)]
use crate::policy::defaults;

/// How commands are written in comments, and who may give them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Commands", title = "Commands"))]
#[serde(rename = "`commands`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawCommands {
    /// What stands before a command's word: 1 to 16 printable ASCII characters, not beginning with a letter or digit.
    #[cfg_attr(test, schemars(extend("default" = defaults::PREFIX), length(min = 1, max = 16)))]
    pub(in crate::policy) prefix: Set<String>,
    /// Other words for commands, e.g. `ship: deploy`.
    pub(in crate::policy) aliases: Set<Entries<String, CommandName>>,
    /// Who may give which command.
    pub(in crate::policy) who: Set<RawWho>,
    /// Logins of bots and apps that may give commands nevertheless, e.g. `renovate[bot]`. They never approve.
    pub(in crate::policy) apps: Set<List<Login>>,
}

/// Who may give which command: `user:LOGIN`, `team:ORG/SLUG`, `role:ROLE` or `codeowners`, or a list of them, any of which will do.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Who", title = "Who may give which command"))]
#[serde(rename = "`who`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawWho {
    /// Who may deploy. The environment's `permission` gate must allow the person as well.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Deploy))))]
    pub(in crate::policy) deploy: Set<RawPeople>,
    /// Who may ask for the plan of a deployment.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Plan))))]
    pub(in crate::policy) plan: Set<RawPeople>,
    /// Who may use the command `approve`. Whether the approval counts is the business of the `approval` gate.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Approve))))]
    pub(in crate::policy) approve: Set<RawPeople>,
    /// Who may reject a deployment.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Reject))))]
    pub(in crate::policy) reject: Set<RawPeople>,
    /// Who may confirm a deployment.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Confirm))))]
    pub(in crate::policy) confirm: Set<RawPeople>,
    /// Who may lock an environment.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Lock))))]
    pub(in crate::policy) lock: Set<RawPeople>,
    /// Who may free a lock of their own.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Unlock))))]
    pub(in crate::policy) unlock: Set<RawPeople>,
    /// Who may free somebody else's lock, with `--force` and a reason.
    #[cfg_attr(test, schemars(extend("default" = defaults::people_in_words(&defaults::force_unlock()))))]
    pub(in crate::policy) force_unlock: Set<RawPeople>,
    /// Who may see locks and deployments.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Status))))]
    pub(in crate::policy) status: Set<RawPeople>,
    /// Who may withdraw a waiting deployment, or stop one that runs.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Cancel))))]
    pub(in crate::policy) cancel: Set<RawPeople>,
    /// Who gets the list of commands.
    #[cfg_attr(test, schemars(extend("default" = defaults::who_in_words(CommandName::Help))))]
    pub(in crate::policy) help: Set<RawPeople>,
}

/// A service.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Service", title = "Service"))]
#[serde(rename = "a service", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawService {
    /// The files it is made of, as globs from the repository's root.
    pub(in crate::policy) paths: Set<List<Pattern>>,
    /// The services that must be deployed before it.
    pub(in crate::policy) needs: Set<List<ServiceName>>,
}

/// A command whose output names services, one a line.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ServiceInventory", title = "Service inventory", extend("required" = ["run"])))]
#[serde(rename = "`service-inventory`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawServiceInventory {
    /// The program and its arguments, as a list; there is no shell.
    pub(in crate::policy) run: Set<RawArgv>,
}

/// Which branches are protected.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Branches", title = "Branches"))]
#[serde(rename = "`branches`", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(in crate::policy) struct RawBranches {
    /// Branches besides the default one that are protected, as globs, e.g. `release/*`: their own policy file judges pull requests into them, and `checks.refs` says who
    /// pushes to them.
    pub(in crate::policy) protected: Set<List<Pattern>>,
}
