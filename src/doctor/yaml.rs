//! YAML as it comes, for files that are not ours: every value knows its line, what is odd is said and passed over, and no input makes it
//! large or slow. Nothing here knows what a workflow is.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, Span};

/// How deep a file may be nested, aliases resolved.
const DEEPEST: usize = 64;
/// How many nodes all aliases and merge keys together may stand for.
const MOST_REPLAYED: usize = 20_000;

/// A value.
#[derive(Debug)]
pub struct Node {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// Its stretch of the text, in bytes.
    span: (usize, usize),
    weight: usize,
    depth: usize,
}

/// What a value is.
#[derive(Debug)]
pub enum Kind {
    /// Any scalar, as text.
    Scalar(String),
    /// A list.
    Sequence(Vec<Rc<Node>>),
    /// A mapping, in the order of the file.
    Mapping(Vec<Pair>),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The key's line.
    pub line: usize,
    /// The value.
    pub value: Rc<Node>,
}

/// Something that is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// The line, from 1.
    pub line: usize,
    /// What is odd.
    pub what: String,
}

/// A file that was read.
#[derive(Debug)]
pub struct Document {
    /// The text.
    text: String,
    /// Its value; none where it is empty or cannot be read to its end.
    pub root: Option<Rc<Node>>,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// An expression in a value: what stands between `${{` and `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression<'a> {
    /// Its line, from 1.
    pub line: usize,
    /// Its text.
    pub text: &'a str,
}

impl Node {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|pair| &*pair.value)
    }

    /// The entry of a key.
    pub fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs().iter().find(|pair| pair.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn pairs(&self) -> &[Pair] {
        if let Kind::Mapping(pairs) = &self.kind { pairs } else { &[] }
    }

    /// The entries of a list; none for anything else.
    pub fn items(&self) -> &[Rc<Node>] {
        if let Kind::Sequence(items) = &self.kind { items } else { &[] }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Kind::Scalar(text) = &self.kind { Some(text) } else { None }
    }

    /// The text of a key's scalar.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    /// A scalar, or a list of scalars, as words.
    pub fn words(&self) -> Vec<String> {
        match &self.kind {
            Kind::Scalar(text) if !text.is_empty() => vec![text.clone()],
            Kind::Scalar(_) | Kind::Mapping(_) => Vec::new(),
            Kind::Sequence(items) => items.iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
        }
    }

    /// True where some scalar in it, key or value, passes.
    pub fn any_text(&self, passes: &dyn Fn(&str) -> bool) -> bool {
        match &self.kind {
            Kind::Scalar(text) => passes(text),
            Kind::Sequence(items) => items.iter().any(|item| item.any_text(passes)),
            Kind::Mapping(pairs) => pairs.iter().any(|pair| passes(&pair.key) || pair.value.any_text(passes)),
        }
    }
}

impl Document {
    /// Reads a text.
    pub fn parse(text: String) -> Self {
        let mut grower = Grower { lines: Lines::of(&text), open: Vec::new(), anchors: HashMap::new(), replayed: 0, root: None, oddities: Vec::new() };
        let read = grower.read(&text);
        let (root, mut oddities) = (grower.root, grower.oddities);
        let root = match read {
            Ok(()) => root,
            Err(oddity) => {
                oddities.push(oddity);
                None
            }
        };
        Self { text, root, oddities }
    }

    /// The expressions in a value, with their lines.
    pub fn expressions(&self, node: &Node) -> Vec<Expression<'_>> {
        let raw = self.text.get(node.span.0..node.span.1).unwrap_or_default();
        let before = self.text[..node.span.0].matches('\n').count();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) = raw[at..].find("${{").map(|start| at + start + 3) {
            let end = raw[start..].find("}}").map_or(raw.len(), |end| start + end);
            found.push(Expression { line: before + raw[..start].matches('\n').count() + 1, text: raw[start..end].trim() });
            at = end;
        }
        found
    }

    /// What stands behind a one-line value as a comment.
    pub fn comment_behind(&self, node: &Node) -> Option<&str> {
        let rest = self.text.get(node.span.1..)?.lines().next()?;
        rest.split_once('#').map(|(_, comment)| comment.trim())
    }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn line(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start <= byte).max(1)
    }
}

