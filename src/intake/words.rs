//! A line's words: bare ones of printable ASCII, and `"quoted ones"`, in which every printable character may stand.
//!
//! White space is space and tab. A quote encloses a whole word, or what follows a word's first `=`. `\"` and `\\` are the only escapes.
//! Knows no command.

use super::mistake::{CharacterFault, Misplaced, Wrong};
use crate::domain::{is_invisible, shown};

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The character at which it starts, from 1.
    pub(super) column: usize,
    /// Its text, without quotes and escapes.
    pub(super) text: String,
    /// Where in the text the quoted part starts, if there is one; it always ends the word.
    pub(super) quoted_from: Option<usize>,
}

/// A word split at its first `=`, which stood outside quotes.
pub(super) struct Pair<'a> {
    /// What stands before it.
    pub(super) key: &'a str,
    /// What stands behind it; `None` where there is nothing, not even quotes.
    pub(super) value: Option<&'a str>,
}

impl Word {
    /// True for a bare `--`.
    pub(super) fn is_separator(&self) -> bool {
        self.quoted_from.is_none() && self.text == "--"
    }

    /// True for a word that is meant as an option: a bare `--x…` or `-x…`.
    pub(super) fn is_option(&self) -> bool {
        let bare = &self.text[..self.quoted_from.unwrap_or(self.text.len())];
        let name = bare.strip_prefix("--").or_else(|| bare.strip_prefix('-').filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic())));
        name.is_some_and(|name| !name.is_empty())
    }

    /// The word as `key=value`.
    pub(super) fn pair(&self) -> Option<Pair<'_>> {
        let (key, value) = self.text.split_once('=')?;
        let bare_equals = self.quoted_from.is_none_or(|from| key.len() < from);
        bare_equals.then_some(Pair { key, value: (!value.is_empty() || self.quoted_from.is_some()).then_some(value) })
    }
}

/// The words of a text that starts at `column` of its line.
///
/// # Errors
/// The first character that may not stand where it stands.
pub(super) fn words(text: &str, column: usize) -> Result<Vec<Word>, Misplaced> {
    let mut lexer = Lexer { characters: text.chars().collect(), at: 0, first_column: column };
    let mut words = Vec::new();
    loop {
        while matches!(lexer.peek(), Some(' ' | '\t')) {
            lexer.at += 1;
        }
        if lexer.peek().is_none() {
            return Ok(words);
        }
        words.push(lexer.word()?);
    }
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
    first_column: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn column(&self) -> usize {
        self.first_column + self.at
    }

    fn refuse(&self, character: char, fault: CharacterFault) -> Misplaced {
        Misplaced::new(self.column(), Wrong::Character { character: shown(character.encode_utf8(&mut [0; 4])), fault })
    }

    fn word(&mut self) -> Result<Word, Misplaced> {
        let mut word = Word { column: self.column(), text: String::new(), quoted_from: None };
        while let Some(character) = self.peek() {
            match character {
                ' ' | '\t' => break,
                '"' if word.quoted_from.is_some() => return Err(self.refuse('"', CharacterFault::Quote)),
                '"' if word.text.is_empty() || word.text.find('=') == Some(word.text.len() - 1) => {
                    word.quoted_from = Some(word.text.len());
                    self.quoted(&mut word.text)?;
                }
                '"' => return Err(self.refuse('"', CharacterFault::Quote)),
                // A word goes no further than its closing quote.
                _ if word.quoted_from.is_some() => return Err(self.refuse(character, CharacterFault::Quote)),
                '\\' => return Err(self.refuse('\\', CharacterFault::Backslash)),
                _ if character.is_ascii_graphic() => {
                    word.text.push(character);
                    self.at += 1;
                }
                _ => return Err(self.refuse(character, outside(character))),
            }
        }
        Ok(word)
    }

    /// What stands between the quote at hand and its partner.
    fn quoted(&mut self, into: &mut String) -> Result<(), Misplaced> {
        let opened = self.column();
        self.at += 1;
        while let Some(character) = self.peek() {
            match character {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' => match self.characters.get(self.at + 1) {
                    Some(escaped @ ('"' | '\\')) => {
                        into.push(*escaped);
                        self.at += 2;
                    }
                    _ => return Err(self.refuse('\\', CharacterFault::Backslash)),
                },
                _ if character.is_control() => return Err(self.refuse(character, CharacterFault::Control)),
                _ if is_invisible(character) => return Err(self.refuse(character, CharacterFault::Invisible)),
                _ => {
                    into.push(character);
                    self.at += 1;
                }
            }
        }
        Err(Misplaced::new(opened, Wrong::OpenQuote))
    }
}

