//! `permissions:` of a workflow or job.

use std::collections::BTreeMap;

use crate::doctor::yaml::{Kind, Node};

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    None,
    /// Reading.
    Read,
    /// Writing, and reading.
    Write,
}

impl Access {
    /// The word in a workflow.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "write" => Self::Write,
            "read" => Self::Read,
            _ => Self::None,
        }
    }
}

/// What a workflow or job grants its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// The line of `permissions:`.
    pub line: usize,
    /// What is granted.
    pub granted: Granted,
}

/// What is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// `read-all` or `write-all`.
    All(Access),
    /// These, and nothing else.
    Each(BTreeMap<String, Access>),
}

impl Permissions {
    /// From the value of `permissions:` on this line.
    pub fn read(line: usize, node: &Node) -> Self {
        let granted = match &node.kind {
            Kind::Scalar(text) if text == "write-all" => Granted::All(Access::Write),
            Kind::Scalar(text) if text == "read-all" => Granted::All(Access::Read),
            _ => Granted::Each(node.pairs().iter().map(|pair| (pair.key.clone(), Access::parse(pair.value.text().unwrap_or_default()))).collect()),
        };
        Self { line, granted }
    }

    /// How much of this permission is granted.
    pub fn of(&self, name: &str) -> Access {
        match &self.granted {
            Granted::All(access) => *access,
            Granted::Each(each) => each.get(name).copied().unwrap_or(Access::None),
        }
    }

    /// True where everything may be written.
    pub fn is_write_all(&self) -> bool {
        self.granted == Granted::All(Access::Write)
    }

    /// True where something may be written.
    pub fn writes(&self) -> bool {
        match &self.granted {
            Granted::All(access) => *access == Access::Write,
            Granted::Each(each) => each.values().any(|access| *access == Access::Write),
        }
    }
}
