//! Git hooks: which folder they belong in, what their scripts say, what of those that are there is moved aside, and how it is all taken back (row H1).
//!
//! Pure: the shell asks git, reads the folder ([`Seen`]), and does the [`Step`]s. What is there already is hostile or precious: nothing is overwritten that was not
//! written here, and other programs that look after hooks are told apart and left alone.

mod manager;
mod place;
mod plan;
mod script;
mod seen;

pub use manager::{Manager, advice};
pub use place::{Place, PlaceKind, Repository, Scope, Setting, place, places};
pub use plan::{Left, Plan, Planned, Refusal, Step, install, uninstall};
pub use script::{Folder, Program, Script};
pub use seen::{Entry, Kind, LARGEST, Seen, SeenFile};

/// A hook of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookName {
    /// Before a commit is made.
    PreCommit,
    /// When its message was written.
    CommitMsg,
    /// Before anything is pushed.
    PrePush,
}

impl HookName {
    /// All of them, in the order in which git runs them.
    pub const ALL: [Self; 3] = [Self::PreCommit, Self::CommitMsg, Self::PrePush];

    /// Its name, which is that of its file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
        }
    }

    /// The name under which a hook that was there before goes on.
    pub fn aside(self) -> String {
        format!("{}{ASIDE}", self.as_str())
    }
}

impl std::fmt::Display for HookName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What stands behind the name of a hook that was moved aside.
pub const ASIDE: &str = ".before-shipgate";
