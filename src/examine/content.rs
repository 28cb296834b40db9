//! The content of one version of a file, wherever it is: in git's objects or in the work tree. Bounded: what is larger than any text is told by its size alone.

use super::disk::{Disk, Entry};
use super::windows::{Kind, Window, each};
use crate::checks::Mode;
use crate::domain::{ObjectId, RepoPath};
use crate::ports::Version;
use std::io::Read;
use std::ops::ControlFlow;

/// The largest file that is read whole, in bytes.
pub(super) const MOST_WHOLE: u64 = 16 * 1024 * 1024;

/// Contents by their ids: git's objects, or those of a test.
pub trait Blobs: Sync {
    /// The content of an object that has no more than `most` bytes.
    ///
    /// # Errors
    /// Why it is not known, in words.
    fn blob(&self, id: &ObjectId, most: u64) -> Result<Stored, String>;
    /// Gives an object's content to a reader, of whatever size it is; what the reader leaves is not read.
    ///
    /// # Errors
    /// Why it is not known, in words.
    fn stream(&self, id: &ObjectId, read: Stream<'_>) -> Result<(), String>;
}

/// Reads a stream; breaks where it has read enough before the end.
pub type Stream<'a> = &'a mut dyn FnMut(&mut dyn Read) -> std::io::Result<ControlFlow<()>>;

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

/// Where contents come from.
#[derive(Clone, Copy)]
pub(super) struct Contents<'a> {
    pub(super) disk: Option<&'a Disk>,
    pub(super) blobs: Option<&'a dyn Blobs>,
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
        self.blobs.ok_or("there is no repository to read it from")?.blob(id, MOST_WHOLE)
    }

    /// Visits the pieces of a content that is too large to be read whole.
    ///
    /// # Errors
    /// Why it could not be had, in words.
    pub(super) fn pieces(&self, path: &RepoPath, version: &Version, visit: &mut dyn FnMut(&Window<'_>)) -> Result<Kind, String> {
        match version {
            Version::Blob(id, _) => self.pieces_of(id, visit),
            Version::WorkTree(_) | Version::Deleted => match self.disk.map(|disk| disk.entry(path)) {
                Some(Ok(Entry::File(mut file, _, _))) => each(&mut file, visit).map_err(|error| error.to_string()),
                Some(Err(error)) => Err(error.to_string()),
                _ => Err("it went away while it was looked at".to_owned()),
            },
        }
    }

    /// Visits the pieces of an object.
    ///
    /// # Errors
    /// Why it could not be had, in words.
    pub(super) fn pieces_of(&self, id: &ObjectId, visit: &mut dyn FnMut(&Window<'_>)) -> Result<Kind, String> {
        let mut kind = Kind::Binary;
        let blobs = self.blobs.ok_or("there is no repository to read it from")?;
        blobs.stream(id, &mut |reader| {
            kind = each(reader, visit)?;
            Ok(if kind == Kind::Text { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(kind)
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
