//! Git's raw form of differences: what `diff-tree --raw -z` and `diff-index --raw -z` write. Pure.

use std::io::{self, BufRead, Read as _};

use crate::checks::Mode;
use crate::domain::{ObjectId, RepoPath};
use crate::ports::{Change, Version};

/// One piece of the output.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The id of the commit whose changes follow.
    Commit(ObjectId),
    /// A change.
    Change(Change),
    /// A path that a merge has not brought together: the index has no content for it.
    Unmerged,
}

/// The longest record that is read, in bytes: the longest path that a system takes is shorter.
const LONGEST: u64 = 1024 * 1024;

/// The next record without its NUL; none at the end.
pub(super) fn record(pipe: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    pipe.by_ref().take(LONGEST).read_until(0, &mut bytes)?;
    match bytes.pop() {
        None => Ok(None),
        Some(0) => Ok(Some(bytes)),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "it breaks off, or is too long")),
    }
}

/// The next piece; none at the end.
///
/// # Errors
/// Where the output breaks off or is none.
pub(super) fn piece(pipe: &mut impl BufRead) -> io::Result<Option<Piece>> {
    let Some(head) = record(pipe)? else { return Ok(None) };
    let nonsense = || io::Error::new(io::ErrorKind::InvalidData, "it is no raw difference");
    let text = std::str::from_utf8(&head).map_err(|_| nonsense())?;
    if !text.starts_with(':') {
        return ObjectId::new(text.trim_end_matches('\n')).map(|id| Some(Piece::Commit(id))).map_err(|_| nonsense());
    }
    let path = RepoPath::new(record(pipe)?.ok_or_else(nonsense)?);
    change(text, path).map(Some).ok_or_else(nonsense)
}

/// `:` for each parent; a mode for each parent and one for the result; as many ids; a letter for each parent.
fn change(head: &str, path: RepoPath) -> Option<Piece> {
    let rest = head.trim_start_matches(':');
    let parents = head.len() - rest.len();
    let fields: Vec<&str> = rest.split(' ').collect();
    let (modes, fields) = fields.split_at_checked(parents + 1)?;
    let (ids, [status]) = fields.split_at_checked(parents + 1)? else { return None };
    if status.contains('U') {
        return Some(Piece::Unmerged);
    }
    let mut before = Vec::new();
    for (mode, id) in modes.iter().zip(ids).take(parents) {
        if matches!(side(mode)?, Side::There(Mode::File | Mode::Executable | Mode::Link)) {
            before.push(ObjectId::new(*id).ok()?);
        }
    }
    let to = match side(modes[parents])? {
        Side::Absent => Version::Deleted,
        Side::There(mode) => Version::Blob(ObjectId::new(ids[parents]).ok()?, mode),
    };
    Some(Piece::Change(Change { commit: None, path, to, before }))
}

/// One side of a difference.
enum Side {
    Absent,
    There(Mode),
}

fn side(mode: &str) -> Option<Side> {
    match u32::from_str_radix(mode, 8).ok()? {
        0 => Some(Side::Absent),
        bits => file_mode(bits).map(Side::There),
    }
}

/// What the bits of a mode say; none for a folder.
pub(super) fn file_mode(bits: u32) -> Option<Mode> {
    match bits & 0o170_000 {
        0o100_000 if bits & 0o100 == 0 => Some(Mode::File),
        0o100_000 => Some(Mode::Executable),
        0o120_000 => Some(Mode::Link),
        0o160_000 => Some(Mode::Submodule),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        ObjectId::new(digit.to_string().repeat(40)).expect("an id")
    }

    fn pieces(text: &str) -> io::Result<Vec<Piece>> {
        let bytes = text.replace('|', "\0").into_bytes();
        let mut pipe = bytes.as_slice();
        std::iter::from_fn(|| piece(&mut pipe).transpose()).collect()
    }

    #[test]
    fn h3_additions_changes_deletions_links_submodules_and_merges_are_read() {
        let [zero, a, b, c] = ['0', 'a', 'b', 'c'].map(|digit| id(digit).to_string());
        let text = format!(
            "{a}|:000000 100644 {zero} {a} A|x\ny|:100644 000000 {a} {zero} D|gone|:160000 120000 {a} {b} T|link|:100644 160000 {a} {b} T|sub|{b}|::100644 000000 100755 {a} {zero} {c} MA|m|"
        );
        let change = |path: &str, to: Version, before: Vec<ObjectId>| Piece::Change(Change { commit: None, path: RepoPath::new(path), to, before });
        let expected = vec![
            Piece::Commit(id('a')),
            change("x\ny", Version::Blob(id('a'), Mode::File), vec![]),
            change("gone", Version::Deleted, vec![id('a')]),
            change("link", Version::Blob(id('b'), Mode::Link), vec![]),
            change("sub", Version::Blob(id('b'), Mode::Submodule), vec![id('a')]),
            Piece::Commit(id('b')),
            change("m", Version::Blob(id('c'), Mode::Executable), vec![id('a')]),
        ];
        assert_eq!(pieces(&text).expect("it is read"), expected);
        assert_eq!(pieces(&format!(":000000 100644 {zero} {zero} U|p|")).expect("it is read"), [Piece::Unmerged]);
    }

    #[test]
    fn h3_an_output_that_breaks_off_or_is_none_is_an_error() {
        let a = id('a');
        for text in [
            "x|",
            ":|p|",
            "abc",
            ":100644|p|",
            &format!(":000000 100644 {a} {a} A|p"),
            &format!(":000000 100644 {a} {a} A|"),
            &format!(":000000 040000 {a} {a} A|p|"),
        ] {
            assert!(pieces(text).is_err(), "{text}");
        }
    }
}
