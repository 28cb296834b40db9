//! Patterns that a policy holds: globs over paths and branches, whole-string expressions over values. Compiled once, shown as written.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize, Serializer};

use super::Span;

/// A glob over paths or branch names: `*` stays within a part, `**` crosses parts.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    text: String,
    matcher: globset::GlobMatcher,
}

/// An expression that a whole value must fit: ASCII classes, case-sensitive.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Expression {
    text: String,
    regex: regex::Regex,
    within: OnceLock<regex::Regex>,
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
        let bad = |error: &regex::Error| BadPattern { text: text.to_owned(), why: last_words(error) };
        let compile = |expression: &str| regex::RegexBuilder::new(expression).size_limit(1 << 18).build();
        // On its own first: `a)|(?:b` is an expression only between somebody else's parentheses, and would escape the anchors.
        compile(&format!("(?-u){text}")).map_err(|error| bad(&error))?;
        let regex = compile(&format!(r"\A(?-u:{text})\z")).map_err(|error| bad(&error))?;
        Ok(Self { text: text.to_owned(), regex, within: OnceLock::new() })
    }

    /// True when the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The places in a longer text that fit, from left to right. It is compiled for this when it is first asked.
    ///
    /// # Panics
    /// Never: it was compiled between anchors before.
    pub fn places(&self, text: &str) -> impl Iterator<Item = Span> {
        let within = self.within.get_or_init(|| regex::Regex::new(&format!("(?-u:{})", self.text)).expect("it was compiled so between anchors"));
        within.find_iter(text).map(|found| Span::new(found.start(), found.end()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The regex crate draws a picture of several lines; its last line says what is wrong.
fn last_words(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl TryFrom<String> for Pattern {
    type Error = BadPattern;
    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::new(&text)
    }
}

impl TryFrom<String> for Expression {
    type Error = BadPattern;
    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::new(&text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_whole_ascii_and_cannot_escape_its_anchors() {
        let expression = Expression::new(r"v\d+|latest").expect("valid");
        for (text, fits) in [("v1", true), ("latest", true), ("v1x", false), ("xlatest", false), ("v\u{0663}", false), ("V1", false), ("v1\n", false)] {
            assert_eq!(expression.matches(text), fits, "{text:?}");
        }
        for text in ["a)|(?:b", "(", "[", "a{99999999}", "(?x)a # "] {
            assert!(Expression::new(text).is_err(), "{text:?}");
        }
        assert!(!Expression::new("(").expect_err("unclosed").why.contains('\n'));
    }

    #[test]
    fn an_expression_is_found_within_a_longer_text() {
        let expression = Expression::new("[A-Z]+-[0-9]+|#[0-9]+").expect("valid");
        let text = "ä PAY-12, #3";
        let found: Vec<&str> = expression.places(text).map(|span| &text[span.start..span.end]).collect();
        assert_eq!(found, ["PAY-12", "#3"]);
    }

    #[test]
    fn a_glob_stays_within_a_part_unless_it_says_otherwise() {
        let within = Pattern::new("release/*").expect("valid");
        assert!(within.matches("release/1") && !within.matches("release/1/2"));
        assert!(Pattern::new("src/**").expect("valid").matches("src/a/b"));
        assert!(Pattern::new("a[").is_err());
    }
}
