//! YAML as other programs write it: a tree in which everything knows its place. Tolerant where the policy's reader is strict: anchors are shared, tags and
//! merge keys mean nothing. Bounded in depth and size, and nothing here follows what a text says.

use std::collections::HashMap;
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

/// How deep a file may be nested.
const DEEPEST: usize = 64;
/// How many values a file may have.
const MOST: usize = 100_000;

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind its last one.
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar { text: String, style: Style },
    Sequence { items: Vec<Rc<Node>>, style: Style },
    Mapping { pairs: Vec<(Rc<Node>, Rc<Node>)>, style: Style },
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A plain scalar, or a collection on lines of its own.
    Open,
    /// A quoted or block scalar, a collection in brackets, or what an alias stands for.
    Closed,
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotYaml {
    #[error("it is no YAML: line {line}: {what}")]
    Syntax { line: usize, what: String },
    #[error("it is empty")]
    Empty,
    #[error("it has more than one document")]
    Documents,
    #[error("it is nested deeper than {DEEPEST} levels")]
    Deep,
    #[error("it has more than {MOST} values")]
    Large,
}

/// The tree of a text.
pub(super) fn parse(text: &str) -> Result<Rc<Node>, NotYaml> {
    let mut grower = Grower::default();
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| NotYaml::Syntax { line: error.marker().line(), what: crate::domain::shown(&error.info()) })?;
        grower.take(event, &span)?;
    }
    grower.root.ok_or(NotYaml::Empty)
}

enum Open {
    Sequence { start: usize, anchor: usize, style: Style, items: Vec<Rc<Node>> },
    Mapping { start: usize, anchor: usize, style: Style, pairs: Vec<(Rc<Node>, Rc<Node>)>, key: Option<Rc<Node>> },
}

#[derive(Default)]
struct Grower {
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    count: usize,
}

impl Grower {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), NotYaml> {
        let (start, end) = span.byte_range().map_or((0, 0), |range| (range.start, range.end));
        self.count += 1;
        if self.count > MOST {
            return Err(NotYaml::Large);
        }
        match event {
            Event::DocumentStart(..) if self.root.is_some() => return Err(NotYaml::Documents),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                self.put(node.unwrap_or_else(|| Rc::new(Node { start, end, kind: Kind::Scalar { text: String::new(), style: Style::Closed } })));
            }
            Event::Scalar(text, style, anchor, _) => {
                let style = if style == ScalarStyle::Plain { Style::Open } else { Style::Closed };
                self.finish(Node { start, end, kind: Kind::Scalar { text: text.into_owned(), style } }, anchor);
            }
            Event::SequenceStart(style, anchor, _) => self.enter(Open::Sequence { start, anchor, style: style_of(style), items: Vec::new() })?,
            Event::MappingStart(style, anchor, _) => self.enter(Open::Mapping { start, anchor, style: style_of(style), pairs: Vec::new(), key: None })?,
            Event::SequenceEnd | Event::MappingEnd => self.leave(end),
            _ => {}
        }
        Ok(())
    }

    fn enter(&mut self, open: Open) -> Result<(), NotYaml> {
        if self.open.len() >= DEEPEST {
            return Err(NotYaml::Deep);
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self, end: usize) {
        let (start, anchor, kind) = match self.open.pop().expect("the parser closes only what it opened") {
            Open::Sequence { start, anchor, style, items } => (start, anchor, Kind::Sequence { items, style }),
            Open::Mapping { start, anchor, style, pairs, .. } => (start, anchor, Kind::Mapping { pairs, style }),
        };
        // An open collection ends where its last value does; the parser says where the next thing begins.
        let end = last_end(&kind).unwrap_or(end);
        self.finish(Node { start, end, kind }, anchor);
    }

    fn finish(&mut self, node: Node, anchor: usize) {
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.put(node);
    }

    fn put(&mut self, node: Rc<Node>) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { pairs, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(name) => pairs.push((name, node)),
            },
        }
    }
}

fn style_of(style: StructureStyle) -> Style {
    if style == StructureStyle::Flow { Style::Closed } else { Style::Open }
}

/// Where the last value of an open collection ends.
fn last_end(kind: &Kind) -> Option<usize> {
    match kind {
        Kind::Sequence { items, style: Style::Open } => items.last().map(|item| item.end),
        Kind::Mapping { pairs, style: Style::Open } => pairs.last().map(|(key, value)| value.end.max(key.end)),
        _ => None,
    }
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Rc<Self>> {
        self.entry(name).map(|(_, value)| value)
    }

    /// A key with its value.
    pub(super) fn entry(&self, name: &str) -> Option<&(Rc<Self>, Rc<Self>)> {
        self.pairs().iter().find(|(key, _)| key.text() == Some(name))
    }

    /// The keys and values, where this is a mapping.
    pub(super) fn pairs(&self) -> &[(Rc<Self>, Rc<Self>)] {
        match &self.kind {
            Kind::Mapping { pairs, .. } => pairs,
            _ => &[],
        }
    }

    /// The items, where this is a sequence.
    pub(super) fn items(&self) -> &[Rc<Self>] {
        match &self.kind {
            Kind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// The text, where this is a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// True where nothing is written.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Open } if text.is_empty() || text == "~" || text == "null")
    }

    /// One word or a list of words.
    pub(super) fn words(&self) -> Vec<&str> {
        self.text().into_iter().chain(self.items().iter().filter_map(|item| item.text())).filter(|word| !word.is_empty()).collect()
    }

    /// True for a mapping or list on lines of its own, which lines can be added to.
    pub(super) fn is_open(&self) -> bool {
        matches!(&self.kind, Kind::Sequence { style: Style::Open, .. } | Kind::Mapping { style: Style::Open, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_every_value_knows_its_place() {
        let text = "on:\n  push:\njobs:\n  a: { needs: [b, c] }\n  d:\n    steps:\n      - uses: x\n# end\n";
        let root = parse(text).expect("YAML");
        let jobs = root.get("jobs").expect("jobs");
        assert_eq!(jobs.get("a").and_then(|job| job.get("needs")).expect("needs").words(), ["b", "c"]);
        let uses = jobs.get("d").and_then(|job| job.get("steps")).and_then(|steps| steps.items()[0].get("uses")).expect("uses");
        assert_eq!((&text[uses.start..uses.end], &text[jobs.end..]), ("x", "\n# end\n"));
        assert!(root.get("on").and_then(|on| on.get("push")).expect("push").is_nothing());
        assert!(jobs.is_open() && !jobs.get("a").expect("a").is_open());
    }

    #[test]
    fn i1_hostile_yaml_is_refused_and_never_blows_up() {
        let bomb = (0..40).fold("a0: &a0 [x]\n".to_owned(), |text, n| format!("{text}a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1));
        assert!(parse(&bomb).is_ok(), "what is shared is not copied");
        assert_eq!(parse(&format!("{}{}", "[".repeat(100), "]".repeat(100))).expect_err("deep"), NotYaml::Deep);
        assert_eq!(parse(&"- x\n".repeat(MOST + 1)).expect_err("large"), NotYaml::Large);
        assert_eq!(parse("").expect_err("nothing"), NotYaml::Empty);
        assert_eq!(parse("a: 1\n---\nb: 2\n").expect_err("two"), NotYaml::Documents);
        assert!(matches!(parse("a: [1\nb: \"\u{1b}[31m"), Err(NotYaml::Syntax { .. })));
    }
}
