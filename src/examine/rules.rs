//! Which policy is in force: the work tree's for what is not committed yet, that of the base for what is pushed or proposed, so that a change cannot loosen what
//! it is judged by.

use std::path::Path;

use crate::checks::{CheckRules, Near as _};
use crate::domain::{ObjectId, RepoPath};
use crate::git::history::{Content, HistoryError, Repository};
use crate::policy::{Faults, POLICY_PATH, load};

use super::Disk;

/// The largest policy that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The rules in force, and where they are from.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The rules.
    pub rules: CheckRules,
    /// Where they are from.
    pub origin: Origin,
}

/// Where rules are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// There is no policy: the defaults.
    Defaults,
    /// The file in the work tree.
    WorkTree,
    /// The file of a commit.
    Commit(ObjectId),
}

/// Why no rules are in force.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The policy is not valid.
    #[error("SG-POLICY: {place} is not valid")]
    Faults {
        /// Which policy it is.
        place: String,
        /// Everything that is wrong with it.
        faults: Faults,
    },
    /// It is there, and could not be read.
    #[error("SG-FILE: {place} could not be read: {why}")]
    Unreadable {
        /// Which policy it is.
        place: String,
        /// Why.
        why: String,
    },
    /// Git could not be asked.
    #[error(transparent)]
    History(#[from] HistoryError),
}

impl InForce {
    /// The defaults: where there is no policy.
    pub fn defaults() -> Self {
        Self { rules: CheckRules::default(), origin: Origin::Defaults }
    }

    /// The policy of a work tree; the defaults where it has none.
    ///
    /// # Errors
    /// [`RulesError`]
    pub fn of_work_tree(root: &Path) -> Result<Self, RulesError> {
        let path = RepoPath::new(POLICY_PATH);
        let unreadable = |why: &str| RulesError::Unreadable { place: POLICY_PATH.to_owned(), why: why.to_owned() };
        match Disk::new(root).entry(&path) {
            Ok(super::disk::Entry::Nothing) => Ok(Self::defaults()),
            Ok(super::disk::Entry::File(..)) => {
                let bytes = Disk::new(root).read(&path).ok_or_else(|| unreadable("it is larger than a megabyte, or went away"))?;
                Ok(Self { rules: rules(bytes, POLICY_PATH)?, origin: Origin::WorkTree })
            }
            Ok(_) => Err(unreadable("it is no file")),
            Err(error) => Err(unreadable(&error.to_string())),
        }
    }

    /// The policy of a commit; the defaults where it has none.
    ///
    /// # Errors
    /// [`RulesError`]
    pub fn of_commit(repository: &Repository, commit: &ObjectId) -> Result<Self, RulesError> {
        let place = format!("{POLICY_PATH} of {}", &commit.as_str()[..12]);
        match repository.read_at(commit, &RepoPath::new(POLICY_PATH), LARGEST)? {
            Content::Missing => Ok(Self::defaults()),
            Content::Whole(bytes) => Ok(Self { rules: rules(bytes, &place)?, origin: Origin::Commit(commit.clone()) }),
            Content::TooLarge(_) => Err(RulesError::Unreadable { place, why: "it is larger than a megabyte".to_owned() }),
        }
    }
}

fn rules(bytes: Vec<u8>, place: &str) -> Result<CheckRules, RulesError> {
    let text = String::from_utf8(bytes).map_err(|_| RulesError::Unreadable { place: place.to_owned(), why: "it is not UTF-8".to_owned() })?;
    let id = ObjectId::new("0".repeat(40)).expect("forty zeros are an object id");
    let policy = load(&text, id).map_err(|faults| RulesError::Faults { place: place.to_owned(), faults: faults.of_file(place) })?;
    Ok(policy.checks)
}
