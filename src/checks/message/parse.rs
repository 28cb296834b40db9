//! The parser: a message is a header, a body and footers, each with its place. It never fails, and takes time in proportion to the message's length.

use std::borrow::Cow;

use super::header::{self, Header};
use super::kind::{self, Kind};
use crate::domain::Span;

/// A message, read. The text is one as a commit holds it: git's comments are gone (see [`super::clean`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    text: &'a str,
    first: Span,
    header: Option<Header>,
    body: Option<Span>,
    footers: Vec<Footer>,
}

/// A footer: `Reviewed-by: octocat`, `Fixes #12`, `BREAKING CHANGE: …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Its token.
    pub token: Span,
    /// What stands between token and value.
    pub separator: FooterSeparator,
    /// Its value, which may have several lines.
    pub value: Span,
}

/// What stands between a footer's token and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FooterSeparator {
    /// `: `
    Colon,
    /// ` #`
    Hash,
}

/// The tokens that say that a change breaks something: the only words of a message whose case matters.
pub(super) const BREAKING: [&str; 2] = ["BREAKING CHANGE", "BREAKING-CHANGE"];

/// A message's bytes as text: bytes that are not UTF-8 become replacement characters. Spans count in this text.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

impl<'a> Message<'a> {
    /// Reads a message.
    pub fn parse(text: &'a str) -> Self {
        let mut lines = Lines { text, at: 0 };
        let first = lines.by_ref().find(|line| !line.is_blank(text)).map_or(Span::new(text.len(), text.len()), |line| line.span);
        let header = header::read(slice(text, first), first.start);
        let mut message = Self { text, first, header, body: None, footers: Vec::new() };
        message.read_rest(lines);
        message
    }

    fn read_rest(&mut self, lines: Lines<'a>) {
        let mut after_blank = false;
        for line in lines {
            if line.is_blank(self.text) {
                after_blank = true;
                continue;
            }
            let found = footer(slice(self.text, line.span), line.span.start);
            // A breaking change is one wherever its line stands: to miss it is worse than to be generous.
            let found = found.filter(|footer| after_blank || !self.footers.is_empty() || self.is_breaking_token(footer));
            after_blank = false;
            match (found, self.footers.last_mut()) {
                (Some(footer), _) => self.footers.push(footer),
                (None, Some(last)) => last.value.end = line.span.end,
                (None, None) => self.body = Some(Span::new(self.body.map_or(line.span.start, |body| body.start), line.span.end)),
            }
        }
        // `BREAKING CHANGE:` at the end of a line has its value on the next; without any it is no footer.
        for footer in &mut self.footers {
            let value = &self.text[footer.value.start..footer.value.end];
            footer.value.start += value.len() - value.trim_start().len();
        }
        self.footers.retain(|footer| footer.value.start < footer.value.end);
    }

    fn is_breaking_token(&self, footer: &Footer) -> bool {
        BREAKING.contains(&slice(self.text, footer.token))
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The part of the text that a span is.
    pub fn slice(&self, span: Span) -> &'a str {
        slice(self.text, span)
    }

    /// The place of the first line that is not blank, without its line end.
    pub fn first(&self) -> Span {
        self.first
    }

    /// The parts of that line, where it is `type(scope)!: description`.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// What sort of message it is.
    pub fn kind(&self) -> Kind<'a> {
        kind::kind(self.slice(self.first), self.header())
    }

    /// The type, as it is written: its case does not matter.
    pub fn type_name(&self) -> Option<&'a str> {
        self.header().map(|header| self.slice(header.kind))
    }

    /// True where the type is this one, in any case.
    pub fn is_type(&self, name: &str) -> bool {
        self.type_name().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// The scope.
    pub fn scope(&self) -> Option<&'a str> {
        self.header()?.scope.map(|span| self.slice(span).trim())
    }

    /// The description.
    pub fn description(&self) -> Option<&'a str> {
        self.header().map(|header| self.slice(header.description))
    }

    /// The place of the body: all between the header and the footers.
    pub fn body(&self) -> Option<Span> {
        self.body
    }

    /// The footers, in order.
    pub fn footers(&self) -> &[Footer] {
        &self.footers
    }

    /// The values of the footers with this token, in any case.
    pub fn values<'b>(&'b self, token: &'b str) -> impl Iterator<Item = &'a str> + 'b {
        self.footers.iter().filter(|footer| self.slice(footer.token).eq_ignore_ascii_case(token)).map(|footer| self.slice(footer.value))
    }

    /// True where the change breaks something: a `!`, or a footer that says so. Only a Conventional Commit can.
    pub fn is_breaking(&self) -> bool {
        self.header().is_some_and(|header| header.bang.is_some() || self.footers.iter().any(|footer| self.is_breaking_token(footer)))
    }

    /// What breaks, in the words of the footers, without the bullets of a squash behind them; else, for a `!`, the description.
    pub fn breaking(&self) -> Vec<&'a str> {
        let Some(header) = self.header() else { return Vec::new() };
        let footers = self.footers.iter().filter(|footer| self.is_breaking_token(footer));
        let mut out: Vec<&str> = footers.map(|footer| super::squashed::before_bullets(self.slice(footer.value))).filter(|text| !text.is_empty()).collect();
        if out.is_empty() && self.is_breaking() {
            out.push(self.slice(header.description));
        }
        out
    }

    /// The version that a footer `Release-As:` asks for; the last one counts.
    pub fn release_as(&self) -> Option<&'a str> {
        self.values("Release-As").last().map(|value| value.lines().next().unwrap_or_default().trim())
    }
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start..span.end]
}

/// The footer that a line begins.
fn footer(line: &str, at: usize) -> Option<Footer> {
    let breaking = BREAKING.iter().find(|token| line.starts_with(**token));
    let token = breaking.map_or_else(|| token_length(line), |token| token.len());
    if token == 0 {
        return None;
    }
    let rest = &line[token..];
    let separator = match rest.as_bytes() {
        [b':', b' ', ..] => FooterSeparator::Colon,
        [b' ', b'#', ..] => FooterSeparator::Hash,
        [b':'] if breaking.is_some() => FooterSeparator::Colon,
        _ => return None,
    };
    let has_value = breaking.is_some() || rest.len() > 2;
    let start = at + token + rest.len().min(2);
    has_value.then(|| Footer { token: Span::new(at, at + token), separator, value: Span::new(start, at + line.len()) })
}

/// A token: letters and digits with `-` in the place of spaces.
fn token_length(line: &str) -> usize {
    let length = line.find(|character: char| !character.is_alphanumeric() && character != '-').unwrap_or(line.len());
    if line.starts_with('-') { 0 } else { length }
}

/// A line without its end (`\n` or `\r\n`) and without white space at its end.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) span: Span,
}

impl Line {
    fn is_blank(self, text: &str) -> bool {
        slice(text, self.span).trim().is_empty()
    }
}

/// The lines of a text with their places.
#[derive(Clone)]
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let (line, step) = rest.find('\n').map_or((rest, rest.len()), |end| (&rest[..end], end + 1));
        let start = self.at;
        self.at += step;
        Some(Line { span: Span::new(start, start + line.trim_end().len()) })
    }
}
