//! Verifying: is every line the one that was written, and is each followed by the one that followed it (row A3)?
//!
//! Pure over bytes. Raw lines are hashed; JSON is not parsed. The first fault ends it: behind a fault nothing can be said.

use std::io::{self, BufRead, Read};
use std::str::FromStr;

use serde::Serialize;

use super::chain::{Head, HeadError, Line, LineHash};
use super::torn::{self, Tail, Torn};

/// No line of this log is longer, in bytes.
pub(super) const MOST_LINE: usize = 16 * 1024 * 1024;

/// What the log is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation {
    /// The head that the first line follows: [`Head::GENESIS`], or the last of an earlier file.
    pub after: Head,
    /// A head that was published: the log must contain it.
    pub published: Option<Published>,
}

/// A head as somebody noted it: `HASH` or `SEQUENCE:HASH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Only the hash.
    Hash(LineHash),
    /// Number and hash.
    At(Head),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Verification {
    /// Every whole line is as it was written.
    Verified {
        /// How many lines there are.
        lines: u64,
        /// The last line's place in the chain; publish it.
        head: Head,
        /// What a stopped writer left at the end, where it did.
        torn: Option<Torn>,
    },
    /// Somebody changed the log.
    Tampered {
        /// The line where it shows, from 1; one more than there are where the end is missing.
        line: u64,
        /// What was done.
        what: Tampering,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
}

/// What was done to a log, as far as the first fault tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tampering {
    /// The line's bytes are not those that its hash was made of.
    Edited,
    /// The line has not the form of an audit line.
    NotAnAuditLine,
    /// The log does not begin where it should.
    WrongBeginning,
    /// Lines are missing before this one.
    Removed,
    /// The line stands too early: the one that belongs here comes later.
    Reordered,
    /// The line before is here again.
    Duplicated,
    /// The line has a number that was already there.
    Inserted,
    /// The line follows another line than the one before it: that one was replaced by a line with a right hash of its own.
    Replaced,
    /// There are bytes behind the last line.
    BytesBehind,
    /// The end is missing: the published head's line is not there.
    Truncated,
    /// The line with the published head's number has another hash: the log was written anew.
    Rewritten,
}

impl Default for Expectation {
    fn default() -> Self {
        Self { after: Head::GENESIS, published: None }
    }
}

impl FromStr for Published {
    type Err = HeadError;
    fn from_str(text: &str) -> Result<Self, HeadError> {
        if text.contains(':') { text.parse().map(Self::At) } else { text.parse().map(Self::Hash) }
    }
}

impl Tampering {
    /// What was done, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "the line was edited",
            Self::NotAnAuditLine => "this is not an audit line",
            Self::WrongBeginning => "the log does not begin where it should: its first lines were removed, or it is another log",
            Self::Removed => "lines were removed before this one",
            Self::Reordered => "the line was moved: the one that belongs here comes later",
            Self::Duplicated => "the line before is here a second time",
            Self::Inserted => "a line with a number that was already there",
            Self::Replaced => "the line before this one was replaced",
            Self::BytesBehind => "there are bytes behind the last line",
            Self::Truncated => "the end of the log was removed: the published head is not in it",
            Self::Rewritten => "the log was written anew: it is not the one whose head was published",
        }
    }
}

/// Verifies a log.
///
/// # Errors
/// Where the log could not be read.
pub fn verify(mut log: impl BufRead, expectation: &Expectation) -> io::Result<Verification> {
    let mut walk = Walk { lines: 0, head: expectation.after, published: expectation.published, seen: false };
    walk.meet_published();
    let mut line = Vec::new();
    loop {
        line.clear();
        log.by_ref().take(MOST_LINE as u64 + 1).read_until(b'\n', &mut line)?;
        let fault = match line.split_last() {
            None => return Ok(walk.end(None)),
            Some((b'\n', line)) => walk.step(line),
            Some(_) if line.len() > MOST_LINE => Some(walk.fault(Tampering::NotAnAuditLine, format!("{MOST_LINE} bytes at most"), "a longer line".to_owned())),
            Some(_) => return Ok(walk.tail(&line)),
        };
        if let Some(fault) = fault {
            return resolve(fault, walk.head.sequence + 1, log);
        }
    }
}

/// Where the walk along the chain has come to.
struct Walk {
    lines: u64,
    head: Head,
    published: Option<Published>,
    seen: bool,
}

