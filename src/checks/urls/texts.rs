//! The texts of a configuration file that may hold a URL: its values and keys, not its comments, nor what only describes it.

use std::rc::Rc;

use super::find::Whole;
use crate::documents::{Entry, Node, Value};
use crate::domain::Span;

/// A text of a file.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// Where it stands.
    pub(super) span: Span,
    /// What it says.
    pub(super) text: std::borrow::Cow<'a, str>,
    pub(super) whole: Whole,
    /// Where it stands in the document; empty for lines.
    pub(super) within: String,
}

/// Keys whose values describe, and lead nowhere.
const DESCRIBING: [&str; 11] = ["$schema", "$id", "xmlns", "apiVersion", "description", "homepage", "home", "documentation", "license", "icon", "sources"];

/// The values and keys of documents.
pub(super) fn of_documents(documents: &[Rc<Node>]) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    for document in documents {
        gather(document, &mut Vec::new(), &mut pieces);
    }
    pieces
}

fn gather(node: &Node, path: &mut Vec<String>, pieces: &mut Vec<Piece<'static>>) {
    match &node.value {
        Value::Text(text) => pieces.push(piece(text, node.span, path)),
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(format!("[{index}]"));
                gather(item, path, pieces);
                path.pop();
            }
        }
        Value::Mapping(entries) => entries.iter().for_each(|entry| gather_entry(entry, path, pieces)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn gather_entry(entry: &Entry, path: &mut Vec<String>, pieces: &mut Vec<Piece<'static>>) {
    if DESCRIBING.contains(&entry.key.as_str()) || entry.key.starts_with("xmlns:") {
        return;
    }
    path.push(if path.is_empty() { entry.key.clone() } else { format!(".{}", entry.key) });
    pieces.push(piece(&entry.key, entry.span, path));
    gather(&entry.value, path, pieces);
    path.pop();
}

/// Of a text of several lines, those that are comments of the embedded file are none of the configuration.
fn piece(text: &str, span: Span, path: &[String]) -> Piece<'static> {
    let several = text.trim_end().contains('\n');
    let text = if several { without_comments(text) } else { text.to_owned() };
    Piece { span, text: text.into(), whole: if several { Whole::Lines } else { Whole::Value }, within: path.concat() }
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//") || line.starts_with(';') || line.starts_with("{{/*") || line.starts_with("{{- /*")
}

/// The lines of a file of which nothing else is known, but for whole lines of comment.
pub(super) fn of_lines(text: &str) -> Vec<Piece<'_>> {
    let mut at = 0;
    let mut pieces = Vec::new();
    for line in text.split_inclusive('\n') {
        // What has neither has no URL.
        let may = line.contains(':') || line.contains("//");
        if may && !is_comment(line) && !line.starts_with('!') {
            let line_text = line.trim_end();
            pieces.push(Piece { span: Span::new(at, at + line_text.len()), text: line_text.into(), whole: Whole::Lines, within: String::new() });
        }
        at += line.len();
    }
    pieces
}
