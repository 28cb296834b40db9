//! Objects by their ids, out of one `git cat-file --batch`: contents as they are stored, whatever attributes, filters or settings say. Many are asked for at once
//! while their answers are read one by one: never more than one is in memory here. What is larger than wanted is not read.

use std::io::{BufRead, Read, Write};
use std::ops::ControlFlow;
use std::process::ChildStdin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::HistoryError;
use super::start::{Input, Place, Process};
use crate::domain::ObjectId;

const COMMAND: &str = "cat-file";
/// The longest line before a content that is read, in bytes.
const LONGEST_HEAD: u64 = 64 * 1024;
/// What is read over rather than that git is started again, in bytes.
const READ_OVER: u64 = 4 * 1024 * 1024;

/// Reads objects. Git is started with the first question, and again after an object that was too large. The next reader of the same repository goes on with it.
#[derive(Debug)]
pub struct Objects {
    place: Place,
    idle: Idle,
    process: Option<Process>,
}

/// A process that nobody asks at the moment.
pub(super) type Idle = Arc<Mutex<Option<Process>>>;

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// More bytes than were wanted: this many.
    TooLarge(u64),
    /// There is no such object, or it is corrupt. For a version that is to be looked at this is an error ([`Content::whole`]).
    Missing,
}

/// An object that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: ObjectId,
    /// What it is.
    pub kind: Kind,
    /// What it holds: never [`Content::Missing`].
    pub content: Content,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file's content.
    Blob,
    /// A folder.
    Tree,
    /// A commit.
    Commit,
    /// An annotated tag.
    Tag,
}

impl Content {
    /// The bytes of an object that must be there; none where it is too large.
    ///
    /// # Errors
    /// [`HistoryError::Missing`]
    pub fn whole(self, id: &ObjectId) -> Result<Option<Vec<u8>>, HistoryError> {
        match self {
            Self::Whole(bytes) => Ok(Some(bytes)),
            Self::TooLarge(_) => Ok(None),
            Self::Missing => Err(HistoryError::Missing { id: id.clone() }),
        }
    }
}

impl Objects {
    pub(super) fn new(place: Place, idle: Idle) -> Self {
        Self { place, idle, process: None }
    }

    /// The content of one object, where it has no more than `most` bytes.
    ///
    /// # Errors
    /// [`HistoryError`] where git failed.
    pub fn read(&mut self, id: &ObjectId, most: u64) -> Result<Content, HistoryError> {
        let named = self.named(id.as_str(), most)?;
        match named {
            None => Ok(Content::Missing),
            Some(named) if named.id == *id => Ok(named.content),
            Some(_) => Err(nonsense("the object that was asked for")),
        }
    }

    /// What a name stands for: an id, a ref, `REVISION:PATH`, `REVISION^{commit}`; none where it stands for nothing. A name with a newline is none.
    ///
    /// # Errors
    /// [`HistoryError`] where git failed.
    pub fn named(&mut self, name: &str, most: u64) -> Result<Option<Named>, HistoryError> {
        if name.is_empty() || name.contains('\n') {
            return Ok(None);
        }
        let mut process = self.running()?;
        let asked = process.stdin.as_mut().map(|pipe| pipe.write_all(format!("{name}\n").as_bytes()));
        if !matches!(asked, Some(Ok(()))) {
            return Err(process.silence());
        }
        match answer(&mut process, most) {
            Err(Trouble::Silent) => Err(process.silence()),
            Err(Trouble::Nonsense(why)) => Err(nonsense(why)),
            Ok(Answer::Nothing) => Ok(self.keep(process, None)),
            Ok(Answer::Whole(named)) => Ok(self.keep(process, Some(named))),
            // The process is dropped, and with it the rest of the content.
            Ok(Answer::Unread(named)) => Ok(Some(named)),
        }
    }

    fn keep(&mut self, process: Process, named: Option<Named>) -> Option<Named> {
        self.process = Some(process);
        named
    }

    fn running(&mut self) -> Result<Process, HistoryError> {
        match self.process.take().or_else(|| slot(&self.idle).take()) {
            Some(process) => Ok(process),
            None => start(&self.place),
        }
    }

    /// Gives the content of each of these objects to `visit`, in their order, with its place in the list, until it has seen enough.
    ///
    /// # Errors
    /// [`HistoryError`] where git failed.
    pub fn each(&mut self, ids: &[ObjectId], most: u64, visit: &mut dyn FnMut(usize, Content) -> ControlFlow<()>) -> Result<(), HistoryError> {
        self.each_named(ids, most, &mut |place, named| visit(place, named.map_or(Content::Missing, |named| named.content)))
    }

    /// The same with what each object is; none for one that is not there, or is corrupt.
    ///
    /// # Errors
    /// [`HistoryError`] where git failed.
    pub fn each_named(&mut self, ids: &[ObjectId], most: u64, visit: Visit<'_>) -> Result<(), HistoryError> {
        let mut at = 0;
        while at < ids.len() {
            match self.some(&ids[at..], most, &mut |place, named| visit(at + place, named))? {
                Seen::Until(next) => at += next,
                Seen::Enough => break,
            }
        }
        Ok(())
    }

