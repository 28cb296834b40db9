//! Words and strings of programs, as far as migrations need them: comments are passed over, strings are one piece. Linear in the text's length.

use crate::domain::Span;

/// The language of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Ruby,
    Python,
    Elixir,
    Php,
    Script,
    CSharp,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word.
    Word,
    /// A string; the span is what is in it.
    Text,
    /// Any other sign.
    Sign(char),
}

/// A piece of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Its line, from 0.
    pub(super) line: usize,
    /// How far it stands from the beginning of its line, in bytes.
    pub(super) column: usize,
}

/// The pieces of a program.
pub(super) fn pieces(text: &str, language: Language) -> Vec<Piece> {
    let mut lexer = Lexer { text, language, at: 0, line: 0, counted: 0, begin: 0, last: text.rfind('\n').unwrap_or(0), out: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    language: Language,
    at: usize,
    line: usize,
    counted: usize,
    /// Where the line begins.
    begin: usize,
    /// Where the last line ends: behind it no text between marks begins.
    last: usize,
    out: Vec<Piece>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// A piece that begins, with its marks, at a place.
    fn push(&mut self, start: usize, kind: Kind, span: Span) {
        let between = &self.text[self.counted..start];
        if let Some(newline) = between.rfind('\n') {
            self.line += between.matches('\n').count();
            self.begin = self.counted + newline + 1;
        }
        self.counted = start;
        self.out.push(Piece { kind, span, line: self.line, column: start - self.begin });
    }

    fn step(&mut self) {
        use Language as L;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        let start = self.at;
        let slashes = matches!(self.language, L::Php | L::Script | L::CSharp);
        let hashes = matches!(self.language, L::Ruby | L::Python | L::Elixir | L::Php) && !rest.starts_with("#[");
        if first.is_whitespace() {
            self.at += first.len_utf8();
        } else if first == '#' && hashes || slashes && rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
        } else if slashes && rest.starts_with("/*") {
            self.at += rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
        } else if self.language == L::Ruby && rest.starts_with("=begin") {
            self.at += rest.find("\n=end").map_or(rest.len(), |end| end + 5);
        } else if let Some((open, close)) = (self.at < self.last).then(|| heredoc(rest, self.language)).flatten() {
            self.push(start, Kind::Text, Span::new(start + open, start + close));
            self.at += close;
        } else if let Some(mark) = ["\"\"\"", "'''"].iter().find(|mark| rest.starts_with(**mark) && matches!(self.language, L::Python | L::Elixir | L::CSharp))
        {
            let end = rest[3..].find(mark).map_or(rest.len(), |end| end + 3);
            self.push(start, Kind::Text, Span::new(start + 3, start + end));
            self.at += (end + 3).min(rest.len());
        } else if first == '"' || first == '\'' || first == '`' && self.language == L::Script {
            self.string(first);
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
            self.push(start, Kind::Word, Span::new(start, start + length));
            self.at += length;
        } else {
            self.push(start, Kind::Sign(first), Span::new(start, start + first.len_utf8()));
            self.at += first.len_utf8();
        }
    }

    /// A string up to its closing sign. Where no string goes over lines, a line's end closes it, too: then one lost quote does not hide the rest.
    fn string(&mut self, quote: char) {
        let start = self.at + 1;
        let is_verbatim = self.language == Language::CSharp && self.text[..self.at].ends_with(['@', '$']);
        let is_single = matches!(self.language, Language::Script | Language::CSharp | Language::Python) && quote != '`' && !is_verbatim;
        self.at = start;
        let mut end = self.text.len();
        while let Some(next) = self.rest().chars().next() {
            let here = self.at;
            self.at += next.len_utf8();
            if next == '\\' && !is_verbatim {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            } else if next == quote || next == '\n' && is_single {
                if is_verbatim && self.rest().starts_with(quote) {
                    self.at += 1;
                    continue;
                }
                end = here;
                break;
            }
        }
        self.push(start - quote.len_utf8(), Kind::Text, Span::new(start, end.max(start)));
    }
}

/// `<<~SQL … SQL` of Ruby, `<<<SQL … SQL` of PHP: where its text begins and ends.
fn heredoc(rest: &str, language: Language) -> Option<(usize, usize)> {
    let mark = match language {
        Language::Ruby => ["<<~", "<<-", "<<"].iter().find(|mark| rest.starts_with(**mark))?,
        Language::Php => ["<<<"].iter().find(|mark| rest.starts_with(**mark))?,
        _ => return None,
    };
    let word = rest[mark.len()..].trim_start_matches(['\'', '"']);
    let length = word.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(word.len());
    let word = &word[..length];
    if !word.starts_with(|first: char| first.is_ascii_uppercase() || first == '_') {
        return None;
    }
    let open = rest.find('\n')? + 1;
    let mut at = open;
    for line in rest[open..].split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed == word || language == Language::Php && trimmed.strip_prefix(word).is_some_and(|behind| behind.starts_with([';', ',', ')'])) {
            return Some((open, at));
        }
        at += line.len();
    }
    Some((open, rest.len()))
}
