//! The line a finding stands on, fit to be shown: secrets masked, control characters neutralised, cut to what fits on a screen.

use serde::Serialize;

use crate::domain::{Position, Span, is_invisible};
use crate::error::redact;

/// How many characters of a hidden stretch are shown at most.
const SHOWN: usize = 4;
/// How many characters before and behind the marked ones are shown at most.
const AROUND: usize = 60;
/// How many marked characters are shown at most.
const MARKED: usize = 100;
/// How many bytes of a line are looked at on each side of what is marked: more than are ever shown.
const NEAR: usize = 2_000;

/// A finding's place and its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// Where it begins in the file.
    pub start: Position,
    /// Where it ends: the character behind the last one.
    pub end: Position,
    /// The line where it begins, as it may be shown.
    pub line: String,
    /// The bytes of that line that are meant.
    #[serde(skip)]
    pub marked: Span,
}

/// Walks through a text and tells places on the way: each step costs what lies between two places, not what lies before.
pub struct Walker<'a> {
    text: &'a str,
    hidden: Vec<Span>,
    base: Position,
    at: usize,
    line: usize,
    line_start: usize,
    column: usize,
}

impl<'a> Walker<'a> {
    /// At the beginning of a text in which these stretches are hidden.
    pub fn new(text: &'a str, hidden: impl Iterator<Item = Span>) -> Self {
        let base = Position { line: 1, column: 1 };
        Self { text, hidden: merged(hidden), base, at: 0, line: 1, line_start: 0, column: 1 }
    }

    /// The same, where the text is a part of a larger one and begins here.
    #[must_use]
    pub fn from(mut self, base: Position) -> Self {
        (self.base, self.line, self.column) = (base, base.line, base.column);
        self
    }

    /// The excerpt of a stretch. Stretches come in the order of their beginnings; one that lies before goes back to the text's beginning.
    pub fn excerpt(&mut self, span: Span) -> Excerpt {
        let span = within(self.text, span);
        let start = self.walk(span.start);
        let line_end = self.text[self.line_start.max(span.start)..].find('\n').map_or(self.text.len(), |length| self.line_start.max(span.start) + length);
        let line = Span::new(self.line_start, line_end);
        let end = self.end_of(span, start);
        let (shown, marked) = self.shown(line, Span::new(span.start, span.end.min(line_end)));
        Excerpt { start, end, line: shown, marked }
    }

    fn walk(&mut self, to: usize) -> Position {
        if to < self.at {
            // Only where stretches do not come in order.
            (self.at, self.line, self.line_start, self.column) = (0, self.base.line, 0, self.base.column);
        }
        let between = &self.text[self.at..to];
        if let Some(last) = between.rfind('\n') {
            self.line += between.bytes().filter(|byte| *byte == b'\n').count();
            self.line_start = self.at + last + 1;
            self.column = self.text[self.line_start..to].chars().count() + 1;
        } else {
            self.column += between.chars().count();
        }
        self.at = to;
        Position { line: self.line, column: self.column }
    }

    fn end_of(&self, span: Span, start: Position) -> Position {
        let inside = &self.text[span.start..span.end];
        match inside.rfind('\n') {
            None => Position { line: start.line, column: start.column + inside.chars().count() },
            Some(last) => {
                let lines = inside.bytes().filter(|byte| *byte == b'\n').count();
                Position { line: start.line + lines, column: inside[last + 1..].chars().count() + 1 }
            }
        }
    }

    /// The line with what is hidden masked and what is marked in its middle.
    fn shown(&self, line: Span, marked: Span) -> (String, Span) {
        let from = boundary(self.text, line.start.max(marked.start.saturating_sub(NEAR)));
        let to = boundary(self.text, line.end.min(marked.end.saturating_add(NEAR)));
        let before = tail(&self.fit(Span::new(from, marked.start)), AROUND);
        let middle = self.fit(marked);
        let middle = if middle.chars().count() > MARKED { head(&middle, MARKED) } else { middle };
        let behind = self.fit(Span::new(marked.end, to));
        let behind = head(behind.trim_end(), AROUND);
        let marked = Span::new(before.len(), before.len() + middle.len());
        settle(&before, &middle, &behind, marked)
    }

    /// A part of the text with what is hidden masked and control characters neutralised.
    fn fit(&self, part: Span) -> String {
        let mut out = String::new();
        let mut at = part.start;
        let first = self.hidden.partition_point(|hidden| hidden.end <= part.start);
        for hidden in self.hidden[first..].iter().take_while(|hidden| hidden.start < part.end) {
            let (start, end) = (hidden.start.max(part.start), hidden.end.min(part.end));
            out.push_str(&neutral(&self.text[at..start]));
            if start == hidden.start {
                out.push_str(&neutral(&first_characters(&self.text[hidden.start..hidden.end])));
            }
            out.push_str(crate::error::MASK);
            at = end;
        }
        out.push_str(&neutral(&self.text[at..part.end]));
        out
    }
}

