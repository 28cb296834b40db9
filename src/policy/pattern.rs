//! Patterns that a policy holds: globs over paths and branches, whole-string expressions over values. Compiled once, shown as written.

use serde::{Serialize, Serializer};

/// A glob over paths or branch names: `*` stays within a part, `**` crosses parts.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: globset::GlobMatcher,
}

/// An expression that a whole value must fit: ASCII classes, case-sensitive.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    regex: regex::Regex,
}

/// Why a pattern is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a pattern: {why}")]
pub struct BadPattern {
    /// The text.
    pub text: String,
    /// The matcher's own words.
    pub why: String,
}

impl Pattern {
    /// Compiles a glob.
    ///
    /// # Errors
    /// [`BadPattern`] where it does not parse.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        let bad = |why: String| BadPattern { text: text.to_owned(), why };
        let glob = globset::GlobBuilder::new(text).literal_separator(true).build().map_err(|error| bad(error.kind().to_string()))?;
        Ok(Self { text: text.to_owned(), matcher: glob.compile_matcher() })
    }

    /// True when the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Expression {
    /// Compiles an expression; it is anchored at both ends.
    ///
    /// # Errors
    /// [`BadPattern`] where it does not parse or is too large.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        let bad = |why: String| BadPattern { text: text.to_owned(), why };
        let anchored = format!(r"\A(?-u:{text})\z");
        let regex = regex::RegexBuilder::new(&anchored).size_limit(1 << 18).build().map_err(|error| bad(error.to_string()))?;
        Ok(Self { text: text.to_owned(), regex })
    }

    /// True when the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
