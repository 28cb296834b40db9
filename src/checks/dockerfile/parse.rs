//! The parser of Dockerfiles: instructions with their places, flags, exec forms and here-documents. It reads what the builder reads, and what the builder would
//! refuse it reads as far as it can. Linear in the text.

use crate::domain::Span;

use super::lines::{Flat, Heredoc, Lines};

macro_rules! keywords {
    ($($variant:ident $word:literal)*) => {
        /// What an instruction is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Keyword {
            $(#[doc = $word] $variant,)*
            /// None that there is.
            Unknown,
        }

        /// The words of all keywords.
        pub(super) const KEYWORDS: &[&str] = &[$($word),*];

        impl Keyword {
            fn of(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) { return Self::$variant; })*
                Self::Unknown
            }
        }
    };
}

keywords! {
    Add "ADD" Arg "ARG" Cmd "CMD" Copy "COPY" Entrypoint "ENTRYPOINT" Env "ENV" Expose "EXPOSE" From "FROM" Healthcheck "HEALTHCHECK" Label "LABEL"
    Maintainer "MAINTAINER" Onbuild "ONBUILD" Run "RUN" Shell "SHELL" Stopsignal "STOPSIGNAL" User "USER" Volume "VOLUME" Workdir "WORKDIR"
}

/// An instruction.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    /// What it is.
    pub(super) keyword: Keyword,
    /// When it is carried out.
    pub(super) when: When,
    /// Its flags: name, value, place.
    pub(super) flags: Vec<Flag>,
    /// The arguments of an exec form.
    pub(super) exec: Option<Vec<String>>,
    /// What its here-documents hold.
    pub(super) heredocs: Vec<Heredoc>,
    flat: Flat,
    word: (usize, usize),
    rest: usize,
}

/// When an instruction is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// In this build.
    Now,
    /// In the build of an image on top of this one (`ONBUILD`).
    Later,
}

/// A flag: `--name=value`.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    /// Its name.
    pub(super) name: String,
    /// Its value; empty where it has none.
    pub(super) value: String,
}

/// A word of an instruction, its quotes taken off.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The word.
    pub(super) text: String,
    /// Its place in the file.
    pub(super) span: Span,
    range: (usize, usize),
}

impl Instruction {
    /// The keyword as it is written.
    pub(super) fn word(&self) -> &str {
        &self.flat.text()[self.word.0..self.word.1]
    }

    /// The place of the keyword.
    pub(super) fn word_span(&self) -> Span {
        self.flat.span(self.word.0, self.word.1)
    }

    /// The place of all of it, from its keyword on.
    pub(super) fn span(&self) -> Span {
        self.flat.span(self.word.0, self.flat.text().trim_end().len())
    }

    /// What stands behind the keyword and its flags.
    pub(super) fn body(&self) -> &str {
        &self.flat.text()[self.rest..]
    }

    /// The place of a stretch of the body.
    pub(super) fn body_span(&self, start: usize, end: usize) -> Span {
        self.flat.span(self.rest + start, self.rest + end)
    }

    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|flag| flag.name == name).map(|flag| flag.value.as_str())
    }

    /// The words of the body, as the builder splits them for everything but scripts.
    pub(super) fn words(&self, escape: char) -> Vec<Word> {
        words(self.body(), escape).into_iter().map(|(text, range)| Word { text, span: self.body_span(range.0, range.1), range }).collect()
    }

    /// The names and values of `ENV`, `ARG` and `LABEL`: with the place of each pair. An `ARG` without a value has none.
    pub(super) fn pairs(&self, escape: char) -> Vec<(String, Option<String>, Span)> {
        let words = self.words(escape);
        if let (Keyword::Env | Keyword::Label, Some(first)) = (self.keyword, words.first())
            && !first.text.contains('=')
        {
            // The old form: one name, and everything behind it.
            let value = self.body()[first.range.1..].trim();
            let span = self.body_span(first.range.0, self.body().trim_end().len());
            return vec![(first.text.clone(), Some(value.to_owned()), span)];
        }
        let pair = |word: Word| match word.text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned()), word.span),
            None => (word.text, None, word.span),
        };
        words.into_iter().map(pair).collect()
    }
}