    /// All of these, or those before and with one that is too large.
    fn some(&mut self, ids: &[ObjectId], most: u64, visit: Visit<'_>) -> Result<Seen, HistoryError> {
        let mut process = self.running()?;
        let Some(stdin) = process.stdin.take() else { return Err(process.silence()) };
        let (stdin, seen) = std::thread::scope(|scope| {
            let writer = std::thread::Builder::new().name("git-input".to_owned()).spawn_scoped(scope, || write(stdin, ids));
            let writer = writer.map_err(|error| HistoryError::NotStarted { why: error.to_string() })?;
            let seen = read(&mut process, ids, most, visit);
            if !matches!(seen, Ok(Seen::Until(count)) if count == ids.len()) {
                // Whoever still writes to it must not wait for ever.
                process.kill();
            }
            Ok((writer.join().ok().flatten(), seen))
        })?;
        match seen {
            Ok(Seen::Until(count)) if count == ids.len() => {
                process.stdin = stdin;
                self.process = process.stdin.is_some().then_some(process);
                Ok(Seen::Until(count))
            }
            Ok(seen) => Ok(seen),
            Err(Trouble::Silent) => Err(process.silence()),
            Err(Trouble::Nonsense(why)) => Err(nonsense(why)),
        }
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            *slot(&self.idle) = Some(process);
        }
    }
}

fn slot(idle: &Mutex<Option<Process>>) -> MutexGuard<'_, Option<Process>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a process that answers questions for objects.
pub(super) fn start(place: &Place) -> Result<Process, HistoryError> {
    place.start(COMMAND, &["--batch"], Input::Asked)
}

/// Who is given the objects, with their places in the list.
pub type Visit<'a> = &'a mut dyn FnMut(usize, Option<Named>) -> ControlFlow<()>;

/// How far a list was seen.
enum Seen {
    Until(usize),
    Enough,
}

/// Why there is no answer.
enum Trouble {
    Silent,
    Nonsense(&'static str),
}

/// An answer.
enum Answer {
    Nothing,
    Whole(Named),
    /// Its content was not read: the process is of no more use.
    Unread(Named),
}

const fn nonsense(why: &'static str) -> HistoryError {
    HistoryError::Nonsense { command: COMMAND, why }
}

/// Asks for all of them; gives the pipe back where that went well.
fn write(mut pipe: ChildStdin, ids: &[ObjectId]) -> Option<ChildStdin> {
    let mut text = String::new();
    for some in ids.chunks(256) {
        text.clear();
        for id in some {
            text.push_str(id.as_str());
            text.push('\n');
        }
        pipe.write_all(text.as_bytes()).ok()?;
    }
    Some(pipe)
}

fn read(process: &mut Process, ids: &[ObjectId], most: u64, visit: Visit<'_>) -> Result<Seen, Trouble> {
    for (place, id) in ids.iter().enumerate() {
        let (named, is_spent) = match answer(process, most)? {
            Answer::Nothing => (None, false),
            Answer::Whole(named) => (Some(named), false),
            Answer::Unread(named) => (Some(named), true),
        };
        if named.as_ref().is_some_and(|named| named.id != *id) {
            return Err(Trouble::Nonsense("the object that was asked for"));
        }
        let is_last = place + 1 == ids.len();
        if visit(place, named).is_break() || (is_spent && is_last) {
            return Ok(Seen::Enough);
        }
        if is_spent {
            return Ok(Seen::Until(place + 1));
        }
    }
    Ok(Seen::Until(ids.len()))
}

/// One answer: `ID KIND SIZE`, the content, a newline; or `NAME missing`.
fn answer(process: &mut Process, most: u64) -> Result<Answer, Trouble> {
    let mut head = Vec::new();
    (&mut process.stdout).take(LONGEST_HEAD).read_until(b'\n', &mut head).map_err(|_| Trouble::Silent)?;
    let Some((b'\n', head)) = head.split_last() else { return Err(Trouble::Silent) };
    let head = String::from_utf8_lossy(head);
    if [" missing", " ambiguous", " submodule"].iter().any(|end| head.ends_with(end)) {
        return Ok(Answer::Nothing);
    }
    let Some((id, kind, size)) = parts(&head) else { return Err(Trouble::Nonsense("an id, a kind and a size")) };
    if size > most {
        let named = Named { id, kind, content: Content::TooLarge(size) };
        return if size > READ_OVER { Ok(Answer::Unread(named)) } else { read_over(process, size).map(|()| Answer::Whole(named)) };
    }
    let mut bytes = Vec::new();
    (&mut process.stdout).take(size).read_to_end(&mut bytes).map_err(|_| Trouble::Silent)?;
    if bytes.len() as u64 != size {
        return Err(Trouble::Silent);
    }
    read_over(process, 0)?;
    Ok(Answer::Whole(Named { id, kind, content: Content::Whole(bytes) }))
}

fn parts(head: &str) -> Option<(ObjectId, Kind, u64)> {
    let mut words = head.split(' ');
    let id = ObjectId::new(words.next()?).ok()?;
    let kind = match words.next()? {
        "blob" => Kind::Blob,
        "tree" => Kind::Tree,
        "commit" => Kind::Commit,
        "tag" => Kind::Tag,
        _ => return None,
    };
    let size = words.next()?.parse().ok()?;
    words.next().is_none().then_some((id, kind, size))
}

/// So many bytes and the newline behind them.
fn read_over(process: &mut Process, size: u64) -> Result<(), Trouble> {
    let read = std::io::copy(&mut (&mut process.stdout).take(size + 1), &mut std::io::sink()).map_err(|_| Trouble::Silent)?;
    if read == size + 1 { Ok(()) } else { Err(Trouble::Silent) }
}
