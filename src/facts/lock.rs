//! Locks: who holds an environment, or services in it, and since when.
//!
//! The locks of one environment are one ref, `refs/shipgate/lock/ENV`, that points at an annotated tag object whose message
//! is a [`LockRecord`] as JSON. The ref is created by the first claim and never deleted: freeing points it at a record without that
//! hold. So every change of hands changes the ref's target, and a compare-and-swap from the target that a decision
//! saw fails when anything happened in between: the server puts decisions about one environment in a row.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{EnvName, Fault, ObjectId, Person, PullNumber, Reason, RefName, RepoSlug, RequestKey, RunId, ServiceName, checked_text};

checked_text!(
/// The id of one claim, made fresh for it: 32 lower-case hexadecimal digits.
ClaimId, "claim id", |text| {
    let hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    if hex { Ok(()) } else { Err(Fault::Shape("32 lower-case hexadecimal digits")) }
});

/// The folder of all lock refs.
pub const LOCK_REFS: &str = "refs/shipgate/lock/";

/// The locks of one environment as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The environment, by its policy name.
    pub environment: EnvName,
    /// What the ref points at: the expected value of the next compare-and-swap.
    pub target: ObjectId,
    /// What the record says. `None` where it cannot be read: then the environment is held by nobody knows whom.
    pub record: Option<LockRecord>,
}

/// What is written into a lock ref.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRecord {
    /// The record's version: 1.
    pub schema_version: u32,
    /// Made fresh for every change, so that no two records are the same object.
    pub change: ClaimId,
    /// When this record was written.
    pub at: Timestamp,
    /// Who holds the environment or services in it; nobody where empty.
    pub holds: Vec<Hold>,
    /// The head of the audit log when the record was written, published here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_head: Option<String>,
}

/// One hold on an environment. It belongs to a request, not to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// This claim. A holder is recognised by it, and by nothing else.
    pub claim: ClaimId,
    /// The request that claimed it; a redelivery of the same event has the same key.
    pub request: RequestKey,
    /// The person behind the request.
    pub person: Person,
    /// The pull request it came from.
    pub pull: PullNumber,
    /// For a deployment, or by wish.
    pub kind: LockKind,
    /// The workflow run that deploys, where it is one: when it is over, nobody renews or frees this hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which attempt of that run: a later one may go on with what an earlier one left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u64>,
    /// Who carries the deployment out, where another workflow was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Carrier>,
    /// The services held; the whole environment where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceName>,
    /// Why, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Timestamp,
    /// When it frees itself, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Who carries a dispatched deployment out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    /// The repository of the deploy workflow.
    pub repository: RepoSlug,
    /// The workflow run that has taken the hold over; nobody has where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which attempt of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u64>,
}

/// Why somebody holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// While a deployment runs; freed by its end.
    Deployment,
    /// By `/lock`; freed by `/unlock`, its expiry, or the end of its pull request.
    Sticky,
}

/// The ref of an environment's locks.
///
/// # Panics
/// Never: an environment's name has only characters that a ref may have.
pub fn lock_ref(environment: &EnvName) -> RefName {
    RefName::new(format!("{LOCK_REFS}{environment}")).expect("a checked name makes a checked ref")
}

impl Hold {
    /// True while it has not expired.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The run with whose end nobody will free this hold any more: the one that claimed it, or that has taken it over. A dispatched deployment that no
    /// run has taken over yet outlives the run that dispatched it.
    pub fn keeper(&self) -> Option<RunId> {
        self.carrier.as_ref().map_or(self.run, |carrier| carrier.run)
    }

    /// True when it and a wish for these services (all where empty) cannot both be.
    pub fn overlaps(&self, services: &[ServiceName]) -> bool {
        self.services.is_empty() || services.is_empty() || self.services.iter().any(|held| services.contains(held))
    }
}

impl LockRecord {
    /// The holds that have not expired.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.is_live(now))
    }
}
