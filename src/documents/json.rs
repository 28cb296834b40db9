//! JSON: strict, but for comments and trailing commas, which are odd and passed over.

use std::collections::HashSet;
use std::rc::Rc;

use super::bounds::{DEEPEST, MOST_VALUES, doubled, too_deep, too_many};
use super::node::{Entry, Node, Oddity, OddityKind, Value};
use crate::domain::{Span, shown};

/// The value of a text, where it can be read to its end, and what is odd about it.
pub fn json(text: &str) -> (Option<Rc<Node>>, Vec<Oddity>) {
    let mut reader = Reader { text, at: 0, depth: 0, values: 0, oddities: Vec::new() };
    match reader.document() {
        Ok(root) => (Some(Rc::new(root)), reader.oddities),
        Err(oddity) => {
            reader.oddities.push(oddity);
            (None, reader.oddities)
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    values: usize,
    oddities: Vec<Oddity>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, Oddity> {
        self.skip()?;
        let root = self.value()?;
        self.skip()?;
        if self.at < self.text.len() {
            return Err(self.wrong("something stands behind the value"));
        }
        Ok(root)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn wrong(&self, what: &str) -> Oddity {
        let end = self.at + self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Oddity::new(OddityKind::Unreadable, Span::new(self.at, end), format!("it is not JSON: {what}"))
    }

    /// What the next character is, or that the text ends.
    fn unexpected(&self, wanted: &str) -> Oddity {
        match self.text[self.at..].chars().next() {
            Some(character) => self.wrong(&format!("`{}` stands where {wanted} belongs", shown(&character.to_string()))),
            None => self.wrong(&format!("it ends where {wanted} belongs")),
        }
    }

    /// Over white space and comments.
    fn skip(&mut self) -> Result<(), Oddity> {
        loop {
            self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
            let length = match self.rest() {
                [b'/', b'/', rest @ ..] => 2 + rest.iter().take_while(|byte| **byte != b'\n').count(),
                [b'/', b'*', ..] => match self.text[self.at + 2..].find("*/") {
                    Some(end) => end + 4,
                    None => return Err(self.wrong("a comment is not closed")),
                },
                _ => return Ok(()),
            };
            self.extension(self.at, self.at + length, "a comment")?;
            self.at += length;
        }
    }

    fn extension(&mut self, start: usize, end: usize, what: &str) -> Result<(), Oddity> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(too_many(Span::new(start, end)));
        }
        self.oddities.push(Oddity::new(OddityKind::Extension, Span::new(start, end), format!("JSON has no place for {what}")));
        Ok(())
    }

    fn value(&mut self) -> Result<Node, Oddity> {
        let start = self.at;
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(too_many(Span::new(start, start)));
        }
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::mapping)?,
            Some(b'[') => self.nested(Self::sequence)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node::new(Span::new(start, self.at), value))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Oddity>) -> Result<Value, Oddity> {
        if self.depth >= DEEPEST {
            return Err(too_deep(Span::new(self.at, self.at + 1)));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn word(&mut self) -> Result<Value, Oddity> {
        for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn sequence(&mut self) -> Result<Value, Oddity> {
        let mut items = Vec::new();
        while self.begins_item(b']', items.is_empty())? {
            items.push(Rc::new(self.value()?));
        }
        Ok(Value::Sequence(items))
    }

    fn mapping(&mut self) -> Result<Value, Oddity> {
        let (mut entries, mut seen, mut first) = (Vec::new(), HashSet::new(), true);
        while self.begins_item(b'}', first)? {
            first = false;
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            let span = Span::new(start, self.at);
            self.skip()?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("a colon"));
            }
            self.at += 1;
            self.skip()?;
            let value = Rc::new(self.value()?);
            if seen.insert(key.clone()) {
                entries.push(Entry { key, span, value });
            } else {
                self.oddities.push(doubled(&key, span));
            }
        }
        Ok(Value::Mapping(entries))
    }

    /// Over the comma before the next item of a list or mapping; false at its end, which is passed.
    fn begins_item(&mut self, close: u8, first: bool) -> Result<bool, Oddity> {
        self.skip()?;
        let comma = self.at;
        if !first && self.peek() == Some(b',') {
            self.at += 1;
            self.skip()?;
            if self.peek() != Some(close) {
                return Ok(true);
            }
            self.extension(comma, comma + 1, "a trailing comma")?;
        }
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            _ => Err(self.unexpected("a comma")),
        }
    }

    fn number(&mut self) -> Result<Value, Oddity> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let whole = self.digits();
        let mut right = whole == 1 || whole > 1 && self.text.as_bytes()[self.at - whole] != b'0';
        if self.peek() == Some(b'.') {
            self.at += 1;
            right &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            right &= self.digits() > 0;
        }
        if right {
            return Ok(Value::Number(self.text[start..self.at].to_owned()));
        }
        self.at = start;
        Err(self.wrong("this is no number"))
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// From quote to quote.
    fn string(&mut self) -> Result<String, Oddity> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.rest().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
            out.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.wrong("a control character stands in a string")),
                None => return Err(self.wrong("a string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Oddity> {
        let character = match self.rest().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.wrong("this escape does not exist")),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them for one character; half of a pair is a replacement character.
    fn unicode(&mut self) -> Result<char, Oddity> {
        let Some(unit) = self.unit() else { return Err(self.wrong("`\\u` needs four hexadecimal digits")) };
        self.at += 6;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        match self.unit() {
            Some(low) if (0xdc00..0xe000).contains(&low) => {
                self.at += 6;
                Ok(char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => Ok(char::REPLACEMENT_CHARACTER),
        }
    }

    fn unit(&self) -> Option<u32> {
        let [b'\\', b'u', digits @ ..] = self.rest() else { return None };
        let digits = digits.get(..4)?;
        digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Rc<Node> {
        let (root, oddities) = json(text);
        assert!(oddities.is_empty(), "{text}: {oddities:?}");
        root.expect("a value")
    }

    #[test]
    fn v7_every_key_and_value_of_json_knows_its_place_and_numbers_stay_as_written() {
        let text = "{ \"ä\": [1.50e+3, -0, \"\\u00e4\\ud83d\\ude00\\n\", null, true], \"b\": {} }";
        let root = whole(text);
        let entry = root.entry("ä").expect("the key");
        assert_eq!(&text[entry.span.start..entry.span.end], "\"ä\"");
        let items = entry.value.items();
        assert_eq!(&text[items[0].span.start..items[0].span.end], "1.50e+3");
        assert!(matches!(&items[0].value, Value::Number(number) if number == "1.50e+3"));
        assert_eq!(items[2].text(), Some("ä😀\n"));
        assert!(matches!(root.get("b").map(|node| &node.value), Some(Value::Mapping(entries)) if entries.is_empty()));
    }

    #[test]
    fn v7_what_is_not_json_is_said_with_its_place() {
        let cases = [
            ("", 0, "ends where a value belongs"),
            ("{\"a\": 1", 7, "ends where a comma belongs"),
            ("{\"a\" 1}", 5, "`1` stands where a colon belongs"),
            ("{a: 1}", 1, "a key in double quotes"),
            ("[01]", 1, "no number"),
            ("[1.]", 1, "no number"),
            ("[.5]", 1, "a value belongs"),
            ("[1] [2]", 4, "behind the value"),
            ("[\"a\nb\"]", 3, "control character"),
            ("\"\\x\"", 1, "escape"),
            ("\"\\u00g0\"", 1, "four hexadecimal digits"),
            ("\"abc", 4, "not closed"),
            ("[1,,2]", 3, "a value belongs"),
            ("/* x", 0, "not closed"),
            ("nul", 0, "a value belongs"),
        ];
        for (text, at, what) in cases {
            let (root, oddities) = json(text);
            let last = oddities.last().unwrap_or_else(|| panic!("{text} is read"));
            assert!(root.is_none() && last.kind == OddityKind::Unreadable && last.span.start == at && last.what.contains(what), "{text}: {last:?}");
        }
    }

    #[test]
    fn v7_a_key_that_stands_twice_is_odd_and_the_first_one_counts() {
        let (root, oddities) = json("{\"a\": 1, \"a\": 2}");
        assert_eq!(oddities, [doubled("a", Span::new(9, 12))]);
        assert_eq!(root.expect("a value").get("a").and_then(Node::scalar).as_deref(), Some("1"));
    }

    #[test]
    fn v7_half_of_a_pair_and_a_large_file_do_no_harm() {
        assert_eq!(whole("\"\\ud800x\"").text(), Some("\u{fffd}x"));
        assert_eq!(json(&format!("[{}1]", "1,".repeat(MOST_VALUES))).1.last().map(|oddity| oddity.kind), Some(OddityKind::TooMuch));
        assert_eq!(json(&"/**/".repeat(MOST_VALUES + 1)).1.last().map(|oddity| oddity.kind), Some(OddityKind::TooMuch));
    }
}
