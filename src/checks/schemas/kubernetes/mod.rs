//! Kubernetes manifests against the kinds of Kubernetes itself: which fields there are, of what kind, and which must be there. Kinds of other groups are passed over.

mod table;

use std::rc::Rc;

use super::MOST;
use super::locate::{Fault, Place, Step, is_filled_in, kind as kind_of, name};
use crate::documents::{Node, Value};
use crate::domain::{nearest, shown};
use table::{Table, Type, group_of, type_of};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manifest {
    /// A kind of Kubernetes, by its definition.
    Known(&'static str),
    /// A list of manifests.
    List,
    /// A kind of Kubernetes in a version of Kubernetes that does not have it.
    Misplaced,
    /// A kind of another group.
    Other,
    /// No manifest.
    None,
}

/// Whether what is missing counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// It is a manifest of its own.
    Yes,
    /// It is a patch, which says only what it changes.
    Patch,
}

/// What a document is.
pub(super) fn manifest(document: &Node) -> Manifest {
    let text = |key: &str| document.get(key).and_then(Node::text);
    let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else { return Manifest::None };
    let table = Table::get();
    if let Some(definition) = table.kind(version, kind) {
        return Manifest::Known(definition);
    }
    match version {
        "v1" if kind == "List" => Manifest::List,
        _ if version.contains("alpha") => Manifest::Other,
        _ if table.has_group(group_of(version)) && !table.versions(kind).is_empty() && !is_filled_in(version) => Manifest::Misplaced,
        _ => Manifest::Other,
    }
}

/// What does not fit in a document that is a manifest.
pub(super) fn faults(document: &Node, text: &str, whole: Whole) -> Vec<Fault> {
    let mut judge = Judge { text, whole, table: Table::get(), path: Vec::new(), faults: Vec::new() };
    judge.manifest(Place { node: document, key: None });
    judge.faults
}

struct Judge<'a> {
    text: &'a str,
    whole: Whole,
    table: &'static Table,
    path: Vec<Step>,
    faults: Vec<Fault>,
}

