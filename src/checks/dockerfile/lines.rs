//! The lines of a Dockerfile as its builder joins them: continued lines become one text in which every byte knows where it came from; comments and empty lines
//! in between are left out; what a here-document holds stays apart.

use crate::domain::Span;

/// A text that was put together from stretches of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    text: String,
    /// Where each stretch begins: in this text, and in the file.
    starts: Vec<(usize, usize)>,
}

impl Flat {
    fn push(&mut self, piece: &str, at: usize) {
        self.starts.push((self.text.len(), at));
        self.text.push_str(piece);
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte of this text stands in the file.
    fn place(&self, at: usize) -> usize {
        let stretch = self.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.starts.get(stretch).map_or(at, |(start, source)| source + (at - start))
    }

    /// The stretch of the file that a stretch of this text came from.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        if end <= start {
            return Span::new(self.place(start), self.place(start));
        }
        Span::new(self.place(start), self.place(end - 1) + 1)
    }
}

/// What a here-document holds.
#[derive(Clone, Debug)]
pub(super) struct Heredoc {
    /// Its text, up to the line that ends it.
    pub(super) span: Span,
}

/// Reads a file line by line.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    /// The character that continues a line: a backslash, or what the directive `escape` says.
    pub(super) escape: char,
}

impl<'a> Lines<'a> {
    /// From the beginning: the parser's directives are read.
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = Self { text, at, escape: '\\' };
        while let Some((name, value)) = lines.peek().and_then(|(line, _)| directive(line)) {
            if name.eq_ignore_ascii_case("escape") && value == "`" {
                lines.escape = '`';
            }
            lines.next_line();
        }
        lines
    }

    fn peek(&self) -> Option<(&'a str, usize)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let line = rest.split('\n').next().unwrap_or_default();
        Some((line.strip_suffix('\r').unwrap_or(line), self.at))
    }

    fn next_line(&mut self) -> Option<(&'a str, usize)> {
        let (line, at) = self.peek()?;
        let whole = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1);
        self.at = whole;
        Some((line, at))
    }

    /// The next instruction, its lines joined.
    pub(super) fn next_joined(&mut self) -> Option<Flat> {
        let mut flat = Flat::default();
        while let Some((line, at)) = self.next_line() {
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let (line, at) = if flat.starts.is_empty() { (bare, at + line.len() - bare.len()) } else { (line, at) };
            let (piece, goes_on) = self.continued(line);
            flat.push(piece, at);
            if !goes_on {
                return Some(flat);
            }
        }
        (!flat.starts.is_empty()).then_some(flat)
    }

    /// A line without the character that continues it, and whether it goes on.
    fn continued(&self, line: &'a str) -> (&'a str, bool) {
        let bare = line.trim_end_matches([' ', '\t']);
        match bare.strip_suffix(self.escape) {
            Some(before) if !before.ends_with(self.escape) => (before, true),
            _ => (line, false),
        }
    }

    /// What stands up to the line that is this word, or to the end of the file.
    pub(super) fn heredoc(&mut self, terminator: &str, strips_tabs: bool) -> Heredoc {
        let start = self.at;
        while let Some((line, at)) = self.next_line() {
            let line = if strips_tabs { line.trim_start_matches('\t') } else { line };
            if line == terminator {
                return Heredoc { span: Span::new(start, at) };
            }
        }
        Heredoc { span: Span::new(start, self.text.len()) }
    }
}

/// `# name=value`.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let known = ["syntax", "escape", "check"].iter().any(|known| name.eq_ignore_ascii_case(known));
    (known && !value.is_empty()).then_some((name, value))
}
