//! The texts of a dispatch's inputs: static words with placeholders such as `{version}`. Filling one in makes data, never code.

use serde::{Serialize, Serializer};

use super::nearest::nearest;
use crate::domain::{Fault as TextFault, ParamKey, screen_line};

/// The most bytes of a template.
const MOST: usize = 2_000;

/// What stands before a parameter's key.
const PARAMETER: &str = "parameter.";

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// `{environment}`: the environment's policy name.
    Environment,
    /// `{sha}`: the exact commit.
    Sha,
    /// `{ref}`: the branch that the commit is the head of.
    Ref,
    /// `{version}`: the version that the command names; empty where it names none.
    Version,
    /// `{services}`: the services, with commas between; empty for all.
    Services,
    /// `{pull-request}`: its number.
    PullRequest,
    /// `{deployment}`: the id of the GitHub deployment.
    Deployment,
    /// `{parameter.KEY}`: the command's parameter; empty where it gives none.
    Parameter(ParamKey),
}

/// The placeholders by their words.
const SLOTS: &[(&str, Slot)] = &[
    ("environment", Slot::Environment),
    ("sha", Slot::Sha),
    ("ref", Slot::Ref),
    ("version", Slot::Version),
    ("services", Slot::Services),
    ("pull-request", Slot::PullRequest),
    ("deployment", Slot::Deployment),
];

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateFault {
    /// A `{` without its `}`, or the other way round.
    #[error("a brace has no partner; a brace that is meant as such is written twice: `{{{{` or `}}}}`")]
    Brace,
    /// No such placeholder.
    #[error("there is no placeholder `{{{word}}}`")]
    Unknown {
        /// What stands between the braces.
        word: String,
        /// The word that may have been meant.
        near: Option<&'static str>,
    },
    /// The key of a parameter is none.
    #[error("`{{{0}}}` does not name a parameter")]
    Parameter(String),
    /// Not one line.
    #[error("this is not one line of text: {0}")]
    Line(#[from] TextFault),
}

/// Every placeholder, for a fault's help.
pub(super) fn placeholders() -> String {
    let words: Vec<String> = SLOTS.iter().map(|(word, _)| format!("{{{word}}}")).collect();
    format!("the placeholders are {}, {{{PARAMETER}KEY}}", words.join(", "))
}

impl Template {
    /// Reads a text.
    pub(super) fn parse(text: &str) -> Result<Self, TemplateFault> {
        screen_line(text, MOST)?;
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let (word, after) = rest.split_once('}').filter(|_| brace == "{").ok_or(TemplateFault::Brace)?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Slot(slot(word)?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The parameters that it asks for.
    pub fn parameters(&self) -> impl Iterator<Item = &ParamKey> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Slot(Slot::Parameter(key)) => Some(key),
            Piece::Slot(_) | Piece::Text(_) => None,
        })
    }

    /// The text with every placeholder filled in.
    pub fn fill(&self, value: impl Fn(&Slot) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => value(slot),
        };
        self.pieces.iter().map(piece).collect()
    }
}

fn slot(word: &str) -> Result<Slot, TemplateFault> {
    if let Some(key) = word.strip_prefix(PARAMETER) {
        return ParamKey::new(key).map(Slot::Parameter).map_err(|_| TemplateFault::Parameter(word.to_owned()));
    }
    let found = SLOTS.iter().find(|(name, _)| *name == word);
    found
        .map(|(_, slot)| slot.clone())
        .ok_or_else(|| TemplateFault::Unknown { word: word.to_owned(), near: nearest(word, SLOTS.iter().map(|(name, _)| *name)) })
}

impl std::fmt::Display for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameter(key) => write!(formatter, "{{{PARAMETER}{key}}}"),
            other => {
                let word = SLOTS.iter().find(|(_, slot)| slot == other).map_or("", |(word, _)| word);
                write!(formatter, "{{{word}}}")
            }
        }
    }
}

/// As it was written.
impl std::fmt::Display for Template {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => formatter.write_str(&text.replace('{', "{{").replace('}', "}}"))?,
                Piece::Slot(slot) => slot.fmt(formatter)?,
            }
        }
        Ok(())
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(text: &str) -> String {
        Template::parse(text).expect("a template").fill(|slot| format!("<{slot}>"))
    }

    #[test]
    fn d2_placeholders_are_filled_and_doubled_braces_are_braces() {
        assert_eq!(filled("v{version} of {services}"), "v<{version}> of <{services}>");
        assert_eq!(filled("{{\"a\": 1}}"), "{\"a\": 1}");
        assert_eq!(filled("{parameter.region-1}{sha}"), "<{parameter.region-1}><{sha}>");
        assert_eq!(filled(""), "");
        let template = Template::parse("{{{pull-request}}}").expect("a template");
        assert_eq!((template.to_string().as_str(), template.fill(|_| "7".to_owned()).as_str()), ("{{{pull-request}}}", "{7}"));
    }

    #[test]
    fn d2_a_text_that_is_no_template_is_refused() {
        for text in ["{", "}", "{version", "version}", "a{b}c}", "{}", "{ version }", "{parameter.}", "{parameter.a b}", "{versoin}", "a\nb", "a\u{202e}b"] {
            assert!(Template::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Template::parse("{versoin}"), Err(TemplateFault::Unknown { word: "versoin".to_owned(), near: Some("version") }));
    }

    proptest! {
        #[test]
        fn d2_what_is_written_is_read_again(text in "([a-z ]|\\{\\{|\\}\\}|\\{sha\\}|\\{parameter\\.k\\}){0,12}") {
            let template = Template::parse(&text).expect("a template");
            prop_assert_eq!(Template::parse(&template.to_string()), Ok(template));
        }
    }
}