impl Walk {
    /// Takes one whole line; the fault where it has one.
    fn step(&mut self, line: &[u8]) -> Option<Verification> {
        let Some(line) = Line::split(line) else {
            return Some(self.fault(Tampering::NotAnAuditLine, "an audit line".to_owned(), crate::domain::shown(&String::from_utf8_lossy(line))));
        };
        let computed = line.computed();
        if computed != line.stated {
            return Some(self.fault(Tampering::Edited, format!("hash {computed}"), format!("hash {}", line.stated)));
        }
        if line.previous != self.head.hash || line.sequence != self.head.sequence + 1 {
            return Some(self.break_at(&line));
        }
        self.head = line.head();
        self.lines += 1;
        self.meet_published()
    }

    /// What it means that this line does not follow.
    fn break_at(&self, line: &Line<'_>) -> Verification {
        let expected = self.head.sequence + 1;
        let what = if self.lines == 0 {
            Tampering::WrongBeginning
        } else if line.stated == self.head.hash {
            Tampering::Duplicated
        } else if line.sequence < expected {
            Tampering::Inserted
        } else if line.sequence > expected {
            Tampering::Removed
        } else {
            Tampering::Replaced
        };
        let found = format!("line number {} that follows {}", line.sequence, line.previous);
        self.fault(what, format!("line number {expected} that follows {}", self.head.hash), found)
    }

    /// Looks whether this is the published head.
    fn meet_published(&mut self) -> Option<Verification> {
        match self.published {
            Some(Published::Hash(hash)) if hash == self.head.hash => self.seen = true,
            Some(Published::At(head)) if head == self.head => self.seen = true,
            Some(Published::At(head)) if head.sequence == self.head.sequence && self.lines > 0 => {
                let (expected, found) = (format!("hash {}", head.hash), format!("hash {}", self.head.hash));
                return Some(Verification::Tampered { line: self.lines, what: Tampering::Rewritten, expected, found });
            }
            _ => {}
        }
        None
    }

    fn tail(&self, tail: &[u8]) -> Verification {
        let hash = |hash| format!("hash {hash}");
        match torn::classify(tail, &self.head) {
            Tail::Torn(torn) => self.torn(torn),
            Tail::Edited { computed, stated } => self.fault(Tampering::Edited, hash(computed), hash(stated)),
            Tail::OutOfChain { found } => self.fault(Tampering::Replaced, format!("a line that follows {}", self.head), found.to_string()),
            Tail::BytesBehind => self.fault(Tampering::BytesBehind, "a newline".to_owned(), "other bytes".to_owned()),
            Tail::Foreign => self.fault(Tampering::NotAnAuditLine, "an audit line".to_owned(), crate::domain::shown(&String::from_utf8_lossy(tail))),
        }
    }

    /// The end where a writer was stopped. A line that lacks only its newline is there.
    fn torn(&self, torn: Torn) -> Verification {
        let is_published = |head: Head| match self.published {
            Some(Published::Hash(hash)) => hash == head.hash,
            Some(Published::At(published)) => published == head,
            None => false,
        };
        match torn {
            Torn::Unterminated { head } if is_published(head) => Verification::Verified { lines: self.lines, head: self.head, torn: Some(torn) },
            Torn::Unterminated { .. } | Torn::Partial { .. } => self.end(Some(torn)),
        }
    }

    /// The end of the log, with what is torn there.
    fn end(&self, torn: Option<Torn>) -> Verification {
        let missing = match self.published {
            Some(_) if self.seen => None,
            Some(Published::Hash(hash)) => Some(hash.to_string()),
            Some(Published::At(head)) => Some(head.to_string()),
            None => None,
        };
        match missing {
            Some(expected) => self.fault(Tampering::Truncated, expected, format!("the end, at {}", self.head)),
            None => Verification::Verified { lines: self.lines, head: self.head, torn },
        }
    }

    fn fault(&self, what: Tampering, expected: String, found: String) -> Verification {
        Verification::Tampered { line: self.lines + 1, what, expected, found }
    }
}

/// Tells a removed line from one that was moved: looks for it in the rest of the log.
fn resolve(mut fault: Verification, missing: u64, mut rest: impl BufRead) -> io::Result<Verification> {
    let Verification::Tampered { what: what @ Tampering::Removed, .. } = &mut fault else { return Ok(fault) };
    let mut line = Vec::new();
    while rest.by_ref().take(MOST_LINE as u64).read_until(b'\n', &mut line)? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if Line::split(text).is_some_and(|line| line.sequence == missing && line.computed() == line.stated) {
            *what = Tampering::Reordered;
            break;
        }
        line.clear();
    }
    Ok(fault)
}
