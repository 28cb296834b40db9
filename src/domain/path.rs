//! A path in a git repository: bytes, as git has them, that need not be UTF-8 and may hold anything but NUL.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};

/// The path of a file from the repository's root, with `/` between its parts. Bytes of an attacker's choice: it is shown by [`std::fmt::Display`] only,
/// which escapes, and compared with patterns by [`RepoPath::text`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    /// The path of these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text for patterns and names; bytes that are not UTF-8 are replacement characters.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The last part.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The folder that it lies in; empty for the root.
    #[must_use]
    pub fn folder(&self) -> Self {
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Self(self.0[..end].to_vec())
    }

    /// A path below this folder.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> Self {
        if self.0.is_empty() {
            return Self(name.to_vec());
        }
        Self([self.0.as_slice(), b"/", name].concat())
    }

    /// The name's ending behind its last dot, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        let name = String::from_utf8_lossy(self.name()).into_owned();
        name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
    }
}

/// Everything that a terminal would act on, that a reader would not see, or that is not UTF-8 is escaped.
impl std::fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_control() || super::is_invisible(character) {
                    write!(formatter, "{}", character.escape_default())?;
                } else {
                    formatter.write_char(character)?;
                }
            }
            for byte in chunk.invalid() {
                write!(formatter, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for RepoPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v6_a_path_is_shown_without_what_a_terminal_would_act_on() {
        let path = RepoPath::new(b"a\n\x1b[31m/\xff/\xe2\x80\xae\xc3\xa4".to_vec());
        assert_eq!(path.to_string(), "a\\n\\u{1b}[31m/\\xff/\\u{202e}\u{e4}");
    }

    #[test]
    fn a_path_knows_its_parts() {
        let path = RepoPath::new(*b"deploy/Chart.YAML");
        assert_eq!((path.name(), path.folder(), path.extension().as_str()), (&b"Chart.YAML"[..], RepoPath::new(*b"deploy"), "yaml"));
        assert_eq!(path.folder().folder().join(b"x"), RepoPath::new(*b"x"));
        assert_eq!(path.folder().join(b"x"), RepoPath::new(*b"deploy/x"));
    }
}
