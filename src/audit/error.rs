//! Why the log could not be kept.

use std::io;
use std::path::{Path, PathBuf};

/// Why a line could not be written, or a log not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file could not be opened or created.
    #[error("the audit log {} could not be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The path names something that lines cannot be appended to.
    #[error("{} is not a regular file: an audit log must be one", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file could not be locked against other writers.
    #[error("the audit log {} could not be locked", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file could not be read.
    #[error("{} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The line could not be written: a full disk, a quota, a medium that is gone. Nothing was recorded.
    #[error("{} could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The end of the log is not what was written: nothing is appended to it.
    #[error("the audit log {} was tampered with at its end: {what}", path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl AuditError {
    /// What would mend it: one line for the user.
    pub fn hint(&self) -> String {
        match self {
            Self::Open { path, .. } => format!("check that {} exists and may be written by this account", folder(path).display()),
            Self::NotAFile { .. } => "name a file".to_owned(),
            Self::Lock { .. } => "keep the log on a file system with locks (not every network file system has them)".to_owned(),
            Self::Read { .. } => "check the path and its permissions".to_owned(),
            Self::Write { path, .. } => format!("check the free space and the permissions of {}", folder(path).display()),
            Self::Tampered { path, .. } => format!("run `shipgate audit verify {}`, keep the file as evidence, and begin a new log", path.display()),
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
