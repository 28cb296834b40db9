//! `unpinned-container`.

use super::super::{Flow, Rule};
use crate::checks::image::{ImageReference, Pin};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "unpinned-container",
    level: Level::Warn,
    about: "A job runs in an image, or beside one, that has no tag or `:latest`: the same commit passes today and fails tomorrow, or runs what nobody looked at.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    container: node:22.11
    steps:
      - run: make
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    container: node:latest
    steps:
      - run: make
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for job in &flow.jobs {
        let container = job.node.get("container").map(|node| node.get("image").unwrap_or(node));
        let services = job.node.get("services").map_or(&[][..], Node::entries).iter().filter_map(|entry| entry.value.get("image"));
        for (node, text) in container.into_iter().chain(services).filter_map(|node| Some((node, node.text()?))) {
            let image = ImageReference::of(text.trim());
            if matches!(image.pin(), Pin::Nothing | Pin::Latest) && !image.name.is_empty() {
                out.push(
                    SPEC.finding(format!("the image `{}` is whatever is the latest", shown(text))).at(node.span).help("name a version, best with its digest"),
                );
            }
        }
    }
    out
}
