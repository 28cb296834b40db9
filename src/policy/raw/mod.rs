//! The policy file as it is written: a mirror of its keys with the places of all values. Absent keys stay absent; defaults and
//! everything that needs two values at once is the business of `check`.
//!
//! The doc comments are the descriptions of the JSON Schema, so they speak to the author of a policy.

mod checks;
mod commands;
mod deploy;
mod environment;
mod gates;
mod later;
mod placed;
#[cfg(test)]
mod schema;

use serde::Deserialize;

pub(super) use checks::{
    RawApproved, RawCommits, RawMigrations, RawRefs, RawSchema, RawScripts, RawSecrets, RawSize, RawStaticChecks, RawStop, RawTicket, RawUrls,
};
pub(super) use commands::{RawBranches, RawCommands, RawService, RawServiceInventory, RawWho};
pub(super) use deploy::{RawDeploy, RawDispatch};
pub(super) use environment::{AnyWord, RawBody, RawEnvironment, RawInventory, RawParameter, RawParameterRule, RawTarget};
pub(super) use gates::{GATE_KEYS, RawApproval, RawCheck, RawChecks, RawCustom, RawFreeze, RawGates, RawLock, RawPolicyChange, RawWindow};
pub(super) use later::is_later;
pub(super) use placed::{AT, At, Entries, KIND, List, Set};

use super::fault::Sink;
use super::reader::Reader;
use super::tree::Node;
use crate::domain::{EnvName, Principal, ServiceName};

/// What shipgate allows in this repository: who may deploy what to where, and what must be true before.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Policy", title = "shipgate policy", extend("required" = ["version"])))]
#[serde(rename = "a policy", rename_all = "kebab-case", default, deny_unknown_fields)]
pub(super) struct RawPolicy {
    /// The version of the format: 1.
    #[cfg_attr(test, schemars(schema_with = "schema::version"))]
    pub(super) version: Set<u32>,
    /// How commands are written in comments, and who may give them.
    pub(super) commands: Set<RawCommands>,
    /// The services that can be deployed by name.
    pub(super) services: Set<Entries<ServiceName, RawService>>,
    /// A command whose output names further services, one a line.
    pub(super) service_inventory: Set<RawServiceInventory>,
    /// The environments, in their order. Default: dev, staging, canary (after staging), production (after staging).
    #[cfg_attr(test, schemars(extend("minProperties" = 1)))]
    pub(super) environments: Set<Entries<EnvName, RawBody>>,
    /// Which branches are protected.
    pub(super) branches: Set<RawBranches>,
    /// What commit messages must be like.
    pub(super) commits: Set<RawCommits>,
    /// What is checked in hooks, on the command line and in the action.
    pub(super) checks: Set<RawStaticChecks>,
}

/// A program and its arguments as a list; a string is read too, so that the fault can say what to write.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(super) enum RawArgv {
    Sequence(List<String>),
    Scalar(At<String>),
}

/// One principal, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "People", untagged))]
#[serde(rename = "$kind", rename_all = "lowercase")]
pub(super) enum RawPeople {
    /// One.
    Scalar(At<Principal>),
    /// Any of these.
    Sequence(List<Principal>),
}

impl RawPeople {
    /// All of them.
    pub(super) fn values(&self) -> Vec<Principal> {
        match self {
            Self::Scalar(one) => vec![one.value.clone()],
            Self::Sequence(list) => list.values(),
        }
    }

    /// All of them, with their places.
    pub(super) fn items(&self) -> &[At<Principal>] {
        match self {
            Self::Scalar(one) => std::slice::from_ref(one),
            Self::Sequence(list) => &list.items,
        }
    }

    /// True where some could not be read.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self, Self::Sequence(list) if list.broken)
    }
}

/// Reads the mirror; what cannot be read is in the sink.
pub(super) fn read(root: &Node, sink: &Sink) -> Option<RawPolicy> {
    RawPolicy::deserialize(Reader::new(root, sink)).ok()
}
