//! From YAML to a workflow, tolerantly: what is not of the expected kind is passed over, as GitHub's own check says it better.

use std::rc::Rc;

use super::{Concurrency, Input, Job, Need, Permissions, Step, Trigger, Uses, Workflow};
use crate::doctor::yaml::{Document, Kind, Node, Pair};

impl Workflow {
    /// Reads a workflow; none where it is no mapping. Oddities stay in the document.
    ///
    /// # Errors
    /// The document, where there is no workflow in it.
    pub fn read(path: &str, text: String) -> Result<Self, Document> {
        let document = Document::parse(text);
        let Some(root) = document.root.clone().filter(|root| !root.pairs().is_empty()) else { return Err(document) };
        let jobs: Vec<Job> = root.get("jobs").map_or(&[][..], Node::pairs).iter().map(|pair| job(pair, &document)).collect();
        Ok(Self {
            path: path.to_owned(),
            triggers: root.get("on").map(triggers).unwrap_or_default(),
            on_line: root.pair("on").map_or(1, |pair| pair.line),
            title: root.text_of("name").map(str::to_owned),
            run_name: root.text_of("run-name").map(str::to_owned),
            permissions: permissions(&root),
            concurrency: concurrency(&root),
            jobs,
            document,
        })
    }
}

fn permissions(node: &Node) -> Option<Permissions> {
    node.pair("permissions").map(|pair| Permissions::read(pair.line, &pair.value))
}

fn concurrency(node: &Node) -> Option<Concurrency> {
    let pair = node.pair("concurrency")?;
    let group = pair.value.text().or_else(|| pair.value.text_of("group")).unwrap_or_default().to_owned();
    let cancels = pair.value.pair("cancel-in-progress").filter(|cancel| cancel.value.text() != Some("false")).map(|cancel| cancel.line);
    Some(Concurrency { line: pair.line, group, cancels })
}

fn triggers(node: &Node) -> Vec<Trigger> {
    let plain = |event: &str, line: usize| Trigger { event: event.to_owned(), line, types: Vec::new(), workflows: Vec::new(), inputs: Vec::new() };
    match &node.kind {
        Kind::Scalar(event) => vec![plain(event, node.line)],
        Kind::Sequence(items) => items.iter().filter_map(|item| item.text().map(|event| plain(event, item.line))).collect(),
        Kind::Mapping(pairs) => pairs
            .iter()
            .map(|pair| Trigger {
                workflows: pair.value.get("workflows").map(Node::words).unwrap_or_default(),
                types: pair.value.get("types").map(Node::words).unwrap_or_default(),
                inputs: pair.value.get("inputs").map_or(&[][..], Node::pairs).iter().map(input).collect(),
                ..plain(&pair.key, pair.line)
            })
            .collect(),
    }
}

fn input(pair: &Pair) -> Input {
    let required = pair.value.text_of("required") == Some("true") && pair.value.get("default").is_none();
    Input { name: pair.key.clone(), line: pair.line, need: if required { Need::Required } else { Need::Optional } }
}

fn job(pair: &Pair, document: &Document) -> Job {
    let node = Rc::clone(&pair.value);
    Job {
        id: pair.key.clone(),
        line: pair.line,
        needs: node.get("needs").map(Node::words).unwrap_or_default(),
        condition: node.text_of("if").map(str::to_owned),
        permissions: permissions(&node),
        concurrency: concurrency(&node),
        environment: node.pair("environment").and_then(|pair| {
            let name = pair.value.text().or_else(|| pair.value.text_of("name"))?;
            Some((name.to_owned(), pair.line))
        }),
        calls: uses(&node, document),
        steps: node.get("steps").map_or(&[][..], Node::items).iter().map(|node| step(node, document)).collect(),
        node,
    }
}

fn step(node: &Rc<Node>, document: &Document) -> Step {
    Step {
        line: node.line,
        id: node.text_of("id").map(str::to_owned),
        condition: node.text_of("if").map(str::to_owned),
        uses: uses(node, document),
        node: Rc::clone(node),
    }
}

fn uses(node: &Node, document: &Document) -> Option<Uses> {
    let pair = node.pair("uses")?;
    let text = pair.value.text()?.to_owned();
    Some(Uses { text, line: pair.line, comment: document.comment_behind(&pair.value).map(str::to_owned) })
}
