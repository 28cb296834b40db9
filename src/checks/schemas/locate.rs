//! Places in a document: from the path of a value to its stretch of the text, and to words for people.

use super::super::{Check, Finding, Level};
use crate::documents::{Node, Value};
use crate::domain::Span;

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// Something that does not fit a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) path: Vec<Step>,
    pub(super) what: String,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
}

/// A value of a document, with the key that it stands behind.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Node,
    pub(super) key: Option<Span>,
}

impl Fault {
    pub(super) fn new(span: Span, path: Vec<Step>, what: impl Into<String>) -> Self {
        Self { span, path, what: what.into(), label: None, help: None }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(super) fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(super) fn meant(mut self, near: &[&str]) -> Self {
        if let [first, ..] = near {
            self.label = Some(format!("did you mean `{first}`?"));
        }
        self
    }

    /// The finding of a rule. Its key has no index of a list in it, so that an item before it changes nothing.
    pub(super) fn finding(self, rule: &'static str) -> Finding {
        let key = format!("{} {}", loose(&self.path), without_indices(&self.what));
        let mut finding = Finding::new(Check::Schemas, rule, Level::Stop, &self.what).at(self.span).key(key);
        if !self.path.is_empty() {
            finding = finding.within(within(&self.path));
        }
        finding.label = self.label;
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

impl Place<'_> {
    /// What a caret stands under for a value: all of a value of one line; of others the key, or the first line.
    pub(super) fn span(&self, text: &str) -> Span {
        let whole = self.node.span;
        let written = text.get(whole.start..whole.end).unwrap_or_default();
        match (written.find('\n'), self.key) {
            (None, _) if !written.is_empty() => whole,
            (_, Some(key)) => key,
            (Some(end), None) => Span::new(whole.start, whole.start + written[..end].trim_end().len()),
            (None, None) => whole,
        }
    }

    /// What a caret stands under for what is missing in a mapping: its key, or its first line.
    pub(super) fn owner(&self, text: &str) -> Span {
        self.key.unwrap_or_else(|| self.span(text))
    }
}

/// The value at the end of a JSON Pointer, with its steps; where a part of it does not exist, the value before that.
pub(super) fn follow<'a>(root: &'a Node, pointer: &str) -> (Place<'a>, Vec<Step>) {
    let (mut place, mut steps) = (Place { node: root, key: None }, Vec::new());
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match &place.node.value {
            Value::Mapping(_) => place.node.entry(&part).map(|entry| (Place { node: &entry.value, key: Some(entry.span) }, Step::Key(part))),
            Value::Sequence(items) => {
                let index = part.parse::<usize>().ok();
                index.and_then(|index| Some((Place { node: &**items.get(index)?, key: None }, Step::Item(index))))
            }
            _ => None,
        };
        let Some((next, step)) = next else { break };
        place = next;
        steps.push(step);
    }
    (place, steps)
}

/// A path in words: `spec.containers[0].image`, `metadata.labels["app/name"]`.
pub(super) fn within(path: &[Step]) -> String {
    words(path, |index| format!("[{index}]"))
}

/// A path in which the items of a list are all the same: it stays what it is when an item is added before.
pub(super) fn loose(path: &[Step]) -> String {
    words(path, |_| "[]".to_owned())
}

/// A sentence without the numbers in brackets.
fn without_indices(sentence: &str) -> String {
    let mut parts = sentence.split('[');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('[');
        out.push_str(part.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    out
}

fn words(path: &[Step], item: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Item(index) => out.push_str(&item(*index)),
            Step::Key(key) if !key.is_empty() && key.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '$')) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => out.extend(["[\"", key, "\"]"]),
        }
    }
    out
}

/// What a value is, in words.
pub(super) fn kind(node: &Node) -> &'static str {
    match &node.value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// How a sentence calls the value at the end of a path.
pub(super) fn name(path: &[Step]) -> String {
    match path {
        [] => "the document".to_owned(),
        [.., Step::Key(key)] => format!("`{}`", crate::domain::shown(key)),
        [.., Step::Key(key), Step::Item(index)] => format!("`{}[{index}]`", crate::domain::shown(key)),
        [.., Step::Item(index)] => format!("item {}", index + 1),
    }
}

/// True for a text that some program fills in before anybody reads it: its kind says nothing.
pub(super) fn is_filled_in(text: &str) -> bool {
    ["${", "$(", "{{", "<%", "%{"].iter().any(|mark| text.contains(mark))
}
