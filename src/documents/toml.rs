//! TOML, read by `toml_edit`. What that would make a deep or heavy tree of is refused before.

use std::rc::Rc;

use toml_edit::{Array, Document, Item, Table, TableLike, Value as TomlValue};

use super::bounds::{DEEPEST, MOST_VALUES, border, too_deep, too_many};
use super::node::{Entry, Node, Oddity, OddityKind, Value};
use crate::domain::Span;

/// The table of a text, where it can be read, and what is odd about it.
pub fn toml(text: &str) -> (Option<Rc<Node>>, Vec<Oddity>) {
    match read(text) {
        Ok(root) => (Some(Rc::new(root)), Vec::new()),
        Err(oddity) => (None, vec![oddity]),
    }
}

fn read(text: &str) -> Result<Node, Oddity> {
    Gauge { bytes: text.as_bytes(), at: 0, values: 0 }.measure()?;
    let document = Document::parse(text).map_err(|error| {
        let span = error.span().map_or_else(Span::default, |range| Span::new(border(text, range.start), border(text, range.end)));
        Oddity::new(OddityKind::Unreadable, span, format!("it is not TOML: {}", error.message()))
    })?;
    Ok(Grower { text }.table(document.as_table(), Span::new(0, text.len())))
}

/// Goes over a text and counts how deep and heavy its tree would be, without making it. It knows strings, comments, brackets and dots, and takes too much for deep
/// rather than too little.
struct Gauge<'a> {
    bytes: &'a [u8],
    at: usize,
    values: usize,
}

impl Gauge<'_> {
    fn measure(mut self) -> Result<(), Oddity> {
        // The depth of each open bracket, that of the table of the last header, and the dots of the key that is read.
        let (mut open, mut header, mut dots) = (Vec::<usize>::new(), 0_usize, 0_usize);
        let mut line_begins = true;
        while let Some(&byte) = self.bytes.get(self.at) {
            let here = self.at;
            self.at += 1;
            let depth = open.last().copied().unwrap_or(header) + dots + 1;
            if depth > DEEPEST {
                return Err(too_deep(Span::new(here, here)));
            }
            match byte {
                b'"' | b'\'' => self.string(byte),
                b'#' => self.at += self.bytes[self.at..].iter().take_while(|byte| **byte != b'\n').count(),
                b'.' => dots += 1,
                b'\n' if open.is_empty() => (dots, line_begins) = (0, true),
                b',' => dots = 0,
                b'[' if line_begins && open.is_empty() => header = self.header(here)?,
                b'[' | b'{' => {
                    open.push(depth);
                    dots = 0;
                }
                b']' | b'}' => {
                    open.pop();
                    dots = 0;
                }
                _ => {}
            }
            line_begins &= matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            self.values += usize::from(matches!(byte, b',' | b'=' | b'.' | b'[' | b'{'));
            if self.values > MOST_VALUES {
                return Err(too_many(Span::new(here, here)));
            }
        }
        Ok(())
    }

    /// The depth of a header's table; over the line.
    fn header(&mut self, here: usize) -> Result<usize, Oddity> {
        let line = &self.bytes[self.at..];
        let line = &line[..line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len())];
        self.at += line.len();
        // Behind the name may stand a comment with dots; where the name may hold a bracket itself, the whole line counts.
        let name_ends = line.iter().position(|byte| *byte == b']').filter(|_| !line.iter().any(|byte| matches!(byte, b'"' | b'\'')));
        let line = &line[..name_ends.unwrap_or(line.len())];
        let depth = line.split(|byte| *byte == b'.').count() + 1;
        self.values += depth;
        if depth > DEEPEST { Err(too_deep(Span::new(here, here + 1))) } else { Ok(depth) }
    }

    /// Over a string whose first quote was read.
    fn string(&mut self, quote: u8) {
        let multi = self.bytes[self.at..].starts_with(&[quote, quote]);
        self.at += if multi { 2 } else { 0 };
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' if quote == b'"' => self.at += 1,
                b'\n' if !multi => return,
                _ if byte != quote => {}
                _ if !multi => return,
                _ if self.bytes[self.at..].starts_with(&[quote, quote]) => {
                    self.at += 2;
                    return;
                }
                _ => {}
            }
        }
    }
}

struct Grower<'a> {
    text: &'a str,
}

