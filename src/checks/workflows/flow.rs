//! A workflow or action as rules see it: its events, jobs, steps, scripts and expressions, each with its place.

use crate::checks::image::{ImageReference, Pin};
use crate::documents::{Node, Value};
use crate::domain::Span;

/// A workflow or action.
pub(super) struct Flow<'a> {
    /// All of it.
    pub(super) root: &'a Node,
    /// What it is.
    pub(super) sort: Sort,
    /// The events that start it.
    pub(super) events: Vec<&'a str>,
    /// Its jobs; those of an action are its own steps, as one job without a name.
    pub(super) jobs: Vec<Job<'a>>,
    text: &'a str,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A workflow.
    Workflow,
    /// An action.
    Action,
}

/// A job.
pub(super) struct Job<'a> {
    /// Its name among the jobs; empty for an action.
    pub(super) id: &'a str,
    /// The place of its name.
    pub(super) span: Span,
    /// All of it.
    pub(super) node: &'a Node,
    /// Its steps.
    pub(super) steps: Vec<&'a Node>,
}

/// A script in the file, as it is written there.
#[derive(Clone, Copy)]
pub(super) struct Script<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Where it begins in the file.
    pub(super) start: usize,
    /// Whether a shell runs it.
    pub(super) runner: Runner,
}

/// What runs a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// A POSIX shell, or what takes the same words.
    Shell,
    /// Something else: `JavaScript`, Python, `PowerShell`.
    Other,
}

/// `${{ … }}` in the file.
#[derive(Clone, Copy)]
pub(super) struct Expression<'a> {
    /// What stands between the braces.
    pub(super) text: &'a str,
    /// All of it, with the braces.
    pub(super) span: Span,
}

impl<'a> Flow<'a> {
    /// Reads a workflow, or an action; none where it is neither.
    pub(super) fn of(root: &'a Node, text: &'a str, is_workflow: bool) -> Option<Self> {
        if !is_workflow {
            let runs = root.entry("runs")?;
            let job = Job { id: "", span: runs.span, node: &runs.value, steps: steps(&runs.value) };
            return Some(Self { root, sort: Sort::Action, events: Vec::new(), jobs: vec![job], text });
        }
        let jobs = root.get("jobs")?.entries().iter();
        let jobs = jobs.map(|entry| Job { id: &entry.key, span: entry.span, node: &entry.value, steps: steps(&entry.value) }).collect();
        let events = root.get("on").map_or_else(Vec::new, |on| match &on.value {
            Value::Text(event) => vec![event.as_str()],
            Value::Sequence(list) => list.iter().filter_map(|item| item.text()).collect(),
            Value::Mapping(entries) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => Vec::new(),
        });
        Some(Self { root, sort: Sort::Workflow, events, jobs, text })
    }

    /// Every step.
    pub(super) fn steps(&self) -> impl Iterator<Item = &'a Node> {
        self.jobs.iter().flat_map(|job| job.steps.iter().copied())
    }

    /// The script of a step: `run`, or the `script` of an action that runs one.
    pub(super) fn script(&self, step: &'a Node) -> Option<Script<'a>> {
        let run = step.get("run").filter(|node| node.text().is_some());
        let given = || step.at(&["with", "script"]).filter(|node| node.text().is_some());
        let shell = step.get("shell").and_then(Node::text).unwrap_or("bash");
        let runner = if run.is_some() && ["bash", "sh"].iter().any(|name| shell.starts_with(name)) { Runner::Shell } else { Runner::Other };
        let node = run.or_else(given)?;
        let raw = self.text.get(node.span.start..node.span.end)?;
        // The head of a block, or the quotes, are no part of the script.
        let skip = match raw.as_bytes().first()? {
            b'|' | b'>' => raw.find('\n').map_or(raw.len(), |newline| newline + 1),
            b'"' | b'\'' => 1,
            _ => 0,
        };
        let end = if skip == 1 && raw.len() > 1 { raw.len() - 1 } else { raw.len() };
        Some(Script { text: raw.get(skip..end)?, start: node.span.start + skip, runner })
    }

    /// Every script.
    pub(super) fn scripts(&self) -> impl Iterator<Item = Script<'a>> {
        self.steps().filter_map(|step| self.script(step))
    }

    /// The expressions in a stretch of the file.
    pub(super) fn expressions(&self, span: Span) -> Vec<Expression<'a>> {
        let mut out = Vec::new();
        let Some(text) = self.text.get(span.start..span.end) else { return out };
        let mut at = 0;
        while let Some(open) = text[at..].find("${{") {
            let begin = at + open + 3;
            let Some(length) = text[begin..].find("}}") else { break };
            out.push(Expression { text: text[begin..begin + length].trim(), span: Span::new(span.start + at + open, span.start + begin + length + 2) });
            at = begin + length + 2;
        }
        out
    }

    /// The expressions in scripts.
    pub(super) fn expressions_in_scripts(&self) -> Vec<Expression<'a>> {
        self.scripts().flat_map(|script| self.expressions(Span::new(script.start, script.start + script.text.len()))).collect()
    }

    /// The text of a stretch of the file.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Every `uses` of steps and jobs.
    pub(super) fn uses(&self) -> Vec<(&'a Node, Uses<'a>)> {
        let of_jobs = self.jobs.iter().map(|job| job.node);
        let all = of_jobs.filter_map(|job| job.get("uses")).chain(self.steps().filter_map(|step| step.get("uses")));
        all.filter_map(|node| Some((node, Uses::of(node.text()?.trim())))).collect()
    }
}

/// The steps of a job or action.
fn steps(node: &Node) -> Vec<&Node> {
    node.get("steps").map_or(&[][..], Node::items).iter().map(|step| &**step).collect()
}

/// What a `uses` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uses<'a> {
    /// Something in the same repository, pinned with it.
    Local,
    /// An image, and whether its digest is named.
    Image(bool),
    /// Something of another repository.
    Remote {
        /// The repository's owner.
        owner: &'a str,
        /// The repository's name.
        name: &'a str,
        /// The branch, tag or commit.
        reference: &'a str,
    },
}

impl<'a> Uses<'a> {
    fn of(text: &'a str) -> Self {
        if let Some(image) = text.strip_prefix("docker://") {
            return Self::Image(ImageReference::of(image).pin() == Pin::Digest);
        }
        if text.starts_with("./") || text.starts_with("../") || text == "." {
            return Self::Local;
        }
        let (place, reference) = text.rsplit_once('@').unwrap_or((text, ""));
        let mut parts = place.splitn(3, '/');
        Self::Remote { owner: parts.next().unwrap_or_default(), name: parts.next().unwrap_or_default(), reference }
    }

    /// True where what runs cannot change.
    pub(super) fn is_pinned(&self) -> bool {
        match self {
            Self::Local => true,
            Self::Image(pinned) => *pinned,
            Self::Remote { reference, .. } => matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit()),
        }
    }

    /// True for actions of GitHub's own.
    pub(super) fn is_of_github(&self) -> bool {
        matches!(self, Self::Remote { owner, .. } if owner.eq_ignore_ascii_case("actions") || owner.eq_ignore_ascii_case("github"))
    }

    /// True for an action of this name, whatever its version.
    pub(super) fn is(&self, wanted_owner: &str, wanted_name: &str) -> bool {
        matches!(self, Self::Remote { owner, name, .. } if owner.eq_ignore_ascii_case(wanted_owner) && name.eq_ignore_ascii_case(wanted_name))
    }

    /// What a step uses.
    pub(super) fn of_step(step: &'a Node) -> Option<Self> {
        Some(Self::of(step.get("uses")?.text()?.trim()))
    }
}
