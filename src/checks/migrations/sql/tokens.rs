//! Words, names, strings and signs of SQL. Linear in the text's length.

use crate::domain::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word or a number.
    Word,
    /// A name in quotes, backticks or brackets.
    Name,
    /// A string.
    Text,
    /// A string between dollars, with its marks.
    Dollar,
    /// Any other sign.
    Sign(char),
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

impl Token {
    /// Its text in capitals.
    pub(super) fn upper(&self, text: &str) -> String {
        text[self.span.start..self.span.end].to_ascii_uppercase()
    }

    /// A name without its quotes, in small letters.
    pub(super) fn name(&self, text: &str) -> String {
        text[self.span.start..self.span.end].trim_matches(['"', '`', '[', ']', '\'']).to_lowercase()
    }

    /// What stands between the dollars.
    pub(super) fn inner(&self, text: &str) -> Span {
        let whole = &text[self.span.start..self.span.end];
        let mark = whole[1..].find('$').map_or(0, |at| at + 2);
        let end = if whole.len() >= 2 * mark && whole.ends_with(&whole[..mark]) { self.span.end - mark } else { self.span.end };
        Span::new(self.span.start + mark, end)
    }
}

/// The tokens of a stretch of a text, and the places of its comments.
pub(super) fn tokens(text: &str, within: Span) -> (Vec<Token>, Vec<Span>) {
    let part = &text[within.start..within.end];
    let escapes = part.contains('`') || part.contains("ENGINE=") || part.contains("AUTO_INCREMENT");
    let mut lexer = Lexer { text: part, at: 0, escapes, comments: Vec::new(), out: Vec::new() };
    while lexer.at < part.len() {
        lexer.step();
    }
    let moved = |span: Span| Span::new(span.start + within.start, span.end + within.start);
    let out = lexer.out.into_iter().map(|token| Token { kind: token.kind, span: moved(token.span) }).collect();
    (out, lexer.comments.into_iter().map(moved).collect())
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Whether a backslash escapes in strings, as in `MySQL`.
    escapes: bool,
    comments: Vec<Span>,
    out: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn step(&mut self) {
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return };
        let kind = match first {
            character if character.is_whitespace() => {
                self.at += character.len_utf8();
                return;
            }
            '-' if self.rest().starts_with("--") => return self.comment(start),
            '#' if self.is_hash_comment() => return self.comment(start),
            '/' if self.rest().starts_with("/*") => return self.block(start),
            // The end of what only MySQL runs: its beginning is passed over as a comment's.
            '*' if self.rest().starts_with("*/") => {
                self.at += 2;
                return;
            }
            '\'' => self.quoted('\'', Kind::Text),
            '"' => self.quoted('"', Kind::Name),
            '`' => self.quoted('`', Kind::Name),
            '[' if self.is_bracketed() => self.quoted(']', Kind::Name),
            '$' if self.dollar().is_some() => self.dollars(),
            character if character.is_alphanumeric() || character == '_' || character == '@' => self.word(),
            character => {
                self.at += character.len_utf8();
                Kind::Sign(character)
            }
        };
        self.out.push(Token { kind, span: Span::new(start, self.at) });
    }

    fn comment(&mut self, start: usize) {
        self.at = self.rest().find('\n').map_or(self.text.len(), |end| start + end);
        self.comments.push(Span::new(start, self.at));
    }

    /// `#` begins a comment in `MySQL`, and operators elsewhere.
    fn is_hash_comment(&self) -> bool {
        let begins_line = self.text[..self.at].trim_end_matches([' ', '\t']).ends_with('\n') || self.at == 0;
        begins_line || self.escapes && !self.rest()[1..].starts_with(['>', '-'])
    }

    /// A block comment, which may have others in it. `/*! … */` is run by `MySQL`: only its marks are passed over.
    fn block(&mut self, start: usize) {
        if let Some(rest) = self.rest().strip_prefix("/*!") {
            let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
            self.at += 3 + digits;
            return;
        }
        let mut depth = 0_usize;
        loop {
            let open = self.rest().starts_with("/*");
            let close = self.rest().starts_with("*/");
            depth = if open {
                depth + 1
            } else if close {
                depth - 1
            } else {
                depth
            };
            let Some(next) = self.rest().chars().next() else { break };
            self.at += if open || close { 2 } else { next.len_utf8() };
            if depth == 0 {
                break;
            }
        }
        self.comments.push(Span::new(start, self.at));
    }

    /// Up to the closing sign; a doubled one stands for itself.
    fn quoted(&mut self, close: char, kind: Kind) -> Kind {
        let is_escaping = kind == Kind::Text && (self.escapes || self.text[..self.at].ends_with(['e', 'E']));
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            self.at += next.len_utf8();
            if next == '\\' && is_escaping {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            } else if next == close {
                if !self.rest().starts_with(close) {
                    break;
                }
                self.at += close.len_utf8();
            }
        }
        kind
    }

    /// `[name]` of SQL Server, not the index of an array.
    fn is_bracketed(&self) -> bool {
        let joined = self.text[..self.at].ends_with(|character: char| character.is_alphanumeric() || character == '_' || character == ']');
        let name = self.rest()[1..].chars().next().is_some_and(|character| character.is_alphabetic() || character == '_');
        !joined && name && self.rest().chars().take(130).take_while(|character| *character != '\n').any(|character| character == ']')
    }

    /// The mark of a string between dollars: `$$` or `$word$`.
    fn dollar(&self) -> Option<&str> {
        let end = self.rest()[1..].find('$')? + 2;
        let mark = &self.rest()[..end];
        let word = &mark[1..end - 1];
        let fits = word.len() <= 63
            && word.chars().all(|character| character.is_alphanumeric() || character == '_')
            && !word.starts_with(|first: char| first.is_ascii_digit());
        fits.then_some(mark)
    }

    fn dollars(&mut self) -> Kind {
        let mark = self.dollar().unwrap_or("$$").to_owned();
        let begin = self.at + mark.len();
        self.at = self.text[begin..].find(&mark).map_or(self.text.len(), |end| begin + end + mark.len());
        Kind::Dollar
    }

    fn word(&mut self) -> Kind {
        let rest = self.rest();
        let length = rest.find(|character: char| !character.is_alphanumeric() && !"_@$".contains(character)).unwrap_or(rest.len());
        self.at += length.max(1);
        Kind::Word
    }
}