impl Grower<'_> {
    fn span(&self, range: Option<std::ops::Range<usize>>, otherwise: Span) -> Span {
        range.map_or(otherwise, |range| Span::new(border(self.text, range.start), border(self.text, range.end)))
    }

    fn table(&self, table: &Table, span: Span) -> Node {
        self.mapping(table, span, |key| table.key(key).and_then(toml_edit::Key::span))
    }

    fn mapping(&self, table: &dyn TableLike, span: Span, place: impl Fn(&str) -> Option<std::ops::Range<usize>>) -> Node {
        let entries = table.iter().filter_map(|(key, item)| {
            let at = self.span(place(key), span);
            Some(Entry { key: key.to_owned(), span: at, value: Rc::new(self.item(item, at)?) })
        });
        Node::new(span, Value::Mapping(entries.collect()))
    }

    fn item(&self, item: &Item, key: Span) -> Option<Node> {
        let span = self.span(item.span(), key);
        match item {
            Item::None => None,
            Item::Value(value) => Some(self.value(value, span)),
            Item::Table(table) => Some(self.table(table, span)),
            Item::ArrayOfTables(tables) => {
                let items = tables.iter().map(|table| Rc::new(self.table(table, self.span(table.span(), span))));
                Some(Node::new(span, Value::Sequence(items.collect())))
            }
        }
    }

    fn value(&self, value: &TomlValue, span: Span) -> Node {
        let value = match value {
            TomlValue::String(text) => Value::Text(text.value().clone()),
            TomlValue::Integer(number) => Value::Number(number.value().to_string()),
            TomlValue::Float(number) => Value::Number(number.value().to_string()),
            TomlValue::Boolean(value) => Value::Bool(*value.value()),
            TomlValue::Datetime(time) => Value::Text(time.value().to_string()),
            TomlValue::Array(array) => self.array(array, span),
            TomlValue::InlineTable(table) => return self.mapping(table, span, |key| table.key(key).and_then(toml_edit::Key::span)),
        };
        Node::new(span, value)
    }

    fn array(&self, array: &Array, span: Span) -> Value {
        Value::Sequence(array.iter().map(|item| Rc::new(self.value(item, self.span(item.span(), span)))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v7_every_key_and_value_of_toml_knows_its_place() {
        let text = "a = 0x1F\n[t.u]\n'b c' = [1.5, \"ä\", { x.y = 2026-01-02 }]\n[[l]]\nk = true\n[[l]]\n";
        let (root, oddities) = toml(text);
        let root = root.unwrap_or_else(|| panic!("{oddities:?}"));
        let place = |span: Span| &text[span.start..span.end];
        assert!(matches!(root.get("a").map(|node| &node.value), Some(Value::Number(number)) if number == "31"));
        let entry = root.at(&["t", "u"]).and_then(|node| node.entry("b c")).expect("the key");
        assert_eq!((place(entry.span), place(entry.value.items()[1].span)), ("'b c'", "\"ä\""));
        assert_eq!(entry.value.items()[2].at(&["x", "y"]).and_then(Node::text), Some("2026-01-02"));
        assert_eq!(root.get("l").map(|node| node.items().len()), Some(2));
        assert_eq!(root.entry("l").map(|entry| place(entry.span)), Some("l"));
    }

    #[test]
    fn v7_what_is_not_toml_is_said_with_its_place() {
        for (text, at) in [("a = 1\na = 2\n", 6), ("a = \n", 4), ("[a\n", 2), ("a = 'x", 6)] {
            let (root, oddities) = toml(text);
            assert!(root.is_none() && oddities[0].kind == OddityKind::Unreadable && oddities[0].span.start == at, "{text:?}: {oddities:?}");
        }
    }

    #[test]
    fn v7_what_would_be_a_deep_or_heavy_table_is_refused_before_it_is_made() {
        let deep = [format!("{}x = 1", "a.".repeat(100)), format!("a = {}", "{ a.a.a.a.a.a = ".repeat(20)), format!("[{}a]\nb.c = [[[[1]]]]", "a.".repeat(60))];
        for text in deep {
            assert!(toml(&text).1[0].what.contains("nested deeper"), "{text}");
        }
        assert_eq!(toml(&format!("a = [{}]", "1,".repeat(MOST_VALUES))).1[0].kind, OddityKind::TooMuch);
        let harmless = "a = \"\"\"[[[[ \\\" [[[\n\"\"\" # [[[[\nb = '[[[['\nc = [\n  1.5, 'x', # [\n]\n[\"x.y\".z]\n";
        assert!(toml(harmless).0.is_some(), "{:?}", toml(harmless).1);
    }
}