/// Why a character beyond printable ASCII may not stand outside quotes.
fn outside(character: char) -> CharacterFault {
    match character {
        _ if character.is_control() => CharacterFault::Control,
        _ if is_invisible(character) => CharacterFault::Invisible,
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2039}' | '\u{203a}' | '\u{ff02}' => CharacterFault::SmartQuote,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => CharacterFault::SmartDash,
        _ => CharacterFault::NotAscii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        words(line, 1).expect("words").into_iter().map(|word| word.text).collect()
    }

    fn fault(line: &str) -> (usize, Wrong) {
        let misplaced = words(line, 1).expect_err(line);
        (misplaced.column, misplaced.wrong)
    }

    #[test]
    fn words_are_separated_by_spaces_and_tabs_and_joined_by_quotes() {
        assert_eq!(texts(" a  b\tc "), ["a", "b", "c"]);
        assert_eq!(texts(r#""a b" k="c d" "" k="" "\"\\""#), ["a b", "k=c d", "", "k=", "\"\\"]);
        assert_eq!(texts("\"größer als 2\u{a0}s\""), ["größer als 2\u{a0}s"]);
        assert_eq!(texts("it's <2> $x `y` #12"), ["it's", "<2>", "$x", "`y`", "#12"]);
        assert!(texts("").is_empty() && texts(" \t").is_empty());
    }

    #[test]
    fn v6_characters_that_mislead_are_refused_where_they_stand() {
        let character = |shown: &str, fault| Wrong::Character { character: shown.to_owned(), fault };
        for (line, column, wrong) in [
            ("a \u{201c}b\u{201d}", 3, character("\\u{201c}", CharacterFault::SmartQuote)),
            ("a \u{2014}ref", 3, character("\\u{2014}", CharacterFault::SmartDash)),
            ("a\u{a0}b", 2, character("\\u{a0}", CharacterFault::NotAscii)),
            ("\u{0663}", 1, character("\\u{663}", CharacterFault::NotAscii)),
            ("\u{212a}", 1, character("\\u{212a}", CharacterFault::NotAscii)),
            ("\u{17f}", 1, character("\\u{17f}", CharacterFault::NotAscii)),
            ("a\0", 2, character("\\u{0}", CharacterFault::Control)),
            ("a\nb", 2, character("\\n", CharacterFault::Control)),
            ("\"a\nb\"", 3, character("\\n", CharacterFault::Control)),
            ("\"a\tb\"", 3, character("\\t", CharacterFault::Control)),
            ("\"a\u{85}b\"", 3, character("\\u{85}", CharacterFault::Control)),
            ("a\u{200b}", 2, character("\\u{200b}", CharacterFault::Invisible)),
            ("\"a\u{202e}\"", 3, character("\\u{202e}", CharacterFault::Invisible)),
            ("\"a\u{2028}\"", 3, character("\\u{2028}", CharacterFault::Invisible)),
            ("\"é\u{e0041}\"", 3, character("\\u{e0041}", CharacterFault::Invisible)),
            ("a\\b", 2, character("\\", CharacterFault::Backslash)),
            (r#""a\n""#, 3, character("\\", CharacterFault::Backslash)),
            (r#"a"b""#, 2, character("\"", CharacterFault::Quote)),
            (r#""a"b"#, 4, character("b", CharacterFault::Quote)),
            (r#""a""b""#, 4, character("\"", CharacterFault::Quote)),
            (r#"k=a"b""#, 4, character("\"", CharacterFault::Quote)),
            (r#"k=="b""#, 4, character("\"", CharacterFault::Quote)),
            (r#"x "a b"#, 3, Wrong::OpenQuote),
            (r#""a\""#, 1, Wrong::OpenQuote),
            ("\"", 1, Wrong::OpenQuote),
        ] {
            assert_eq!(fault(line), (column, wrong), "{line:?}");
        }
    }

    #[test]
    fn quotes_take_the_meaning_of_an_option_away() {
        let is_option = |line: &str| words(line, 1).expect("words")[0].is_option();
        assert!(is_option("--ref") && is_option("--ref=x") && is_option("--ref=\"x\"") && is_option("-f"));
        assert!(!is_option("\"--ref\"") && !is_option("--") && !is_option("-") && !is_option("-5%") && !is_option("ref"));
        assert!(words("--", 1).expect("words")[0].is_separator() && !words("\"--\"", 1).expect("words")[0].is_separator());
    }

    #[test]
    fn an_empty_value_is_one_only_in_quotes() {
        let value = |line: &str| words(line, 1).expect("words")[0].pair().map(|pair| pair.value.map(str::to_owned));
        assert_eq!(value("k="), Some(None));
        assert_eq!(value("k=\"\""), Some(Some(String::new())));
        assert_eq!(value("k=a=b"), Some(Some("a=b".to_owned())));
        assert_eq!(value("\"k=v\""), None);
        assert_eq!(value("k"), None);
    }
}
