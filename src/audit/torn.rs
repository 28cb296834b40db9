//! The end of a log that has no newline: what a stopped writer left, told apart from what somebody did.
//!
//! A line is written in one go, newline last, so that a crash leaves a beginning of a line (or zeros, where the file grew before
//! its data reached the disk) and nothing else. What was cut off on purpose looks the same: only a published head tells.

use serde::Serialize;

use super::chain::{FIRST_KEY, Head, Line, LineHash, SEQUENCE_KEY, TIMESTAMP};

/// What a stopped writer left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Torn {
    /// A line that follows, whole but for its newline.
    Unterminated {
        /// Its place in the chain.
        head: Head,
    },
    /// The beginning of a line.
    Partial {
        /// How many bytes there are.
        bytes: u64,
    },
}

/// What the bytes behind the last newline are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    Torn(Torn),
    /// A whole line that states this hash and has that one.
    Edited {
        computed: LineHash,
        stated: LineHash,
    },
    /// A whole line that does not follow the head.
    OutOfChain {
        found: Head,
    },
    /// A whole line that follows, and more bytes behind it.
    BytesBehind,
    /// Nothing that a writer of this log would have begun.
    Foreign,
}

/// Tells what the bytes (not empty, without newline) behind the line with this head are.
pub(super) fn classify(tail: &[u8], after: &Head) -> Tail {
    if let Some(line) = Line::split(tail) {
        let computed = line.computed();
        return if computed != line.stated {
            Tail::Edited { computed, stated: line.stated }
        } else if line.previous != after.hash || line.sequence != after.sequence + 1 {
            Tail::OutOfChain { found: line.head() }
        } else {
            Tail::Torn(Torn::Unterminated { head: line.head() })
        };
    }
    if holds_whole_line(tail, after) {
        return Tail::BytesBehind;
    }
    let end = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    if is_beginning(&tail[..end], after) { Tail::Torn(Torn::Partial { bytes: tail.len() as u64 }) } else { Tail::Foreign }
}

/// True where some beginning of these bytes is the line that follows.
fn holds_whole_line(tail: &[u8], after: &Head) -> bool {
    let ends = tail.windows(2).enumerate().filter(|(_, pair)| *pair == b"\"}").map(|(at, _)| at + 2);
    let follows = |line: &Line<'_>| line.previous == after.hash && line.sequence == after.sequence + 1;
    ends.filter_map(|end| Line::split(&tail[..end])).any(|line| follows(&line) && line.computed() == line.stated)
}

/// True where the line that follows begins so, as far as its form is fixed.
fn is_beginning(text: &[u8], after: &Head) -> bool {
    let sequence = [SEQUENCE_KEY, (after.sequence + 1).to_string().as_bytes(), b",\"event\":\""].concat();
    let parts: [&[u8]; 3] = [FIRST_KEY, &[b'*'; TIMESTAMP], &sequence];
    let expected = parts.concat();
    let open = FIRST_KEY.len()..FIRST_KEY.len() + TIMESTAMP;
    let fits =
        |(at, (found, wanted)): (usize, (&u8, &u8))| found == wanted || (open.contains(&at) && matches!(found, b'0'..=b'9' | b'-' | b':' | b'.' | b'T' | b'Z'));
    text.iter().zip(&expected).enumerate().all(fits)
}
