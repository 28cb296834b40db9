//! What stands in a folder of hooks, and what it is.

use super::HookName;
use super::manager::Manager;
use super::script::Script;

/// The largest file that is read whole, in bytes. What is larger is a program or a script of somebody's.
pub const LARGEST: u64 = 1024 * 1024;

/// What a folder has for one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The hook.
    pub hook: HookName,
    /// What git would run.
    pub here: Entry,
    /// What was moved aside.
    pub aside: Entry,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Nothing,
    /// A file, or a symbolic link to one or to nothing.
    File(SeenFile),
    /// Something that is no file: a folder, a pipe.
    Strange,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFile {
    /// Its bytes, or those that a link leads to; none where they are too many or cannot be read.
    pub text: Option<Vec<u8>>,
    /// Whether git would run it.
    pub executable: bool,
    /// Whether it is a symbolic link.
    pub is_link: bool,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Written by `shipgate hooks install`, and as it was written.
    Ours(Script),
    /// Written by it, and changed since.
    Edited,
    /// Written by another version.
    OtherVersion(u32),
    /// Somebody's, which runs shipgate.
    Calls,
    /// Written by another program that looks after hooks.
    Managed(Manager),
    /// Somebody's.
    Foreign,
}

impl SeenFile {
    /// What it is.
    pub fn kind(&self, hook: HookName) -> Kind {
        let Some(text) = self.text.as_deref() else { return Kind::Foreign };
        if let Some(script) = Script::read(hook, text).filter(|_| !self.is_link) {
            return Kind::Ours(script);
        }
        match Script::version(text) {
            Some(version) if Script::is_later(version) => return Kind::OtherVersion(version),
            Some(_) => return Kind::Edited,
            None => {}
        }
        if let Some(manager) = Manager::of_text(text) {
            return Kind::Managed(manager);
        }
        if Manager::runs_shipgate(text) { Kind::Calls } else { Kind::Foreign }
    }

    /// Whether the system can start it as it stands: a script says by which program, anything else is a program itself.
    pub fn can_start(&self) -> bool {
        self.text.as_deref().is_none_or(|text| text.starts_with(b"#!") || text.iter().take(4096).any(|byte| *byte == 0))
    }
}

impl Entry {
    /// What it is, where it is a file.
    pub fn kind(&self, hook: HookName) -> Option<Kind> {
        match self {
            Self::File(file) => Some(file.kind(hook)),
            Self::Nothing | Self::Strange => None,
        }
    }
}
