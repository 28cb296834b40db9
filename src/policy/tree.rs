//! YAML text to a tree in which every key and value knows its place. All doubled keys are found, aliases are bounded,
//! and what a policy has no use for (tags, merge keys, several documents) is refused. Nothing here knows what a policy says.

use std::collections::HashMap;
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as ParserSpan, StructureStyle};

use super::code::Code;
use super::fault::{Fault, Sink};
use crate::domain::{Position, Span};

/// How deep a policy may be nested, aliases resolved.
const DEEPEST: usize = 24;
/// How many nodes all aliases together may stand for.
const MOST_REPLAYED: usize = 10_000;

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// How many nodes it is, aliases resolved.
    weight: usize,
    /// How deep it is, aliases resolved.
    depth: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// A scalar that is a string: quoted, a block, or plain text that looks like nothing else.
    Text(String),
    /// A plain scalar that is no string: `true`, `1`, `1.5`, nothing.
    Plain {
        text: String,
        what: Scalar,
    },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<(Node, Rc<Node>)>),
}

/// What a plain scalar is, by the core schema of YAML 1.2: `off` and `no` are strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Null,
    Bool,
    Number,
}

/// The tree of a text; `None` where there is none, with the reason in the sink.
pub(super) fn parse(text: &str, sink: &Sink) -> Option<Rc<Node>> {
    let mut grower = Grower { text, sink, open: Vec::new(), anchors: HashMap::new(), replayed: 0, root: None };
    for next in Parser::new_from_str(text) {
        let step = next.map_err(|error| syntax(text, &error)).and_then(|(event, span)| grower.take(event, place(&span)));
        if let Err(fault) = step {
            sink.add(fault);
            return None;
        }
    }
    if grower.root.is_none() {
        sink.add(Fault::new(Code::Empty, Span::default(), "the policy is empty").help("the smallest is `version: 1`"));
    }
    grower.root
}

fn place(span: &ParserSpan) -> Span {
    span.byte_range().map_or_else(Span::default, |range| Span::new(range.start, range.end))
}

fn syntax(text: &str, error: &ScanError) -> Fault {
    let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let unknown = matches!(error.kind(), serde_saphyr::granit_parser::ErrorKind::UnknownAnchor);
    if unknown {
        Fault::new(Code::Aliases, Span::new(at, at), "an alias names an anchor that does not exist")
    } else {
        Fault::new(Code::Yaml, Span::new(at, at), error.info())
    }
}

/// A collection that is not closed yet.
struct Open {
    start: Span,
    anchor: usize,
    flow: bool,
    children: Children,
}

enum Children {
    Sequence(Vec<Rc<Node>>),
    Mapping { pairs: Vec<(Node, Rc<Node>)>, seen: HashMap<String, Span>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Good(Node),
    /// It was refused; its value is read and dropped.
    Refused,
}

struct Grower<'a> {
    text: &'a str,
    sink: &'a Sink,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    replayed: usize,
    root: Option<Rc<Node>>,
}

impl Grower<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => Err(Fault::new(Code::Documents, span, "the policy is one document; here a second one begins")),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.refuse_hidden(&text, span);
                self.finish(scalar(text.into_owned(), style, span), anchor);
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.enter(span, anchor, style, Children::Sequence(Vec::new()))
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.enter(span, anchor, style, Children::Mapping { pairs: Vec::new(), seen: HashMap::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.leave(span);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn refuse_tag(&self, tagged: bool, span: Span) {
        if tagged {
            self.sink.add(Fault::new(Code::Tag, span, "this value has a YAML tag, which means nothing in a policy").help("remove the `!…` before it"));
        }
    }

    /// Escapes (`"\u202e"`) get past the screen of the text.
    fn refuse_hidden(&self, text: &str, span: Span) {
        let hidden = |character: &char| !matches!(character, '\n' | '\t') && (character.is_control() || crate::domain::is_invisible(*character));
        // What stands in the text as it is has its fault already.
        let escaped = self.text.get(span.start..span.end).is_some_and(|raw| !raw.contains(|character: char| hidden(&character)));
        if let Some(character) = text.chars().find(hidden).filter(|_| escaped) {
            let what = format!("this value holds the character U+{:04X}, which hides what a reader sees", u32::from(character));
            self.sink.add(Fault::new(Code::Character, span, what).help("remove it"));
        }
    }

    fn enter(&mut self, start: Span, anchor: usize, style: StructureStyle, children: Children) -> Result<(), Fault> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(start));
        }
        self.open.push(Open { start, anchor, flow: style == StructureStyle::Flow, children });
        Ok(())
    }

    fn leave(&mut self, end: Span) {
        let open = self.open.pop().expect("the parser closes only what it opened");
        let last = match &open.children {
            Children::Sequence(nodes) => nodes.last().map(|node| node.span.end),
            Children::Mapping { pairs, .. } => pairs.last().map(|(key, value)| value.span.end.max(key.span.end)),
        };
        let end = if open.flow { end.end } else { last.unwrap_or(open.start.end) };
        let kind = match open.children {
            Children::Sequence(nodes) => Kind::Sequence(nodes),
            Children::Mapping { pairs, .. } => Kind::Mapping(pairs),
        };
        self.finish(node(Span::new(open.start.start, end), kind), open.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fault> {
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            return Err(Fault::new(Code::Aliases, span, "an alias stands inside of its own anchor"));
        };
        self.replayed += target.weight;
        if self.replayed > MOST_REPLAYED {
            return Err(Fault::new(Code::Aliases, span, format!("the aliases together stand for more than {MOST_REPLAYED} values")));
        }
        if self.open.len() + target.depth > DEEPEST {
            return Err(too_deep(span));
        }
        self.attach(target, span);
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) {
        let span = node.span;
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node, span);
    }

    fn attach(&mut self, node: Rc<Node>, span: Span) {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.root = Some(node),
            Some(Children::Sequence(nodes)) => nodes.push(node),
            Some(Children::Mapping { pairs, seen, key }) => match key.take() {
                None => *key = Some(admit_key(&node, span, seen, (self.text, self.sink))),
                Some(Key::Good(name)) => pairs.push((name, node)),
                Some(Key::Refused) => {}
            },
        }
    }
}

