//! Compose: commands and entry points that run a shell's script, and hooks of containers.

use std::rc::Rc;

use super::Script;
use super::rules::{COMPOSE_HOOK, COMPOSE_SCRIPT};
use super::shell::{is_script, is_script_line, words};
use crate::documents::{Node, Value};

/// The scripts of the services.
pub(super) fn scripts(documents: &[Rc<Node>]) -> Vec<Script> {
    let services = documents.iter().filter_map(|document| document.get("services")).flat_map(Node::entries);
    services.flat_map(|service| of_service(&service.key, &service.value)).collect()
}

fn of_service(name: &str, service: &Node) -> Vec<Script> {
    let mut found = Vec::new();
    let entry_point = service.entry("entrypoint");
    // The words of an entry point stand before those of the command.
    let both: Vec<String> = entry_point.into_iter().chain(service.entry("command")).flat_map(|entry| split(&entry.value)).collect();
    if let Some(first) = entry_point.or_else(|| service.entry("command")).filter(|_| is_script(&both)) {
        let what = "the script of a service".to_owned();
        found.push(Script { rule: COMPOSE_SCRIPT, span: first.span, within: format!("services.{name}.{}", first.key), what, text: both.join("\n") });
    }
    for hook in ["post_start", "pre_start", "pre_stop"] {
        let items = service.get(hook).map(Node::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let Some(command) = item.entry("command") else { continue };
            let within = format!("services.{name}.{hook}[{index}].command");
            let what = format!("the command of a `{hook}` hook");
            found.push(Script { rule: COMPOSE_HOOK, span: command.span, within, what, text: words(&command.value).join("\n") });
        }
    }
    found
}

/// A command as one text is split at white space by compose; a script in it stays one for this.
fn split(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Text(text) if is_script_line(text) => text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect(),
        Value::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        _ => words(node),
    }
}
