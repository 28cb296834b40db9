//! The content of one version of a file, wherever it is: in git's objects or in the work tree. Bounded: what is larger than any text is told by its size alone.

use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

use super::disk::{Disk, Entry};
use crate::checks::Mode;
use crate::domain::{ObjectId, RepoPath};
use crate::ports::Version;

/// The largest file that is read whole, in bytes.
pub(super) const MOST_WHOLE: u64 = 16 * 1024 * 1024;

/// Contents by their ids: git's objects, or those of a test.
pub trait Blobs: Send {
    /// The content of an object that has no more than `most` bytes.
    ///
    /// # Errors
    /// Why it is not known, in words.
    fn blob(&mut self, id: &ObjectId, most: u64) -> Result<Stored, String>;
}

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// All of it.
    Whole(Vec<u8>),
    /// More bytes than were wanted: this many.
    TooLarge(u64),
}

/// What a version is.
#[derive(Debug)]
pub(super) enum Content {
    /// All its bytes.
    Whole(Mode, Vec<u8>),
    /// Only its size.
    Large(Mode, u64),
    /// A submodule.
    Submodule,
    /// Nothing: it is deleted, or went away.
    Gone,
    /// A pipe, a socket or a device, which git does not know.
    Special,
}

/// Where contents come from. One reader of objects for all threads: git answers faster than the checks look.
pub(super) struct Contents<'a> {
    pub(super) disk: Option<&'a Disk>,
    pub(super) blobs: Option<Mutex<Box<dyn Blobs + 'a>>>,
}

impl Contents<'_> {
    /// The content of a version.
    ///
    /// # Errors
    /// Why it could not be had, in words.
    pub(super) fn of(&self, path: &RepoPath, version: &Version) -> Result<Content, String> {
        match version {
            Version::Deleted => Ok(Content::Gone),
            Version::Blob(_, Mode::Submodule) | Version::WorkTree(Mode::Submodule) => Ok(Content::Submodule),
            Version::Blob(id, mode) => self.blob(id).map(|stored| of_stored(*mode, stored)),
            Version::WorkTree(_) => self.file(path),
        }
    }

    /// The bytes of an object; none where it is too large to be read whole.
    ///
    /// # Errors
    /// Why it could not be had, in words.
    pub(super) fn blob(&self, id: &ObjectId) -> Result<Stored, String> {
        let blobs = self.blobs.as_ref().ok_or("there is no repository to read it from")?;
        blobs.lock().unwrap_or_else(PoisonError::into_inner).blob(id, MOST_WHOLE)
    }

    fn file(&self, path: &RepoPath) -> Result<Content, String> {
        let disk = self.disk.ok_or("there is no work tree to read it from")?;
        match disk.entry(path).map_err(|error| error.to_string())? {
            Entry::File(_, size, mode) if size > MOST_WHOLE => Ok(Content::Large(mode, size)),
            Entry::File(file, size, mode) => {
                let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
                // It may grow while it is read, or have no size at all.
                file.take(MOST_WHOLE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
                let size = bytes.len() as u64;
                Ok(if size > MOST_WHOLE { Content::Large(mode, size) } else { Content::Whole(mode, bytes) })
            }
            Entry::Link(target) => Ok(Content::Whole(Mode::Link, target)),
            Entry::Folder => Ok(Content::Submodule),
            Entry::Nothing => Ok(Content::Gone),
            Entry::Special => Ok(Content::Special),
        }
    }
}

fn of_stored(mode: Mode, stored: Stored) -> Content {
    match stored {
        Stored::Whole(bytes) => Content::Whole(mode, bytes),
        Stored::TooLarge(size) => Content::Large(mode, size),
    }
}