impl Judge<'_> {
    fn manifest(&mut self, place: Place<'_>) {
        match manifest(place.node) {
            Manifest::Known(definition) => self.mapping(place, definition),
            Manifest::Misplaced => self.misplaced(place.node),
            Manifest::List => self.items(place.node),
            Manifest::Other | Manifest::None => {}
        }
    }

    fn items(&mut self, list: &Node) {
        for (index, item) in list.get("items").map(Node::items).unwrap_or_default().iter().enumerate() {
            self.path.extend([Step::Key("items".to_owned()), Step::Item(index)]);
            self.manifest(Place { node: item, key: None });
            self.path.truncate(self.path.len() - 2);
        }
    }

    fn misplaced(&mut self, document: &Node) {
        let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
        let (kind, version) = (text("kind"), text("apiVersion"));
        let Some(entry) = document.entry("apiVersion") else { return };
        self.path.push(Step::Key("apiVersion".to_owned()));
        let what = format!("the kind `{}` does not exist in `{}`", shown(kind), shown(version));
        let known = self.table.versions(kind);
        self.faults.push(Fault::new(entry.value.span, self.path.clone(), what).meant(&known));
        self.path.pop();
    }

    fn value(&mut self, place: Place<'_>, word: &'static str) {
        let node = place.node;
        if matches!(node.value, Value::Null) || node.text().is_some_and(is_filled_in) {
            return;
        }
        match type_of(word) {
            Type::Any => {}
            Type::List(inner) => match &node.value {
                Value::Sequence(items) => self.list(items, inner),
                _ => self.wrong(place, "a list"),
            },
            Type::Map(inner) => match &node.value {
                Value::Mapping(_) => self.map(node, inner),
                _ => self.wrong(place, "a mapping"),
            },
            Type::Definition(definition) => match &node.value {
                Value::Mapping(_) => self.mapping(place, definition),
                _ => self.wrong(place, "a mapping"),
            },
            plain => {
                if let Some(wanted) = unfit(plain, &node.value) {
                    self.wrong(place, wanted);
                }
            }
        }
    }

    fn list(&mut self, items: &[Rc<Node>], inner: &'static str) {
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Item(index));
            self.value(Place { node: item, key: None }, inner);
            self.path.pop();
        }
    }

    fn map(&mut self, node: &Node, inner: &'static str) {
        for entry in node.entries() {
            self.path.push(Step::Key(entry.key.clone()));
            self.value(Place { node: &entry.value, key: Some(entry.span) }, inner);
            self.path.pop();
        }
    }

    fn mapping(&mut self, place: Place<'_>, definition: &'static str) {
        for entry in place.node.entries() {
            if self.faults.len() > MOST {
                return;
            }
            let field = self.table.fields(definition).find(|field| field.name == entry.key);
            self.path.push(Step::Key(entry.key.clone()));
            match field {
                Some(field) => self.value(Place { node: &entry.value, key: Some(entry.span) }, field.kind),
                // `$patch: delete` is a word of patches.
                None if self.whole == Whole::Patch && entry.key.starts_with('$') => {}
                None => self.unknown(&entry.key, entry.span, definition),
            }
            self.path.pop();
        }
        if self.whole == Whole::Patch {
            return;
        }
        let missing: Vec<&str> =
            self.table.fields(definition).filter(|field| field.required && place.node.get(field.name).is_none()).map(|field| field.name).collect();
        for field in missing {
            let whose = if self.path.is_empty() { String::new() } else { format!(" in {}", name(&self.path)) };
            self.faults.push(Fault::new(place.owner(self.text), self.path.clone(), format!("the key `{field}` is missing{whose}")));
        }
    }

    fn unknown(&mut self, key: &str, span: crate::domain::Span, definition: &'static str) {
        let fields: Vec<&str> = self.table.fields(definition).map(|field| field.name).collect();
        let whose = match &self.path[..self.path.len() - 1] {
            [] => String::new(),
            path => format!(" in {}", name(path)),
        };
        let help = (fields.len() <= 12 && !fields.is_empty()).then(|| format!("known here: {}", fields.join(", ")));
        let what = format!("the key `{}` is not known{whose}", shown(key));
        self.faults.push(Fault::new(span, self.path.clone(), what).meant(&nearest(key, fields.iter().copied())).help(help));
    }

    fn wrong(&mut self, place: Place<'_>, wanted: &str) {
        let what = format!("{} must be {wanted}", name(&self.path));
        let quote = wanted == "a text" && place.node.scalar().is_some();
        let fault = Fault::new(place.span(self.text), self.path.clone(), what).label(format!("this is {}", kind_of(place.node)));
        self.faults.push(fault.help(quote.then(|| "put it in quotes".to_owned())));
    }
}

/// What a scalar must be, where it is something else.
fn unfit(wanted: Type, value: &Value) -> Option<&'static str> {
    let whole = |number: &str| !number.contains(['.', 'e', 'E']) || number.starts_with("0x");
    match (wanted, value) {
        (Type::Text | Type::Quantity | Type::WholeOrText, Value::Text(_))
        | (Type::Bool, Value::Bool(_))
        | (Type::Number | Type::Quantity, Value::Number(_))
        | (Type::Any | Type::List(_) | Type::Map(_) | Type::Definition(_), _) => None,
        (Type::Whole | Type::WholeOrText, Value::Number(number)) if whole(number) => None,
        // Kubernetes reads YAML 1.1.
        (Type::Bool, Value::Text(word)) if ["yes", "no", "on", "off", "y", "n"].contains(&word.to_ascii_lowercase().as_str()) => None,
        (Type::Text, _) => Some("a text"),
        (Type::Bool, _) => Some("true or false"),
        (Type::Whole, _) => Some("a whole number"),
        (Type::Number, _) => Some("a number"),
        (Type::Quantity, _) => Some("a text or a number"),
        (Type::WholeOrText, _) => Some("a whole number or a text"),
    }
}
