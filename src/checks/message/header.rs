//! The first line of a message: `type(scope)!: description`, to the letter of the specification; and what somebody may have meant by another one.

use std::fmt;

use crate::domain::Span;

/// The first line, read. Spans count in the message's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type.
    pub kind: Span,
    /// The scope, without its parentheses.
    pub scope: Option<Span>,
    /// The `!`.
    pub bang: Option<Span>,
    /// The description.
    pub description: Span,
}

/// Whether a change breaks what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It does.
    Breaking,
    /// It does not say so.
    Plain,
}

/// A first line to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading<'a> {
    /// The type.
    pub kind: &'a str,
    /// The scope.
    pub scope: Option<&'a str>,
    /// Whether it has a `!`.
    pub effect: Effect,
    /// The description.
    pub description: &'a str,
}

impl fmt::Display for Heading<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind)?;
        if let Some(scope) = self.scope {
            write!(formatter, "({scope})")?;
        }
        if self.effect == Effect::Breaking {
            formatter.write_str("!")?;
        }
        write!(formatter, ": {}", self.description)
    }
}

/// Letters and digits of any script, and `-_./`.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || "-_./".contains(character)
}

/// How many bytes of a text such characters are at its beginning.
fn word_length(text: &str) -> usize {
    text.find(|character| !is_word(character)).unwrap_or(text.len())
}

/// Reads a first line, which stands at a place of the message.
pub(super) fn read(line: &str, at: usize) -> Option<Header> {
    let span = |from: usize, to: usize| Span::new(at + from, at + to);
    let kind = word_length(line);
    if kind == 0 {
        return None;
    }
    let mut here = kind;
    let mut scope = None;
    if line[here..].starts_with('(') {
        let length = line[here + 1..].find(['(', ')'])?;
        let inner = &line[here + 1..here + 1 + length];
        if inner.trim().is_empty() || !line[here + 1 + length..].starts_with(')') {
            return None;
        }
        scope = Some(span(here + 1, here + 1 + length));
        here += length + 2;
    }
    let bang = line[here..].starts_with('!').then(|| span(here, here + 1));
    here += usize::from(bang.is_some());
    let rest = line[here..].strip_prefix(": ")?;
    let trimmed = rest.trim();
    let start = here + 2 + (rest.len() - rest.trim_start().len());
    (!trimmed.is_empty()).then(|| Header { kind: span(0, kind), scope, bang, description: span(start, start + trimmed.len()) })
}

/// What stands where the colon should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// A colon, of any kind and with any space.
    Colon,
    /// A dash or a bar.
    Dash,
    /// Nothing, behind a word in brackets.
    Bracket,
    /// Nothing.
    None,
}

/// The parts of a line that is nearly a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loose<'a> {
    /// The word that may be its type.
    pub(super) word: &'a str,
    /// What may be its scope.
    pub(super) scope: Option<&'a str>,
    /// Whether there was a `!`.
    pub(super) effect: Effect,
    /// What stood behind them.
    pub(super) separator: Separator,
    /// The rest.
    pub(super) rest: &'a str,
}

/// Reads a line as generously as one can: brackets, pictures before the type, spaces where none belong, other colons.
pub(super) fn loose(line: &str) -> Option<Loose<'_>> {
    let start = undecorated(line);
    let is_bracketed = start.starts_with(['[', '<', '(', '{', '"', '\'', '`']);
    let start = start.trim_start_matches(['[', '<', '(', '{', '"', '\'', '`', ' ']);
    let (word, rest) = start.split_at(word_length(start));
    if word.is_empty() {
        return None;
    }
    let rest = if is_bracketed { rest.trim_start_matches([']', '>', ')', '}', '"', '\'', '`']) } else { rest };
    let (first, rest) = bang(rest);
    let (scope, rest) = scope(rest);
    let (second, rest) = bang(rest);
    let effect = if first || second { Effect::Breaking } else { Effect::Plain };
    let rest = rest.trim_start();
    let (separator, rest) = if let Some(rest) = rest.strip_prefix([':', '：', '﹕', '꞉']) {
        (Separator::Colon, rest)
    } else if let Some(rest) = ["- ", "– ", "— ", "| ", "=> ", "-> "].iter().find_map(|dash| rest.strip_prefix(dash)) {
        (Separator::Dash, rest)
    } else if is_bracketed {
        (Separator::Bracket, rest)
    } else {
        (Separator::None, rest)
    };
    Some(Loose { word, scope, effect, separator, rest: rest.trim() })
}

