//! Files that are too large to be read whole, piece by piece: for checks that look at lines, so that no size hides a secret. Memory stays bounded, whatever the
//! length of a file or of its lines.

use std::io::Read;

use crate::checks::decode;
use crate::domain::Position;

/// How much is looked at in one go, in bytes.
const WINDOW: usize = 4 * 1024 * 1024;
/// How much of it is looked at again with what follows, in bytes: what lies across a cut is whole in one of the two.
const OVERLAP: usize = 64 * 1024;

/// One piece.
pub(super) struct Window<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Where it begins in the file, for people.
    pub(super) start: Position,
    /// How many bytes of the text come again with the next piece.
    pub(super) again: usize,
}

/// What a large file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text: all of it was visited.
    Text,
    /// Binary: nothing was.
    Binary,
}

/// Visits the pieces of a text.
///
/// # Errors
/// The reader's.
pub(super) fn each(reader: &mut dyn Read, visit: &mut dyn FnMut(&Window<'_>)) -> std::io::Result<Kind> {
    each_of(reader, (WINDOW, OVERLAP), visit)
}

fn each_of(reader: &mut dyn Read, (window, overlap): (usize, usize), visit: &mut dyn FnMut(&Window<'_>)) -> std::io::Result<Kind> {
    let (mut bytes, mut is_first, mut start) = (Vec::new(), true, Position { line: 1, column: 1 });
    let mut mark: Vec<u8> = Vec::new();
    loop {
        let room = (window - bytes.len()) as u64;
        let more = reader.take(room).read_to_end(&mut bytes)? as u64;
        if is_first {
            if decode(&bytes).is_none() {
                return Ok(Kind::Binary);
            }
            mark = mark_of(&bytes);
        }
        let is_last = more < room;
        let next = if is_last { bytes.len() } else { cut(&bytes, overlap, &mark) };
        let lead: &[u8] = if is_first { &[] } else { &mark };
        let (whole, first) = (text(lead, &bytes), text(lead, &bytes[..next]));
        visit(&Window { text: &whole, start, again: whole.len().saturating_sub(first.len()) });
        if is_last {
            return Ok(Kind::Text);
        }
        start = after(start, &first);
        is_first = false;
        bytes.drain(..next);
    }
}

/// A part as text. Zeros in the middle of a text make no binary of it.
fn text(mark: &[u8], part: &[u8]) -> String {
    let bytes = [mark, part].concat();
    decode(&bytes).map_or_else(|| String::from_utf8_lossy(part).into_owned(), std::borrow::Cow::into_owned)
}

/// The mark that says in which form the text is: the pieces behind the first are read with it.
fn mark_of(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [mark @ (0xff | 0xfe), other @ (0xff | 0xfe), ..] if mark != other => vec![*mark, *other],
        _ => Vec::new(),
    }
}

/// Where the next piece begins: behind a line's end where there is one in the overlap.
fn cut(bytes: &[u8], overlap: usize, mark: &[u8]) -> usize {
    let from = bytes.len() - overlap;
    if !mark.is_empty() {
        // An even number of bytes behind the mark: pieces are pairs.
        return from & !1;
    }
    let line = bytes[from..].iter().take(overlap / 2).position(|byte| *byte == b'\n').map(|newline| from + newline + 1);
    // No character is cut in two.
    line.unwrap_or_else(|| (from..bytes.len()).find(|at| bytes[*at] & 0xc0 != 0x80).unwrap_or(from))
}

fn after(start: Position, text: &str) -> Position {
    match text.rfind('\n') {
        Some(last) => Position { line: start.line + text.matches('\n').count(), column: text[last + 1..].chars().count() + 1 },
        None => Position { line: start.line, column: start.column + text.chars().count() },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where a word is found, by its place in the file, each once.
    fn found(bytes: &[u8], word: &str) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let visited = each_of(&mut &bytes[..], (64, 16), &mut |window| {
            for (at, _) in window.text.match_indices(word) {
                let place = after(window.start, &window.text[..at]);
                places.push((place.line, place.column));
            }
        });
        assert_eq!(visited.expect("it is read"), Kind::Text);
        places.sort_unstable();
        places.dedup();
        places
    }

    #[test]
    fn h4_a_word_is_found_at_its_place_wherever_the_cuts_are() {
        for lead in 0..200 {
            let text = format!("{}\n{}secret\nend", "é".repeat(lead / 2), "x".repeat(lead));
            assert_eq!(found(text.as_bytes(), "secret"), [(2, lead + 1)], "{lead}");
            let long = format!("{}secret{}", "x".repeat(lead), "y".repeat(300));
            assert_eq!(found(long.as_bytes(), "secret"), [(1, lead + 1)], "{lead}");
            let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            assert_eq!(found(&wide, "secret"), [(2, lead + 1)], "UTF-16, {lead}");
        }
        assert_eq!(each(&mut &b"\x7fELF\0\0\x01\x02"[..], &mut |_| panic!("nothing to visit")).expect("it is read"), Kind::Binary);
    }

    proptest! {
        #[test]
        fn every_short_word_of_every_text_is_found(text in "[ab\né]{0,400}") {
            let words = text.match_indices("aba").map(|(at, _)| Position::of(&text, at)).map(|place| (place.line, place.column));
            let mut expected: Vec<(usize, usize)> = words.collect();
            expected.dedup();
            let all = found(text.as_bytes(), "aba");
            for word in expected {
                prop_assert!(all.contains(&word), "{word:?} of {all:?}");
            }
        }
    }
}
