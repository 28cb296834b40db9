//! The end of a log file, read from the end: the last whole line, and what stands behind it.

use std::io::{self, Read, Seek, SeekFrom};

use super::verify::MOST_LINE;

/// How much is read at once, in bytes.
const CHUNK: usize = 8 * 1024;

/// The end of a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FileTail {
    /// The last whole line, without its newline; `None` where there is none.
    pub(super) last: Option<Vec<u8>>,
    /// What stands behind the last newline.
    pub(super) rest: Vec<u8>,
    /// How long the file is up to its last newline, newline included.
    pub(super) whole: u64,
}

/// Reads the end of a log: as much as its last line needs, not the whole.
pub(super) fn read(file: &mut (impl Read + Seek)) -> io::Result<FileTail> {
    let length = file.seek(SeekFrom::End(0))?;
    let (mut start, mut end) = (length, Vec::new());
    loop {
        let newlines: Vec<usize> = end.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).take(2).collect();
        if newlines.len() == 2 || start == 0 {
            return Ok(cut(end, &newlines, length));
        }
        if end.len() > 2 * MOST_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a line is longer than {MOST_LINE} bytes")));
        }
        let more = start.min(CHUNK.max(end.len()) as u64);
        start -= more;
        file.seek(SeekFrom::Start(start))?;
        let mut chunk = Vec::new();
        file.by_ref().take(more).read_to_end(&mut chunk)?;
        chunk.append(&mut end);
        end = chunk;
    }
}

/// Cuts the end of a file at its last two newlines, the later one first.
fn cut(mut end: Vec<u8>, newlines: &[usize], length: u64) -> FileTail {
    let Some(last) = newlines.first() else { return FileTail { last: None, rest: end, whole: 0 } };
    let rest = end.split_off(last + 1);
    end.truncate(*last);
    let last = end.split_off(newlines.get(1).map_or(0, |before| before + 1));
    FileTail { last: Some(last), whole: length - rest.len() as u64, rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(text: &[u8]) -> (Option<Vec<u8>>, Vec<u8>, u64) {
        let FileTail { last, rest, whole } = read(&mut io::Cursor::new(text)).expect("it reads");
        (last, rest, whole)
    }

    #[test]
    fn the_last_line_and_what_is_behind_it_are_found() {
        assert_eq!(tail(b""), (None, vec![], 0));
        assert_eq!(tail(b"ab"), (None, b"ab".to_vec(), 0));
        assert_eq!(tail(b"ab\n"), (Some(b"ab".to_vec()), vec![], 3));
        assert_eq!(tail(b"ab\ncd\n"), (Some(b"cd".to_vec()), vec![], 6));
        assert_eq!(tail(b"ab\ncd\ne"), (Some(b"cd".to_vec()), b"e".to_vec(), 6));
        assert_eq!(tail(b"\n\n"), (Some(vec![]), vec![], 2));
    }

    #[test]
    fn lines_of_any_length_around_the_chunk_are_found() {
        for length in [CHUNK - 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let (first, last) = ("x".repeat(100), "y".repeat(length));
            let text = format!("{first}\n{last}\nzz");
            assert_eq!(tail(text.as_bytes()), (Some(last.into_bytes()), b"zz".to_vec(), text.len() as u64 - 2));
        }
    }
}