/// Everything that is known to be secret is masked besides: then the marks go where they still can.
fn settle(before: &str, middle: &str, behind: &str, marked: Span) -> (String, Span) {
    let whole = before.to_owned() + middle + behind;
    let clean = redact(&whole);
    if clean == whole {
        return (whole, marked);
    }
    let parts = (redact(before), redact(middle), redact(behind));
    if parts.0.clone() + &parts.1 + &parts.2 == clean {
        let marked = Span::new(parts.0.len(), parts.0.len() + parts.1.len());
        return (clean, marked);
    }
    let marked = Span::new(0, clean.len());
    (clean, marked)
}

/// The first characters of something hidden: four where it is long, fewer where four would tell too much.
fn first_characters(hidden: &str) -> String {
    let length = hidden.chars().take(SHOWN * 4).count();
    hidden.chars().take(length / 4).take_while(|character| !character.is_control()).collect()
}

fn neutral(text: &str) -> String {
    text.chars().map(|character| if character != '\t' && (character.is_control() || is_invisible(character)) { '\u{fffd}' } else { character }).collect()
}

fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn tail(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let at = text.char_indices().nth(length - most).map_or(0, |(at, _)| at);
    format!("…{}", &text[at..])
}

/// The stretch, brought within the text and to borders of characters.
fn within(text: &str, span: Span) -> Span {
    let start = boundary(text, span.start.min(text.len()));
    Span::new(start, boundary(text, span.end.min(text.len())).max(start))
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn merged(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str, span: Span, hidden: &[Span]) -> Excerpt {
        Walker::new(text, hidden.iter().copied()).excerpt(span)
    }

    #[test]
    fn h4_of_what_is_hidden_no_more_than_four_characters_are_shown() {
        let token = "abcdefghijklmnopqrst";
        let text = format!("a\nkey = {token} # here\n");
        let at = text.find(token).expect("there");
        let span = Span::new(at, at + token.len());
        let excerpt = one(&text, span, &[span]);
        assert_eq!((excerpt.line.as_str(), &excerpt.line[excerpt.marked.start..excerpt.marked.end]), ("key = abcd*** # here", "abcd***"));
        assert_eq!((excerpt.start, excerpt.end), (Position { line: 2, column: 7 }, Position { line: 2, column: 27 }));
        let short = one("pw: secret", Span::new(4, 10), &[Span::new(4, 10)]);
        assert_eq!(short.line, "pw: s***");
    }

    #[test]
    fn h4_a_secret_beside_another_finding_of_the_same_line_is_hidden_there_too() {
        let text = "USER root # abcdefghijklmnopqrstuvwxyz";
        let excerpt = one(text, Span::new(0, 9), &[Span::new(12, 38)]);
        assert_eq!(excerpt.line, "USER root # abcd***");
        let within = one(text, Span::new(20, 24), &[Span::new(12, 38)]);
        assert_eq!(within.line, "USER root # abcd*********", "only the first part shows its beginning");
    }

    #[test]
    fn h4_what_has_the_shape_of_a_token_is_hidden_even_where_no_check_looked() {
        let text = format!("FROM x # {}{}", "ghp_", "A".repeat(36));
        assert_eq!(one(&text, Span::new(0, 4), &[]).line, "FROM x # ***");
    }

    #[test]
    fn v6_a_long_line_is_cut_around_its_mark_and_control_characters_are_signs() {
        let text = format!("{}\u{1b}[31m{}", "é".repeat(500_000), "b".repeat(500_000));
        let at = text.find('\u{1b}').expect("there");
        let excerpt = one(&text, Span::new(at, at + 5), &[]);
        assert_eq!(excerpt.start, Position { line: 1, column: 500_001 });
        assert_eq!(excerpt.line, format!("…{}\u{fffd}[31m{}…", "é".repeat(60), "b".repeat(60)));
        assert_eq!(&excerpt.line[excerpt.marked.start..excerpt.marked.end], "\u{fffd}[31m");
    }

    #[test]
    fn a_place_is_told_from_the_last_one_and_a_part_of_a_file_knows_its_line() {
        let mut walker = Walker::new("ab\ncd\nef", std::iter::empty()).from(Position { line: 100, column: 7 });
        assert_eq!(walker.excerpt(Span::new(4, 5)).start, Position { line: 101, column: 2 });
        assert_eq!(walker.excerpt(Span::new(6, 8)).start, Position { line: 102, column: 1 });
        let back = walker.excerpt(Span::new(1, 7));
        assert_eq!((back.start, back.end), (Position { line: 100, column: 8 }, Position { line: 102, column: 2 }));
    }

    proptest! {
        #[test]
        fn every_stretch_of_every_text_has_its_place(text in "[a\n\té\u{1b}]{0,40}", spans in proptest::collection::vec((0_usize..60, 0_usize..60), 1..5)) {
            let mut walker = Walker::new(&text, std::iter::once(within(&text, Span::new(spans[0].0, spans[0].1))));
            for (start, end) in spans {
                let span = within(&text, Span::new(start, end));
                let excerpt = walker.excerpt(Span::new(start, end));
                prop_assert_eq!(excerpt.start, Position::of(&text, span.start));
                prop_assert_eq!(excerpt.end, Position::of(&text, span.end));
                prop_assert!(excerpt.line.get(excerpt.marked.start..excerpt.marked.end).is_some());
                let acted_on = |character: char| matches!(character, '\n' | '\u{1b}');
                prop_assert!(!excerpt.line.contains(acted_on), "a line holds what a terminal acts on");
            }
        }
    }
}