/// Without the pictures that some put before the type: `✨ feat: x`, `:sparkles: feat: x`.
fn undecorated(line: &str) -> &str {
    let line = line.trim_start();
    let named =
        line.strip_prefix(':').and_then(|rest| rest.split_once(':')).filter(|(name, _)| !name.is_empty() && name.chars().all(|it| it == '+' || is_word(it)));
    let line = named.map_or(line, |(_, rest)| rest);
    line.trim_start_matches(|character: char| !character.is_ascii() && !character.is_alphanumeric() || character.is_whitespace())
}

fn bang(text: &str) -> (bool, &str) {
    let trimmed = text.trim_start();
    trimmed.strip_prefix('!').map_or((false, text), |rest| (true, rest))
}

fn scope(text: &str) -> (Option<&str>, &str) {
    let Some(rest) = text.trim_start().strip_prefix('(') else { return (None, text) };
    let Some((inner, rest)) = rest.split_once(')') else { return (None, text) };
    let inner = inner.trim();
    ((!inner.is_empty()).then_some(inner), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<(&str, Option<&str>, bool, &str)> {
        let header = read(line, 0)?;
        let text = |span: Span| &line[span.start..span.end];
        Some((text(header.kind), header.scope.map(text), header.bang.is_some(), text(header.description)))
    }

    #[test]
    fn h2_a_first_line_is_read_to_the_letter() {
        assert_eq!(parts("feat(api)!: send an email"), Some(("feat", Some("api"), true, "send an email")));
        assert_eq!(parts("FIX: two:  colons "), Some(("FIX", None, false, "two:  colons")));
        assert_eq!(parts("feat(a b, c):   x"), Some(("feat", Some("a b, c"), false, "x")));
        assert_eq!(parts("größe(ü): x"), Some(("größe", Some("ü"), false, "x")));
        for line in [
            "",
            "feat",
            "feat:",
            "feat: ",
            "feat:x",
            "feat : x",
            " feat: x",
            "feat(): x",
            "feat( ): x",
            "feat(a(b)): x",
            "feat (a): x",
            "feat!(a): x",
            "feat(a: x",
            "[feat] x",
            "my type: x",
            "feat!!: x",
            ": x",
            "(a): x",
            "feat(a)b: x",
        ] {
            assert_eq!(parts(line), None, "{line}");
        }
    }

    #[test]
    fn h2_what_was_meant_is_read_generously() {
        use Separator as S;
        let read = |line| loose(line).map(|loose| (loose.word, loose.scope, loose.effect == Effect::Breaking, loose.separator, loose.rest));
        for (line, expected) in [
            ("feat : x", ("feat", None, false, S::Colon, "x")),
            ("feat:x", ("feat", None, false, S::Colon, "x")),
            ("feat：x", ("feat", None, false, S::Colon, "x")),
            ("feat!(api): x", ("feat", Some("api"), true, S::Colon, "x")),
            ("feat (api) ! : x", ("feat", Some("api"), true, S::Colon, "x")),
            ("feat(): x", ("feat", None, false, S::Colon, "x")),
            ("[feat] x", ("feat", None, false, S::Bracket, "x")),
            ("[feat]: x", ("feat", None, false, S::Colon, "x")),
            ("(fix) x", ("fix", None, false, S::Bracket, "x")),
            ("feat - x", ("feat", None, false, S::Dash, "x")),
            ("feat(api) x", ("feat", Some("api"), false, S::None, "x")),
            (":sparkles: feat: x", ("feat", None, false, S::Colon, "x")),
            ("✨ feat: x", ("feat", None, false, S::Colon, "x")),
            ("feat:", ("feat", None, false, S::Colon, "")),
            ("Add a thing", ("Add", None, false, S::None, "a thing")),
        ] {
            assert_eq!(read(line), Some(expected), "{line}");
        }
        assert_eq!(read("!!"), None);
        assert_eq!(read(""), None);
    }
}
