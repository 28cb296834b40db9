//! YAML: all documents of a file. Aliases and merge keys are resolved within bounds; doubled keys, keys that are no words and what cannot be read are odd.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span as ParserSpan};

use super::bounds::{DEEPEST, MOST_VALUES, border, doubled, too_deep, too_many};
use super::node::{Entry, Node, Oddity, OddityKind, Value};
use crate::domain::Span;

/// How many nodes all aliases and merge keys of a file together may stand for.
const MOST_REPLAYED: usize = 20_000;

/// The documents of a text, in their order (an empty document is none), and what is odd about it. Where the text cannot be read to its end, the last oddity says
/// so, and the documents before that place are there.
pub fn yaml(text: &str) -> (Vec<Rc<Node>>, Vec<Oddity>) {
    let mut grower = Grower { open: Vec::new(), anchors: HashMap::new(), values: 0, replayed: 0, roots: Vec::new(), oddities: Vec::new() };
    if let Err(oddity) = grower.read(text) {
        grower.oddities.push(oddity);
    }
    (grower.roots, grower.oddities)
}

enum Children {
    Sequence(Vec<Rc<Node>>),
    Mapping { entries: Vec<Entry>, seen: HashSet<String>, merged: Vec<Rc<Node>>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Named(String, Span),
    Merge,
    Dropped,
}

struct Open {
    start: usize,
    anchor: usize,
    /// Where the last child ends: a block collection ends there, not where the parser notices.
    last: usize,
    children: Children,
}

struct Grower {
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    values: usize,
    replayed: usize,
    roots: Vec<Rc<Node>>,
    oddities: Vec<Oddity>,
}

impl Grower {
    fn read(&mut self, text: &str) -> Result<(), Oddity> {
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|error| {
                let at = border(text, error.marker().byte_offset().unwrap_or(0));
                odd(OddityKind::Unreadable, Span::new(at, at), format!("it is not YAML: {}", error.info()))
            })?;
            self.take(event, range(&span, text))?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Oddity> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(too_many(span));
        }
        match event {
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, _) => {
                self.finish(Node::new(span, scalar(text.into_owned(), style)), anchor);
                Ok(())
            }
            Event::SequenceStart(_, anchor, _) => self.enter(span, anchor, Children::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let children = Children::Mapping { entries: Vec::new(), seen: HashSet::new(), merged: Vec::new(), key: None };
                self.enter(span, anchor, children)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.leave(span);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, span: Span, anchor: usize, children: Children) -> Result<(), Oddity> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(span));
        }
        self.open.push(Open { start: span.start, anchor, last: span.end, children });
        Ok(())
    }

    fn leave(&mut self, end: Span) {
        let open = self.open.pop().expect("the parser closes only what it opened");
        let value = match open.children {
            Children::Sequence(items) => Value::Sequence(items),
            Children::Mapping { mut entries, mut seen, merged, .. } => {
                entries.extend(merged.iter().flat_map(|node| node.entries()).filter(|entry| seen.insert(entry.key.clone())).cloned());
                Value::Mapping(entries)
            }
        };
        // The end of a flow collection is its bracket; that of a block collection is noticed only where something else begins, and has no length.
        let end = if end.end > end.start { end.end } else { open.last };
        self.finish(Node::new(Span::new(open.start, end), value), open.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Oddity> {
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            return Err(odd(OddityKind::Unreadable, span, "an alias stands inside of its own anchor"));
        };
        self.replayed += target.weight;
        if self.replayed > MOST_REPLAYED {
            return Err(odd(OddityKind::TooMuch, span, format!("its aliases together stand for more than {MOST_REPLAYED} values")));
        }
        if self.open.len() + target.depth > DEEPEST {
            return Err(too_deep(span));
        }
        self.attach(target, span);
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) {
        let (span, node) = (node.span, Rc::new(node));
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node, span);
    }

    fn attach(&mut self, node: Rc<Node>, span: Span) {
        let Some(open) = self.open.last_mut() else {
            if !matches!(node.value, Value::Null) {
                self.roots.push(node);
            }
            return;
        };
        open.last = open.last.max(span.end);
        match &mut open.children {
            Children::Sequence(items) => items.push(node),
            Children::Mapping { entries, seen, merged, key } => match key.take() {
                None => {
                    let (next, oddity) = key_of(&node, span, seen);
                    *key = Some(next);
                    self.oddities.extend(oddity);
                }
                Some(Key::Named(name, at)) => entries.push(Entry { key: name, span: at, value: node }),
                Some(Key::Merge) if node.items().is_empty() => merged.push(node),
                Some(Key::Merge) => merged.extend(node.items().iter().cloned()),
                Some(Key::Dropped) => {}
            },
        }
    }
}

