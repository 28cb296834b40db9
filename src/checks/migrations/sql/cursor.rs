//! A walk over the tokens of one statement.

use super::tokens::{Kind, Token};
use crate::domain::Span;

/// Where the walk is.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens }
    }

    /// The place of all that is left.
    pub(super) fn span(&self) -> Span {
        let start = self.tokens.first().map_or(0, |token| token.span.start);
        Span::new(start, self.tokens.last().map_or(start, |token| token.span.end))
    }

    /// True where the next token is this word.
    pub(super) fn is(&self, word: &str) -> bool {
        self.tokens.first().is_some_and(|token| token.kind == Kind::Word && self.text[token.span.start..token.span.end].eq_ignore_ascii_case(word))
    }

    /// Passes a word, where it is next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is = self.is(word);
        if is {
            self.skip();
        }
        is
    }

    /// Passes any of these words, as often as they come.
    pub(super) fn eat_any(&mut self, words: &[&str]) {
        while words.iter().any(|word| self.is(word)) {
            self.skip();
        }
    }

    /// Passes these words in a row, where all are next.
    pub(super) fn eat_all(&mut self, words: &[&str]) -> bool {
        let mut ahead = *self;
        let all = words.iter().all(|word| ahead.eat(word));
        if all {
            *self = ahead;
        }
        all
    }

    /// Passes the next token.
    pub(super) fn skip(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    /// Passes a name with its parts (`schema.table`), and gives the last of them in small letters.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut name = None;
        while let Some(token) = self.tokens.first().filter(|token| matches!(token.kind, Kind::Word | Kind::Name | Kind::Text)) {
            name = Some(token.name(self.text));
            self.skip();
            if self.tokens.first().is_none_or(|token| token.kind != Kind::Sign('.')) {
                break;
            }
            self.skip();
        }
        name
    }

    /// True where these words stand in a row anywhere ahead.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        (0..self.tokens.len()).any(|at| Cursor { tokens: &self.tokens[at..], ..*self }.eat_all(words))
    }

    /// The parts between commas that stand in no parentheses.
    pub(super) fn parts(&self) -> Vec<Self> {
        let mut out = Vec::new();
        let (mut depth, mut start) = (0_usize, 0);
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                Kind::Sign(',') if depth == 0 => {
                    out.push(Self { tokens: &self.tokens[start..at], ..*self });
                    start = at + 1;
                }
                _ => {}
            }
        }
        out.push(Self { tokens: &self.tokens[start..], ..*self });
        out
    }
}