/// The words of a text: their text without quotes, and their stretch.
fn words(text: &str, escape: char) -> Vec<(String, (usize, usize))> {
    let mut out = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.peek().copied() {
        if first.is_whitespace() {
            characters.next();
            continue;
        }
        let (mut word, mut end, mut quote) = (String::new(), start, None);
        while let Some((at, character)) = characters.peek().copied() {
            if quote.is_none() && character.is_whitespace() {
                break;
            }
            characters.next();
            end = at + character.len_utf8();
            match (quote, character) {
                (Some(open), _) if character == open => quote = None,
                (None, '"' | '\'') => quote = Some(character),
                (None | Some('"'), _) if character == escape => {
                    if let Some((at, escaped)) = characters.next() {
                        end = at + escaped.len_utf8();
                        word.push(escaped);
                    }
                }
                _ => word.push(character),
            }
        }
        out.push((word, (start, end)));
    }
    out
}

/// The instructions of a text, and its escape character.
pub(super) fn instructions(text: &str) -> (Vec<Instruction>, char) {
    let mut lines = Lines::new(text);
    let mut out = Vec::new();
    while let Some(flat) = lines.next_joined() {
        let mut instruction = instruction(flat);
        if matches!(instruction.keyword, Keyword::Run | Keyword::Copy | Keyword::Add) && instruction.exec.is_none() {
            for (terminator, strips_tabs) in terminators(instruction.body()) {
                instruction.heredocs.push(lines.heredoc(&terminator, strips_tabs));
            }
        }
        out.push(instruction);
    }
    (out, lines.escape)
}

fn instruction(flat: Flat) -> Instruction {
    let (mut keyword, mut word, mut rest) = keyword(flat.text(), 0);
    let mut when = When::Now;
    if keyword == Keyword::Onbuild {
        (keyword, word, rest) = self::keyword(flat.text(), rest);
        when = When::Later;
    }
    let (flags, rest) = flags(flat.text(), rest, keyword);
    let body = flat.text()[rest..].trim();
    let listed = matches!(keyword, Keyword::Add | Keyword::Cmd | Keyword::Copy | Keyword::Entrypoint | Keyword::Run | Keyword::Shell | Keyword::Volume);
    let exec = if listed && body.starts_with('[') { serde_json::from_str(body).ok() } else { None };
    Instruction { keyword, when, flags, exec, heredocs: Vec::new(), flat, word, rest }
}

/// The keyword from a byte on: what it is, its stretch, and where the rest begins.
fn keyword(text: &str, from: usize) -> (Keyword, (usize, usize), usize) {
    let start = text.len() - text[from..].trim_start().len();
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length);
    let rest = text.len() - text[end..].trim_start().len();
    (Keyword::of(&text[start..end]), (start, end), rest)
}

fn flags(text: &str, from: usize, keyword: Keyword) -> (Vec<Flag>, usize) {
    let mut out = Vec::new();
    let mut at = from;
    if !matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::From | Keyword::Healthcheck | Keyword::Run) {
        return (out, at);
    }
    while let Some(rest) = text[at..].strip_prefix("--") {
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (name, value) = rest[..length].split_once('=').unwrap_or((&rest[..length], ""));
        out.push(Flag { name: name.to_ascii_lowercase(), value: value.trim_matches('"').to_owned() });
        at = text.len() - rest[length..].trim_start().len();
    }
    (out, at)
}

/// The words that end the here-documents of a body, in their order, and whether tabs before them are left out.
fn terminators(body: &str) -> Vec<(String, bool)> {
    if !body.contains("<<") {
        return Vec::new();
    }
    let raw = body.split_whitespace();
    raw.filter_map(|word| {
        let rest = word.trim_start_matches(|digit: char| digit.is_ascii_digit()).strip_prefix("<<")?;
        let (rest, strips_tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let name = rest.trim_matches(['"', '\'']);
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        is_name.then(|| (name.to_owned(), strips_tabs))
    })
    .collect()
}