fn odd(kind: OddityKind, span: Span, what: impl Into<String>) -> Oddity {
    Oddity::new(kind, span, what)
}

/// What a key is, and what is odd about it.
fn key_of(node: &Node, span: Span, seen: &mut HashSet<String>) -> (Key, Option<Oddity>) {
    match node.scalar() {
        None => (Key::Dropped, Some(odd(OddityKind::StrangeKey, span, "a key must be a word"))),
        Some(name) if name == "<<" => (Key::Merge, None),
        Some(name) if seen.contains(&name) => (Key::Dropped, Some(doubled(&name, span))),
        Some(name) => {
            seen.insert(name.clone());
            (Key::Named(name, span), None)
        }
    }
}

/// What a scalar is, by the core schema of YAML 1.2: `off` and `no` are texts.
fn scalar(text: String, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(&text) => Value::Number(text),
        _ => Value::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    }
    let begins = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    begins && unsigned.bytes().any(|byte| byte.is_ascii_digit()) && unsigned.parse::<f64>().is_ok()
}

/// A stretch of the text at the borders of characters.
fn range(span: &ParserSpan, text: &str) -> Span {
    span.byte_range().map_or_else(Span::default, |range| Span::new(border(text, range.start), border(text, range.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(text: &'a str, node: &Node) -> &'a str {
        &text[node.span.start..node.span.end]
    }

    #[test]
    fn v7_every_document_key_and_value_knows_its_place() {
        let text = "a: 1\nb:\n  - x: [1, 'two']\n  - ~\n---\n# nothing\n---\nc: \"ä\"\nd: off\n";
        let (roots, oddities) = yaml(text);
        assert!(oddities.is_empty() && roots.len() == 2, "{oddities:?} {roots:?}");
        let b = roots[0].get("b").expect("b");
        assert_eq!(at(text, b), "- x: [1, 'two']\n  - ~");
        assert_eq!(at(text, b.items()[0].get("x").expect("x")), "[1, 'two']");
        let c = roots[1].entry("c").expect("c");
        assert_eq!((&text[c.span.start..c.span.end], at(text, &c.value), c.value.text()), ("c", "\"ä\"", Some("ä")));
        assert_eq!(roots[1].get("d").and_then(Node::text), Some("off"));
        assert!(matches!(roots[0].get("a").map(|node| &node.value), Some(Value::Number(number)) if number == "1"));
    }

    #[test]
    fn v7_anchors_and_merge_keys_are_resolved() {
        let (roots, oddities) = yaml("a: &a { x: 1, y: 2 }\nb:\n  <<: *a\n  y: 3\n");
        assert!(oddities.is_empty());
        let value = |key: &str| roots[0].at(&["b", key]).and_then(Node::scalar);
        assert_eq!((value("x").as_deref(), value("y").as_deref()), (Some("1"), Some("3")));
    }

    #[test]
    fn v7_hostile_files_are_odd_and_neither_slow_nor_large() {
        let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let before = format!("*a{}", level - 1);
            format!("{text}a{level}: &a{level} [{}]\n", vec![before; 9].join(", "))
        });
        for text in [&bomb, &"[".repeat(100_000), "a: [", "a: &a [*a]", "a: b: c", "a: 1\na: 2\n", "? [x]\n: y\n"] {
            assert!(!yaml(text).1.is_empty(), "{}", &text[..text.len().min(40)]);
        }
        assert!(yaml("").0.is_empty() && yaml("").1.is_empty());
    }
}
