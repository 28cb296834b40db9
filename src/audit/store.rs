//! The log as a file: lines are appended, by as many processes as there are, and never changed.
//!
//! Every append takes the file's advisory lock, reads the last line to go on from it, and writes one line in one go. What a
//! stopped writer left half-written is moved into a file of its own first, and the log says so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::chain::{Head, Line, LineHash};
use super::error::AuditError;
use super::event::{AuditEvent, Outcome};
use super::record::{Entry, User, seal};
use super::tail::{self, FileTail};
use super::torn::{self, Tail, Torn};

/// An audit log that can be appended to.
pub struct AuditLog {
    path: PathBuf,
    /// None where nothing can be recorded.
    file: Option<File>,
    redact: Box<dyn Fn(&str) -> String + Send + Sync>,
    beginning: Head,
    head: Head,
    lost: bool,
}

/// What an append did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The head that the new line makes.
    pub head: Head,
    /// Where a half-written last line was moved to, where there was one. It is in the log, too.
    pub moved_aside: Option<PathBuf>,
}

/// The end of the log as an append finds it.
struct Found {
    head: Head,
    torn: Option<Torn>,
    tail: FileTail,
}

impl AuditLog {
    /// Opens a log, or begins one where there is none, and looks at its end. Every text goes through `redact` before it is hashed
    /// and written (row A5).
    ///
    /// # Errors
    /// [`AuditError`] where the file cannot be opened, locked or read, or where its end was tampered with.
    pub fn open(path: &Path, redact: impl Fn(&str) -> String + Send + Sync + 'static) -> Result<Self, AuditError> {
        Self::open_after(path, Head::GENESIS, redact)
    }

    /// The same for a log whose first line follows the last of an earlier one, whose head this is.
    ///
    /// # Errors
    /// As [`AuditLog::open`].
    pub fn open_after(path: &Path, beginning: Head, redact: impl Fn(&str) -> String + Send + Sync + 'static) -> Result<Self, AuditError> {
        let file = open_file(path)?;
        let mut log = Self { path: path.to_owned(), file: Some(file), redact: Box::new(redact), beginning, head: beginning, lost: false };
        log.head = log.locked(Self::find)?.head;
        Ok(log)
    }

    /// A log that takes no line and says so at each: to end what was begun where the log itself cannot be opened. Nothing new may be begun with it.
    pub fn lost(path: &Path) -> Self {
        let redact = Box::new(str::to_owned);
        Self { path: path.to_owned(), file: None, redact, beginning: Head::GENESIS, head: Head::GENESIS, lost: true }
    }

    /// The head as this log last saw it: after opening, and after each of its own appends.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one event and returns the new head. When this returns without error the line is with the system; the lines that end a deployment
    /// are on the disk.
    ///
    /// # Errors
    /// [`AuditError`]; then nothing was recorded, and what was being recorded must not go on.
    pub fn append(&mut self, entry: &Entry) -> Result<Appended, AuditError> {
        let appended = self.locked(|log| log.append_locked(entry));
        self.lost |= appended.is_err();
        appended
    }

    /// True once an event could not be recorded: nothing new may be begun then.
    pub fn has_lost_a_line(&self) -> bool {
        self.lost
    }

