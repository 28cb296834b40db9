//! Kubernetes: exec hooks of containers, containers and probes that run a shell's script, and Helm's hooks. Found by their form wherever they stand in a manifest or
//! in a chart's values, so in kinds of other groups, too.

use std::rc::Rc;

use super::Script;
use super::rules::{CONTAINER_SCRIPT, EXEC_HOOK, HELM_HOOK, PROBE_SCRIPT};
use super::shell::{is_script, is_script_line, words};
use crate::documents::{Entry, Node, Read};
use crate::domain::{RepoPath, Span};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];

/// A cheap answer to whether a text may hold any of this.
pub(super) fn may_hold(text: &str) -> bool {
    ["command", "args", "lifecycle", "helm.sh/hook", "postStart", "preStop", "exec"].iter().any(|word| text.contains(word))
}

/// The scripts of a file. Where it cannot be read, because it is a template, its lines are looked at.
pub(super) fn scripts(path: &RepoPath, read: &Read, text: &str) -> Vec<Script> {
    let name = String::from_utf8_lossy(path.name()).to_ascii_lowercase();
    let is_values = name.starts_with("values") || name.ends_with("values.yaml") || name.ends_with("values.yml");
    let is_manifest = |document: &Node| document.get("apiVersion").is_some() && document.get("kind").is_some();
    // What a template will say is not in its tree.
    let template = !read.oddities.is_empty() && text.contains("{{");
    let line = |key: &str| text.lines().any(|line| line.starts_with(key));
    if template || !read.is_whole() && (line("apiVersion:") || line("kind:")) {
        return of_lines(text);
    }
    let mut found = Vec::new();
    for document in read.documents.iter().filter(|document| is_values || is_manifest(document)) {
        helm_hook(document, text, &mut found);
        walk(document, &mut Vec::new(), &mut found);
    }
    found
}

fn walk(node: &Node, path: &mut Vec<String>, found: &mut Vec<Script>) {
    container(node, path, found);
    for entry in node.entries() {
        path.push(if path.is_empty() { entry.key.clone() } else { format!(".{}", entry.key) });
        if let Some((hook, command)) = HOOKS.contains(&entry.key.as_str()).then(|| command(&entry.value)).flatten().map(|command| (&entry.key, command)) {
            found.push(script(EXEC_HOOK, command, format!("{}.exec.command", path.concat()), format!("the command of a `{hook}` hook")));
        }
        if let Some(command) = PROBES.contains(&entry.key.as_str()).then(|| command(&entry.value)).flatten().filter(|command| is_script(&words(&command.value)))
        {
            found.push(script(PROBE_SCRIPT, command, format!("{}.exec.command", path.concat()), format!("the script of a `{}`", entry.key)));
        }
        walk(&entry.value, path, found);
        path.pop();
    }
    for (index, item) in node.items().iter().enumerate() {
        path.push(format!("[{index}]"));
        walk(item, path, found);
        path.pop();
    }
}

fn command(handler: &Node) -> Option<&Entry> {
    handler.get("exec")?.entry("command")
}

fn script(rule: &'static str, entry: &Entry, within: String, what: String) -> Script {
    Script { rule, span: entry.span, within, what, text: words(&entry.value).join("\n") }
}

/// A container, or what a chart's values say of one: `command` and `args` together are a script for a shell.
fn container(node: &Node, path: &[String], found: &mut Vec<Script>) {
    // The command of a hook or probe is its own.
    if path.last().is_some_and(|last| last == ".exec" || last == "exec") {
        return;
    }
    let (command, args) = (node.entry("command"), node.entry("args"));
    let Some(first) = command.or(args) else { return };
    let all: Vec<String> = command.into_iter().chain(args).flat_map(|entry| words(&entry.value)).collect();
    if !(is_script(&all) || all.len() == 1 && is_script_line(&all[0])) {
        return;
    }
    let init = path.iter().any(|part| part.trim_start_matches('.') == "initContainers");
    let what = if init { "the script of an init container" } else { "the script of a container" };
    let within = if path.is_empty() { first.key.clone() } else { format!("{}.{}", path.concat(), first.key) };
    found.push(Script { rule: CONTAINER_SCRIPT, span: first.span, within, what: what.to_owned(), text: all.join("\n") });
}

/// A manifest that Helm runs at an event of a release.
fn helm_hook(document: &Rc<Node>, text: &str, found: &mut Vec<Script>) {
    let Some(hook) = document.at(&["metadata", "annotations"]).and_then(|annotations| annotations.entry("helm.sh/hook")) else { return };
    // A test runs when somebody asks for it.
    if hook.value.scalar().is_some_and(|events| events.split(',').all(|event| event.trim().starts_with("test"))) {
        return;
    }
    let whole = &text[document.span.start..document.span.end];
    let what = "a manifest that Helm runs as a hook".to_owned();
    found.push(Script { rule: HELM_HOOK, span: hook.span, within: "metadata.annotations[\"helm.sh/hook\"]".to_owned(), what, text: whole.to_owned() });
}

/// The first of each kind in a template: its script is the whole file, so that any change of it is looked at again.
fn of_lines(text: &str) -> Vec<Script> {
    let mut found: Vec<Script> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let start = at + line.len() - trimmed.len();
        at += line.len();
        let word = trimmed.trim_start_matches("- ").trim_start_matches(['"', '\'']);
        let (rule, what) = match word {
            _ if trimmed.starts_with('#') => continue,
            _ if word.starts_with("helm.sh/hook\":") || word.starts_with("helm.sh/hook:") || word.starts_with("helm.sh/hook':") => {
                (HELM_HOOK, "a manifest that Helm runs as a hook")
            }
            _ if HOOKS.iter().any(|hook| word.starts_with(&format!("{hook}:"))) => (EXEC_HOOK, "a hook in a template"),
            _ if is_shell_line(trimmed) => (CONTAINER_SCRIPT, "a script in a template"),
            _ => continue,
        };
        if !found.iter().any(|script| script.rule == rule) {
            found.push(Script {
                rule,
                span: Span::new(start, start + trimmed.trim_end().len()),
                within: String::new(),
                what: what.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    found
}

/// `command: ["sh", "-c", …]`, or an item `- -c` of a list.
fn is_shell_line(line: &str) -> bool {
    if line.len() > 10_000 {
        return true;
    }
    let plain: String = line.chars().map(|character| if matches!(character, '[' | ']' | ',' | '"' | '\'') { ' ' } else { character }).collect();
    let item = plain.trim().trim_start_matches('-').trim();
    line.trim_start().starts_with("- ") && matches!(item, "c" | "-c" | "ec" | "lc") || is_script_line(&plain)
}
