//! What npm and dev containers run by themselves: the life-cycle scripts of a package, and the commands of a dev container.

use std::rc::Rc;

use super::Script;
use super::rules::{DEVCONTAINER_COMMAND, NPM_SCRIPT};
use super::shell::words;
use crate::documents::{Entry, Node, Value};

/// What npm runs when a package is installed, also from git.
const NPM: [&str; 10] = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "prepack", "postpack", "dependencies"];
const DEVCONTAINER: [&str; 6] = ["initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand"];

/// The life-cycle scripts of a package.
pub(super) fn npm(documents: &[Rc<Node>]) -> Vec<Script> {
    let scripts = documents.iter().filter_map(|document| document.get("scripts")).flat_map(Node::entries);
    let own = scripts.filter(|entry| NPM.contains(&entry.key.as_str()));
    own.map(|entry| one(NPM_SCRIPT, entry, format!("scripts.{}", entry.key), format!("the npm script `{}`, which runs on installation,", entry.key))).collect()
}

/// The commands of a dev container: one, or several by their names.
pub(super) fn devcontainer(documents: &[Rc<Node>]) -> Vec<Script> {
    let entries = documents.iter().flat_map(|document| document.entries()).filter(|entry| DEVCONTAINER.contains(&entry.key.as_str()));
    let mut found = Vec::new();
    for entry in entries {
        let what = format!("the command `{}`", entry.key);
        match &entry.value.value {
            Value::Mapping(named) => {
                found.extend(named.iter().map(|inner| one(DEVCONTAINER_COMMAND, inner, format!("{}.{}", entry.key, inner.key), what.clone())));
            }
            Value::Null => {}
            _ => found.push(one(DEVCONTAINER_COMMAND, entry, entry.key.clone(), what)),
        }
    }
    found
}

fn one(rule: &'static str, entry: &Entry, within: String, what: String) -> Script {
    Script { rule, span: entry.span, within, what, text: words(&entry.value).join("\n") }
}
