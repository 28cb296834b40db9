//! Paths and queries of the REST API, made from checked words only, every one of them percent-encoded.

use std::fmt::{Display, Write as _};

use crate::domain::RepoSlug;

/// A path below the API's base, with a query where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    text: String,
    query: String,
}

impl Path {
    /// `/repos/OWNER/NAME`
    pub(super) fn repository(slug: &RepoSlug) -> Self {
        Self { text: String::from("/repos"), query: String::new() }.word(slug.owner()).word(slug.name())
    }

    /// A part that stands in our source, slashes allowed.
    pub(super) fn then(mut self, part: &'static str) -> Self {
        self.text.push('/');
        self.text.push_str(part);
        self
    }

    /// A number.
    pub(super) fn number(mut self, number: impl Display + Copy + Into<Number>) -> Self {
        let Number(number) = number.into();
        write!(self.text, "/{number}").expect("writing to a string does not fail");
        self
    }

    /// A checked word as one segment.
    pub(super) fn word(mut self, word: &str) -> Self {
        self.text.push('/');
        encode(word, &mut self.text);
        self
    }

    /// A parameter of the query.
    pub(super) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push(if self.query.is_empty() { '?' } else { '&' });
        self.query.push_str(name);
        self.query.push('=');
        encode(value, &mut self.query);
        self
    }

    /// The path without its query: what logs and errors show.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The path with its query.
    pub(super) fn with_query(&self) -> String {
        format!("{}{}", self.text, self.query)
    }
}

/// A number that may stand in a path.
pub(super) struct Number(u64);

macro_rules! numbers {
    ($($name:ty),*) => { $(impl From<$name> for Number { fn from(id: $name) -> Self { Self(id.0) } })* };
}
numbers!(crate::domain::CommentId, crate::domain::DeploymentId, crate::domain::PullNumber, crate::domain::RunId);

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

/// Everything but RFC 3986's unreserved characters becomes `%XX`.
fn encode(word: &str, out: &mut String) {
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CommentId;

    #[test]
    fn v6_every_word_is_one_segment_whatever_it_holds() {
        let path =
            Path::repository(&RepoSlug::new("acme/shop").expect("valid")).then("git/ref").word("a/b?c#d%e ä").query("ref", "refs/heads/x&y").query("n", "1");
        assert_eq!(path.as_str(), "/repos/acme/shop/git/ref/a%2Fb%3Fc%23d%25e%20%C3%A4");
        assert_eq!(path.with_query(), format!("{}?ref=refs%2Fheads%2Fx%26y&n=1", path.as_str()));
        assert_eq!(Path::repository(&RepoSlug::new("a/b").expect("valid")).number(CommentId(7)).as_str(), "/repos/a/b/7");
    }
}