    /// Does it while no other writer can.
    fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, AuditError>) -> Result<T, AuditError> {
        let path = self.path.clone();
        let refused = |source| AuditError::Lock { path: path.clone(), source };
        self.file()?.lock().map_err(refused)?;
        let answer = work(self);
        let unlocked = self.file()?.unlock().map_err(refused);
        answer.and_then(|answer| unlocked.map(|()| answer))
    }

    fn append_locked(&mut self, entry: &Entry) -> Result<Appended, AuditError> {
        let Found { head, torn, tail } = self.find()?;
        self.head = head;
        let moved_aside = match torn {
            None => None,
            // Only the newline is missing: the event is recorded, and becomes a line now.
            Some(Torn::Unterminated { head }) => {
                self.write(b"\n")?;
                self.head = head;
                None
            }
            Some(Torn::Partial { .. }) => Some(self.move_aside(&tail, entry)?),
        };
        let head = self.append_line(entry)?;
        Ok(Appended { head, moved_aside })
    }

    fn append_line(&mut self, entry: &Entry) -> Result<Head, AuditError> {
        let (line, head) = seal(entry, &self.head, &*self.redact);
        self.write(&line)?;
        if entry.event.is_final() {
            let synced = self.file()?.sync_data();
            synced.map_err(|source| self.unwritten(source))?;
        }
        self.head = head;
        Ok(head)
    }

    /// The end of the log, where it is sound.
    fn find(&mut self) -> Result<Found, AuditError> {
        let path = self.path.clone();
        let tail = tail::read(self.file()?).map_err(|source| AuditError::Read { path, source })?;
        let tampered = |what: &str| AuditError::Tampered { path: self.path.clone(), what: what.to_owned() };
        let head = match &tail.last {
            None => self.beginning,
            Some(line) => {
                let line = Line::split(line).ok_or_else(|| tampered("its last line is not an audit line"))?;
                if line.computed() != line.stated {
                    return Err(tampered("its last line was edited"));
                }
                line.head()
            }
        };
        if tail.rest.is_empty() {
            return Ok(Found { head, torn: None, tail });
        }
        match torn::classify(&tail.rest, &head) {
            Tail::Torn(torn) => Ok(Found { head, torn: Some(torn), tail }),
            Tail::Edited { .. } | Tail::OutOfChain { .. } | Tail::BytesBehind | Tail::Foreign => Err(tampered("there are bytes behind its last line")),
        }
    }

    /// Moves the half-written line into a file of its own, and records that.
    fn move_aside(&mut self, tail: &FileTail, entry: &Entry) -> Result<PathBuf, AuditError> {
        let (path, mut aside) = new_beside(&self.path)?;
        let unwritten = |source| AuditError::Write { path: path.clone(), source };
        aside.write_all(&tail.rest).and_then(|()| aside.sync_all()).map_err(unwritten)?;
        let shortened = self.file()?.set_len(tail.whole);
        shortened.map_err(|source| self.unwritten(source))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut note = Entry::new(entry.timestamp, AuditEvent::AuditRepaired, User { bot: entry.user.bot.clone(), person: None })
            .with("bytes", tail.rest.len())
            .with("moved_to", name)
            .with("sha256", LineHash::of(&tail.rest).to_string());
        note.repository.clone_from(&entry.repository);
        note.outcome = Some(Outcome::Done);
        self.append_line(&note)?;
        Ok(path)
    }

    /// Writes at the end, whole or not at all.
    fn write(&mut self, bytes: &[u8]) -> Result<(), AuditError> {
        let path = self.path.clone();
        let file = self.file()?;
        let unwritten = |source| AuditError::Write { path: path.clone(), source };
        let end = file.seek(SeekFrom::End(0)).map_err(unwritten)?;
        write_whole(file, bytes).map_err(|source| {
            // A full disk took a part of the line: take it back. Where that fails, the next append finds it torn.
            let _torn = file.set_len(end);
            unwritten(source)
        })
    }

    fn file(&mut self) -> Result<&mut File, AuditError> {
        let closed = || AuditError::Write { path: self.path.clone(), source: io::Error::other("it could not be opened") };
        self.file.as_mut().ok_or_else(closed)
    }

    fn unwritten(&self, source: io::Error) -> AuditError {
        AuditError::Write { path: self.path.clone(), source }
    }
}

fn write_whole(file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.flush()
}

fn open_file(path: &Path) -> Result<File, AuditError> {
    let failed = |source| AuditError::Open { path: path.to_owned(), source };
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(AuditError::NotAFile { path: path.to_owned() });
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    options().open(path).map_err(failed)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true).mode(0o640);
    options
}

/// Windows lets nobody shorten a file that was opened for appending; its locks keep every other writer out instead.
#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).read(true);
    options
}

/// A new file `LOG.torn-N` beside the log.
fn new_beside(log: &Path) -> Result<(PathBuf, File), AuditError> {
    let mut number = 1_u32;
    loop {
        let mut name = log.as_os_str().to_owned();
        name.push(format!(".torn-{number}"));
        let path = PathBuf::from(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
            Err(source) => return Err(AuditError::Write { path, source }),
        }
    }
}

impl std::fmt::Debug for AuditLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AuditLog").field("path", &self.path).field("head", &self.head).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
