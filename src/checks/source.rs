//! What a check of files is given: one version of one file, and what lies near it.

use std::borrow::Cow;

use crate::domain::{RepoPath, Span};

/// What git says a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A file.
    File,
    /// A file that can be executed.
    Executable,
    /// A symbolic link: its content is the path it points at, and it is never followed.
    Link,
    /// A submodule: it has no content here.
    Submodule,
}

/// One version of one file.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its path.
    pub path: &'a RepoPath,
    /// What git says it is.
    pub mode: Mode,
    /// Its size in bytes. It may be larger than what was read, where the file is too large for any check of its text.
    pub size: u64,
    /// Its content as text, decoded from UTF-8 or UTF-16; none where it is binary, a submodule, or too large. Spans count in its bytes.
    pub text: Option<&'a str>,
    /// What lies in the same version of the repository.
    pub near: &'a dyn Near,
}

/// The other files of the same version of the repository: the index, a commit, or the work tree.
pub trait Near {
    /// The content of a file; none where it is not there, is no file, or is larger than a megabyte.
    fn read(&self, path: &RepoPath) -> Option<Vec<u8>>;
    /// The paths of the files directly in a folder, in order; none where it is not there.
    fn list(&self, folder: &RepoPath) -> Vec<RepoPath>;
}

/// A check of files one by one.
pub trait FileCheck: Send + Sync {
    /// Which one it is.
    fn check(&self) -> super::Check;
    /// True where this path is any of its business: a cheap answer, before anything is read.
    fn concerns(&self, path: &RepoPath) -> bool;
    /// What it finds, in the order of the text. Pure: the same source gives the same findings.
    fn findings(&self, source: &Source<'_>) -> Vec<super::Finding>;
    /// What the policy gives it and has no effect, as sentences without their full stops: said along with what it finds.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
    /// The same without what marks in the text allow ([`sift`](super::sift)), and that apart. A check that knows more ways to allow says so itself.
    fn looked(&self, source: &Source<'_>) -> Looked {
        let (findings, allowed) = super::sift(source.text.unwrap_or_default(), self.findings(source));
        Looked { findings, allowed }
    }
}

/// What a check found in one file, and what it would have found there if it were not allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What it found, in the order of the text.
    pub findings: Vec<super::Finding>,
    /// What is allowed.
    pub allowed: Vec<Allowed>,
}

/// Something that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// Where in the text: as secret as that of a finding, and as little to be shown.
    pub span: Option<Span>,
    /// What allows it.
    pub by: By,
}

/// What allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A marker on its line, with its reason; empty where it gives none.
    Marker(String),
    /// A pattern of the policy for paths.
    Path(String),
    /// A fingerprint in the policy.
    Fingerprint(String),
    /// An allow-list of the team's own rules.
    Rules,
}

/// Nothing lies near: for a text alone.
pub struct Alone;

impl Near for Alone {
    fn read(&self, _: &RepoPath) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &RepoPath) -> Vec<RepoPath> {
        Vec::new()
    }
}

/// The text of a file's bytes: UTF-8 (also broken: each bad byte becomes a replacement character), or UTF-16 with or without its mark. None where it is binary:
/// where a NUL stands in its first 8,000 bytes and it is no UTF-16.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => return Some(utf16(rest, u16::from_le_bytes).into()),
        [0xfe, 0xff, rest @ ..] => return Some(utf16(rest, u16::from_be_bytes).into()),
        [0xef, 0xbb, 0xbf, rest @ ..] => return decode(rest),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(8_000)];
    if !head.contains(&0) {
        return Some(String::from_utf8_lossy(bytes));
    }
    // Text of Latin letters in UTF-16 without a mark: every other byte is zero, and no two in a row.
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 2;
    let length = head.len();
    match (zeros(0), zeros(1)) {
        (0, odd) if odd * 10 >= length * 9 => Some(utf16(bytes, u16::from_le_bytes).into()),
        (even, 0) if even * 10 >= length * 9 => Some(utf16(bytes, u16::from_be_bytes).into()),
        _ => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h4_text_is_read_in_utf_8_and_both_kinds_of_utf_16_and_binary_is_not() {
        let units = |bytes: fn(u16) -> [u8; 2]| "key = ä\n".encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
        for bytes in
            [little.clone(), big.clone(), marked(&[0xff, 0xfe], &little), marked(&[0xfe, 0xff], &big), marked(&[0xef, 0xbb, 0xbf], "key = ä\n".as_bytes())]
        {
            assert_eq!(decode(&bytes).as_deref(), Some("key = ä\n"), "{bytes:?}");
        }
        assert_eq!(decode(b"a\xffb").as_deref(), Some("a\u{fffd}b"));
        assert_eq!(decode(b"\x7fELF\0\0\x01"), None);
        assert_eq!(decode(b"").as_deref(), Some(""));
    }
}
