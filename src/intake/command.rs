//! The commands a comment (or a dispatch, or the command line) can carry, as data.
//!
//! Environments stand here as they were typed: only the policy knows names and aliases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{BranchName, EnvName, ParamKey, ParamValue, Period, Reason, ServiceName, ShaPrefix, Version};

/// One command, whole and syntactically checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Command {
    /// `/deploy ENV [SERVICE…] [--ref REF | --sha SHA] [--version V] [--reason TEXT] [-- key=value…]`
    Deploy(Deploy),
    /// `/plan ENV …`: as `/deploy`, without effect.
    Plan(Deploy),
    /// `/approve ENV [SHA]`
    Approve {
        /// The environment as typed.
        environment: EnvName,
        /// The commit, where named.
        sha: Option<ShaPrefix>,
    },
    /// `/reject ENV reason`
    Reject {
        /// The environment as typed.
        environment: EnvName,
        /// Why.
        reason: Reason,
    },
    /// `/confirm ENV [SHA]`
    Confirm {
        /// The environment as typed.
        environment: EnvName,
        /// The commit, where named.
        sha: Option<ShaPrefix>,
    },
    /// `/lock ENV [reason] [--for 2h]`: a sticky lock.
    Lock {
        /// The environment as typed.
        environment: EnvName,
        /// Why, where said.
        reason: Option<Reason>,
        /// After how long it frees itself, where said.
        expires: Option<Period>,
    },
    /// `/unlock ENV [--force reason]`
    Unlock {
        /// The environment as typed.
        environment: EnvName,
        /// The reason for freeing somebody else's lock.
        force: Option<Reason>,
    },
    /// `/status [ENV]`
    Status {
        /// The environment as typed; all where absent.
        environment: Option<EnvName>,
    },
    /// `/cancel ENV`
    Cancel {
        /// The environment as typed.
        environment: EnvName,
    },
    /// `/help`
    Help,
}

/// What `/deploy` and `/plan` carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deploy {
    /// The environment as typed.
    pub environment: EnvName,
    /// The services named; all of the repository where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceName>,
    /// What to deploy.
    #[serde(default)]
    pub what: What,
    /// The version, where named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Why, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The parameters behind `--`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ParamKey, ParamValue>,
}

/// Which commit a `/deploy` means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The head of the pull request.
    #[default]
    Head,
    /// A branch or tag: its tip must be the pull request's head, or a commit of the base branch.
    Ref(BranchName),
    /// A commit: it must be the pull request's head, or a commit of the base branch.
    Sha(ShaPrefix),
}

/// The name of a command: what permissions, help, and logs are keyed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the commands' names")]
pub enum CommandName {
    Deploy,
    Plan,
    Approve,
    Reject,
    Confirm,
    Lock,
    Unlock,
    Status,
    Cancel,
    Help,
}

/// One row of the command registry: help, docs and completions are made from it.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// The command.
    pub name: CommandName,
    /// The word behind the prefix.
    pub word: &'static str,
    /// What follows the word.
    pub usage: &'static str,
    /// One sentence for `/help` and the docs.
    pub about: &'static str,
}

/// Every command there is.
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        name: CommandName::Deploy,
        word: "deploy",
        usage: "ENV [SERVICE…] [--ref REF | --sha SHA] [--version V] [--reason TEXT] [-- key=value…]",
        about: "Deploy this pull request's head to an environment, once every gate says go.",
    },
    CommandSpec {
        name: CommandName::Plan,
        word: "plan",
        usage: "ENV [SERVICE…] [options of deploy]",
        about: "Show every gate and the deployment plan; change nothing.",
    },
    CommandSpec {
        name: CommandName::Approve,
        word: "approve",
        usage: "ENV [SHA]",
        about: "Approve the deployment of the current head (or the named commit) to an environment.",
    },
    CommandSpec { name: CommandName::Reject, word: "reject", usage: "ENV REASON", about: "Block the deployment of this pull request to an environment." },
    CommandSpec { name: CommandName::Confirm, word: "confirm", usage: "ENV [SHA]", about: "Confirm that you mean this environment and this commit." },
    CommandSpec {
        name: CommandName::Lock,
        word: "lock",
        usage: "ENV [REASON] [--for 2h]",
        about: "Keep an environment locked until you unlock it or the time is over.",
    },
    CommandSpec {
        name: CommandName::Unlock,
        word: "unlock",
        usage: "ENV [--force REASON]",
        about: "Free your lock; with --force and a reason, somebody else's.",
    },
    CommandSpec {
        name: CommandName::Status,
        word: "status",
        usage: "[ENV]",
        about: "Show where every environment stands: done, running, waiting, failed, outstanding, locked; and the next step.",
    },
    CommandSpec {
        name: CommandName::Cancel,
        word: "cancel",
        usage: "ENV",
        about: "Withdraw the waiting deployment of this pull request to an environment, or stop the one that runs.",
    },
    CommandSpec { name: CommandName::Help, word: "help", usage: "", about: "Show the commands." },
];

impl Deploy {
    /// The head, whole, to this environment.
    pub fn of(environment: EnvName) -> Self {
        Self { environment, services: Vec::new(), what: What::Head, version: None, reason: None, parameters: BTreeMap::new() }
    }
}

impl Command {
    /// The command's name.
    pub fn name(&self) -> CommandName {
        match self {
            Self::Deploy(_) => CommandName::Deploy,
            Self::Plan(_) => CommandName::Plan,
            Self::Approve { .. } => CommandName::Approve,
            Self::Reject { .. } => CommandName::Reject,
            Self::Confirm { .. } => CommandName::Confirm,
            Self::Lock { .. } => CommandName::Lock,
            Self::Unlock { .. } => CommandName::Unlock,
            Self::Status { .. } => CommandName::Status,
            Self::Cancel { .. } => CommandName::Cancel,
            Self::Help => CommandName::Help,
        }
    }

    /// The environment as typed, where the command names one.
    pub fn environment(&self) -> Option<&EnvName> {
        match self {
            Self::Deploy(deploy) | Self::Plan(deploy) => Some(&deploy.environment),
            Self::Approve { environment, .. }
            | Self::Reject { environment, .. }
            | Self::Confirm { environment, .. }
            | Self::Lock { environment, .. }
            | Self::Unlock { environment, .. }
            | Self::Cancel { environment } => Some(environment),
            Self::Status { environment } => environment.as_ref(),
            Self::Help => None,
        }
    }
}

impl CommandName {
    /// The command's row in the registry.
    ///
    /// # Panics
    /// Never: a test checks that every name has a row.
    pub fn spec(self) -> &'static CommandSpec {
        COMMANDS.iter().find(|spec| spec.name == self).expect("every command has a row")
    }

    /// The word behind the prefix.
    pub fn as_str(self) -> &'static str {
        self.spec().word
    }
}
