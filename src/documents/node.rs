//! The tree.

use std::rc::Rc;

use crate::domain::Span;

/// A value with its place in the text.
#[derive(Debug)]
pub struct Node {
    /// Its stretch of the text.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// How many nodes it is, aliases resolved.
    pub(super) weight: usize,
    /// How deep it is, aliases resolved.
    pub(super) depth: usize,
}

/// What a value is.
#[derive(Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A text, or what has no other kind (dates of TOML).
    Text(String),
    /// A list.
    Sequence(Vec<Rc<Node>>),
    /// A mapping, in the order of the file.
    Mapping(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The key's place.
    pub span: Span,
    /// The value.
    pub value: Rc<Node>,
}

/// Something that is odd about a file, or that ends its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What kind of oddity.
    pub kind: OddityKind,
    /// Where.
    pub span: Span,
    /// What is odd.
    pub what: String,
}

/// What kind of oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddityKind {
    /// A key stands twice in one mapping; the first one counts.
    DoubledKey,
    /// A key that is no word; it is left out.
    StrangeKey,
    /// A comment or a trailing comma in JSON; it is passed over.
    Extension,
    /// The text is not of its format: nothing behind this place is read.
    Unreadable,
    /// The file is larger, deeper or heavier than is read: nothing behind this place is read.
    TooMuch,
}

impl OddityKind {
    /// True where the file was not read to its end.
    pub fn ends(self) -> bool {
        matches!(self, Self::Unreadable | Self::TooMuch)
    }
}

impl Oddity {
    pub(super) fn new(kind: OddityKind, span: Span, what: impl Into<String>) -> Self {
        Self { kind, span, what: what.into() }
    }
}

impl Node {
    /// A node of a stretch of the text.
    pub(super) fn new(span: Span, value: Value) -> Self {
        let (weight, depth) = match &value {
            Value::Sequence(items) => (items.iter().map(|item| item.weight).sum(), items.iter().map(|item| item.depth).max().unwrap_or(0)),
            Value::Mapping(entries) => {
                (entries.iter().map(|entry| entry.value.weight + 1).sum(), entries.iter().map(|entry| entry.value.depth).max().unwrap_or(0))
            }
            _ => (0, 0),
        };
        Self { span, value, weight: weight + 1, depth: depth + 1 }
    }

    /// The value of a file in which nothing stands.
    pub fn nothing() -> Self {
        Self::new(Span::default(), Value::Null)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &*entry.value)
    }

    /// The value at the end of keys, one in another.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Value::Mapping(entries) = &self.value { entries } else { &[] }
    }

    /// The values of a list; none for anything else.
    pub fn items(&self) -> &[Rc<Self>] {
        if let Value::Sequence(items) = &self.value { items } else { &[] }
    }

    /// The text of a text; none for anything else.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A scalar as it would be written: texts, numbers, `true` and `false`.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }
}