enum Children {
    Sequence(Vec<Rc<Node>>),
    Mapping { pairs: Vec<Pair>, seen: HashSet<String>, merged: Vec<Rc<Node>>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Named(String, usize),
    Merge,
    Dropped,
}

struct Open {
    start: usize,
    anchor: usize,
    children: Children,
}

struct Grower {
    lines: Lines,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    replayed: usize,
    root: Option<Rc<Node>>,
    oddities: Vec<Oddity>,
}

impl Grower {
    fn read(&mut self, text: &str) -> Result<(), Oddity> {
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
                Oddity { line: self.lines.line(at), what: format!("it is not YAML: {}", error.info()) }
            })?;
            let span = range(&span, text);
            if matches!(event, Event::DocumentStart(..)) && self.root.is_some() {
                self.odd(span.0, "a second YAML document begins, which GitHub does not read");
                return Ok(());
            }
            self.take(event, span)?;
        }
        Ok(())
    }

    fn odd(&mut self, at: usize, what: impl Into<String>) {
        self.oddities.push(Oddity { line: self.lines.line(at), what: what.into() });
    }

    fn take(&mut self, event: Event<'_>, span: (usize, usize)) -> Result<(), Oddity> {
        match event {
            Event::Alias(anchor) => self.alias(anchor, span.0),
            Event::Scalar(text, _, anchor, _) => {
                self.finish(Kind::Scalar(text.into_owned()), span, anchor);
                Ok(())
            }
            Event::SequenceStart(_, anchor, _) => self.enter(span.0, anchor, Children::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let children = Children::Mapping { pairs: Vec::new(), seen: HashSet::new(), merged: Vec::new(), key: None };
                self.enter(span.0, anchor, children)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.leave(span.1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, start: usize, anchor: usize, children: Children) -> Result<(), Oddity> {
        if self.open.len() >= DEEPEST {
            return Err(self.too_deep(start));
        }
        self.open.push(Open { start, anchor, children });
        Ok(())
    }

    fn too_deep(&self, at: usize) -> Oddity {
        Oddity { line: self.lines.line(at), what: format!("it is nested deeper than {DEEPEST} levels") }
    }

    fn leave(&mut self, end: usize) {
        let open = self.open.pop().expect("the parser closes only what it opened");
        let kind = match open.children {
            Children::Sequence(items) => Kind::Sequence(items),
            Children::Mapping { mut pairs, mut seen, merged, .. } => {
                pairs.extend(merged.iter().flat_map(|node| node.pairs()).filter(|pair| seen.insert(pair.key.clone())).cloned());
                Kind::Mapping(pairs)
            }
        };
        self.finish(kind, (open.start, end), open.anchor);
    }

    fn alias(&mut self, anchor: usize, at: usize) -> Result<(), Oddity> {
        let Some(target) = self.anchors.get(&anchor).cloned() else {
            return Err(Oddity { line: self.lines.line(at), what: "an alias stands inside of its own anchor".to_owned() });
        };
        self.replayed += target.weight;
        if self.replayed > MOST_REPLAYED {
            return Err(Oddity { line: self.lines.line(at), what: format!("its aliases together stand for more than {MOST_REPLAYED} values") });
        }
        if self.open.len() + target.depth > DEEPEST {
            return Err(self.too_deep(at));
        }
        self.attach(target, at);
        Ok(())
    }

    fn finish(&mut self, kind: Kind, span: (usize, usize), anchor: usize) {
        let (weight, depth) = match &kind {
            Kind::Scalar(_) => (0, 0),
            Kind::Sequence(items) => (items.iter().map(|item| item.weight).sum(), items.iter().map(|item| item.depth).max().unwrap_or(0)),
            Kind::Mapping(pairs) => (pairs.iter().map(|pair| pair.value.weight + 1).sum(), pairs.iter().map(|pair| pair.value.depth).max().unwrap_or(0)),
        };
        let node = Rc::new(Node { line: self.lines.line(span.0), kind, span, weight: weight + 1, depth: depth + 1 });
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node, span.0);
    }

    fn attach(&mut self, node: Rc<Node>, at: usize) {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.root = Some(node),
            Some(Children::Sequence(items)) => items.push(node),
            Some(Children::Mapping { pairs, seen, merged, key }) => match key.take() {
                None => {
                    let (next, oddity) = key_of(&node, seen);
                    *key = Some(match next {
                        Key::Named(name, _) => Key::Named(name, self.lines.line(at)),
                        other => other,
                    });
                    if let Some(what) = oddity {
                        self.odd(at, what);
                    }
                }
                Some(Key::Named(name, line)) => pairs.push(Pair { key: name, line, value: node }),
                Some(Key::Merge) if node.items().is_empty() => merged.push(node),
                Some(Key::Merge) => merged.extend(node.items().iter().cloned()),
                Some(Key::Dropped) => {}
            },
        }
    }
}

