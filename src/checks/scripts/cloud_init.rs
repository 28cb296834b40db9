//! cloud-init: the commands that a machine runs when it starts.

use super::Script;
use super::rules::CLOUD_INIT_COMMAND;
use super::shell::words;
use crate::documents::{Node, yaml};

/// True for a text that says of itself that it is cloud-init's.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with("#cloud-config")
}

/// `runcmd` and `bootcmd`, each as one script: a line for each of its commands. A file that is itself a script for the first start is one whole.
pub(super) fn scripts(text: &str) -> Vec<Script> {
    if text.starts_with("#!") {
        let span = crate::domain::Span::new(0, text.lines().next().map_or(0, str::len));
        return vec![Script {
            rule: CLOUD_INIT_COMMAND,
            span,
            within: String::new(),
            what: "the script of a machine's first start".to_owned(),
            text: text.to_owned(),
        }];
    }
    let (documents, _) = yaml(text);
    let mut found = Vec::new();
    for key in ["bootcmd", "runcmd"] {
        for entry in documents.iter().filter_map(|document| document.entry(key)) {
            let lines: Vec<String> = entry.value.items().iter().map(|item: &std::rc::Rc<Node>| words(item).join(" ")).collect();
            let text = if lines.is_empty() { words(&entry.value).join("\n") } else { lines.join("\n") };
            found.push(Script { rule: CLOUD_INIT_COMMAND, span: entry.span, within: key.to_owned(), what: format!("`{key}` of cloud-init"), text });
        }
    }
    found
}