fn admit_key(node: &Node, span: Span, seen: &mut HashMap<String, Span>, (text, sink): (&str, &Sink)) -> Key {
    let name = match &node.kind {
        Kind::Text(name) | Kind::Plain { text: name, .. } => name.clone(),
        Kind::Sequence(_) | Kind::Mapping(_) => {
            sink.add(Fault::new(Code::Type, span, "a key must be a word"));
            return Key::Refused;
        }
    };
    if name == "<<" {
        let fault = Fault::new(Code::Merge, span, "merge keys are refused: they set keys that are not seen where they hold");
        sink.add(fault.help("write the keys out, or use an anchor for the whole value: `gates: *strict`"));
        return Key::Refused;
    }
    if let Some(first) = seen.get(&name) {
        let line = Position::of(text, first.start).line;
        sink.add(Fault::new(Code::DuplicateKey, span, format!("the key `{name}` stands here twice")).label(format!("it stands on line {line} already")));
        return Key::Refused;
    }
    seen.insert(name.clone(), span);
    Key::Good(Node { span, kind: Kind::Text(name), weight: 1, depth: 1 })
}

fn too_deep(span: Span) -> Fault {
    Fault::new(Code::Depth, span, format!("the policy is nested deeper than {DEEPEST} levels"))
}

fn node(span: Span, kind: Kind) -> Node {
    let (weight, depth) = match &kind {
        Kind::Text(_) | Kind::Plain { .. } => (0, 0),
        Kind::Sequence(nodes) => (nodes.iter().map(|node| node.weight).sum(), nodes.iter().map(|node| node.depth).max().unwrap_or(0)),
        Kind::Mapping(pairs) => {
            let weight = pairs.iter().map(|(_, value)| value.weight + 1).sum();
            (weight, pairs.iter().map(|(_, value)| value.depth).max().unwrap_or(0))
        }
    };
    Node { span, kind, weight: weight + 1, depth: depth + 1 }
}

fn scalar(text: String, style: ScalarStyle, span: Span) -> Node {
    let what = if style == ScalarStyle::Plain { plain(&text) } else { None };
    let kind = match what {
        Some(what) => Kind::Plain { text, what },
        None => Kind::Text(text),
    };
    node(span, kind)
}

/// What a plain scalar is; `None` for a string.
fn plain(text: &str) -> Option<Scalar> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some(Scalar::Bool),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Some(Scalar::Number),
        _ => is_number(text).then_some(Scalar::Number),
    }
}

fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix: &str, radix: u32| bare.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|digit| digit.is_digit(radix)));
    let decimal = bare.starts_with(|first: char| first.is_ascii_digit() || first == '.') && bare.contains(|digit: char| digit.is_ascii_digit());
    let float = decimal && bare.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) && bare.parse::<f64>().is_ok();
    float || radix("0x", 16) || radix("0o", 8) || matches!(bare, ".inf" | ".Inf" | ".INF")
}

impl Node {
    /// What it is, in words.
    pub(super) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) => "a string",
            Kind::Plain { what: Scalar::Null, .. } => "nothing",
            Kind::Plain { what: Scalar::Bool, .. } => "true or false",
            Kind::Plain { what: Scalar::Number, .. } => "a number",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_yaml_1_2_says() {
        for (text, expected) in [
            ("off", None),
            ("no", None),
            ("2026-12-20", None),
            ("09:00", None),
            ("1.2.3", None),
            ("e2e", None),
            ("1e", None),
            ("-", None),
            ("null", Some(Scalar::Null)),
            ("", Some(Scalar::Null)),
            ("true", Some(Scalar::Bool)),
            ("1", Some(Scalar::Number)),
            ("-1.5", Some(Scalar::Number)),
            ("0x1F", Some(Scalar::Number)),
            ("1e3", Some(Scalar::Number)),
            (".5", Some(Scalar::Number)),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }
}