/// What a key is, and what is odd about it.
fn key_of(node: &Node, seen: &mut HashSet<String>) -> (Key, Option<String>) {
    match node.text() {
        None => (Key::Dropped, Some("a key must be a word".to_owned())),
        Some("<<") => (Key::Merge, Some("GitHub does not read merge keys (`<<`): write the keys out".to_owned())),
        Some(name) if !seen.insert(name.to_owned()) => (Key::Dropped, Some(format!("the key `{}` stands here twice", crate::domain::shown(name)))),
        Some(name) => (Key::Named(name.to_owned(), node.line), None),
    }
}

/// A stretch of the text at the borders of characters.
fn range(span: &Span, text: &str) -> (usize, usize) {
    let border = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    span.byte_range().map_or((0, 0), |range| (border(range.start), border(range.end.max(range.start))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(text.to_owned())
    }

    #[test]
    fn i1_every_value_knows_its_line_and_expressions_in_blocks_know_theirs() {
        let document = parse(
            "on: push\njobs:\n  one:\n    run: |\n      echo a\n      echo ${{ x }} ${{ y }}\n    if: ${{ z }}   # why\n    more: >-\n      a\n\n      ${{ w }}\n",
        );
        let one = document.root.as_ref().and_then(|root| root.get("jobs")).and_then(|jobs| jobs.get("one")).expect("the job");
        assert_eq!(one.pair("if").expect("if").line, 7);
        let lines = |key: &str| document.expressions(one.get(key).expect("a value")).iter().map(|found| (found.line, found.text)).collect::<Vec<_>>();
        assert_eq!(lines("run"), [(6, "x"), (6, "y")]);
        assert_eq!(lines("if"), [(7, "z")]);
        assert_eq!(lines("more"), [(11, "w")]);
        assert_eq!(document.comment_behind(one.get("if").expect("if")), Some("why"));
    }

    #[test]
    fn i1_anchors_and_merge_keys_are_resolved_and_merge_keys_are_odd() {
        let document = parse("a: &a { x: 1, y: 2 }\nb:\n  <<: *a\n  y: 3\nc: *a\n");
        let root = document.root.as_ref().expect("a root");
        assert_eq!(root.get("b").and_then(|b| b.text_of("y")), Some("3"));
        assert_eq!(root.get("b").and_then(|b| b.text_of("x")), Some("1"));
        assert_eq!(root.get("c").and_then(|c| c.text_of("y")), Some("2"));
        assert_eq!(document.oddities.iter().map(|oddity| oddity.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn i1_hostile_files_are_odd_and_neither_slow_nor_large() {
        let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let before = format!("*a{}", level - 1);
            format!("{text}a{level}: &a{level} [{}]\n", vec![before; 9].join(", "))
        });
        for text in [&bomb, &"[".repeat(100_000), "a: [", "a: &a [*a]", "a: b: c", "%YAML 9.9\n---\n\u{0}"] {
            let document = parse(text);
            assert!(document.root.is_none() && !document.oddities.is_empty(), "{}", &text[..text.len().min(40)]);
        }
        assert!(parse("").root.is_none());
        assert_eq!(parse("a: 1\na: 2\n? [x]\n: y\n---\nb: 1\n").oddities.iter().map(|oddity| oddity.line).collect::<Vec<_>>(), [2, 3, 5]);
    }
}
